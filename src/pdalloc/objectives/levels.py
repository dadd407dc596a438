"""What an objective is made of: levels, the first deciding.

A level is a sum over places, a sum over participants' days, or what it costs to go beyond bounds, which may be about
several participants together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array, among_pairs, exact_sum
from pdalloc.problem import Feature, Problem

__all__ = ["EMPTY_PLACES", "UNLISTED_PLACES", "Costs", "DayCosts", "ExcessCosts", "Level", "LevelCosts", "Objective"]


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


@dataclass(frozen=True, eq=False)
class ExcessCosts:
    """What it costs to go beyond bounds at one level; less is better.

    A level of this kind has terms, each with rows. A row adds up coefficients of the pairs that are in the allocation,
    and of the sessions that run; a term's amount is by how much the worst of its rows is above its bound, 0 if none is.
    The value is the sum of weight x amount. A program has one more column for each term, its amount, and for each row
    ``sum - amount <= bound``; all that a new kind of level has to say is here.

    Attributes
    ----------
    level : Level
        Not to be maximised.
    weight : int64 array, shape (terms,)
        Cost of each unit of a term's amount, positive.
    most : int64 array, shape (terms,)
        No allocation that keeps all rules has a larger amount.
    term, bound : int64 arrays, shape (rows,)
        Which term a row is of, and its bound. A row without entries makes its term at least ``-bound``.
    row, participant, session, coefficient : int64 arrays, shape (entries,)
        An entry counts if the participant takes the session; with participant -1, if the session runs.
    """

    level: Level
    weight: Int64Array
    most: Int64Array
    term: Int64Array
    bound: Int64Array
    row: Int64Array
    participant: Int64Array
    session: Int64Array
    coefficient: Int64Array

    @cached_property
    def least(self) -> Int64Array:
        """An amount that no allocation can be below, for each term: shape (terms,)."""
        lowest = np.zeros(len(self.bound), np.int64)
        np.add.at(lowest, self.row, np.minimum(self.coefficient, 0))
        return self._largest(lowest)

    @cached_property
    def owner(self) -> Int64Array:
        """The participant whose pairs alone a term is about, -1 if there is no such participant: shape (terms,)."""
        lowest, highest = np.full((2, len(self.weight)), -1, np.int64)
        lowest[:] = np.iinfo(np.int64).max
        term = self.term[self.row]
        np.minimum.at(lowest, term, self.participant)
        np.maximum.at(highest, term, self.participant)
        return np.where(lowest == highest, highest, -1)

    def amounts(self, allocation: Allocation) -> Int64Array:
        """Return the amount of each term: shape (terms,)."""
        taken = np.stack([allocation.participant, allocation.session], axis=1)
        sessions = len(allocation.runs)
        of_pair = self.participant >= 0
        counts = np.where(
            of_pair, among_pairs(self.participant, self.session, taken, sessions), allocation.runs[self.session]
        )
        total = np.zeros(len(self.bound), np.int64)
        np.add.at(total, self.row, self.coefficient * counts)
        return self._largest(total)

    def value(self, allocation: Allocation) -> int:
        """Return the value of an allocation at this level."""
        return exact_sum(self.weight * self.amounts(allocation))

    def _largest(self, total: Int64Array) -> Int64Array:
        """Return the amounts that sums of rows make."""
        amount = np.zeros(len(self.weight), np.int64)
        np.maximum.at(amount, self.term, total - self.bound)
        return amount


Costs: TypeAlias = LevelCosts | DayCosts | ExcessCosts
"""One level of an objective, of any kind."""


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

    def costs(self, problem: Problem) -> Iterator[Costs]:
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
