"""What an objective is made of: levels, the first deciding, each a sum over places or over participants' days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array, exact_sum
from pdalloc.problem import Feature, Problem

__all__ = ["EMPTY_PLACES", "UNLISTED_PLACES", "DayCosts", "Level", "LevelCosts", "Objective"]


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
    released : int
        Cost of each place that a participant wants only because a session they would run is cancelled.
    """

    level: Level
    listed: Int64Array | int
    unlisted: Int64Array | int
    empty: Int64Array | int
    released: int = 0

    def value(self, allocation: Allocation) -> int:
        """Return the value of an allocation at this level."""
        total = sum(map(exact_sum, self._parts(allocation)))
        return -total if self.level.maximise else total

    def by_participant(self, allocation: Allocation) -> Int64Array:
        """Return what each participant's day costs: shape (participants,)."""
        listed, unlisted, empty = self._parts(allocation)
        is_listed = allocation.choice >= 0
        np.add.at(empty, allocation.participant[is_listed], listed)
        np.add.at(empty, allocation.participant[~is_listed], unlisted)
        return empty

    def _parts(self, allocation: Allocation) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Return the costs of listed and of unlisted pairs, and each participant's of empty and released places."""
        problem, is_listed = allocation.problem, allocation.choice >= 0
        people = len(problem.participants)
        listed = np.broadcast_to(self.listed, len(problem.choices))[allocation.choice[is_listed]]
        unlisted = np.broadcast_to(self.unlisted, people)[allocation.participant[~is_listed]]
        empty = np.broadcast_to(self.empty, people) * allocation.empty
        released = self.released * (allocation.wanted - problem.wanted)
        return listed, unlisted * allocation.size[~is_listed], empty + released


@dataclass(frozen=True, eq=False)
class DayCosts:
    """What each participant's whole day costs at one level: a function of a sum over its places; less is better.

    Attributes
    ----------
    level : Level
        Its value is the total over participants, or minus the total where more is better.
    places : LevelCosts
        What is summed over the places of a day.
    score : callable
        From these sums to the costs of the days: int64 arrays of equal shape.
    counted : int or None
        The sum whose days are counted, where the objective counts one sum after the other, from the largest down to 1.
    """

    level: Level
    places: LevelCosts
    score: Callable[[Int64Array], Int64Array]
    counted: int | None = None

    def value(self, allocation: Allocation) -> int:
        """Return the value of an allocation at this level."""
        total = exact_sum(self.score(self.places.by_participant(allocation)))
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

    def costs(self, problem: Problem) -> Iterator[LevelCosts | DayCosts]:
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
