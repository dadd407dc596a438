"""Numbers drawn by lot for pairs, each made when it is asked for and never stored."""

from __future__ import annotations

from typing import Any

from pdalloc.kernels.kernel import kernel

__all__ = ["LOT_BITS", "lot"]

LOT_BITS = 62
"""A lot is a whole number from 0 to 2^62 - 1."""

MASK = 2**LOT_BITS - 1
HALF, HALF_MASK = 31, 2**31 - 1
STEP, FIRST, SECOND = 0x1E3779B97F4A7C15, 0x3F58476D1CE4E5B9, 0x14D049BB133111EB


@kernel
def lot(salt: int, number: Any) -> Any:
    """Return the lot of a number; lots of different salts, and of different numbers, are as good as independent.

    SplitMix64 (Steele, Lea and Flood 2014, section 5), advanced `number` steps at once, with arithmetic modulo 2^62.

    Parameters
    ----------
    salt : int
        From 0 to 2^62 - 1, drawn by chance.
    number : int, or int64 array
        From 0 to 2^62 - 2; an array gives an array of lots.
    """
    mixed = (salt + _times(number + 1, STEP)) & MASK
    mixed = _times(mixed ^ (mixed >> 30), FIRST)
    mixed = _times(mixed ^ (mixed >> 27), SECOND)
    return mixed ^ (mixed >> 31)


@kernel
def _times(number: Any, factor: int) -> Any:
    """Multiply modulo 2^62 in halves: no product leaves 63 bits, beyond which compiled numbers mean nothing."""
    low, high = number & HALF_MASK, number >> HALF
    low_factor, high_factor = factor & HALF_MASK, factor >> HALF
    across = (low * high_factor + high * low_factor) & HALF_MASK
    return (low * low_factor + (across << HALF)) & MASK
