"""The largest product of what participants get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.integers import MAX_SCALE
from pdalloc.objectives.levels import DayCosts, Level
from pdalloc.objectives.welfare import Welfare, ratings_for
from pdalloc.problem import Feature, Problem

__all__ = ["Nash"]


@dataclass(frozen=True)
class Nash:
    """Most participants with a positive rating, then the largest product of their ratings.

    Maximum Nash welfare (Caragiannis et al. 2019, definition 2.2), for whole days: a participant's rating is the sum
    over the sessions they take; empty and unlisted places add nothing. Products are compared by their natural
    logarithms, each participant's rounded to millionths.
    """

    name: ClassVar[str] = "nash"
    refuses: ClassVar[frozenset[Feature]] = frozenset({Feature.WEIGHTS, Feature.HISTORY})

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (
            Level("participants with a positive rating", maximise=True),
            Level("logarithm of the product of ratings", maximise=True, scale=MAX_SCALE),
        )

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        return tuple(costs.value(allocation) for costs in self.costs(allocation.problem))

    def costs(self, problem: Problem) -> Iterator[DayCosts]:
        """See `Objective.costs`."""
        scale = ratings_for(self.name, problem).scale
        (ratings,) = Welfare().costs(problem)
        count, product = self.levels(problem)
        yield DayCosts(count, ratings, _is_positive)
        yield DayCosts(product, ratings, partial(_logarithm, scale=scale))

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return (*Welfare().notes(problem), f"logarithms were rounded to units of 1/{MAX_SCALE:,}")


def _is_positive(total: Int64Array) -> Int64Array:
    """Return -1 where ratings, given as costs, sum to more than 0."""
    return -(total < 0).astype(np.int64)


def _logarithm(total: Int64Array, scale: int) -> Int64Array:
    """Return minus the logarithm of ratings, given as costs, in millionths; 0 for those that are not positive."""
    logarithm = np.log(-total / scale, where=total < 0, out=np.zeros(len(total)))
    millionths: Int64Array = np.rint(logarithm * MAX_SCALE).astype(np.int64)
    return -millionths
