"""How participants were served on earlier days, for the days to come."""

from __future__ import annotations

from statistics import fmean

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.auditing.given import allocation_of
from pdalloc.errors import ProblemError
from pdalloc.metrics import share_of_own_maximum
from pdalloc.result import Result

__all__ = ["history"]


def history(*days: Allocation | Result) -> dict[str, float]:
    """Return how well each participant was served on earlier days: a figure that `Problem.with_history` takes.

    The figure of one day is what a participant had as a share of the best that they could have had alone
    (`metrics.share_of_own_maximum`), which is 1 for somebody who got all first choices and 0 for somebody who got
    nothing; below 0, where ratings are, counts as 0. The figure of several days is the mean over those for which the
    participant has one: the running average of Kushner and Whiting (2004).

    Parameters
    ----------
    *days : Allocation or Result
        In any order; participants are matched by id. Without any day nobody is known.

    Returns
    -------
    dict of str to float
        From 0 to 1, to four decimals, by id in the order in which participants first occur. Whoever could have had
        nothing of value on any of the days, as somebody who was absent or listed no choice, is not in it.

    Raises
    ------
    OptionError
        If one is neither an allocation nor a result.
    ProblemError
        If an allocation breaks a rule of its problem.

    Examples
    --------
    >>> from pdalloc import Problem, solve
    >>> monday = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x", "y"]}, capacity={"x": 1, "y": 1})
    >>> history(solve(monday))
    {'t001': 0.5, 't002': 1.0}
    """
    shares: dict[str, list[float]] = {}
    for day in days:
        allocation = allocation_of(day, "take a history from")
        if broken := allocation.violations():
            raise ProblemError(f"no history can be taken from an allocation that breaks a rule; {broken[0]}")
        share = np.clip(share_of_own_maximum(allocation), 0, 1)
        for number in np.flatnonzero(~np.isnan(share)).tolist():
            shares.setdefault(allocation.problem.participants[number], []).append(float(share[number]))
    return {participant: round(fmean(of_days), 4) for participant, of_days in shares.items()}
