"""What was promised, and whether a run keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from benchmarks import acceptance
from benchmarks.auditing import AUDIT, CERTIFIED_DAYS, CERTIFY, CERTIFY_DAY
from benchmarks.checking import VIOLATIONS
from benchmarks.command import FIRST_RUN, LATER_RUN
from benchmarks.eating import EATING
from benchmarks.flow import BARE, FLOW, FROM_ARRAYS_AND_FLOW
from benchmarks.infeasible import EXPLAIN
from benchmarks.profiles import HIGHS, PROFILE
from benchmarks.reading import FROM_ARRAYS
from benchmarks.registry import INSTANCES, LEXINGTON, LEXINGTON_INFEASIBLE, NEARLY_FULL, ONE_SLOT, Shape
from benchmarks.repairing import REPAIR, REPAIR_FREE, REPAIRED
from benchmarks.results import Results, ratio
from benchmarks.turns import DRAWS, ONE_DRAW
from benchmarks.whatif import MORE
from benchmarks.whatif import SECONDS as WHAT_IF_SECONDS
from benchmarks.whole_days import DAYS, MIP

__all__ = ["TARGETS", "Target"]


class Target(NamedTuple):
    """A figure and its bound.

    Attributes
    ----------
    what, instance : str
    bound : float
    at_least : bool
        Whether more is better.
    unit : str
    measured : callable
        Takes the Results and the instance; None if something was not measured.
    """

    what: str
    instance: str
    bound: float
    at_least: bool
    unit: str
    measured: Callable[[Results, str], float | None]

    def is_met(self, value: float) -> bool:
        """Whether a measured figure keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound


def _times_as_long(above: str, below: str, results: Results, instance: str) -> float | None:
    return ratio(results.seconds(instance, above), results.seconds(instance, below))


def _times_the_memory(above: str, below: str, results: Results, instance: str) -> float | None:
    return ratio(results.memory(instance, above), results.memory(instance, below))


def _passes(what: str, results: Results, instance: str) -> float | None:
    row = results.row(instance, what)
    return results.passes(row) if row else None


def _seconds(what: str, results: Results, instance: str) -> float | None:
    return results.seconds(instance, what)


def _gigabytes(what: str, results: Results, instance: str) -> float | None:
    return ratio(results.memory(instance, what), 1e9)


def _times_the_input(results: Results, instance: str) -> float | None:
    shape = INSTANCES[instance].shape
    assert shape is not None
    # three columns of 32 bits, and capacities of 64
    given = 3 * 4 * shape.participants * shape.list_length + 8 * shape.sessions
    return ratio(results.memory(instance, FROM_ARRAYS), given)


def _targets() -> Iterator[Target]:
    middle, skewed = str(Shape(100_000, 1_000, 10)), str(Shape(100_000, 1_000, 10, zipf=1.2))
    large, large_skewed = str(Shape(1_000_000, 5_000, 10)), str(Shape(1_000_000, 5_000, 10, zipf=1.2))
    bare_over_flow = partial(_times_as_long, BARE, FLOW)
    for instance, bound in (
        (str(Shape(1_000, 138, 10)), 5),
        (middle, 35),
        (skewed, 7),
        (large, 30),
        (large_skewed, 9),
    ):
        yield Target("flow: bare SimpleMinCostFlow takes", instance, bound, True, "times as long", bare_over_flow)
    memory = partial(_times_the_memory, FROM_ARRAYS_AND_FLOW, BARE)
    yield Target("flow from arrays: peak memory", large, 0.5, False, "of SimpleMinCostFlow's", memory)
    yield Target("flow", large, 10, False, "passes", partial(_passes, FLOW))
    yield Target("flow", large_skewed, 20, False, "passes", partial(_passes, FLOW))
    full = str(NEARLY_FULL)
    for objective in ("greedy", "generous"):
        profile = PROFILE.format(objective)
        slower = partial(_times_as_long, f"{HIGHS}, {objective}", profile)
        yield Target(f"{objective}: HiGHS level by level takes", full, 100, True, "times as long", slower)
        for instance in (middle, skewed):
            rank_sum = partial(_times_as_long, profile, FLOW)
            yield Target(objective, instance, 10, False, "times as long as rank-sum", rank_sum)
    yield Target("violations", large, 4, False, "passes", partial(_passes, VIOLATIONS))
    for instance in (LEXINGTON.name, large, large_skewed):
        yield Target(
            "certifying", instance, 1, False, "times as long as solving", partial(_times_as_long, CERTIFY, FLOW)
        )
    for day in CERTIFIED_DAYS:
        longer = partial(_times_as_long, CERTIFY_DAY.format(day.objective), MIP.format(day.objective))
        what = f"certifying {day.objective}"
        yield Target(what, day.instance.name, 1, False, "times as long as solving", longer)
    yield Target(AUDIT, large, 15, False, "passes", partial(_passes, AUDIT))
    yield Target(f"{AUDIT}: peak memory", large, 1, False, "GB", partial(_gigabytes, AUDIT))
    yield Target(ONE_DRAW, large, 4, False, "passes", partial(_passes, ONE_DRAW))
    yield Target(EATING, middle, 8, False, "passes", partial(_passes, EATING))
    yield Target("lottery, 10,000 draws", LEXINGTON.name, 0.6, False, "s", partial(_seconds, DRAWS))
    yield from _of_rules_with_priorities(middle, large)
    yield Target("Problem.from_arrays", large, 15, False, "passes", partial(_passes, FROM_ARRAYS))
    yield Target("Problem.from_arrays: peak memory", large, 3, False, "times the input's", _times_the_input)
    for day_repaired in REPAIRED:
        for repaired in (REPAIR, REPAIR_FREE):
            yield Target(repaired, day_repaired.name, 2, False, "s", partial(_seconds, repaired))
    yield Target(FIRST_RUN, LEXINGTON.name, 3, False, "s", partial(_seconds, FIRST_RUN))
    yield Target(LATER_RUN, LEXINGTON.name, 2, False, "s", partial(_seconds, LATER_RUN))
    yield Target(EXPLAIN, LEXINGTON_INFEASIBLE.name, 10, False, "s", partial(_seconds, EXPLAIN))
    for day in DAYS:
        seconds = partial(_seconds, MIP.format(day.objective))
        yield Target(f"mip, {day.objective}", day.instance.name, day.seconds, False, "s", seconds)

    for instance, seconds_at_most in WHAT_IF_SECONDS.items():
        yield Target(MORE, instance, seconds_at_most, False, "s", partial(_seconds, MORE))


def _of_rules_with_priorities(middle: str, large: str) -> Iterator[Target]:
    for rule, lottery, classes, instance, bound in (
        ("deferred-acceptance", "single", 1, large, 6),
        ("boston", "single", 1, large, 5),
        ("top-trading-cycles", "single", 3, middle, 20),
    ):
        what = acceptance.ONE_DRAW.format(rule, lottery, classes)
        yield Target(what, instance, bound, False, "passes", partial(_passes, what))
    small = str(ONE_SLOT)
    seconds = partial(_seconds, acceptance.DRAWS)
    yield Target("deferred-acceptance, own lotteries, 10,000 draws", small, 1.5, False, "s", seconds)
    for peer in ("matching hospital_resident", "algmatch HospitalResidentsProblem"):
        slower = partial(_times_as_long, peer, acceptance.FROM_ARRAYS_IN_TABLE_ORDER)
        yield Target(f"deferred-acceptance: {peer} takes", small, 20, True, "times as long", slower)


TARGETS = list(_targets())
