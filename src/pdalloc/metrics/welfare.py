"""What all participants together, the worst off and everybody in between get out of a day.

All take one utility a participant, such as `metrics.utilities` gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, count_values

__all__ = ["NashWelfare", "egalitarian_welfare", "leximin_vector", "nash_welfare", "utilitarian_welfare"]


class NashWelfare(NamedTuple):
    """A product over participants, compared by `positive` first, then by `geometric_mean`.

    Attributes
    ----------
    positive : int
        Participants whose utility is above 0.
    geometric_mean : float
        Of their utilities alone, above 0; nan if there are none.
    """

    positive: int
    geometric_mean: float


def utilitarian_welfare(utility: FloatArray) -> float:
    """Return the sum of utilities; float64 array of shape (participants,) in. Larger is better."""
    return float(utility.sum())


def egalitarian_welfare(utility: FloatArray) -> float:
    """Return the smallest utility (Rawls 1971); nan if there is none. Larger is better."""
    return float(utility.min()) if utility.size else float("nan")


def nash_welfare(utility: FloatArray) -> NashWelfare:
    """Return the Nash welfare of utilities (Nash 1950; Caragiannis et al. 2019, definition 2.2). Larger is better.

    One participant with nothing would make the product 0, so they are counted first: most participants with a utility
    above 0, then the largest product over these, here as its root. Zeros and negative utilities enter no product; the
    objective "nash" ranks allocations in the same way.

    Parameters
    ----------
    utility : float64 array, shape (participants,)
    """
    positive = utility[utility > 0]
    mean = float(np.exp(np.log(positive).mean())) if positive.size else float("nan")
    return NashWelfare(positive.size, mean)


def leximin_vector(utility: FloatArray) -> FloatArray:
    """Return the utilities in ascending order (Sen 1970).

    An allocation is better than another one in the leximin order if it is larger at the first entry that differs.
    """
    return np.repeat(*count_values(utility))
