"""How often each participant gets each session in many draws, without keeping the draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array, IntegerArray, freeze, pair_keys
from pdalloc.problem import Problem
from pdalloc.random_assignment import RandomAssignment

__all__ = ["Tally", "owners"]


class Tally:
    """Counts of (participant, session) pairs: by entry for those on the lists of a kernel, by key for all others.

    Parameters
    ----------
    problem : Problem
    participant : integer array, shape (listed entries,)
        Whose each listed entry is.
    session : integer array, shape (entries,)
        Its session; entries beyond the listed ones are anybody's.

    Attributes
    ----------
    draws : int
        Counted so far.
    """

    def __init__(self, problem: Problem, participant: IntegerArray, session: IntegerArray) -> None:
        self.problem = problem
        self.draws = 0
        self._participant, self._session = participant, session
        self._listed = np.zeros(len(participant), np.int64)
        self._key, self._count = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def add(self, allocation: Allocation) -> None:
        """Count one draw."""
        self._add(allocation.participant, allocation.session, 1)
        self.draws += 1

    def add_draws(
        self, draws: int, taken: Int64Array, whose: Callable[[Int64Array], IntegerArray] | None = None
    ) -> None:
        """Count some draws.

        Parameters
        ----------
        draws : int
        taken : int64 array
            The entries that were taken in them beside the fixed pairs, -1 for none.
        whose : callable, optional
            Returns the participants at positions in `taken`; not needed where all entries are listed.
        """
        self._listed += np.bincount(taken + 1, minlength=len(self._listed) + 1)[1 : len(self._listed) + 1]
        if whose is not None and len(self._session) > len(self._listed):
            unlisted = np.flatnonzero(taken >= len(self._listed))
            self._add(whose(unlisted), self._session[taken[unlisted]], 1)
        self._add(self.problem.fixed[:, 0], self.problem.fixed[:, 1], draws)
        self.draws += draws

    def chances(self, draw: Callable[[np.random.Generator], Allocation]) -> RandomAssignment:
        """Return the share of the draws that had each pair, for a rule that makes one draw so."""
        entry = np.flatnonzero(self._listed)
        self._add(self._participant[entry], self._session[entry], self._listed[entry])
        self._listed[:] = 0
        participant, session = np.divmod(self._key, len(self.problem.sessions))
        return RandomAssignment(
            self.problem,
            freeze(participant.astype(np.int32)),
            freeze(session.astype(np.int32)),
            freeze(self._count / self.draws),
            self.draws,
            draw,
        )

    def _add(self, participant: IntegerArray, session: IntegerArray, times: int | Int64Array) -> None:
        """Count each of these pairs so many times more."""
        if not len(participant):
            return
        key = np.concatenate([self._key, pair_keys(participant, session, len(self.problem.sessions))])
        count = np.concatenate([self._count, np.broadcast_to(times, len(participant))])
        self._key, place = np.unique(key, return_inverse=True)
        self._count = np.bincount(place, weights=count).astype(np.int64)


def owners(indptr: Int64Array, participants: int, each: int) -> Int64Array:
    """Return whose each listed entry is, where each participant has so many rows of entries, one after the other."""
    return np.repeat(np.arange(participants), np.diff(indptr[: participants * each + 1 : each]))
