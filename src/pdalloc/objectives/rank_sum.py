"""Least sum of ranks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array, exact_sum
from pdalloc.errors import OptionError
from pdalloc.integers import MAX_SCALE
from pdalloc.objectives.levels import EMPTY_PLACES, UNLISTED_PLACES, Level, LevelCosts
from pdalloc.problem import Feature, Problem

__all__ = ["RankSum"]


@dataclass(frozen=True)
class RankSum:
    """Most places, then (where unlisted ones are allowed) fewest unlisted, then the least sum of place costs.

    The cost of a place is its rank - 1 times what the participant counts (`Problem.integer_weights`); a wanted place
    left empty costs the longest list's length, an unlisted one the same (its rank is the longest list + 1).

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
        first = (EMPTY_PLACES.level, UNLISTED_PLACES.level)
        weight = problem.integer_weights
        name = "weighted rank cost" if (weight.values != weight.values[0]).any() else "rank cost"
        return (*first[: 1 + (problem.unlisted == "last")], Level(name, scale=weight.scale))

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        problem = allocation.problem
        by_rank = self._by_rank(problem)
        weight = problem.integer_weights.values
        taken = by_rank[allocation.rank - 1] * weight[allocation.participant] * allocation.size
        cost = exact_sum(taken) + exact_sum(by_rank[-1] * weight * allocation.empty)
        empty = exact_sum(allocation.empty)
        if problem.unlisted == "last":
            return empty, int(allocation.size[allocation.choice < 0].sum()), cost
        return empty, cost

    def costs(self, problem: Problem) -> Iterator[LevelCosts]:
        """See `Objective.costs`."""
        by_rank, choices = self._by_rank(problem), problem.choices
        weight = problem.integer_weights.values
        listed = by_rank[choices.rank - 1]
        if problem.session_size.max() > 1:
            listed *= problem.session_size[choices.session]
        if (weight != 1).any():
            listed *= weight[choices.participant]
        empty = by_rank[-1] * weight
        yield EMPTY_PLACES
        if problem.unlisted == "last":
            yield UNLISTED_PLACES
        yield LevelCosts(self.levels(problem)[-1], listed, empty, empty)

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
        weight = problem.integer_weights
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
        rounded = problem.integer_weights.rounded
        return (f"weights were rounded to units of 1/{MAX_SCALE:,}",) if rounded else ()
