"""Ranked or rated choices of all participants, by rows, and what is checked of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pdalloc.arrays import (
    FloatArray,
    FrozenArrays,
    Int32Array,
    Int64Array,
    dense_ranks,
    freeze,
    frozen_copy,
    pair_keys,
    row_pointers,
)
from pdalloc.errors import Finding
from pdalloc.problem.labels import Labels

__all__ = ["MAX_WHOLE", "Choices", "find_choice_faults", "ranks_from_ratings"]

MAX_WHOLE = 2**31 - 1
"""Largest capacity, minimum or limit."""

MAX_RANK = 10**6
"""Largest rank; an empty place costs at least as much, so that one wild rank would blur everybody else's."""


@dataclass(frozen=True, eq=False)
class Choices(FrozenArrays):
    """Choices in CSR form: those of participant i are the entries ``indptr[i]:indptr[i + 1]``.

    Attributes
    ----------
    indptr : int64 array, shape (participants + 1,)
    session : int32 array, shape (choices,)
        Session numbers from 0; in each row sorted by rank, then by session.
    rank : int32 array, shape (choices,)
        From 1 (best); equal ranks in one row are ties.
    rating : float64 array, shape (choices,), or None
        Finite numbers, larger is better; None if nobody gave ratings.
    """

    indptr: Int64Array
    session: Int32Array
    rank: Int32Array
    rating: FloatArray | None = None

    @classmethod
    def from_columns(
        cls,
        participant: Int64Array,
        session: Int64Array,
        rank: Int64Array,
        rating: FloatArray | None,
        participants: int,
    ) -> Choices:
        """Build from one entry per choice in any order; the columns must have passed `find_choice_faults`."""
        if not len(session):
            rating = None
        if not _is_sorted(participant, session, rank):
            participant, session, rank, rating = _sorted_columns(participant, session, rank, rating)
        return cls(
            freeze(row_pointers(participant, participants)),
            frozen_copy(session, np.int32),
            frozen_copy(rank, np.int32),
            None if rating is None else frozen_copy(rating, np.float64),
        )

    def __len__(self) -> int:
        return len(self.session)

    @cached_property
    def participant(self) -> Int32Array:
        """Participant number of each choice: shape (choices,)."""
        return freeze(np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int32), np.diff(self.indptr)))

    def of(self, participant: int) -> tuple[Int32Array, Int32Array]:
        """Return sessions and ranks of one participant, best first."""
        row = slice(self.indptr[participant], self.indptr[participant + 1])
        return self.session[row], self.rank[row]

    def find(self, participant: Int32Array, session: Int32Array) -> Int64Array:
        """Return the position of each (participant, session) pair among the choices, -1 where it is none.

        Cost: pairs x longest list, in one vectorised step for each position of the lists.
        """
        position = np.full(len(participant), -1, np.int64)
        entry, end = self.indptr[participant], self.indptr[participant + 1]
        open_pair = np.flatnonzero(entry < end)
        while open_pair.size:
            at = entry[open_pair]
            hit = self.session[at] == session[open_pair]
            position[open_pair[hit]] = at[hit]
            entry[open_pair] += 1
            open_pair = open_pair[~hit & (entry[open_pair] < end[open_pair])]
        return position


def find_choice_faults(
    participant: Int64Array,
    session: Int64Array,
    rank: Int64Array,
    rating: FloatArray | None,
    participants: Labels,
    sessions: Labels,
) -> Iterator[Finding]:
    """Yield what is wrong with choices given as columns; row numbers are those of the columns."""

    def pair(row: int) -> str:
        return f"participant {participants[int(participant[row])]!r}, session {sessions[int(session[row])]!r}"

    for name, number, count in (("participant", participant, len(participants)), ("session", session, len(sessions))):
        for row in np.flatnonzero((number < 0) | (number >= count)).tolist():
            yield Finding(f"choice {row}: {name} number {number[row]} is not in 0 to {count - 1}", "choice", row, name)
            return  # pairs with unknown numbers cannot be named
    for row in np.flatnonzero((rank < 1) | (rank > MAX_RANK)).tolist():
        yield Finding(
            f"{pair(row)}: rank {rank[row]} is not in 1 to {MAX_RANK:,}; rank 1 is best", "choice", row, "rank"
        )
    if rating is not None:
        for row in np.flatnonzero(~np.isfinite(rating)).tolist():
            yield Finding(
                f"{pair(row)}: rating {rating[row]} is not finite; leave the choice out if it is not acceptable",
                "choice",
                row,
                "rating",
            )
    key = pair_keys(participant, session, len(sessions))
    in_order = np.sort(key)
    if (in_order[1:] == in_order[:-1]).any():
        _, first = np.unique(key, return_index=True)
        for row in np.setdiff1d(np.arange(key.size), first).tolist():
            yield Finding(f"{pair(row)}: the session is chosen twice; keep one of the two", "choice", row, "session")


def ranks_from_ratings(participant: Int64Array, slot: Int64Array, rating: FloatArray) -> Int64Array:
    """Rank ratings within each (participant, slot) list: the highest gets 1, equal ratings tie, no rank is skipped.

    Parameters
    ----------
    participant, slot : int64 arrays, shape (choices,)
        What list each choice belongs to; a constant slot makes one list a participant.
    rating : float64 array, shape (choices,)
    """
    return dense_ranks(-rating, participant, slot)


def _is_sorted(participant: Int64Array, session: Int64Array, rank: Int64Array) -> bool:
    """Whether choices come by participant, then rank, then session."""
    if (participant[1:] < participant[:-1]).any():
        return False
    same = participant[1:] == participant[:-1]
    if (same & (rank[1:] < rank[:-1])).any():
        return False
    return not (same & (rank[1:] == rank[:-1]) & (session[1:] < session[:-1])).any()


def _sorted_columns(
    participant: Int64Array, session: Int64Array, rank: Int64Array, rating: FloatArray | None
) -> tuple[Int64Array, Int64Array, Int64Array, FloatArray | None]:
    """Return the columns sorted by participant, then rank, then session."""
    ranks, sessions = int(rank.max()) + 1, int(session.max()) + 1
    if (int(participant.max()) + 1) * ranks * sessions >= 2**63:
        order = np.lexsort((session, rank, participant))
        return participant[order], session[order], rank[order], None if rating is None else rating[order]
    # one number a choice sorts many times faster than three columns, and holds all of them
    key = pair_keys(pair_keys(participant, rank, ranks), session, sessions)
    if rating is not None:
        rating = rating[np.argsort(key)]
    key.sort()
    rest, session = np.divmod(key, sessions)
    participant, rank = np.divmod(rest, ranks)
    return participant, session, rank, rating
