"""`flow` beside general solvers of the same problem: most places, then the least rank cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.measure import RANK_SUM, Benchmark
from benchmarks.registry import Case, Choices, Instance
from pdalloc import Result, solve

FLOW = 'pa.solve(problem, "flow")'
FROM_ARRAYS_AND_FLOW = 'pa.solve(Problem.from_arrays(...), "flow")'
BARE = "SimpleMinCostFlow"


def optimum(case: Case, result: Result) -> list[int]:
    """Return the value of a result that breaks no rule."""
    assert result.allocation.violations() == ()
    assert result.objective == result.bound
    return list(result.objective or ())


def choices_of(case: Case) -> Choices:
    """Return the case as arrays."""
    return case.choices


def empty_cost(choices: Choices) -> int:
    """Return the smallest cost of an empty place that always puts places first: sessions x list length."""
    return len(choices.capacity) * choices.longest


def simple_min_cost_flow(choices: Choices) -> tuple[int, int]:
    """Everybody is a source and every session leads to the sink, as does everybody's arc for an empty place."""
    network, everybody = _network(choices)
    buyers, sink = choices.buyers, choices.buyers + len(choices.capacity)
    empty = network.add_arcs_with_capacity_and_unit_cost(
        everybody, np.full_like(everybody, sink), np.ones(buyers, np.int64), np.full(buyers, empty_cost(choices))
    )
    assert network.solve() == network.OPTIMAL
    left_empty = int(network.flows(empty).sum())
    return left_empty, int(network.optimal_cost()) - left_empty * (empty_cost(choices) - choices.longest)


def max_flow_with_min_cost(choices: Choices) -> tuple[int, int]:
    """Places first by the package's own search for a maximum flow, without arcs for empty places."""
    network, _ = _network(choices)
    assert network.solve_max_flow_with_min_cost() == network.OPTIMAL
    left_empty = choices.buyers - int(network.maximum_flow())
    return left_empty, int(network.optimal_cost()) + left_empty * choices.longest


def _network(choices: Choices) -> tuple[Any, Any]:
    buyers, sessions = choices.buyers, len(choices.capacity)
    sink = buyers + sessions
    network = SimpleMinCostFlow()
    everybody = np.arange(buyers, dtype=np.int32)
    network.add_arcs_with_capacity_and_unit_cost(
        choices.buyer,
        choices.session + np.int32(buyers),
        np.ones(len(choices.rank), np.int64),
        choices.rank.astype(np.int64) - 1,
    )
    network.add_arcs_with_capacity_and_unit_cost(
        np.arange(buyers, sink, dtype=np.int32),
        np.full(sessions, sink, np.int32),
        choices.capacity,
        np.zeros(sessions, np.int64),
    )
    network.set_nodes_supplies(everybody, np.ones(buyers, np.int64))
    network.set_node_supply(sink, -buyers)
    return network, everybody


def dense_seats(choices: Choices) -> tuple[int, int]:
    """A dense matrix of buyers and seats; a seat of a session that was not chosen stands for an empty place.

    No further seats are needed: any set of chosen seats can be filled up with others, or leaves buyers over.
    """
    empty = empty_cost(choices)
    by_session = np.full((choices.buyers, len(choices.capacity)), float(empty))
    by_session[choices.buyer, choices.session] = choices.rank - 1
    cost = by_session[:, np.repeat(np.arange(len(choices.capacity)), choices.capacity)]
    taken = cost[linear_sum_assignment(cost)]
    placed = taken[taken < empty]
    left_empty = choices.buyers - len(placed)
    return left_empty, int(placed.sum()) + left_empty * choices.longest


def sparse_seats(choices: Choices) -> tuple[int, int]:
    """A sparse matrix of buyers and seats, and for each buyer a seat of their own that stands for an empty place.

    An entry that is 0 counts as none, so everything costs one more.
    """
    seats, first_seat = choices.capacity.sum(), np.cumsum(choices.capacity) - choices.capacity
    # for each buyer the seats of their first choice, of their second, ..., and then their own
    length = choices.capacity[choices.session]
    at = np.arange(length.sum()) + np.repeat(first_seat[choices.session] - np.cumsum(length) + length, length)
    end = np.concatenate(([0], np.cumsum(length)))[choices.indptr[1:]]
    columns = np.insert(at, end, seats + np.arange(choices.buyers)).astype(np.int32)
    weights = np.insert(np.repeat(choices.rank, length).astype(float), end, empty_cost(choices) + 1.0)
    indptr = np.concatenate(([0], end + np.arange(1, choices.buyers + 1))).astype(np.int32)
    matrix = csr_array((weights, columns, indptr), shape=(choices.buyers, seats + choices.buyers))
    buyer, seat = min_weight_full_bipartite_matching(matrix)
    left_empty = int((seat >= seats).sum())
    cost = int(matrix[buyer, seat].sum()) - choices.buyers - left_empty * (empty_cost(choices) - choices.longest)
    return left_empty, cost


def _peer(what: str, call: Callable[[Choices], tuple[int, int]], on: Callable[[Instance], bool]) -> Benchmark:
    return Benchmark(what, RANK_SUM, on, choices_of, call, lambda case, value: list(value), peer=True, compiles=False)


BENCHMARKS = [
    Benchmark(FLOW, RANK_SUM, lambda instance: True, Case.problem, lambda problem: solve(problem, "flow"), optimum),
    Benchmark(
        FROM_ARRAYS_AND_FLOW,
        RANK_SUM,
        lambda instance: instance.is_plain,
        lambda case: case,
        lambda case: solve(case.problem(), "flow"),
        optimum,
    ),
    Benchmark(
        'pa.solve(problem, "flow", engine="ortools")',
        RANK_SUM,
        lambda instance: (instance.is_plain and instance.participants <= 100_000) or instance.shape is None,
        Case.problem,
        lambda problem: solve(problem, "flow", engine="ortools"),
        optimum,
        compiles=False,
    ),
    _peer(
        BARE,
        simple_min_cost_flow,
        lambda instance: instance.participants <= 100_000 or instance.group != "growth",
    ),
    _peer(
        "SimpleMinCostFlow, maximum flow first",
        max_flow_with_min_cost,
        lambda instance: instance.group != "growth",
    ),
    _peer(
        "linear_sum_assignment",
        dense_seats,
        lambda instance: instance.participants <= 5_000 and instance.group != "growth",
    ),
    _peer(
        "min_weight_full_bipartite_matching",
        sparse_seats,
        lambda instance: instance.participants <= 10_000 and instance.group != "growth",
    ),
]
