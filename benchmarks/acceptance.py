"""`boston`, `deferred-acceptance` and `top-trading-cycles`: rules with priorities and lots."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.measure import SERIAL_DICTATORSHIP, Benchmark
from benchmarks.registry import ONE_SLOT, Case
from benchmarks.turns import Places, places
from pdalloc import Allocation, Problem, Result, solve
from pdalloc.problem.priorities import Priorities
from pdalloc.solvers.boston import Boston
from pdalloc.solvers.deferred_acceptance import DeferredAcceptance
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.markets import markets
from pdalloc.solvers.priority_rule import PriorityRule
from pdalloc.solvers.slot_lists import SlotLists
from pdalloc.solvers.top_trading_cycles import TopTradingCycles

__all__ = ["BENCHMARKS", "DRAWS", "FROM_ARRAYS_IN_TABLE_ORDER", "ONE_DRAW"]

FROM_ARRAYS_IN_TABLE_ORDER = 'Problem.from_arrays and pa.solve(problem, "deferred-acceptance", order=table order)'
ONE_DRAW = "one draw of {}, {} lottery, {} classes of priority: lots, sorting and rule"
DRAWS = 'pa.solve(problem, "deferred-acceptance", lottery="multiple", seed=1, draws=10_000)'


class Ready(NamedTuple):
    """A rule and the lists of a day without slots."""

    rule: PriorityRule
    problem: Problem
    lists: SlotLists


def _with_classes(problem: Problem, classes: int) -> Problem:
    """Return the problem with a priority for every choice: one of some classes, by chance."""
    if classes == 1:
        return problem
    choices = problem.choices
    level = np.random.default_rng(3).integers(classes, size=len(choices))
    session, participant = choices.session.astype(np.int64), choices.participant.astype(np.int64)
    return replace(problem, priorities=Priorities.from_columns(session, participant, level, len(problem.sessions)))


def _ready(rule: PriorityRule, classes: int, case: Case) -> Ready:
    problem = _with_classes(case.problem(), classes)
    (market,) = markets(problem, unlisted=False)
    return Ready(rule, problem, SlotLists.of(problem, market))


def _draw(ready: Ready) -> Places:
    """Return the entry that everybody gets."""
    participants, rng = ready.lists.market.participant, np.random.default_rng(1)
    single = ready.rule.lottery == "single"
    lots = Lots.one_order(len(participants), rng) if single else Lots.own_orders(rng)
    return ready.rule.play_slot(ready.lists, lots.in_slot(0, participants))


def _is_the_rule(rule: PriorityRule, classes: int, case: Case, entries: Places) -> list[int]:
    """Return what the rule returns with the same seed, after asserting that it is the same."""
    ready = _ready(rule, classes, case)
    buyer = np.flatnonzero(entries >= 0)
    drawn = Allocation.from_pairs(ready.problem, buyer, ready.lists.session[entries[buyer]])
    result = solve(ready.problem, rule, seed=1)
    assert result.allocation == drawn
    return places(result)


def _one_draw(rule: PriorityRule, classes: int = 1) -> Benchmark:
    return Benchmark(
        ONE_DRAW.format(rule.name, rule.lottery, classes),
        f"{rule.name}, {rule.lottery} lottery, {classes} classes",
        lambda instance: instance.is_plain,
        partial(_ready, rule, classes),
        _draw,
        partial(_is_the_rule, rule, classes),
    )


def _in_table_order(case: Case) -> Result:
    problem = case.problem()
    return solve(problem, "deferred-acceptance", order=tuple(problem.participants))


def _chances(case: Case, result: Result) -> list[int]:
    chances = result.random_assignment
    assert chances is not None
    assert chances.draws == 10_000
    # nobody has more than one place
    expected = np.bincount(chances.participant, chances.probability)
    assert (expected <= 1 + 1e-9).all()
    return places(result)


BENCHMARKS = [
    Benchmark(
        FROM_ARRAYS_IN_TABLE_ORDER,
        SERIAL_DICTATORSHIP,
        lambda instance: instance.is_plain and instance.participants <= 10_000,
        lambda case: case,
        _in_table_order,
        lambda case, result: places(result),
    ),
    _one_draw(Boston()),
    _one_draw(DeferredAcceptance()),
    _one_draw(DeferredAcceptance(lottery="multiple")),
    _one_draw(DeferredAcceptance(), classes=3),
    _one_draw(TopTradingCycles(), classes=3),
    Benchmark(
        DRAWS,
        "chances of deferred acceptance",
        lambda instance: instance.shape == ONE_SLOT,
        Case.problem,
        lambda problem: solve(problem, "deferred-acceptance", lottery="multiple", seed=1, draws=10_000),
        _chances,
        compiles=False,
    ),
]
