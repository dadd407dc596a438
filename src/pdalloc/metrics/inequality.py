"""How unequally a good is divided: utilities, shares of the own maximum, places.

All take one quantity a participant, 0 or more, of which more is better. Ranks and day costs are bads, of which these
figures say nothing sensible: a day on which all but one have their first choice would count as most unequal. All are 0
(Jain's: 1) where everybody has the same, and nan for nobody; all but the variance are nan where nobody has anything.
"""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import FloatArray, count_values
from pdalloc.errors import OptionError

__all__ = ["atkinson", "gini", "hoover", "jain", "theil", "variance"]


def gini(quantity: FloatArray) -> float:
    """Return the Gini coefficient: half the mean difference of two participants, by the mean (Gini 1912).

    ``sum_ij |x_i - x_j| / (2 n^2 mean)``, from 0 to 1 - 1/n (one has all).

    Parameters
    ----------
    quantity : float64 array, shape (participants,)
        0 or more.

    Raises
    ------
    OptionError
        If a quantity is negative or not a finite number.
    """
    if not _total(quantity):
        return float("nan")
    value, count = count_values(quantity)
    total, people = float(value @ count), quantity.size
    below = np.cumsum(count) - count
    # each is above those below and below the rest; equal ones differ by nothing
    return float((value * count) @ (2 * below + count - people)) / (people * total)


def jain(quantity: FloatArray) -> float:
    """Return Jain's index of fairness, ``(sum x)^2 / (n sum x^2)`` (Jain, Chiu and Hawe 1984).

    From 1/n (one has all) to 1 (all have the same): the share of participants that could have equally much while the
    others have nothing, at the same index. Parameters and errors as for `gini`.
    """
    total = _total(quantity)
    if not total:
        return float("nan")
    scaled = quantity / quantity.max()
    return float(scaled.sum()) ** 2 / (quantity.size * float(scaled @ scaled))


def theil(quantity: FloatArray) -> float:
    """Return Theil's T, ``mean(x / mean * log(x / mean))`` with 0 log 0 = 0 (Theil 1967).

    From 0 to log n (natural logarithm; one has all). Parameters and errors as for `gini`.
    """
    total = _total(quantity)
    if not total:
        return float("nan")
    ratio = quantity[quantity > 0] * (quantity.size / total)
    return max(float(ratio @ np.log(ratio)) / quantity.size, 0.0)


def atkinson(quantity: FloatArray, epsilon: float = 0.5) -> float:
    """Return Atkinson's index (Atkinson 1970): the share of the total that equality would make up for.

    ``1 - mean(x^(1 - epsilon))^(1 / (1 - epsilon)) / mean``; at epsilon 1 the geometric mean takes the place of the
    power mean. From 0 to 1. From epsilon 1 on it is 1 as soon as one participant has nothing.

    Parameters
    ----------
    quantity : float64 array, shape (participants,)
        0 or more.
    epsilon : float
        How much inequality is disliked, above 0; the larger, the more only the worst off count.

    Raises
    ------
    OptionError
        If a quantity is negative or not a finite number, or epsilon is not above 0.
    """
    if not 0 < epsilon < np.inf:
        raise OptionError(f"epsilon is {epsilon}; it is a number above 0, such as 0.5")
    total = _total(quantity)
    if not total:
        return float("nan")
    if epsilon >= 1 and not quantity.all():
        return 1.0
    ratio = quantity * (quantity.size / total)
    if epsilon == 1:
        equal = float(np.exp(np.log(ratio).mean()))
    else:
        # the smallest one is taken out, whose power may be too large for a float
        least = float(ratio.min()) or 1.0
        equal = least * float(np.mean((ratio / least) ** (1 - epsilon))) ** (1 / (1 - epsilon))
    return max(1 - equal, 0.0)


def hoover(quantity: FloatArray) -> float:
    """Return Hoover's index, ``sum |x - mean| / (2 sum x)`` (Hoover 1936).

    The share of the total that would have to change hands until all have the same: from 0 to 1 - 1/n. Parameters and
    errors as for `gini`.
    """
    total = _total(quantity)
    return float(np.abs(quantity - total / quantity.size).sum()) / (2 * total) if total else float("nan")


def variance(quantity: FloatArray) -> float:
    """Return the mean squared distance from the mean (over n, not n - 1); in squared units, 0 where all have the same.

    Any finite numbers will do, negative ones too.
    """
    _require_finite(quantity)
    return float(np.var(quantity)) if quantity.size else float("nan")


def _total(quantity: FloatArray) -> float:
    """Return the sum, 0 for nobody, or refuse what is no quantity of a good."""
    _require_finite(quantity)
    if quantity.size and quantity.min() < 0:
        first = int(np.argmax(quantity < 0))
        raise OptionError(
            f"quantity {quantity[first]} at position {first} is negative; inequality is measured on a good of which "
            "nobody has less than nothing"
        )
    return float(quantity.sum())


def _require_finite(quantity: FloatArray) -> None:
    # a sum is finite only if every term is, or if finite ones overflow
    if not np.isfinite(quantity.sum()) and not np.isfinite(quantity).all():
        first = int(np.argmin(np.isfinite(quantity)))
        raise OptionError(f"quantity {quantity[first]} at position {first} is not a finite number; leave it out")
