"""`mip` on whole days whose slots are tied together, with what it must prove in the time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.measure import Benchmark
from benchmarks.registry import (
    FOUR_SLOTS,
    LEXINGTON,
    LEXINGTON_8,
    LEXINGTON_15,
    LEXINGTON_RULES,
    REPEATED,
    THREE_SLOTS,
    Case,
    Instance,
)
from benchmarks.results import Results, Row
from pdalloc import Result, solve

__all__ = ["DAYS", "MIP", "Day", "benchmark_of", "first_gap", "not_proved", "reached"]

MIP = 'pa.solve(problem, "mip", objective="{}")'

WORST_DAYS = (128, 738, 935)
"""Participants with a day cost of at least 3, 2 and 1 on `REPEATED`, from programs with a column for every schedule."""


class Day(NamedTuple):
    """An instance, an objective, and what is promised of them.

    Attributes
    ----------
    instance : Instance
    objective : str
    seconds : float
        The most that it may take.
    gap : float
        The most that value and bound may differ by, as `first_gap`; 0 if the optimum must be proved.
    time_limit : float
        Seconds after which the search is cut short; where a gap is allowed, those of the promise.
    """

    instance: Instance
    objective: str
    seconds: float
    gap: float = 0.0
    time_limit: float = 300.0


DAYS = [
    Day(LEXINGTON, "leximin", 20),
    Day(LEXINGTON_8, "rank-sum", 4),
    Day(LEXINGTON_8, "generous", 20),
    Day(LEXINGTON_15, "rank-sum", 20),
    Day(LEXINGTON_RULES, "rank-sum", 20),
    Day(REPEATED, "leximin", 8),
    Day(FOUR_SLOTS, "rank-sum", 60, gap=0.001, time_limit=60),
    Day(THREE_SLOTS, "leximin", 300, gap=0.01),
]


def first_gap(value: list[int], bound: list[int]) -> float:
    """Return by which share of the value the bound differs at the first level where it does; 0 if it is proved."""
    return next((abs(v - b) / max(abs(v), 1) for v, b in zip(value, bound, strict=True) if v != b), 0.0)


def reached(results: Results) -> Iterator[tuple[Day, Row, list[int], float]]:
    """Yield each day that was measured, its row, the value and its gap."""
    for day in DAYS:
        row = results.row(day.instance.name, MIP.format(day.objective))
        if row and row.measured:
            levels = len(row.measured.answer) // 2
            value, bound = row.measured.answer[:levels], row.measured.answer[levels:]
            yield day, row, value, first_gap(value, bound)


def not_proved(results: Results) -> list[str]:
    """Name the days of which less was proved than is promised."""
    return [
        f"{row.instance}: {row.what}: gap {gap:.2%}, more than {day.gap:.2%}"
        for day, row, _, gap in reached(results)
        if gap > day.gap
    ]


def _value_and_bound(day: Day, case: Case, result: Result) -> list[int]:
    """Return the value of a result that breaks no rule, then its bound."""
    assert result.allocation.violations() == ()
    value, bound = list(result.objective or ()), list(result.bound or ())
    if day.instance is REPEATED and value == bound:
        assert tuple(np.cumsum(value[1:])[-3:]) == WORST_DAYS, value
    return value + bound


def benchmark_of(day: Day) -> Benchmark:
    """Return what times it."""
    return Benchmark(
        MIP.format(day.objective),
        f"{day.objective} and its bound",
        lambda instance: instance.name == day.instance.name,
        Case.problem,
        partial(solve, solver="mip", objective=day.objective, time_limit=day.time_limit),
        partial(_value_and_bound, day),
        compiles=False,
        once=True,
    )


BENCHMARKS = [benchmark_of(day) for day in DAYS]
