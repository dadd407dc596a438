"""Places filled and left empty, seats used, and what a day cost."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array, exact_sum

__all__ = [
    "cancelled_sessions",
    "day_costs",
    "empty_places",
    "filled_places",
    "rank_cost",
    "seats_filled",
    "unattended_sessions",
]


def filled_places(allocation: Allocation) -> int:
    """Count the places filled; a session over two slots fills two."""
    return int(allocation.filled.sum())


def empty_places(allocation: Allocation) -> int:
    """Count the wanted places left empty: one in each slot in which a participant is there, up to their limit."""
    return int(allocation.empty.sum())


def seats_filled(allocation: Allocation) -> float:
    """Return the share of the seats of running sessions that are taken, from 0 to 1; nan if there are no seats."""
    seats = int(allocation.problem.capacity[allocation.runs].sum())
    return len(allocation) / seats if seats else float("nan")


def cancelled_sessions(allocation: Allocation) -> int:
    """Count the sessions that do not run."""
    return int(np.count_nonzero(~allocation.runs))


def unattended_sessions(allocation: Allocation) -> int:
    """Count the sessions that run and that nobody attends; a facilitator is no participant of it."""
    return int(np.count_nonzero(allocation.runs & (allocation.attendance == 0)))


def day_costs(allocation: Allocation) -> Int64Array:
    """Return the cost of each participant's day: rank - 1 for every place, the longest list's length for an empty one.

    An unlisted place counts at the rank after the longest list. Weights do not enter.

    Returns
    -------
    int64 array, shape (participants,)
    """
    problem = allocation.problem
    cost = (allocation.rank.astype(np.int64) - 1) * allocation.size
    # float64 sums of integers are exact below 2**53, which ranks up to 10**6 cannot reach on a list that fits memory
    placed = np.bincount(allocation.participant, weights=cost, minlength=len(problem.participants))
    return placed.astype(np.int64) + problem.longest_list * allocation.empty


def rank_cost(allocation: Allocation) -> int:
    """Return the sum of all day costs; comparable between allocations with equally many places filled."""
    placed = (allocation.rank - np.int64(1)) * allocation.size
    return exact_sum(placed) + allocation.problem.longest_list * empty_places(allocation)
