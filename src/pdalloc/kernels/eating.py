"""Everybody eats the best that is left, at the same speed (simultaneous eating), for strict lists.

Time is counted in whole units, so that sums are exact and compiled and interpreted code agree to the last bit: a quota
ends at the last unit in which all its eaters can still be fed, and nothing is ever eaten beyond it.

A capacity is a quota; others may lie within it or around it. Quotas are numbered so that those within quota q are
``first_within[q]:q``, none of them wider than q.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, UInt32Array
from pdalloc.kernels.kernel import kernel

__all__ = ["Meal", "finish_times", "listed_portions", "unlisted_portions"]

NONE = -1


class Meal(NamedTuple):
    """Who could eat what.

    Attributes
    ----------
    indptr : int64 array, shape (eaters + kinds + 1,)
        What eater i lists are the entries of row i, best first. The last rows have what each kind of eater may take
        unlisted; there are no such rows where nobody may.
    quota : uint32 array, shape (entries,)
        The innermost quota that counts the entry, another one for each session; from 0.
        Unsigned numbers are quicker to look up.
    kind : int32 array, shape (eaters,)
        Numbers from 0; empty where nobody may eat what they did not list.
    barred_start, barred : int64 array, shape (eaters + 1,), and int32 array
        Eater i may not take ``barred[barred_start[i]:barred_start[i + 1]]`` unlisted.
    most : int64 array, shape (quotas,)
        At most as many as there are eaters.
    parent : int64 array, shape (quotas,)
        The smallest quota around each, -1 for none.
    first_within : int64 array, shape (quotas,)
    whole : int
        Units of time in all, so few that twice the eaters' time stays below 2^63.
    """

    indptr: Int64Array
    quota: UInt32Array
    kind: Int32Array
    barred_start: Int64Array
    barred: Int32Array
    most: Int64Array
    parent: Int64Array
    first_within: Int64Array
    whole: int


@kernel
def finish_times(*given: Any) -> Int64Array:
    """Return when each quota ends, by itself or with one around it; `whole` if it does not.

    Every entry is looked at once, and all quotas whenever one ends.

    Parameters
    ----------
    *given
        The fields of `Meal`.

    Returns
    -------
    int64 array, shape (quotas,)
    """
    meal = Meal(*given)
    indptr, quota, whole, parent = meal.indptr, meal.quota, meal.whole, meal.parent
    people, quotas, last_entry = len(meal.barred_start) - 1, len(meal.most), len(quota) - 1
    finish = np.full(quotas, whole, np.int64)
    for ended in range(quotas):
        if meal.most[ended] == 0:
            finish[meal.first_within[ended] : ended + 1] = 0
    # what a quota has, and when its eaters began: with the time they began added to it, it ends at this over their
    # number, for eaters stay until it ends
    supply, eaters = np.empty(quotas, np.int64), np.zeros(quotas, np.int64)
    for q in range(quotas):
        supply[q] = meal.most[q] * whole
    joined, due = np.zeros(quotas, np.int64), np.full(quotas, whole, np.int64)
    last_eater, one_before = np.full(quotas, NONE, np.int32), np.empty(people, np.int32)
    at, moving, movers, now = np.full(people, -1, np.int32), np.arange(people).astype(np.uint32), people, 0
    read = np.empty(1, np.int64)
    first_open = np.zeros(len(indptr) - 1 - people, np.int64)
    for k in range(len(first_open)):
        first_open[k] = indptr[people + k]
    while True:
        unserved = 0
        if movers < people:
            # where they are in memory cannot be foreseen: it answers many questions at once several times faster
            for k in range(movers):
                eater = moving[k]
                read[0] += quota[min(indptr[eater] + at[eater] + 1, last_entry)] + one_before[eater]
        for k in range(movers):
            eater = moving[k]
            entry, end = indptr[eater] + at[eater] + 1, indptr[eater + 1]
            while entry < end and finish[quota[entry]] < whole:
                entry += 1
            at[eater] = entry - indptr[eater]
            if entry < end:
                q = quota[entry]
                one_before[eater] = last_eater[q]
                last_eater[q] = eater
                joined[q] += 1
            else:
                moving[unserved] = eater
                unserved += 1
        if len(first_open) > 0:
            for k in range(unserved):
                entry = _next_unlisted(moving[k], meal, finish, first_open)
                if entry != NONE:
                    q = quota[entry]
                    one_before[moving[k]] = last_eater[q]
                    last_eater[q] = moving[k]
                    joined[q] += 1
        earliest, ends = whole, NONE
        for q in range(quotas):
            if joined[q] > 0:
                eaters[q] += joined[q]
                supply[q] += joined[q] * now
                # a division takes as long as ten comparisons
                due[q] = supply[q] // eaters[q] if supply[q] < eaters[q] * whole else whole
                if parent[q] != NONE:
                    joined[parent[q]] += joined[q]
                joined[q] = 0
            if due[q] < earliest:
                earliest, ends = due[q], q
        if ends == NONE:
            return finish
        now, movers = earliest, 0
        around = parent[ends]
        while around != NONE:
            eaters[around] -= eaters[ends]
            supply[around] -= eaters[ends] * now
            due[around] = supply[around] // eaters[around] if eaters[around] > 0 else whole
            around = parent[around]
        for q in range(meal.first_within[ends], ends + 1):
            if finish[q] == whole:
                finish[q], due[q] = now, whole
                eater = last_eater[q]
                while eater != NONE:
                    moving[movers] = eater
                    movers += 1
                    eater = one_before[eater]


@kernel
def _next_unlisted(eater: int, meal: Meal, finish: Int64Array, first_open: Int64Array) -> int:
    """Return the first unlisted entry that has something left for an eater, -1 if there is none."""
    kind, people = meal.kind[eater], len(meal.kind)
    end = meal.indptr[people + kind + 1]
    while first_open[kind] < end and finish[meal.quota[first_open[kind]]] < meal.whole:
        first_open[kind] += 1
    for entry in range(first_open[kind], end):
        if finish[meal.quota[entry]] == meal.whole and not _is_barred(eater, meal.quota[entry], meal):
            return entry
    return NONE


@kernel
def _is_barred(eater: int, quota: int, meal: Meal) -> bool:
    barred = False
    for k in range(meal.barred_start[eater], meal.barred_start[eater + 1]):
        barred = barred or meal.barred[k] == quota
    return barred


@kernel
def listed_portions(finish: Int64Array, *given: Any) -> tuple[Int32Array, Int64Array, Int64Array]:
    """Return how much everybody ate of what they listed: of each entry, the time by which it outlasts all before it.

    Parameters
    ----------
    finish : int64 array, shape (quotas,)
        From `finish_times`.
    *given
        The fields of `Meal`.

    Returns
    -------
    quota : int32 array, shape (portions,)
        By eater, best entry first.
    portion : int64 array, shape (portions,)
        In units of time, above 0.
    first : int64 array, shape (eaters + 1,)
        Eater i ate the portions ``first[i]:first[i + 1]``.
    """
    meal = Meal(*given)
    indptr, quota, whole = meal.indptr, meal.quota, meal.whole
    people, count = len(meal.barred_start) - 1, 0
    room = indptr[people] + 1
    what, portion, first = np.empty(room, np.int32), np.empty(room, np.int64), np.zeros(people + 1, np.int64)
    for eater in range(people):
        now, entry, end = 0, indptr[eater], indptr[eater + 1]
        while entry < end and now < whole:
            ends = finish[quota[entry]]
            # written in any case, since whether it counts cannot be foreseen
            what[count], portion[count] = quota[entry], ends - now
            count += ends > now
            now = max(now, ends)
            entry += 1
        first[eater + 1] = count
    return what[:count], portion[:count], first


@kernel
def unlisted_portions(
    portion: Int64Array, first: Int64Array, finish: Int64Array, *given: Any
) -> tuple[Int32Array, Int64Array, Int64Array]:
    """Return how much everybody ate of what they did not list, after their lists ended; as `listed_portions`.

    Nobody eats again of what they listed, since all of that ended before.

    Parameters
    ----------
    portion, first : int64 arrays
        From `listed_portions`.
    finish : int64 array, shape (quotas,)
        From `finish_times`.
    *given
        The fields of `Meal`.
    """
    meal = Meal(*given)
    people, count, room = len(first) - 1, 0, 16
    what, more, first_more = np.empty(room, np.int32), np.empty(room, np.int64), np.zeros(people + 1, np.int64)
    for eater in range(people):
        now, row = 0, people + meal.kind[eater]
        for k in range(first[eater], first[eater + 1]):
            now += portion[k]
        entry, end = meal.indptr[row], meal.indptr[row + 1]
        while entry < end and now < meal.whole:
            q = meal.quota[entry]
            entry += 1
            if finish[q] <= now or _is_barred(eater, q, meal):
                continue
            if count == room:
                room *= 2
                what = np.concatenate((what, np.empty(count, np.int32)))
                more = np.concatenate((more, np.empty(count, np.int64)))
            what[count], more[count] = q, finish[q] - now
            now = finish[q]
            count += 1
        first_more[eater + 1] = count
    return what[:count], more[:count], first_more
