"""What is optimised, exactly: costs of places as integers, and the value of an allocation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int64Array, exact_sum
from pdalloc.errors import OptionError
from pdalloc.problem import Feature, Problem

__all__ = [
    "OBJECTIVES",
    "ByRank",
    "Generous",
    "Greedy",
    "Level",
    "Objective",
    "PlaceCosts",
    "RankMaximal",
    "RankSum",
    "Welfare",
    "get_objective",
    "to_integers",
]

MAX_SCALE = 10**6


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


class ScaledIntegers(NamedTuple):
    """Numbers as integers: value x scale, and whether any had to be rounded."""

    values: Int64Array
    scale: int
    rounded: bool


def to_integers(numbers: FloatArray) -> ScaledIntegers:
    """Multiply by the smallest power of ten, at most 10^6, that makes all numbers whole; round if none does.

    A number counts by its shortest decimal text: 0.1 is a tenth, not the binary fraction next to it.

    Parameters
    ----------
    numbers : float64 array, finite

    Raises
    ------
    OptionError
        If a scaled number does not fit 62 bits.

    Examples
    --------
    >>> to_integers(np.array([1.0, 0.25]))
    ScaledIntegers(values=array([100,  25]), scale=100, rounded=False)
    """
    largest = float(np.abs(numbers).max(initial=0))
    for power in range(7):
        scaled = np.rint(numbers * 10.0**power)
        # division is rounded correctly, so it gives a number back exactly where its shortest decimal has these digits
        if largest * 10**power < 2**53 and (scaled / 10.0**power == numbers).all():
            return ScaledIntegers(scaled.astype(np.int64), 10**power, False)
    unique, back = np.unique(numbers, return_inverse=True)
    exact = [Fraction(repr(number)) for number in unique.tolist()]
    denominator = math.lcm(*(fraction.denominator for fraction in exact))
    scale = next((10**power for power in range(7) if 10**power % denominator == 0), MAX_SCALE)
    integers = [round(fraction * scale) for fraction in exact]
    if any(abs(value) >= 2**62 for value in integers):
        raise OptionError(f"number {largest:g} times scale {scale} does not fit 62 bits; use smaller numbers")
    rounded = any(value != fraction * scale for value, fraction in zip(integers, exact, strict=True))
    return ScaledIntegers(np.array(integers, np.int64)[back].reshape(numbers.shape), scale, rounded)


@dataclass(frozen=True, eq=False)
class PlaceCosts:
    """What each way of spending wanted places costs, as integers; the total of an allocation is their sum.

    Attributes
    ----------
    listed : int64 array, shape (choices,)
        Cost of taking each choice (all places that its session fills).
    unlisted : int64 array, shape (participants,)
        Cost of one unlisted place.
    empty : int64 array, shape (participants,)
        Cost of one wanted place left empty.
    places_first : bool
        Whether filling places, and then listed ones, comes before this cost.
    scale : int
        The costs are in units of 1 / scale.
    """

    listed: Int64Array
    unlisted: Int64Array
    empty: Int64Array
    places_first: bool
    scale: int


@runtime_checkable
class Objective(Protocol):
    """What an allocation is judged by: a value of one integer per level, the first level deciding."""

    name: ClassVar[str]
    refuses: ClassVar[frozenset[Feature]]

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """Return what each entry of a value means."""
        ...

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """Return the value of an allocation, one integer per level."""
        ...

    def costs(self, problem: Problem) -> PlaceCosts:
        """Return the costs whose sum is the last level.

        Raises
        ------
        OptionError
            If the problem lacks what the objective needs, or a cost could overflow.
        """
        ...

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Return what a reader of the value should know, such as rounding."""
        ...


@dataclass(frozen=True)
class RankSum:
    """Most places, then (where unlisted ones are allowed) fewest unlisted, then the least sum of place costs.

    The cost of a place is its rank - 1 times the participant's weight; a wanted place left empty costs the longest
    list's length, an unlisted one the same (its rank is the longest list + 1).

    Parameters
    ----------
    rank_costs : sequence of int, optional
        Cost of rank 1, 2, ... instead of 0, 1, ...; at least as many as the longest list, not negative, not falling. An
        empty or unlisted place then costs one more than the last of them in use.
    """

    rank_costs: tuple[int, ...] | None = None

    name: ClassVar[str] = "rank-sum"
    refuses: ClassVar[frozenset[Feature]] = frozenset()

    def __post_init__(self) -> None:
        if self.rank_costs is None:
            return
        costs = tuple(self.rank_costs) if isinstance(self.rank_costs, Iterable) else ()
        if not costs or any(isinstance(cost, bool) or not isinstance(cost, int | np.integer) for cost in costs):
            raise OptionError(f"rank_costs is {self.rank_costs!r}; give whole numbers, one for each rank")
        if costs[0] < 0 or any(later < earlier for earlier, later in itertools.pairwise(costs)):
            raise OptionError(f"rank_costs {costs} fall or are negative; a worse rank cannot cost less")
        object.__setattr__(self, "rank_costs", tuple(int(cost) for cost in costs))

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        first = (Level("empty places"), Level("unlisted places"))
        name = "weighted rank cost" if Feature.WEIGHTS in problem.features else "rank cost"
        cost = Level(name, scale=to_integers(problem.weight).scale)
        return (*first[: 1 + (problem.unlisted == "last")], cost)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        problem = allocation.problem
        by_rank = self._by_rank(problem)
        weight = to_integers(problem.weight).values
        taken = by_rank[allocation.rank - 1] * weight[allocation.participant] * allocation.size
        cost = exact_sum(taken) + exact_sum(by_rank[-1] * weight * allocation.empty)
        empty = exact_sum(allocation.empty)
        if problem.unlisted == "last":
            return empty, int(allocation.size[allocation.choice < 0].sum()), cost
        return empty, cost

    def costs(self, problem: Problem) -> PlaceCosts:
        """See `Objective.costs`."""
        by_rank, choices = self._by_rank(problem), problem.choices
        weight = to_integers(problem.weight)
        listed = by_rank[choices.rank - 1]
        if problem.session_size.max() > 1:
            listed *= problem.session_size[choices.session]
        if (weight.values != 1).any():
            listed *= weight.values[choices.participant]
        empty = by_rank[-1] * weight.values
        return PlaceCosts(listed, empty, empty, places_first=True, scale=weight.scale)

    def _by_rank(self, problem: Problem) -> Int64Array:
        """Return the cost of a place at each rank, then that of an empty or unlisted one."""
        longest = problem.longest_list
        by_rank = self.rank_costs or range(longest)
        if len(by_rank) < longest:
            raise OptionError(
                f"rank_costs has {len(by_rank)} entries but the longest list or largest rank is {longest}; "
                f"give {longest}"
            )
        nothing = by_rank[longest - 1] + 1 if longest else 0
        weight = to_integers(problem.weight)
        if not weight.values.all():
            raise OptionError(
                f"weight {problem.weight.min()} is below half of 1/{MAX_SCALE:,}, the finest unit; use larger weights"
            )
        most_places = max(int(problem.session_size.max()), int(problem.wanted.max()))
        largest = nothing * int(weight.values.max()) * most_places
        if largest >= 2**62:
            raise OptionError(f"a day could cost {largest}, beyond 62 bits; use smaller rank_costs, weights or limits")
        return np.array([*by_rank[:longest], nothing], np.int64)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        rounded = to_integers(problem.weight).rounded
        return (f"weights were rounded to units of 1/{MAX_SCALE:,}",) if rounded else ()


@dataclass(frozen=True)
class Welfare:
    """The largest sum of ratings over all sessions taken; empty and unlisted places add nothing.

    A session over several slots adds its rating once. A choice rated 0 and an empty place tie: either may be given.
    """

    name: ClassVar[str] = "welfare"
    refuses: ClassVar[frozenset[Feature]] = frozenset({Feature.WEIGHTS})

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (Level("welfare", maximise=True, scale=_ratings(problem).scale),)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        ratings = _ratings(allocation.problem).values
        return (exact_sum(ratings[allocation.choice[allocation.choice >= 0]]),)

    def costs(self, problem: Problem) -> PlaceCosts:
        """See `Objective.costs`."""
        ratings = _ratings(problem)
        nothing = np.zeros(len(problem.participants), np.int64)
        return PlaceCosts(-ratings.values, nothing, nothing, places_first=False, scale=ratings.scale)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return (f"ratings were rounded to units of 1/{MAX_SCALE:,}",) if _ratings(problem).rounded else ()


class ByRank:
    """Objectives that count places rank by rank, one level after the other; weights and sums do not enter.

    Attributes
    ----------
    places_first : bool
        Whether the first level is to leave as few wanted places empty as possible, and the next to give as few unlisted
        ones.
    best_first : bool
        Whether levels go from the best rank, to be given often, or from the worst, to be given seldom.
    """

    name: ClassVar[str]
    refuses: ClassVar[frozenset[Feature]] = frozenset({Feature.WEIGHTS, Feature.SEVERAL_PLACES})
    places_first: ClassVar[bool] = True
    best_first: ClassVar[bool] = True

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`; one level for each rank that somebody gave."""
        ranks = tuple(
            Level(f"places at rank {rank}", maximise=self.best_first) for rank in self._ranks(problem.choices.rank)
        )
        unlisted = (Level("unlisted places", maximise=not self.places_first),) if problem.unlisted == "last" else ()
        return (Level("empty places"), *unlisted, *ranks) if self.places_first else (*ranks, *unlisted)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        problem, listed = allocation.problem, allocation.choice >= 0
        places = np.bincount(allocation.rank[listed], weights=allocation.size[listed], minlength=problem.unlisted_rank)
        ranks = tuple(int(places[rank]) for rank in self._ranks(problem.choices.rank))
        unlisted = (int(allocation.size[~listed].sum()),) if problem.unlisted == "last" else ()
        return (exact_sum(allocation.empty), *unlisted, *ranks) if self.places_first else (*ranks, *unlisted)

    def costs(self, problem: Problem) -> PlaceCosts:
        """Return each choice's rank as its cost; `steps` makes the costs of the levels from it."""
        nothing = np.zeros(len(problem.participants), np.int64)
        return PlaceCosts(problem.choices.rank.astype(np.int64), nothing, nothing, places_first=True, scale=1)

    def steps(self, rank: Int64Array) -> Iterator[tuple[Int64Array, int]]:
        """Yield for each level the cost of every choice, given their ranks, and that of an empty place."""
        if self.places_first:
            yield np.zeros(len(rank), np.int64), 1
        for level in self._ranks(rank):
            yield np.where(rank == level, -1 if self.best_first else 1, 0), 0

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()

    def _ranks(self, rank: npt.NDArray[np.integer[Any]]) -> list[int]:
        ranks: list[int] = np.unique(rank).tolist()
        return ranks if self.best_first else ranks[::-1]


@dataclass(frozen=True)
class Greedy(ByRank):
    """Most places, fewest unlisted ones, then most at rank 1, then most at rank 2, and so on."""

    name: ClassVar[str] = "greedy"


@dataclass(frozen=True)
class Generous(ByRank):
    """Most places, fewest unlisted ones, then fewest at the worst rank, then at the next better one, and so on."""

    name: ClassVar[str] = "generous"
    best_first: ClassVar[bool] = False


@dataclass(frozen=True)
class RankMaximal(ByRank):
    """Most places at rank 1, then most at rank 2, and so on, however many stay empty (Irving et al. 2006)."""

    name: ClassVar[str] = "rank-maximal"
    places_first: ClassVar[bool] = False


OBJECTIVES: Mapping[str, Callable[[], Objective]] = MappingProxyType(
    {objective.name: objective for objective in (RankSum, Welfare, Greedy, Generous, RankMaximal)}
)


def get_objective(objective: str | Objective, rank_costs: Sequence[int] | None = None) -> Objective:
    """Return the objective of a name, or the one given.

    Raises
    ------
    OptionError
        If there is none of that name, or it does not take rank costs.
    """
    if not isinstance(objective, str):
        if rank_costs is not None:
            raise OptionError(f"rank_costs are given beside {objective!r}, which has its own; give one of the two")
        if isinstance(objective, type) or not isinstance(objective, Objective):
            raise OptionError(f"objective is {objective!r}; give a name or an object such as RankSum()")
        return objective
    if objective == RankSum.name:
        return RankSum(rank_costs)  # type: ignore[arg-type]  # any sequence becomes a tuple there
    if objective not in OBJECTIVES:
        raise OptionError(f"unknown objective {objective!r}; there are {', '.join(OBJECTIVES)}")
    if rank_costs is not None:
        raise OptionError(f"objective {objective!r} takes no rank_costs; only rank-sum does")
    return OBJECTIVES[objective]()


def _ratings(problem: Problem) -> ScaledIntegers:
    if problem.choices.rating is None:
        raise OptionError("objective 'welfare' needs ratings; give a rating with every choice, or use 'rank-sum'")
    return to_integers(problem.choices.rating)
