"""`first-come` and `lottery`: participants choose one after the other."""

from __future__ import annotations

import numpy as np

from benchmarks.instances import LEXINGTON, Case
from benchmarks.measure import SERIAL_DICTATORSHIP, Benchmark, checksum
from pdalloc import Result, solve

FIRST_COME = 'pa.solve(problem, "first-come")'
LOTTERY = 'pa.solve(problem, "lottery", seed=1)'
DRAWS = 'pa.solve(problem, "lottery", seed=1, draws=10_000)'


def places(result: Result) -> list[int]:
    """Return how many places an allocation that breaks no rule fills, and its checksum."""
    allocation = result.allocation
    assert allocation.violations() == ()
    return checksum(np.stack([allocation.participant, allocation.session], axis=1))


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
        DRAWS,
        "chances",
        lambda instance: instance.name == LEXINGTON.name,
        Case.problem,
        lambda problem: solve(problem, "lottery", seed=1, draws=10_000),
        _chances,
        compiles=False,
    ),
]
