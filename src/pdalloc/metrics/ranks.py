"""At which ranks places were given."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.errors import OptionError

__all__ = ["cumulative_profile", "mean_rank", "median_rank", "profile", "share_in_top"]


def profile(allocation: Allocation) -> Int64Array:
    """Count the places at each rank; a session over two slots fills two places.

    Returns
    -------
    int64 array, shape (longest list,)
        Entry r - 1 counts rank r. Where unlisted places are allowed or fixed, one entry more counts them.
    """
    problem = allocation.problem
    ranks = problem.longest_list
    if problem.unlisted == "last" or (allocation.choice < 0).any():
        ranks += 1
    size = allocation.size if (problem.session_size != 1).any() else None
    return np.bincount(allocation.rank, size, ranks + 1)[1:].astype(np.int64)


def cumulative_profile(allocation: Allocation) -> Int64Array:
    """Count the places at each rank or a better one: the running sums of `profile`.

    An allocation that is nowhere below another one and somewhere above it is better at every way of valuing ranks
    (rank dominance; Featherstone 2020).

    Returns
    -------
    int64 array, shape as that of `profile`
    """
    return np.cumsum(profile(allocation))


def mean_rank(allocation: Allocation) -> float:
    """Return the mean rank over the filled places, 1 at best; nan if there are none. Empty places do not enter."""
    places = int(allocation.size.sum())
    return float((allocation.rank.astype(np.int64) * allocation.size).sum()) / places if places else float("nan")


def median_rank(allocation: Allocation) -> float:
    """Return the median rank over the filled places, 1 at best; nan if there are none. Empty places do not enter.

    Between two middle places it is the mean of their ranks.
    """
    up_to = cumulative_profile(allocation)
    places = int(up_to[-1]) if len(up_to) else 0
    if not places:
        return float("nan")
    low, high = np.searchsorted(up_to, [(places - 1) // 2, places // 2], side="right") + 1
    return float(low + high) / 2


def share_in_top(allocation: Allocation, k: int = 3) -> float:
    """Return the share of lists that got one of their first `k` choices.

    A list is what a participant was asked for: one for each slot where they want a place if ranking is per slot, one
    for the day otherwise. Somebody who wants a place and listed nothing counts, as not served.

    Parameters
    ----------
    k : int
        From 1.

    Returns
    -------
    float
        From 0 to 1; nan if nobody wants a place.
    """
    if k < 1:
        raise OptionError(f"k is {k}; it counts choices from 1")
    problem = allocation.problem
    served = (allocation.rank <= k) & (allocation.choice >= 0)
    if problem.ranking == "per-slot" and len(problem.slots):
        # a participant cannot be in two sessions in a slot, so places at those ranks are lists served
        lists, good = int(allocation.wanted.sum()), int(allocation.size[served].sum())
    else:
        lists, who = int((allocation.wanted > 0).sum()), allocation.participant.compress(served)
        good = int(np.count_nonzero(who[1:] != who[:-1])) + bool(who.size)  # pairs are sorted by participant
    return good / lists if lists else float("nan")
