"""Largest sum of ratings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pdalloc.allocation import Allocation
from pdalloc.arrays import exact_sum
from pdalloc.errors import OptionError
from pdalloc.integers import MAX_SCALE, ScaledIntegers
from pdalloc.objectives.levels import Level, LevelCosts
from pdalloc.problem import Feature, Problem

__all__ = ["Welfare", "ratings_for"]


@dataclass(frozen=True)
class Welfare:
    """The largest sum of ratings over all sessions taken; empty and unlisted places add nothing.

    A session over several slots adds its rating once. A choice rated 0 and an empty place tie: either may be given.
    """

    name: ClassVar[str] = "welfare"
    refuses: ClassVar[frozenset[Feature]] = frozenset({Feature.WEIGHTS, Feature.HISTORY})

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (Level("welfare", maximise=True, scale=ratings_for(self.name, problem).scale),)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        ratings = ratings_for(self.name, allocation.problem).values
        return (exact_sum(ratings[allocation.choice[allocation.choice >= 0]]),)

    def costs(self, problem: Problem) -> Iterator[LevelCosts]:
        """See `Objective.costs`."""
        yield LevelCosts(self.levels(problem)[0], -ratings_for(self.name, problem).values, unlisted=0, empty=0)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return (f"ratings were rounded to units of 1/{MAX_SCALE:,}",) if ratings_for(self.name, problem).rounded else ()


def ratings_for(objective: str, problem: Problem) -> ScaledIntegers:
    """Return the ratings of all choices as integers.

    Raises
    ------
    OptionError
        If there are none, naming the objective that needs them.
    """
    ratings = problem.choices.integer_ratings
    if ratings is None:
        raise OptionError(f"objective {objective!r} needs ratings; give a rating with every choice, or use 'rank-sum'")
    return ratings
