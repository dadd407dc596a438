"""Sessions' priorities among participants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import FrozenArrays, Int32Array, Int64Array, dense_ranks, freeze, pair_keys, row_pointers
from pdalloc.errors import Finding
from pdalloc.problem.labels import Labels

__all__ = ["Priorities", "find_priority_faults"]


@dataclass(frozen=True, eq=False)
class Priorities(FrozenArrays):
    """Priorities in CSR form: those of session j are the entries ``indptr[j]:indptr[j + 1]``.

    Participants who are not listed come after the listed ones, all in one class.

    Attributes
    ----------
    indptr : int64 array, shape (sessions + 1,)
    participant : int32 array, shape (entries,)
        In each row sorted by level, then by participant.
    level : int32 array, shape (entries,)
        From 1 (first); equal levels in one row are ties. No level is skipped.
    """

    indptr: Int64Array
    participant: Int32Array
    level: Int32Array

    @classmethod
    def from_columns(
        cls, session: Int64Array, participant: Int64Array, value: npt.NDArray[Any], sessions: int
    ) -> Priorities:
        """Build from one entry per (session, participant); a smaller `value` comes first, and means nothing else."""
        level = dense_ranks(value, session)
        order = np.lexsort((participant, level, session))
        return cls(
            freeze(row_pointers(session[order], sessions)),
            freeze(participant[order].astype(np.int32)),
            freeze(level[order].astype(np.int32)),
        )

    @classmethod
    def empty(cls, sessions: int) -> Priorities:
        """Return priorities that list nobody."""
        nobody = np.zeros(0, np.int32)
        return cls(freeze(np.zeros(sessions + 1, np.int64)), freeze(nobody), freeze(nobody.copy()))

    def __len__(self) -> int:
        return len(self.participant)

    @cached_property
    def unlisted_level(self) -> int:
        """The level of those whom a session does not list: one beyond all that are given."""
        return int(self.level.max(initial=0)) + 1

    def levels(self, session: Int32Array, participant: Int32Array) -> Int64Array:
        """Return the level of each pair, from 1; `unlisted_level` where the session does not list the participant.

        Parameters
        ----------
        session, participant : int32 arrays, shape (pairs,)
            Numbers from 0.

        Notes
        -----
        A sort of the entries and a search for every pair.
        """
        if not len(self):
            return np.full(len(session), self.unlisted_level)
        people = max(int(self.participant.max()), int(participant.max(initial=0))) + 1
        of_session = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))
        key = pair_keys(of_session, self.participant, people)
        order = np.argsort(key)
        wanted = pair_keys(session, participant, people)
        at = order[np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)]
        return np.where(key[at] == wanted, self.level[at], self.unlisted_level).astype(np.int64)


def find_priority_faults(
    session: Int64Array, participant: Int64Array, sessions: Labels, participants: Labels
) -> Iterator[Finding]:
    """Yield what is wrong with priorities given as columns: a participant listed twice by one session."""
    key = session * len(participants) + participant
    _, first = np.unique(key, return_index=True)
    for row in np.setdiff1d(np.arange(key.size), first).tolist():
        yield Finding(
            f"session {sessions[int(session[row])]!r} lists participant {participants[int(participant[row])]!r} twice; "
            "keep one of the two",
            "priority",
            row,
            "participant",
        )
