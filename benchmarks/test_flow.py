"""`flow` against a bare SimpleMinCostFlow on the same arcs, in one run; both must reach the same optimum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from benchmarks.instances import Instance, one_slot
from pdalloc import solve

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

SIZES = [(1_000, 138, 10, 0.8), (100_000, 1_000, 10, 0.8), (100_000, 1_000, 10, 1.2)]
SOLVERS = [
    ("flow", {"engine": "transport"}),
    ("flow", {"objective": "greedy"}),
    ("flow", {"objective": "generous"}),
    ("flow", {"engine": "ortools"}),
    ("lottery", {}),
    ("first-come", {}),
]


def bare_flow(instance: Instance, longest: int) -> tuple[int, int]:
    """Build and solve the network of participants, sessions and empty places; return (empty places, rank cost)."""
    people, sessions = int(instance.participant[-1]) + 1, len(instance.capacity)
    sink = people + sessions
    # the smallest cost of an empty place that always puts places first
    unplaced = sessions * longest
    network = SimpleMinCostFlow()
    network.add_arcs_with_capacity_and_unit_cost(
        instance.participant, instance.session + people, np.ones(len(instance.rank), np.int64), instance.rank - 1
    )
    everyone = np.arange(people)
    empty = network.add_arcs_with_capacity_and_unit_cost(
        everyone, np.full(people, sink), np.ones(people, np.int64), np.full(people, unplaced)
    )
    network.add_arcs_with_capacity_and_unit_cost(
        np.arange(people, sink), np.full(sessions, sink), instance.capacity, np.zeros(sessions, np.int64)
    )
    network.set_nodes_supplies(everyone, np.ones(people, np.int64))
    network.set_node_supply(sink, -people)
    assert network.solve() == SimpleMinCostFlow.OPTIMAL
    left_empty = int(network.flows(empty).sum())
    return left_empty, int(network.optimal_cost()) - left_empty * (unplaced - longest)


@pytest.mark.parametrize(("participants", "sessions", "length", "zipf"), SIZES)
def test_bare_minimum_cost_flow(
    benchmark: BenchmarkFixture, participants: int, sessions: int, length: int, zipf: float
) -> None:
    benchmark.group = f"flow, {participants:,} x {sessions:,} x {length}, Zipf {zipf}"
    instance = one_slot(participants, sessions, length, zipf=zipf)
    value = benchmark.pedantic(bare_flow, (instance, length), rounds=3, warmup_rounds=1)
    assert value == solve(instance.problem(), "flow").objective


@pytest.mark.parametrize(("solver", "options"), SOLVERS, ids=str)
@pytest.mark.parametrize(("participants", "sessions", "length", "zipf"), SIZES)
def test_solve(
    benchmark: BenchmarkFixture,
    solver: str,
    options: dict[str, Any],
    participants: int,
    sessions: int,
    length: int,
    zipf: float,
) -> None:
    benchmark.group = f"flow, {participants:,} x {sessions:,} x {length}, Zipf {zipf}"
    instance = one_slot(participants, sessions, length, zipf=zipf)
    solve(one_slot(20_000, 100, 10).problem(), "flow")  # enough to compile
    # a fresh problem each round, so that nothing it caches is left out of the time
    result = benchmark.pedantic(
        lambda problem: solve(problem, solver, seed=1, **options),
        setup=lambda: ((instance.problem(),), {}),
        rounds=3,
        warmup_rounds=1,
    )
    assert result.allocation.violations() == ()
    if solver == "flow" and "objective" not in options:
        assert result.objective == bare_flow(instance, length)
