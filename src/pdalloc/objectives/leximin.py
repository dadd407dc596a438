"""The worst-off first: day costs compared from the largest down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.objectives.levels import EMPTY_PLACES, UNLISTED_PLACES, DayCosts, Level, LevelCosts
from pdalloc.problem import Feature, Problem

__all__ = ["Leximin"]


@dataclass(frozen=True)
class Leximin:
    """Most places, fewest unlisted ones, then the smallest largest day cost, the fewest who have it, then the next.

    The cost of a participant's day is the sum of rank - 1 over its places; an empty or unlisted one costs the longest
    list's length, and running a session nothing. Level by level, from the largest possible day cost down to 1, as few
    participants as possible have it (Bogomolnaia and Moulin 2004, section 2, for whole days).
    """

    name: ClassVar[str] = "leximin"
    refuses: ClassVar[frozenset[Feature]] = frozenset({Feature.WEIGHTS, Feature.HISTORY})

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`; one level for each possible day cost."""
        unlisted = (UNLISTED_PLACES.level,) if problem.unlisted == "last" else ()
        return (EMPTY_PLACES.level, *unlisted, *map(_level, _day_costs(problem)))

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        problem, day_costs = allocation.problem, _day_costs(allocation.problem)
        first = (EMPTY_PLACES, *((UNLISTED_PLACES,) if problem.unlisted == "last" else ()))
        count = np.bincount(_places(problem).by_participant(allocation), minlength=len(day_costs) + 1)
        return (*(costs.value(allocation) for costs in first), *(int(count[cost]) for cost in day_costs))

    def costs(self, problem: Problem) -> Iterator[LevelCosts | DayCosts]:
        """See `Objective.costs`."""
        yield EMPTY_PLACES
        if problem.unlisted == "last":
            yield UNLISTED_PLACES
        places = _places(problem)
        for cost in _day_costs(problem):
            yield DayCosts(_level(cost), places, partial(_is, cost=cost), counted=cost)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()


def _level(day_cost: int) -> Level:
    return Level(f"participants with day cost {day_cost:,}")


def _day_costs(problem: Problem) -> range:
    """Return the costs that a day can have, the largest first, without 0."""
    nothing_runs = ~problem.may_be_cancelled
    most_wanted = int(problem.wanted_if(nothing_runs).max(initial=0))
    return range(problem.longest_list * most_wanted, 0, -1)


def _places(problem: Problem) -> LevelCosts:
    """Return the cost of each place of a day, whatever participants weigh."""
    choices, longest = problem.choices, problem.longest_list
    listed = (choices.rank - 1) * problem.session_size[choices.session]
    return LevelCosts(Level("day cost"), listed, longest, longest)


def _is(total: Int64Array, cost: int) -> Int64Array:
    has_it: Int64Array = (total == cost).astype(np.int64)
    return has_it
