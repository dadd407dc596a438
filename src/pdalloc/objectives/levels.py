"""What an objective is made of: levels, the first deciding, each a sum of costs of places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array, exact_sum
from pdalloc.problem import Feature, Problem

__all__ = ["EMPTY_PLACES", "UNLISTED_PLACES", "Level", "LevelCosts", "Objective"]


class Level(NamedTuple):
    """One entry of an objective's value.

    Attributes
    ----------
    name : str
        What is counted, such as "empty places".
    maximise : bool
        Whether more is better.
    scale : int
        The value is in units of 1 / scale.
    """

    name: str
    maximise: bool = False
    scale: int = 1

    def text(self, value: int) -> str:
        """Return a value of this level as exact decimal text."""
        if self.scale == 1:
            return f"{value:,}"
        digits = len(str(self.scale)) - 1
        whole, rest = divmod(abs(value), self.scale)
        fraction = f"{rest:0{digits}d}".rstrip("0")
        return f"{'-' if value < 0 else ''}{whole:,}{'.' if fraction else ''}{fraction}"


@dataclass(frozen=True, eq=False)
class LevelCosts:
    """What each way of spending wanted places costs at one level; less is better.

    Attributes
    ----------
    level : Level
        Its value is the total, or minus the total where more is better.
    listed : int64 array, shape (choices,), or int
        Cost of taking each choice (all places that its session fills).
    unlisted, empty : int64 array, shape (participants,), or int
        Cost of one unlisted place, and of one wanted place left empty.
    """

    level: Level
    listed: Int64Array | int
    unlisted: Int64Array | int
    empty: Int64Array | int

    def value(self, allocation: Allocation) -> int:
        """Return the value of an allocation at this level."""
        problem, is_listed = allocation.problem, allocation.choice >= 0
        listed = np.broadcast_to(self.listed, len(problem.choices))[allocation.choice[is_listed]]
        unlisted = np.broadcast_to(self.unlisted, len(problem.participants))[allocation.participant[~is_listed]]
        total = exact_sum(listed) + exact_sum(unlisted * allocation.size[~is_listed])
        total += exact_sum(self.empty * allocation.empty)
        return -total if self.level.maximise else total


EMPTY_PLACES = LevelCosts(Level("empty places"), listed=0, unlisted=0, empty=1)
UNLISTED_PLACES = LevelCosts(Level("unlisted places"), listed=0, unlisted=1, empty=0)


class Objective(Protocol):
    """What an allocation is judged by: a value of one integer per level, the first level deciding."""

    @property
    def name(self) -> str:
        """As `get_objective` takes it."""
        ...

    @property
    def refuses(self) -> frozenset[Feature]:
        """What a problem must not use."""
        ...

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """Return what each entry of a value means."""
        ...

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """Return the value of an allocation, one integer per level."""
        ...

    def costs(self, problem: Problem) -> Iterator[LevelCosts]:
        """Yield the costs of each level, in order; their sums are the value.

        Raises
        ------
        OptionError
            If the problem lacks what the objective needs, or a cost could overflow.
        """
        ...

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Return what a reader of the value should know, such as rounding."""
        ...
