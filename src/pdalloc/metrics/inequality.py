"""How unequally a good is divided: utilities, shares of the own maximum, places.

All take one quantity a participant, 0 or more, of which more is better. Ranks and day costs are bads, of which these
figures say nothing sensible: a day on which all but one have their first choice would count as most unequal. All are 0
(Jain's: 1) where everybody has the same, and nan for nobody; all but the variance are nan where nobody has anything.
"""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array, count_values
from pdalloc.errors import OptionError

__all__ = ["atkinson", "gini", "hoover", "jain", "theil", "variance"]


def gini(quantity: FloatArray, count: Int64Array | None = None) -> float:
    """Return the Gini coefficient: half the mean difference of two participants, by the mean (Gini 1912).

    ``sum_ij |x_i - x_j| / (2 n^2 mean)``, from 0 to 1 - 1/n (one has all).

    Parameters
    ----------
    quantity : float64 array, shape (participants,)
        0 or more.
    count : int64 array of the same shape, optional
        How many participants have each quantity; one by default.

    Raises
    ------
    OptionError
        If a quantity is negative or not a finite number.
    """
    value, count, total = _distribution(quantity, count)
    if not total:
        return float("nan")
    people = int(count.sum())
    below = np.cumsum(count) - count
    # each is above those below and below the rest; equal ones differ by nothing
    return float((value * count) @ (2 * below + count - people)) / (people * total)


def jain(quantity: FloatArray, count: Int64Array | None = None) -> float:
    """Return Jain's index of fairness, ``(sum x)^2 / (n sum x^2)`` (Jain, Chiu and Hawe 1984).

    From 1/n (one has all) to 1 (all have the same): the share of participants that could have equally much while the
    others have nothing, at the same index. Parameters and errors as for `gini`.
    """
    value, count, total = _distribution(quantity, count)
    if not total:
        return float("nan")
    scaled = value / value[-1]
    return float(scaled @ count) ** 2 / (int(count.sum()) * float(scaled**2 @ count))


def theil(quantity: FloatArray, count: Int64Array | None = None) -> float:
    """Return Theil's T, ``mean(x / mean * log(x / mean))`` with 0 log 0 = 0 (Theil 1967).

    From 0 to log n (natural logarithm; one has all). Parameters and errors as for `gini`.
    """
    value, count, total = _distribution(quantity, count)
    if not total:
        return float("nan")
    people, some = int(count.sum()), value > 0
    ratio = value[some] * (people / total)
    return max(float((ratio * np.log(ratio)) @ count[some]) / people, 0.0)


def atkinson(quantity: FloatArray, epsilon: float = 0.5, count: Int64Array | None = None) -> float:
    """Return Atkinson's index (Atkinson 1970): the share of the total that equality would make up for.

    ``1 - mean(x^(1 - epsilon))^(1 / (1 - epsilon)) / mean``; at epsilon 1 the geometric mean takes the place of the
    power mean. From 0 to 1. From epsilon 1 on it is 1 as soon as one participant has nothing.

    Parameters
    ----------
    quantity : float64 array, shape (participants,)
        0 or more.
    epsilon : float
        How much inequality is disliked, above 0; the larger, the more only the worst off count.
    count : int64 array, optional
        As for `gini`.

    Raises
    ------
    OptionError
        If a quantity is negative or not a finite number, or epsilon is not above 0.
    """
    if not 0 < epsilon < np.inf:
        raise OptionError(f"epsilon is {epsilon}; it is a number above 0, such as 0.5")
    value, count, total = _distribution(quantity, count)
    if not total:
        return float("nan")
    if epsilon >= 1 and value[0] == 0:
        return 1.0
    people = int(count.sum())
    ratio = value * (people / total)
    if epsilon == 1:
        equal = float(np.exp(np.log(ratio) @ count / people))
    else:
        # the smallest one is taken out, whose power may be too large for a float
        least = float(ratio[0]) or 1.0
        equal = least * float((ratio / least) ** (1 - epsilon) @ count / people) ** (1 / (1 - epsilon))
    return max(1 - equal, 0.0)


def hoover(quantity: FloatArray, count: Int64Array | None = None) -> float:
    """Return Hoover's index, ``sum |x - mean| / (2 sum x)`` (Hoover 1936).

    The share of the total that would have to change hands until all have the same: from 0 to 1 - 1/n. Parameters and
    errors as for `gini`.
    """
    value, count, total = _distribution(quantity, count)
    return float(np.abs(value - total / int(count.sum())) @ count) / (2 * total) if total else float("nan")


def variance(quantity: FloatArray, count: Int64Array | None = None) -> float:
    """Return the mean squared distance from the mean (over n, not n - 1); in squared units, 0 where all have the same.

    Any finite numbers will do, negative ones too.
    """
    value, count = _values(quantity, count)
    people = int(count.sum())
    return float((value - float(value @ count) / people) ** 2 @ count) / people if people else float("nan")


def _values(quantity: FloatArray, count: Int64Array | None) -> tuple[FloatArray, Int64Array]:
    """Return the quantities in ascending order and how many have each."""
    if not np.isfinite(quantity).all():
        raise OptionError(f"quantity {quantity[~np.isfinite(quantity)][0]} is not a finite number; leave it out")
    if count is None:
        return count_values(quantity)
    order = np.argsort(quantity, kind="stable")
    return quantity[order], count[order]


def _distribution(quantity: FloatArray, count: Int64Array | None) -> tuple[FloatArray, Int64Array, float]:
    """Return the quantities in ascending order, how many have each, and the total; or refuse what is no good."""
    value, count = _values(quantity, count)
    if value.size and value[0] < 0:
        raise OptionError(
            f"quantity {value[0]} is negative; inequality is measured on a good of which nobody has less than nothing"
        )
    return value, count, float(value @ count)
