"""Decimal numbers as integers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array, freeze
from pdalloc.errors import OptionError

__all__ = ["MAX_SCALE", "ScaledIntegers", "to_integers"]

MAX_SCALE = 10**6


class ScaledIntegers(NamedTuple):
    """Numbers as integers, read-only: value x scale, and whether any had to be rounded."""

    values: Int64Array
    scale: int
    rounded: bool


def to_integers(numbers: FloatArray) -> ScaledIntegers:
    """Multiply by the smallest power of ten, at most 10^6, that makes all numbers whole; round if none does.

    A number counts by its shortest decimal text: 0.1 is a tenth, not the binary fraction next to it.

    Parameters
    ----------
    numbers : float64 array, finite

    Raises
    ------
    OptionError
        If a scaled number does not fit 62 bits.

    Examples
    --------
    >>> to_integers(np.array([1.0, 0.25]))
    ScaledIntegers(values=array([100,  25]), scale=100, rounded=False)
    """
    largest = float(np.abs(numbers).max(initial=0))
    for power in range(7):
        scaled = np.rint(numbers * 10.0**power)
        # division is rounded correctly, so it gives a number back exactly where its shortest decimal has these digits
        if largest * 10**power < 2**53 and (scaled / 10.0**power == numbers).all():
            return ScaledIntegers(freeze(scaled.astype(np.int64)), 10**power, False)
    unique, back = np.unique(numbers, return_inverse=True)
    exact = [Fraction(repr(number)) for number in unique.tolist()]
    denominator = math.lcm(*(fraction.denominator for fraction in exact))
    scale = next((10**power for power in range(7) if 10**power % denominator == 0), MAX_SCALE)
    integers = [round(fraction * scale) for fraction in exact]
    if any(abs(value) >= 2**62 for value in integers):
        raise OptionError(f"number {largest:g} times scale {scale} does not fit 62 bits; use smaller numbers")
    rounded = any(value != fraction * scale for value, fraction in zip(integers, exact, strict=True))
    return ScaledIntegers(freeze(np.array(integers, np.int64)[back].reshape(numbers.shape)), scale, rounded)
