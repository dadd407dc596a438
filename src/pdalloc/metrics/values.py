"""What places are worth to participants: their ratings, or points by rank where nobody rated."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, freeze
from pdalloc.problem import Problem

__all__ = ["choice_values", "utilities"]


def choice_values(problem: Problem, choice: slice = slice(None)) -> FloatArray:
    """Return what each choice is worth to who made it.

    The rating where there are ratings; else points by rank for every place that the session fills: the longest list's
    length for rank 1, one less for each rank (Borda 1784). So points lost are what `day_costs` counts.

    Parameters
    ----------
    problem : Problem
    choice : slice
        Positions of the choices asked for; all of them by default.

    Returns
    -------
    float64 array, shape (choices asked for,)
    """
    choices = problem.choices
    if choices.rating is not None:
        return choices.rating[choice]
    points = problem.unlisted_rank - choices.rank[choice].astype(np.float64)
    points *= problem.session_size[choices.session[choice]]
    return freeze(points)


def utilities(allocation: Allocation) -> FloatArray:
    """Return what each participant's schedule is worth to them; empty and unlisted places add nothing.

    Returns
    -------
    float64 array, shape (participants,)
    """
    problem = allocation.problem
    if problem.choices.rating is None:
        # an unlisted place has the rank at which points are 0
        values = (problem.unlisted_rank - allocation.rank.astype(np.float64)) * allocation.size
    else:
        values = np.zeros(len(allocation))
        listed = allocation.choice >= 0
        values[listed] = problem.choices.rating[allocation.choice[listed]]
    return np.bincount(allocation.participant, values, len(problem.participants)).astype(np.float64, copy=False)
