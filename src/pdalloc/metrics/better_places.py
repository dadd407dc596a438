"""Which of their choices participants would rather have, if seats were no matter."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array, IntegerArray, among_pairs
from pdalloc.kernels.wishes import choices_before
from pdalloc.metrics.attendable import attendable_choices, clashes, rows_between

__all__ = ["better_choices", "places_of"]

BLOCK = 2**20


def better_choices(allocation: Allocation, counts: BoolArray) -> Int64Array:
    """Return the choices that would make their participant's day better, each by itself.

    The session takes the place of all those of the schedule that cannot be had together with it (slot, topic,
    conflict), and where the day would then have more places than the participant wants, of as many others as it takes,
    those whose loss hurts least. A day is better with fewer empty places, then with fewer unlisted places, then at less
    cost (`day_costs`). Sessions where the participant is fixed stay; those that they could not attend do not count.
    Rules of several participants or sessions are not looked at.

    Parameters
    ----------
    allocation : Allocation
    counts : bool array, shape (sessions,)
        The sessions to look at.

    Returns
    -------
    int64 array
        Positions among the problem's choices, ascending.

    Notes
    -----
    A pass over the choices, and a step for each of those at least as good as the worst place of their participant and
    each session on the schedule. Where sessions fill several places and limits bind, every way to make room is tried.
    """
    # nobody without an empty place gains by a session that is no better than the worst one they have
    choices = allocation.problem.choices
    bound = np.zeros(len(allocation.problem.participants), np.int32)
    np.maximum.at(bound, allocation.participant, allocation.rank)
    bound[allocation.empty > 0] = np.iinfo(np.int32).max
    before = choices_before.run(len(choices), choices.indptr, choices.session, choices.rank, bound, counts)
    candidate = np.flatnonzero(before)
    candidate = candidate[attendable_choices(allocation, candidate)]
    blocks = [candidate[first : first + BLOCK] for first in range(0, len(candidate), BLOCK)]
    return np.concatenate([block[_makes_better(allocation, block)] for block in blocks] or [candidate])


def places_of(allocation: Allocation, participant: IntegerArray) -> tuple[Int64Array, Int64Array]:
    """Return the positions of the pairs of each of some participants, one after the other, and whose they are."""
    number = np.bincount(allocation.participant, minlength=len(allocation.problem.participants))
    end = np.cumsum(number)[participant]
    return rows_between(end - number[participant], end)


def _makes_better(allocation: Allocation, candidate: Int64Array) -> BoolArray:
    """Return for each of some choices whether it makes the day better."""
    problem = allocation.problem
    choices = problem.choices
    who, session = choices.participant[candidate], choices.session[candidate].astype(np.int64)
    whose, pair = places_of(allocation, who)
    clash = clashes(allocation, session[whose], pair)
    stays = among_pairs(allocation.participant[pair], allocation.session[pair], problem.fixed, len(problem.sessions))
    rows = len(candidate)
    possible = np.ones(rows, np.bool_)
    possible[whose[clash & stays | (session[whose] == allocation.session[pair])]] = False

    places, unlisted, cost = _weights(allocation)
    size = problem.session_size[session].astype(np.int64)
    gained = np.stack([size, np.zeros(rows, np.int64), -size * (choices.rank[candidate] - 1)])
    for row, weight in zip(gained, (-places, unlisted, cost), strict=True):
        row += np.bincount(whose[clash], weight[pair[clash]], rows).astype(np.int64)
    surplus = gained[0] - allocation.empty[who]
    crowded = possible & (surplus > 0)
    if crowded.any():
        loose = crowded[whose] & ~clash & ~stays
        gained += _make_room(surplus, whose[loose], places[pair[loose]], unlisted[pair[loose]], cost[pair[loose]])
        possible &= gained[0] <= allocation.empty[who]
    ahead = gained[2] > 0
    for level in gained[1::-1]:
        ahead = (level > 0) | ((level == 0) & ahead)
    better: BoolArray = possible & ahead
    return better


def _weights(allocation: Allocation) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Return places, unlisted places and cost of each pair of the allocation."""
    unlisted = np.where(allocation.choice < 0, allocation.size, 0)
    return allocation.size, unlisted, (allocation.rank.astype(np.int64) - 1) * allocation.size


def _make_room(
    surplus: Int64Array, row: Int64Array, places: Int64Array, unlisted: Int64Array, cost: Int64Array
) -> Int64Array:
    """Return what is gained by dropping sessions so that a surplus of places goes, with least loss.

    Parameters
    ----------
    surplus : int64 array, shape (rows,)
        Places too many.
    row, places, unlisted, cost : int64 arrays, shape (sessions,)
        Sessions that may be dropped, by row: what each fills and costs.

    Returns
    -------
    int64 array, shape (3, rows)
        Places (a loss: negative), unlisted places fewer, and cost less; nothing where there is no room to make.
    """
    gained = np.zeros((3, len(surplus)), np.int64)
    if not len(row):
        return gained
    if places.max() == surplus[row].max() == 1:
        last = np.lexsort((cost, unlisted, row))
        last = last[np.append(row[last[1:]] != row[last[:-1]], True)]
        for level, weight in zip(gained, (-places, unlisted, cost), strict=True):
            level[row[last]] = weight[last]
        return gained
    starts = np.flatnonzero(np.diff(row, prepend=-1)).tolist()
    for first, end in zip(starts, [*starts[1:], len(row)], strict=True):
        sessions = list(zip(-places[first:end], unlisted[first:end], cost[first:end], strict=True))
        every = chain.from_iterable(combinations(sessions, number) for number in range(len(sessions) + 1))
        sums = (tuple(int(sum(column)) for column in zip(*dropped, strict=True)) for dropped in every if dropped)
        enough = [total for total in sums if -total[0] >= surplus[row[first]]]
        if enough:
            gained[:, row[first]] = max(enough)
    return gained
