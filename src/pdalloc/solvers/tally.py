"""How often each participant gets each session in many draws, without keeping the draws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int32Array, Int64Array, pair_keys
from pdalloc.context import Context
from pdalloc.kernels.picking import Lists
from pdalloc.solvers.turns import Turns

__all__ = ["Tally"]


class Tally:
    """Counts of (participant, session) pairs: by entry for those on the lists of the kernel, by key for all others.

    Attributes
    ----------
    draws : int
        Counted so far.
    """

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.draws = 0
        self._listed = np.zeros(0 if turns.lists is None else len(turns.lists.rank), np.int64)
        self._key, self._count = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def add(self, allocation: Allocation) -> None:
        """Count one draw."""
        self._add(self._keys(allocation.participant, allocation.session), 1)
        self.draws += 1

    def play(self, orders: Int64Array, context: Context) -> None:
        """Play draws and count them.

        Parameters
        ----------
        orders : int64 array, shape (draws * participants,)
            Every participant number once in each draw.
        context : Context
            For stopping.
        """
        people = len(self.turns.problem.participants)
        while len(orders):
            context.check()
            played = 0 if self.turns.lists is None else self._play(orders, self.turns.lists)
            if not played:
                self.add(self.turns.allocate(orders[:people], replace(context, progress=None)))
                played = 1
            orders = orders[played * people :]

    def pairs(self) -> tuple[Int32Array, Int32Array, Int64Array]:
        """Return participant, session and count of every pair that came up, sorted; shape (pairs,)."""
        if self.turns.lists is not None:
            lists, entry = self.turns.lists, np.flatnonzero(self._listed)
            row = np.searchsorted(lists.indptr, entry, side="right") - 1
            self._add(self._keys(row // lists.slots, lists.session[entry]), self._listed[entry])
            self._listed[:] = 0
        participant, session = np.divmod(self._key, len(self.turns.problem.sessions))
        return participant.astype(np.int32), session.astype(np.int32), self._count

    def _play(self, orders: Int64Array, lists: Lists) -> int:
        """Let the kernel play; return how many whole draws it played before it lost its patience."""
        people = len(self.turns.problem.participants)
        taken, _, played = self.turns.pick(orders, people, self.turns.seats)
        draws = played // people
        if not draws:
            return 0
        taken = taken[: draws * people * lists.slots]
        self._listed += np.bincount(taken + 1, minlength=len(self._listed) + 1)[1 : len(self._listed) + 1]
        if len(lists.may_be_unlisted):
            unlisted = np.flatnonzero(taken >= len(self._listed))
            self._add(self._keys(orders[unlisted // lists.slots], lists.session[taken[unlisted]]), 1)
        fixed = self.turns.problem.fixed
        self._add(self._keys(fixed[:, 0], fixed[:, 1]), draws)
        self.draws += draws
        return draws

    def _keys(self, participant: npt.NDArray[np.integer[Any]], session: npt.NDArray[np.integer[Any]]) -> Int64Array:
        return pair_keys(participant, session, len(self.turns.problem.sessions))

    def _add(self, key: Int64Array, times: int | Int64Array) -> None:
        """Count each of these pairs so many times more."""
        if not len(key):
            return
        count = np.concatenate([self._count, np.broadcast_to(times, len(key))])
        self._key, place = np.unique(np.concatenate([self._key, key]), return_inverse=True)
        self._count = np.bincount(place, weights=count).astype(np.int64)
