"""Participants take turns; on their turn each takes the best day that is left, at most one session in each slot.

The first session with a seat on the list of each slot makes the best day, unless two of these exclude each other: then
a search finds it, slot by slot. A place is given by its entry in `Lists.session`, an empty one by -1.

Compiled code counts the references to every array that a function is given, which takes longer than a turn. So what
happens on every turn stands in one function, and a search keeps its numbers in one array.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, UInt32Array
from pdalloc.kernels.exclusions import share_exclusion
from pdalloc.kernels.kernel import kernel

__all__ = ["EMPTY", "Lists", "pick"]

EMPTY = -1
BEFORE_FIRST = -2
VERY_LARGE = 2**62

PART = 8
"""Entries that are looked at together."""

AHEAD, NEARBY = 64, 100_000
"""Turns whose lists are read ahead, and entries up to which that is of no use."""

TRIED, HELD, SPENT, LEAST, PATIENCE = range(5)
"""What a search knows of each slot: the place tried there; the bits of what the places tried before exclude, all 0
without a search, and what they cost; the least that the places from this slot on can cost. The patience that is left
stands at slot 0."""


class Lists(NamedTuple):
    """What everybody could take.

    Attributes
    ----------
    slots : int
        How many there are, from 1.
    indptr : int64 array, shape (participants * slots + slots + 1,)
        What participant i has listed in slot t are the entries of row ``i * slots + t``, best first. The last rows have
        all sessions of each slot in table order where sessions may be taken unlisted, and no entries otherwise.
    session : uint32 array, shape (entries,)
        Numbers from 0; unsigned ones are quicker to look up.
    rank : int32 array, shape (listed entries,)
    exclusion_bits : int64 array, shape (sessions,)
        Nobody takes two sessions of one exclusion: a topic, or the two of a conflict. A session has a bit for each of
        its exclusions; several exclusions may share one.
    exclusion_start, exclusion : int64 array, shape (sessions + 1,), and int32 array
        The exclusions of session s, ascending, are ``exclusion[exclusion_start[s]:exclusion_start[s + 1]]``.
    may_be_unlisted : bool array, shape (participants * slots,)
        Rows in which an unlisted session may be taken; empty if nobody may.
    barred_start, barred : int64 array, shape (participants + 1,), and int32 array
        Participant i may not take the sessions ``barred[barred_start[i]:barred_start[i + 1]]`` unlisted.
    unlisted, empty : int
        Cost of an unlisted and of an empty place, where a listed one costs its rank: an unlisted one more than all
        ranks of a day together, an empty one more than all unlisted ones.
    """

    slots: int
    indptr: Int64Array
    session: UInt32Array
    rank: Int32Array
    exclusion_bits: Int64Array
    exclusion_start: Int64Array
    exclusion: Int32Array
    may_be_unlisted: BoolArray
    barred_start: Int64Array
    barred: Int32Array
    unlisted: int
    empty: int


class State(NamedTuple):
    """What one turn leaves to the next, and room for a search."""

    seats: Int64Array
    first_open: Int64Array  # of each slot: no unlisted session before this entry has a seat
    search: Int64Array  # shape (5, slots + 1)


@kernel
def pick(
    orders: Int64Array, people: int, seats: Int64Array, patience: int, *lists: Any
) -> tuple[Int64Array, Int64Array, int]:
    """Return the places that participants take on their turns.

    Parameters
    ----------
    orders : int64 array, shape (turns,)
        Participant of each turn.
    people : int
        Turns of a draw, from 1; after them the next draw begins, with all seats as at first.
    seats : int64 array, shape (sessions,)
        Free when a draw begins.
    patience : int
        After so many looks at sessions, beyond the first ones with a seat, it stops: the caller can look at the clock.
    *lists
        The fields of `Lists`.

    Returns
    -------
    taken : int64 array, shape (turns * slots,)
        Place in each slot, turn after turn.
    seats : int64 array, shape (sessions,)
        Free after the last turn.
    played : int
        How many turns were played; fewer than asked if patience ended, and then `taken` has nothing of use beyond.
    """
    given = Lists(*lists)
    taken = np.empty(len(orders) * given.slots, np.int64)
    left, played = seats, 0
    for begin in range(0, len(orders), people):
        end = min(begin + people, len(orders))
        left, played, patience = _play(orders, begin, end, seats.copy(), patience, given, taken)
        if played < end:
            break
    return taken, left, played


@kernel
def _play(
    orders: Int64Array, begin: int, end: int, seats: Int64Array, patience: int, lists: Lists, taken: Int64Array
) -> tuple[Int64Array, int, int]:
    """Play the turns of one draw; return the seats left, the turn where it ended, and the patience left."""
    slots, indptr, session_at = lists.slots, lists.indptr, lists.session
    first_open = indptr[len(indptr) - 1 - slots : len(indptr) - 1].copy()
    state, read = State(seats, first_open, np.zeros((5, slots + 1), np.int64)), np.empty(1, np.int64)
    state.search[PATIENCE, 0] = patience
    for turn in range(begin, end):
        if (turn - begin) % AHEAD == 0:
            _read_ahead(orders, turn, min(turn + AHEAD, end), lists, read)
        held, clash = 0, 0
        for slot in range(slots):
            row, place = orders[turn] * slots + slot, EMPTY
            entry, row_end = indptr[row], indptr[row + 1]
            while place == EMPTY and entry < row_end:
                part_end = min(entry + PART, row_end)
                # backwards and without a jump: which is the first with a seat cannot be foreseen, and a processor that
                # guesses wrong loses more time than it takes to look at all
                for at in range(part_end - 1, entry - 1, -1):
                    place = at if seats[session_at[at]] > 0 else place
                entry = part_end
            if place == EMPTY and len(lists.may_be_unlisted) > 0:
                place = _next_unlisted(row, entry, lists, state)
            taken[turn * slots + slot] = place
            if place != EMPTY:
                session = session_at[place]
                seats[session] -= 1
                clash |= held & lists.exclusion_bits[session]
                held |= lists.exclusion_bits[session]
        if clash != 0:
            _search(orders[turn] * slots, turn * slots, lists, state, taken)
        if state.search[PATIENCE, 0] < 0:
            for place in taken[turn * slots : turn * slots + slots]:
                if place != EMPTY:
                    seats[session_at[place]] += 1
            return seats, turn, -1
    return seats, end, state.search[PATIENCE, 0]


@kernel
def _read_ahead(orders: Int64Array, turn: int, end: int, lists: Lists, read: Int64Array) -> None:
    """Look at both ends of the lists of the next turns.

    They lie anywhere in memory, which answers many questions at once several times faster than one after the other.
    """
    last = len(lists.session) - 1
    if last < NEARBY:
        return
    total = 0
    for ahead in range(turn, end):
        row = orders[ahead] * lists.slots
        total += lists.session[min(lists.indptr[row], last)]
        total += lists.session[lists.indptr[row + lists.slots] - 1]
    # a compiler leaves out the reading of what is not used
    read[0] = total


@kernel
def _next_unlisted(row: int, entry: int, lists: Lists, state: State) -> int:
    """Return the first unlisted place from this entry on that goes with what is tried, EMPTY if there is none."""
    participant, slot = row // lists.slots, row % lists.slots
    end = lists.indptr[len(lists.indptr) - lists.slots + slot]
    if not lists.may_be_unlisted[row]:
        return EMPTY
    while state.first_open[slot] < end and state.seats[lists.session[state.first_open[slot]]] == 0:
        state.first_open[slot] += 1
    for place in range(max(entry, state.first_open[slot]), end):
        state.search[PATIENCE, 0] -= 1
        session = lists.session[place]
        apart = lists.exclusion_bits[session] & state.search[HELD, slot] == 0
        if state.seats[session] > 0 and (apart or not _is_excluded(session, slot, lists, state.search)):
            barred = False
            for k in range(lists.barred_start[participant], lists.barred_start[participant + 1]):
                barred = barred or lists.barred[k] == session
            if not barred:
                return place
    return EMPTY


@kernel
def _is_excluded(session: int, slot: int, lists: Lists, search: Int64Array) -> bool:
    """Return whether a session shares an exclusion, not only a bit, with one tried in a slot before."""
    for earlier in range(slot):
        if search[TRIED, earlier] != EMPTY:
            search[PATIENCE, 0] -= 1
            other = lists.session[search[TRIED, earlier]]
            if share_exclusion(session, other, lists.exclusion_start, lists.exclusion):
                return True
    return False


@kernel
def _search(row: int, first: int, lists: Lists, state: State, taken: Int64Array) -> None:
    """Replace the places of a turn by the best that go together, if patience allows.

    Branch and bound, depth first: slot by slot, in each the best place first.
    """
    search, slots = state.search, lists.slots
    search[LEAST, slots] = 0
    for slot in range(slots - 1, -1, -1):
        place = taken[first + slot]
        search[LEAST, slot] = search[LEAST, slot + 1] + _cost(place, lists)
        if place != EMPTY:
            state.seats[lists.session[place]] += 1
    best = VERY_LARGE
    # from slot 0, where that loop ended
    search[TRIED, slot], search[SPENT, slot] = BEFORE_FIRST, 0
    while slot >= 0 and search[PATIENCE, 0] >= 0:
        search[PATIENCE, 0] -= 1
        if slot == slots:
            if search[SPENT, slots] < best or _is_earlier(first, lists, search, taken):
                best = search[SPENT, slots]
                for known in range(slots):
                    taken[first + known] = search[TRIED, known]
            slot -= 1
            continue
        before = search[TRIED, slot]
        # what excludes nothing goes with all that a worse place goes with, so nothing after it is tried
        if before == EMPTY or (before != BEFORE_FIRST and lists.exclusion_bits[lists.session[before]] == 0):
            slot -= 1
            continue
        entry = lists.indptr[row + slot] if before == BEFORE_FIRST else before + 1
        place = EMPTY
        for listed in range(entry, lists.indptr[row + slot + 1]):
            search[PATIENCE, 0] -= 1
            session = lists.session[listed]
            apart = lists.exclusion_bits[session] & search[HELD, slot] == 0
            if state.seats[session] > 0 and (apart or not _is_excluded(session, slot, lists, search)):
                place = listed
                break
        if place == EMPTY and len(lists.may_be_unlisted) > 0:
            place = _next_unlisted(row + slot, entry, lists, state)
        cost = search[SPENT, slot] + _cost(place, lists)
        # places come by cost: if this one is too dear, so are the rest
        if cost + search[LEAST, slot + 1] > best:
            slot -= 1
            continue
        held = search[HELD, slot]
        if place != EMPTY:
            held |= lists.exclusion_bits[lists.session[place]]
        search[TRIED, slot] = place
        slot += 1
        search[TRIED, slot], search[HELD, slot], search[SPENT, slot] = BEFORE_FIRST, held, cost
    for slot in range(slots):
        search[HELD, slot] = 0
        if taken[first + slot] != EMPTY:
            state.seats[lists.session[taken[first + slot]]] -= 1


@kernel
def _cost(place: int, lists: Lists) -> int:
    if place == EMPTY:
        return lists.empty
    return int(lists.rank[place]) if place < len(lists.rank) else lists.unlisted


@kernel
def _is_earlier(first: int, lists: Lists, search: Int64Array, taken: Int64Array) -> bool:
    """Return whether the day tried has the earlier sessions: of those in one day only, the first in the table."""
    tried_first, taken_first = VERY_LARGE, VERY_LARGE
    for slot in range(lists.slots):
        one, other = search[TRIED, slot], taken[first + slot]
        if one != other and one != EMPTY:
            tried_first = min(tried_first, lists.session[one])
        if one != other and other != EMPTY:
            taken_first = min(taken_first, lists.session[other])
    return tried_first < taken_first
