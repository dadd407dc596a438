"""Numbers drawn by lot for pairs, each made when it is asked for and never stored."""

from __future__ import annotations

from typing import Any

from pdalloc.kernels.kernel import kernel

__all__ = ["LOT_BITS", "lot"]

LOT_BITS = 63
"""A lot is a whole number from 0 to 2^63 - 1."""

MASK = 2**LOT_BITS - 1
STEP, FIRST, SECOND = 0x1E3779B97F4A7C15, 0x3F58476D1CE4E5B9, 0x14D049BB133111EB


@kernel
def lot(salt: int, number: Any) -> Any:
    """Return the lot of a number; lots of different salts, and of different numbers, are as good as independent.

    SplitMix64 (Steele, Lea and Flood 2014, section 5) with arithmetic modulo 2^63, so that Python's numbers, NumPy's
    and compiled ones agree; the generator is advanced `number` steps at once.

    Parameters
    ----------
    salt : int
        From 0 to 2^63 - 1, drawn by chance.
    number : int, or int64 array
        From 0; an array gives an array of lots.
    """
    mixed = (salt + (number + 1) * STEP) & MASK
    mixed = ((mixed ^ (mixed >> 30)) * FIRST) & MASK
    mixed = ((mixed ^ (mixed >> 27)) * SECOND) & MASK
    return mixed ^ (mixed >> 31)
