"""What places are worth to participants: their ratings, or points by rank where nobody rated."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, freeze
from pdalloc.problem import Problem

__all__ = ["choice_values", "utilities"]


def choice_values(problem: Problem) -> FloatArray:
    """Return what each choice is worth to who made it.

    The rating where there are ratings; else points by rank for every place that the session fills: the longest list's
    length for rank 1, one less for each rank (Borda 1784). So points lost are what `day_costs` counts.

    Returns
    -------
    float64 array, shape (choices,)
    """
    choices = problem.choices
    if choices.rating is not None:
        return choices.rating
    points = problem.unlisted_rank - choices.rank.astype(np.float64)
    return freeze(points * problem.session_size[choices.session])


def utilities(allocation: Allocation) -> FloatArray:
    """Return what each participant's schedule is worth to them; empty and unlisted places add nothing.

    Returns
    -------
    float64 array, shape (participants,)
    """
    listed = allocation.choice >= 0
    values = choice_values(allocation.problem)[allocation.choice[listed]]
    total = np.bincount(allocation.participant[listed], values, len(allocation.problem.participants))
    return total.astype(np.float64)
