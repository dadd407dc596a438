"""Participants propose to sessions, which hold on to the best they have been offered: deferred acceptance.

Whom a session prefers is one number a proposal, its standing: the smaller the better, and no two are equal. From the
high bits to the low ones it has the class in which the session sees the participant, the lot that breaks ties there,
and the participant's number, so that a heap of standings needs nothing beside it. A session that is full turns down
whatever does not stand before its cutoff, the worst it holds, without a look at its heap.

Compiled code counts the references to every array that a function is given, so what happens at every proposal stands
in one function.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel
from pdalloc.kernels.lots import LOT_BITS, lot

__all__ = ["NOWHERE", "Lists", "accept"]

NOWHERE = -1
VERY_LARGE = 2**62

AHEAD, NEARBY = 16, 100_000
"""Lists that are read ahead, and entries up to which that is of no use."""

FEW = 64
"""Of fewer than one participant in so many, those who propose again do so in any order."""


class Lists(NamedTuple):
    """What participants propose to, and how sessions see them.

    Attributes
    ----------
    indptr : int64 array, shape (participants + 1,)
        The list of participant i is the entries ``indptr[i]:indptr[i + 1]``, best first.
    session : int32 array, shape (entries,)
    capacity : int64 array, shape (sessions,)
    class_of : int64 array, shape (entries,) or (0,)
        Class in which the session sees the participant, from 0; smaller ones come first. Without any all are one class.
    by_position : bool
        Whether the class is the place on the participant's list instead.
    name_bits, lot_bits : int
        Bits of a participant's number, and of the lot above it.
    """

    indptr: Int64Array
    session: Int32Array
    capacity: Int64Array
    class_of: Int64Array
    by_position: bool
    name_bits: int
    lot_bits: int


@kernel
def accept(position: Int32Array, salt: int, *lists: Any) -> Int64Array:
    """Return the entry at which each participant is accepted in the end, `NOWHERE` without a place.

    The order in which participants propose has no influence on the outcome (McVitie and Wilson 1971), only on time.

    Parameters
    ----------
    position : int32 array, shape (participants,) or (0,)
        Lot of each participant in all sessions; without any, every session draws its own from `salt`.
    salt : int
        From 0 to 2^62 - 1.
    *lists
        The fields of `Lists`.
    """
    given = Lists(*lists)
    indptr, session_at = given.indptr, given.session
    people, sessions = len(indptr) - 1, len(given.capacity)
    single, has_classes, name_bits, lot_bits = (
        len(position) > 0,
        len(given.class_of) > 0,
        given.name_bits,
        given.lot_bits,
    )
    first, cutoff = _seats(given.capacity)
    held, end = np.empty(first[sessions], np.int64), first[:sessions].copy()
    proposed, read = np.zeros(people, np.int32), np.zeros(1, np.int64)
    turned_down, proposing, proposals = np.empty(people, np.int32), np.arange(people).astype(np.int32), people
    while proposals > 0:
        again = 0
        for number in range(proposals):
            if number % AHEAD == 0 and len(session_at) > NEARBY:
                _read_ahead(proposing, number, min(number + AHEAD, proposals), indptr, session_at, read)
            participant = int(proposing[number])
            begin, row_end, standing, session = indptr[participant], indptr[participant + 1], 0, 0
            entry = begin + int(proposed[participant])
            while entry < row_end:
                session = session_at[entry]
                if single:
                    standing = position[participant]
                else:
                    standing = lot(salt, participant * sessions + session) >> (LOT_BITS - lot_bits)
                if has_classes:
                    standing += given.class_of[entry] << lot_bits
                elif given.by_position:
                    standing += (entry - begin) << lot_bits
                standing = (standing << name_bits) + participant
                if standing < cutoff[session]:
                    break
                entry += 1
            proposed[participant] = entry - begin + 1
            if entry == row_end:
                continue
            start, size = first[session], first[session + 1] - first[session]
            if end[session] < first[session + 1]:
                held[end[session]] = standing
                end[session] += 1
                if end[session] == first[session + 1]:
                    for parent in range((size + 2) // 4 - 1, -1, -1):
                        _sift_down(held, start, size, parent, held[start + parent])
                    cutoff[session] = held[start]
            else:
                turned_down[again] = cutoff[session] & ((1 << name_bits) - 1)
                again += 1
                _sift_down(held, start, size, 0, standing)
                cutoff[session] = held[start]
        proposing, proposals = _in_order(turned_down, again, people), again
        turned_down = np.empty(people, np.int32)
    return _last_proposals(indptr, proposed)


@kernel
def _last_proposals(indptr: Int64Array, proposed: Int32Array) -> Int64Array:
    """Return the entry of the last proposal of each participant, `NOWHERE` for whom all turned down."""
    last = np.full(len(proposed), NOWHERE)
    for participant in range(len(proposed)):
        entry = indptr[participant] + proposed[participant] - 1
        if entry < indptr[participant + 1]:
            last[participant] = entry
    return last


@kernel
def _seats(capacity: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return where the seats of each session begin, and its cutoff while nobody has proposed."""
    first, cutoff = np.zeros(len(capacity) + 1, np.int64), np.full(len(capacity), VERY_LARGE)
    for session in range(len(capacity)):
        first[session + 1] = first[session] + capacity[session]
        if capacity[session] == 0:
            cutoff[session] = -1
    return first, cutoff


@kernel
def _sift_down(held: Int64Array, start: int, size: int, hole: int, standing: int) -> None:
    """Put a standing at a hole of the heap ``held[start:start + size]``, or below: four children each, worst on top."""
    while True:
        worst, child = -1, 4 * hole + 1
        for other in range(child, min(child + 4, size)):
            if worst < 0 or held[start + other] > held[start + worst]:
                worst = other
        if worst < 0 or held[start + worst] <= standing:
            break
        held[start + hole] = held[start + worst]
        hole = worst
    held[start + hole] = standing


@kernel
def _in_order(turned_down: Int32Array, count: int, people: int) -> Int32Array:
    """Return those who were turned down, in table order if they are many: their lists are then read as they lie."""
    if count * FEW < people:
        return turned_down
    listed, marked, found = np.empty(people, np.int32), np.zeros(people, np.bool_), 0
    for number in range(count):
        marked[turned_down[number]] = True
    for participant in range(people):
        listed[found] = participant
        found += marked[participant]
        if found == count:
            break
    return listed


@kernel
def _read_ahead(
    proposing: Int32Array, number: int, end: int, indptr: Int64Array, session_at: Int32Array, read: Int64Array
) -> None:
    """Look at the lists of the next participants, since memory answers many questions at once faster than in a row."""
    total = 0
    for ahead in range(number, end):
        total += session_at[min(indptr[proposing[ahead]], len(session_at) - 1)]
    # a compiler leaves out the reading of what is not used
    read[0] = total
