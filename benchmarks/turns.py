"""`first-come` and `lottery`: participants choose one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.measure import SERIAL_DICTATORSHIP, Benchmark, checksum
from benchmarks.registry import LEXINGTON, Case
from pdalloc import Allocation, Result, solve
from pdalloc.solvers.turns import Turns

Places = npt.NDArray[np.int64]

FIRST_COME = 'pa.solve(problem, "first-come")'
LOTTERY = 'pa.solve(problem, "lottery", seed=1)'
ONE_DRAW = "one draw of the lottery: shuffle and turns"
DRAWS = 'pa.solve(problem, "lottery", seed=1, draws=10_000)'


def places(result: Result) -> list[int]:
    """Return how many places an allocation that breaks no rule fills, and its checksum."""
    allocation = result.allocation
    assert allocation.violations() == ()
    return checksum(np.stack([allocation.participant, allocation.session], axis=1))


def _shuffle_and_play(turns: Turns) -> tuple[Places, Places]:
    """Return the order of the turns and the place taken on each."""
    people = len(turns.problem.participants)
    order = np.random.default_rng(1).permutation(people)
    taken, _, played = turns.pick(order, people, turns.seats)
    assert played == people
    return order, taken


def _is_the_lottery(case: Case, drawn: tuple[Places, Places]) -> list[int]:
    """Return what the lottery with the same seed returns, after asserting that it is the same."""
    order, taken = drawn
    problem = case.problem()
    lists, has_place = Turns(problem).lists, taken >= 0
    assert lists is not None
    result = solve(problem, "lottery", seed=1)
    assert result.allocation == Allocation.from_pairs(problem, order[has_place], lists.session[taken[has_place]])
    return places(result)


def _chances(case: Case, result: Result) -> list[int]:
    chances = result.random_assignment
    assert chances is not None
    assert chances.draws == 10_000
    # nobody is in more sessions than they want
    expected = np.bincount(chances.participant, chances.probability, minlength=len(chances.problem.participants))
    assert (expected <= chances.problem.wanted + 1e-9).all()
    return checksum(np.stack([chances.participant, chances.session], axis=1))


BENCHMARKS = [
    Benchmark(
        FIRST_COME,
        SERIAL_DICTATORSHIP,
        lambda instance: instance.is_plain or instance.shape is None,
        Case.problem,
        lambda problem: solve(problem, "first-come"),
        lambda case, result: places(result),
    ),
    Benchmark(
        LOTTERY,
        "lottery",
        lambda instance: instance.is_plain or instance.shape is None,
        Case.problem,
        lambda problem: solve(problem, "lottery", seed=1),
        lambda case, result: places(result),
    ),
    Benchmark(
        ONE_DRAW,
        "lottery",
        lambda instance: instance.is_plain,
        lambda case: Turns(case.problem()),
        _shuffle_and_play,
        _is_the_lottery,
    ),
    Benchmark(
        DRAWS,
        "chances",
        lambda instance: instance.name == LEXINGTON.name,
        Case.problem,
        lambda problem: solve(problem, "lottery", seed=1, draws=10_000),
        _chances,
        compiles=False,
    ),
]
