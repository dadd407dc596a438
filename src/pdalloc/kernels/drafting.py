"""Participants pick one session at a time, round after round, each the best that is left and goes with what they hold.

A session that does not go with what somebody holds never will, and one without seats never has them again. So nobody
looks at an entry of a list twice. A pick is given by its entry in `Lists.session`, a missing one by -1.

Compiled code counts the references to every array that a function is given, which takes longer than a pick. So what
happens at every pick stands in one function.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array
from pdalloc.kernels.exclusions import share_exclusion
from pdalloc.kernels.kernel import kernel

__all__ = ["EMPTY", "Lists", "draft"]

EMPTY = -1


class Lists(NamedTuple):
    """What everybody could pick.

    Attributes
    ----------
    each : int
        Lists of a participant, from 1: round t is about list t, and all rounds from the last list on about that one.
    indptr : int64 array, shape (participants * each + each + 1,)
        List t of participant i are the entries of row ``i * each + t``, best first. The last rows have all sessions of
        each list in table order where sessions may be picked unlisted, and no entries otherwise.
    session : int32 array, shape (entries,)
        Numbers from 0.
    size : int64 array, shape (sessions,)
        Places that a session fills.
    slots : int
        How many there are, from 0.
    slot_start, slot : int64 array, shape (sessions + 1,), and int32 array
        The slots of session s are ``slot[slot_start[s]:slot_start[s + 1]]``.
    exclusion_bits : int64 array, shape (sessions,)
        Nobody holds two sessions of one exclusion: a topic, or the two of a conflict. A session has a bit for each of
        its exclusions; several exclusions may share one.
    exclusion_start, exclusion : int64 array, shape (sessions + 1,), and int32 array
        The exclusions of session s, ascending, are ``exclusion[exclusion_start[s]:exclusion_start[s + 1]]``.
    wants : int64 array, shape (participants,)
        Places that participant i wants.
    room : int64 array, shape (participants + 1,)
        Participant i picks at most ``room[i + 1] - room[i]`` sessions.
    is_free : bool array, shape (participants * slots,)
        Whether participant i could be in a session in slot t: entry ``i * slots + t``.
    barred_start, barred : int64 array, shape (participants + 1,), and int32 array
        Participant i may not pick the sessions ``barred[barred_start[i]:barred_start[i + 1]]`` unlisted.
    """

    each: int
    indptr: Int64Array
    session: Int32Array
    size: Int64Array
    slots: int
    slot_start: Int64Array
    slot: Int32Array
    exclusion_bits: Int64Array
    exclusion_start: Int64Array
    exclusion: Int32Array
    wants: Int64Array
    room: Int64Array
    is_free: BoolArray
    barred_start: Int64Array
    barred: Int32Array


@kernel
def draft(orders: Int64Array, snake: bool, seats: Int64Array, *lists: Any) -> Int64Array:
    """Return what participants pick, in one draft after the other, each with all seats as at first.

    Parameters
    ----------
    orders : int64 array, shape (drafts * participants,)
        Every participant once in each draft: the order of its first round.
    snake : bool
        Whether every second round goes in the reverse order.
    seats : int64 array, shape (sessions,)
    *lists
        The fields of `Lists`.

    Returns
    -------
    int64 array, shape (drafts * room[-1],)
        Entries picked, draft after draft, in each by participant.
    """
    given = Lists(*lists)
    people, most = len(given.wants), given.room[len(given.room) - 1]
    drafts = len(orders) // people
    taken = np.full(drafts * most, EMPTY, np.int64)
    for number in range(drafts):
        _play(orders, number * people, snake, seats.copy(), given, taken, number * most)
    return taken


@kernel
def _play(
    orders: Int64Array, begin: int, snake: bool, seats: Int64Array, lists: Lists, taken: Int64Array, first: int
) -> None:
    """Play one draft, whose order begins at one position and whose picks are written from another one on."""
    people, each, slots, indptr, session_at = len(lists.wants), lists.each, lists.slots, lists.indptr, lists.session
    wants, is_free, held_bits = lists.wants.copy(), lists.is_free.copy(), np.zeros(people, np.int64)
    picks, passed = np.zeros(people, np.int64), np.zeros(people * each, np.int64)
    played, picked = 0, True
    while played < each or picked:
        kind, picked = min(played, each - 1), False
        rest = indptr[people * each + kind]
        unlisted = indptr[people * each + kind + 1] - rest
        for turn in range(people):
            who = orders[begin + (people - 1 - turn if snake and played % 2 == 1 else turn)]
            row = who * each + kind
            start, listed = indptr[row], indptr[row + 1] - indptr[row]
            next_one, passed[row] = passed[row], listed + unlisted
            for position in range(next_one, listed + unlisted if wants[who] > 0 else 0):
                entry = start + position if position < listed else rest + position - listed
                session = session_at[entry]
                if seats[session] == 0 or lists.size[session] > wants[who]:
                    continue
                goes = True
                for k in range(lists.slot_start[session], lists.slot_start[session + 1]):
                    goes = goes and is_free[who * slots + lists.slot[k]]
                if goes and (position >= listed or held_bits[who] & lists.exclusion_bits[session] != 0):
                    held = first + lists.room[who]
                    goes = _goes(who, session, position >= listed, lists, taken, held, held + picks[who])
                if goes:
                    for k in range(lists.slot_start[session], lists.slot_start[session + 1]):
                        is_free[who * slots + lists.slot[k]] = False
                    seats[session] -= 1
                    wants[who] -= lists.size[session]
                    held_bits[who] |= lists.exclusion_bits[session]
                    taken[first + lists.room[who] + picks[who]] = entry
                    picks[who] += 1
                    passed[row], picked = position + 1, True
                    break
        played += 1


@kernel
def _goes(who: int, session: int, unlisted: bool, lists: Lists, taken: Int64Array, start: int, end: int) -> bool:
    """Return whether a session is none of those held, shares no exclusion with them, and is not barred unlisted."""
    if unlisted:
        for k in range(lists.barred_start[who], lists.barred_start[who + 1]):
            if lists.barred[k] == session:
                return False
    for position in range(start, end):
        held = lists.session[taken[position]]
        if held == session:
            return False
        if share_exclusion(session, held, lists.exclusion_start, lists.exclusion):
            return False
    return True
