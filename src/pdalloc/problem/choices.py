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
    IntegerArray,
    dense_ranks,
    freeze,
    pair_keys,
    row_pointers,
    rows_outside,
)
from pdalloc.errors import Finding
from pdalloc.integers import ScaledIntegers, to_integers
from pdalloc.problem.labels import Labels

__all__ = ["MAX_WHOLE", "Choices", "find_repeats", "find_value_faults", "ranks_from_ratings"]

MAX_WHOLE = 2**31 - 1
"""Largest capacity, minimum or limit."""

MAX_RANK = 10**6
"""Largest rank; an empty place costs at least as much, so that one wild rank would blur everybody else's."""


PAIRS_AT_ONCE = 2**14
"""So many that what is made of them stays in the processor's cache."""


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
        participant: IntegerArray,
        session: IntegerArray,
        rank: IntegerArray,
        rating: FloatArray | None,
        participants: int,
    ) -> Choices:
        """Build from one entry per choice in any order; the columns must have passed `find_value_faults`."""
        if not len(session):
            rating = None
        arranged = _copied if _is_sorted(participant, session, rank) else _sorted_columns
        participant, session, rank, rating = arranged(participant, session, rank, rating)
        return cls(
            freeze(row_pointers(participant, participants)),
            freeze(session),
            freeze(rank),
            None if rating is None else freeze(rating),
        )

    def __len__(self) -> int:
        return len(self.session)

    @cached_property
    def participant(self) -> Int32Array:
        """Participant number of each choice: shape (choices,)."""
        return freeze(np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int32), np.diff(self.indptr)))

    @cached_property
    def integer_ratings(self) -> ScaledIntegers | None:
        """The ratings as integers, shape (choices,); None if nobody gave ratings."""
        return None if self.rating is None else to_integers(self.rating)

    def of(self, participant: int) -> tuple[Int32Array, Int32Array]:
        """Return sessions and ranks of one participant, best first."""
        row = slice(self.indptr[participant], self.indptr[participant + 1])
        return self.session[row], self.rank[row]

    def repeat_a_session(self) -> bool:
        """Whether somebody chose a session twice."""
        # sorting a block of rows that the processor's cache holds is faster than sorting all of them at once
        sessions = int(self.session.max(initial=0)) + 1
        block = max(1, min(2048, (2**31 - 1) // sessions))
        for first in range(0, len(self.indptr) - 1, block):
            indptr = self.indptr[first : first + block + 1]
            row = np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))
            key = row * np.int32(sessions) + self.session[indptr[0] : indptr[-1]]
            key.sort()
            if (key[1:] == key[:-1]).any():
                return True
        return False

    def find(self, participant: Int32Array, session: Int32Array) -> Int64Array:
        """Return the position of each (participant, session) pair among the choices, -1 where it is none.

        Cost: one vectorised step for each position of the lists, over the pairs not found before it.
        """
        position = np.empty(len(participant), np.int64)
        for first in range(0, len(participant), PAIRS_AT_ONCE):
            block = slice(first, first + PAIRS_AT_ONCE)
            position[block] = self._find(participant[block], session[block])
        return position

    def _find(self, participant: Int32Array, session: Int32Array) -> Int64Array:
        position, end = self.indptr[participant], self.indptr[participant + 1]
        pair, at = np.arange(len(position)), position
        for _ in range(int((end - position).max(initial=0))):
            # past the end of a short list this reads on in the next one; what it finds there does not count below
            missed = np.flatnonzero(self.session.take(at, mode="clip") != session)
            if not missed.size:
                break
            pair, at, session = pair[missed], at[missed] + 1, session[missed]
            position[pair] = at
        return np.where(position < end, position, -1)


def find_value_faults(
    participant: IntegerArray,
    session: IntegerArray,
    rank: IntegerArray,
    rating: FloatArray | None,
    participants: Labels,
    sessions: Labels,
) -> Iterator[Finding]:
    """Yield the wrong ranks and ratings of choices given as columns; row numbers are those of the columns."""

    def pair(row: int) -> str:
        return _pair(participants[int(participant[row])], sessions[int(session[row])])

    for row in rows_outside(rank, 1, MAX_RANK):
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


def find_repeats(
    participant: IntegerArray, session: IntegerArray, participants: Labels, sessions: Labels
) -> Iterator[Finding]:
    """Yield every choice given as columns whose session the same participant has chosen in a row before."""
    key = pair_keys(participant, session, len(sessions))
    _, first = np.unique(key, return_index=True)
    for row in np.setdiff1d(np.arange(key.size), first).tolist():
        pair = _pair(participants[int(participant[row])], sessions[int(session[row])])
        yield Finding(f"{pair}: the session is chosen twice; keep one of the two", "choice", row, "session")


def _pair(participant: str, session: str) -> str:
    return f"participant {participant!r}, session {session!r}"


def ranks_from_ratings(participant: IntegerArray, slot: IntegerArray, rating: FloatArray) -> Int64Array:
    """Rank ratings within each (participant, slot) list: the highest gets 1, equal ratings tie, no rank is skipped.

    Parameters
    ----------
    participant, slot : integer arrays, shape (choices,)
        What list each choice belongs to; a constant slot makes one list a participant.
    rating : float64 array, shape (choices,)
    """
    return dense_ranks(-rating, participant, slot)


def _is_sorted(participant: IntegerArray, session: IntegerArray, rank: IntegerArray) -> bool:
    """Whether choices come by participant, then rank, then session."""
    if (participant[1:] < participant[:-1]).any():
        return False
    same = participant[1:] == participant[:-1]
    if (same & (rank[1:] < rank[:-1])).any():
        return False
    same &= rank[1:] == rank[:-1]
    return not same.any() or not (same & (session[1:] < session[:-1])).any()


def _copied(
    participant: IntegerArray, session: IntegerArray, rank: IntegerArray, rating: FloatArray | None
) -> tuple[IntegerArray, Int32Array, Int32Array, FloatArray | None]:
    """Return the columns as they are; what is kept of them is new."""
    return participant, session.astype(np.int32), rank.astype(np.int32), None if rating is None else rating.copy()


def _sorted_columns(
    participant: IntegerArray, session: IntegerArray, rank: IntegerArray, rating: FloatArray | None
) -> tuple[IntegerArray, Int32Array, Int32Array, FloatArray | None]:
    """Return new columns, sorted by participant, then rank, then session."""
    rank_bits, session_bits = MAX_RANK.bit_length(), int(session.max()).bit_length()
    if int(participant.max()).bit_length() + rank_bits + session_bits > 63:
        order = np.lexsort((session, rank, participant))
        return _copied(participant[order], session[order], rank[order], None if rating is None else rating[order])
    # one number a choice sorts many times faster than three columns, and holds all of them
    key = participant.astype(np.int64)
    for column, bits in ((rank, rank_bits), (session, session_bits)):
        key <<= bits
        key |= column
    if rating is not None:
        rating = rating[np.argsort(key)]
    key.sort()
    session = _low_bits(key, session_bits)
    key >>= session_bits
    rank = _low_bits(key, rank_bits)
    key >>= rank_bits
    return key, session, rank, rating


def _low_bits(key: Int64Array, bits: int) -> Int32Array:
    low = key.astype(np.int32)
    low &= 2**bits - 1
    return low
