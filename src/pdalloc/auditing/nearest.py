"""Of several optima the one that keeps most places of an allocation: a last level for any objective."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import among_pairs
from pdalloc.objectives import Level, LevelCosts
from pdalloc.problem import Feature, Problem

__all__ = ["MostKept"]

KEPT = Level("places kept", maximise=True)


@dataclass(frozen=True, eq=False)
class MostKept:
    """As many as possible of the listed sessions that participants have in an allocation.

    Parameters
    ----------
    given : Allocation
        Of a problem with the same participants and sessions, those that were added aside.
    """

    given: Allocation
    name: str = "most-kept"
    refuses: frozenset[Feature] = frozenset()

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (KEPT,)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        return tuple(costs.value(allocation) for costs in self.costs(allocation.problem))

    def costs(self, problem: Problem) -> Iterator[LevelCosts]:
        """See `Objective.costs`."""
        choices, given = problem.choices, self.given
        held = np.stack([given.participant, given.session], axis=1)
        kept = among_pairs(choices.participant, choices.session, held, len(problem.sessions))
        yield LevelCosts(KEPT, listed=-kept.astype(np.int64), unlisted=0, empty=0)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()
