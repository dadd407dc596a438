"""Participants and sessions point at each other, and those on a cycle trade: top trading cycles."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.acceptance import NOWHERE
from pdalloc.kernels.kernel import kernel

__all__ = ["trade"]


@kernel
def trade(
    indptr: Int64Array,
    session: Int32Array,
    capacity: Int64Array,
    first: Int64Array,
    named: Int32Array,
    rest: Int32Array,
) -> Int64Array:
    """Return the entry that each participant trades for, `NOWHERE` without a place.

    Every participant points at the best session on their list that has a seat left, every session at the first
    participant still there. A walk along these pointers comes back to where it was: the participants on that cycle get
    the sessions they point at and leave. Which walk comes first has no influence on the outcome.

    Parameters
    ----------
    indptr : int64 array, shape (participants + 1,)
        The list of participant i is the entries ``indptr[i]:indptr[i + 1]``, best first.
    session : int32 array, shape (entries,)
    capacity : int64 array, shape (sessions,)
    first : int64 array, shape (sessions + 1,)
    named : int32 array
        Session j prefers the participants ``named[first[j]:first[j + 1]]``, in this order, to all others.
    rest : int32 array, shape (participants,)
        The order in which every session takes those others.

    Notes
    -----
    O(entries + named + participants + sessions): no pointer ever goes back.
    """
    people, sessions = len(indptr) - 1, len(capacity)
    traded, is_there = np.full(people, NOWHERE), np.ones(people, np.bool_)
    wish, seats = np.zeros(people, np.int64), np.zeros(sessions, np.int64)
    favourite, others = np.zeros(sessions, np.int64), 0
    for number in range(sessions):
        favourite[number], seats[number] = first[number], capacity[number]
    for participant in range(people):
        wish[participant] = indptr[participant]
    walk, on_walk, length = np.empty(people, np.int32), np.zeros(people, np.bool_), 0
    while True:
        if length == 0:
            while others < people and not is_there[rest[others]]:
                others += 1
            if others == people:
                return traded
            walk[0], length = rest[others], 1
            on_walk[walk[0]] = True
        participant = walk[length - 1]
        entry = wish[participant]
        while entry < indptr[participant + 1] and seats[session[entry]] == 0:
            entry += 1
        wish[participant] = entry
        if entry == indptr[participant + 1]:
            # nothing is left of the list: they leave, and who pointed at their priority looks again
            is_there[participant] = False
            length -= 1
            continue
        wanted = session[entry]
        while favourite[wanted] < first[wanted + 1] and not is_there[named[favourite[wanted]]]:
            favourite[wanted] += 1
        if favourite[wanted] < first[wanted + 1]:
            following = named[favourite[wanted]]
        else:
            while not is_there[rest[others]]:
                others += 1
            following = rest[others]
        if not on_walk[following]:
            walk[length] = following
            on_walk[following] = True
            length += 1
            continue
        closed = False
        while not closed:
            length -= 1
            trader = walk[length]
            closed = trader == following
            traded[trader] = wish[trader]
            seats[session[wish[trader]]] -= 1
            is_there[trader] = False
