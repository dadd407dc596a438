"""Objectives that count places rank by rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import exact_sum
from pdalloc.objectives.levels import EMPTY_PLACES, UNLISTED_PLACES, Level, LevelCosts
from pdalloc.problem import Feature, Problem

__all__ = ["ByRank", "Generous", "Greedy", "RankMaximal"]


class ByRank:
    """Objectives that count places rank by rank, one level after the other; weights and sums do not enter.

    Where places come first, a facilitator who runs a session counts as placed there, at the best rank: from the places
    at that rank those are taken off that are wanted only because a session is cancelled, so that cancelling by itself
    gains none.

    Attributes
    ----------
    places_first : bool
        Whether the first level is to leave as few wanted places empty as possible, and the next to give as few unlisted
        ones.
    best_first : bool
        Whether levels go from the best rank, to be given often, or from the worst, to be given seldom.
    """

    name: ClassVar[str]
    refuses: ClassVar[frozenset[Feature]] = frozenset({Feature.WEIGHTS, Feature.HISTORY})
    places_first: ClassVar[bool] = True
    best_first: ClassVar[bool] = True

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`; one level for each rank that somebody gave."""
        ranks = tuple(self._level(rank) for rank in self._ranks(problem))
        unlisted = (
            (UNLISTED_PLACES.level._replace(maximise=not self.places_first),) if problem.unlisted == "last" else ()
        )
        return (EMPTY_PLACES.level, *unlisted, *ranks) if self.places_first else (*ranks, *unlisted)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        problem, listed = allocation.problem, allocation.choice >= 0
        places = np.bincount(allocation.rank[listed], weights=allocation.size[listed], minlength=problem.unlisted_rank)
        if self.places_first and len(problem.choices):
            places[problem.choices.rank.min()] -= (allocation.wanted - problem.wanted).sum()
        ranks = tuple(int(places[rank]) for rank in self._ranks(problem))
        unlisted = (int(allocation.size[~listed].sum()),) if problem.unlisted == "last" else ()
        return (exact_sum(allocation.empty), *unlisted, *ranks) if self.places_first else (*ranks, *unlisted)

    def costs(self, problem: Problem) -> Iterator[LevelCosts]:
        """See `Objective.costs`."""
        if self.places_first:
            yield EMPTY_PLACES
        if self.places_first and problem.unlisted == "last":
            yield UNLISTED_PLACES
        choices = problem.choices
        each = -1 if self.best_first else 1
        for rank in self._ranks(problem):
            listed = np.where(choices.rank == rank, each * problem.session_size[choices.session], 0)
            released = -each if self.places_first and rank == choices.rank.min() else 0
            yield LevelCosts(self._level(rank), listed, unlisted=0, empty=0, released=released)
        if not self.places_first and problem.unlisted == "last":
            yield LevelCosts(self.levels(problem)[-1], listed=0, unlisted=-1, empty=0)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()

    def _level(self, rank: int) -> Level:
        return Level(f"places at rank {rank}", maximise=self.best_first)

    def _ranks(self, problem: Problem) -> list[int]:
        """Ranks that somebody gave, the one that decides first before the others."""
        ranks: list[int] = np.flatnonzero(np.bincount(problem.choices.rank)).tolist()
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
    """Most places at rank 1, then most at rank 2, and so on, however many stay empty (Irving et al. 2006).

    Where unlisted places are allowed, the last level is most of these.
    """

    name: ClassVar[str] = "rank-maximal"
    places_first: ClassVar[bool] = False
