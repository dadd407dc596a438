"""How two allocations would fare in a vote between them."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.errors import ProblemError
from pdalloc.metrics.places import day_costs

__all__ = ["popularity_margin"]


def popularity_margin(first: Allocation, second: Allocation) -> int:
    """Return how many more participants prefer their day in `first` than prefer theirs in `second`.

    A participant prefers the day with fewer empty wanted places, then with fewer unlisted places, then of less cost
    (`day_costs`); who has the same three in both does not vote. An allocation is popular if its margin against every
    other one is at least 0 (Gardenfors 1975; Abraham, Irving, Kavitha and Mehlhorn 2007, section 1). More is better for
    `first`.

    Parameters
    ----------
    first, second : Allocation
        Of one problem; different sessions may run.

    Returns
    -------
    int
        From -participants to participants.

    Raises
    ------
    ProblemError
        If they are of different problems.

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> both = Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]})
    >>> popularity_margin(both, Allocation.from_schedules(problem, {"t001": ["x"]}))
    0
    """
    if first.problem != second.problem:
        raise ProblemError("the two allocations are of different problems; compare allocations of one problem")
    vote = np.zeros(len(first.problem.participants), np.int64)
    for here, there in zip(_day_keys(first), _day_keys(second), strict=True):
        vote = np.where(vote == 0, np.sign(there - here), vote)
    return int(vote.sum())


def _day_keys(allocation: Allocation) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Return what participants compare days by, less is better: three arrays of shape (participants,)."""
    unlisted = allocation.choice < 0
    places = np.bincount(
        allocation.participant[unlisted], allocation.size[unlisted], len(allocation.problem.participants)
    )
    return allocation.empty, places.astype(np.int64), day_costs(allocation)
