"""What buyers could have, and which places they take when nothing is scarce."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel

__all__ = ["NONE", "VERY_LARGE", "Offers", "cheapest", "holds", "smallest_slack"]

NONE = -1
VERY_LARGE = 2**62


class Offers(NamedTuple):
    """What each buyer could have; the arguments of `transport` with the same names.

    Places of buyer i are numbered ``first[i]:first[i + 1]``. Each holds a seller, or the number of sellers: no seat.
    `several` says whether a buyer wants more than one.
    """

    indptr: Int64Array
    seller: Int32Array
    cost: Int64Array
    empty: Int64Array
    first: Int64Array
    several: bool


@kernel
def holds(held: Int32Array, begin: int, end: int, seller: int) -> bool:
    """Return whether one of these places is with the seller."""
    found = False
    for place in range(begin, end):
        found |= held[place] == seller
    return found


@kernel
def cheapest(offers: Offers, price: Int64Array, preferred: Int32Array) -> Int32Array:
    """Give every buyer their cheapest choices, whatever the capacity; of equal ones what they preferred, or the first.

    Parameters
    ----------
    price : int64 array, shape (sellers + 1,)
        The last one is paid for no seat.
    preferred : int32 array, shape (places,)
        Sellers to stay with where they are as cheap as any.
    """
    nothing = len(price) - 1
    held = np.full(len(preferred), nothing, np.int32)
    for buyer in range(len(offers.empty)):
        begin, end = offers.first[buyer], offers.first[buyer + 1]
        for place in range(begin, end):
            least, best, is_preferred = offers.empty[buyer] + price[nothing], NONE, preferred[place] == nothing
            for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
                at = offers.seller[entry]
                value = offers.cost[entry] + price[at]
                if value > least or (value == least and best != NONE and is_preferred):
                    continue
                if holds(held, begin, place, at):
                    continue
                wished = holds(preferred, begin, end, at)
                if value < least or wished or (best == NONE and not is_preferred):
                    least, best, is_preferred = value, at, wished
            if best != NONE:
                held[place] = best
    return held


@kernel
def smallest_slack(offers: Offers, price: Int64Array, held: Int32Array, raised: BoolArray) -> int:
    """Return the least rise of the raised sellers that makes a buyer there as well off at another one.

    Parameters
    ----------
    raised : bool array, shape (sellers + 1,)

    Returns
    -------
    int
        `VERY_LARGE` or nearly so where no rise does.
    """
    least = VERY_LARGE
    for buyer in range(len(offers.empty)):
        begin, end = offers.first[buyer], offers.first[buyer + 1]
        if end == begin + 1:
            if not raised[held[begin]]:
                continue
            slack = _slack_of_one(offers, price, raised, buyer)
        else:
            slack = _slack_of_several(offers, price, held, raised, buyer)
        if slack < least:
            least = slack
            if least == 1:
                break
    return least


@kernel
def _slack_of_one(offers: Offers, price: Int64Array, raised: BoolArray, buyer: int) -> int:
    """Return the slack of a buyer of one place, who is at their cheapest choice, a raised one."""
    nothing = len(price) - 1
    inside, outside = VERY_LARGE, VERY_LARGE
    if raised[nothing]:
        inside = offers.empty[buyer] + price[nothing]
    else:
        outside = offers.empty[buyer] + price[nothing]
    for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
        at = offers.seller[entry]
        value = offers.cost[entry] + price[at]
        if raised[at]:
            inside = min(inside, value)
        else:
            outside = min(outside, value)
    return outside - inside


@kernel
def _slack_of_several(offers: Offers, price: Int64Array, held: Int32Array, raised: BoolArray, buyer: int) -> int:
    """Return the slack between what a buyer of several places holds at raised sellers and could have elsewhere."""
    nothing = len(price) - 1
    begin, end = offers.first[buyer], offers.first[buyer + 1]
    inside, outside = -VERY_LARGE, VERY_LARGE
    for place in range(begin, end):
        if held[place] != nothing and not raised[nothing]:
            outside = offers.empty[buyer] + price[nothing]
        elif held[place] == nothing and raised[nothing]:
            inside = offers.empty[buyer] + price[nothing]
    for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
        at = offers.seller[entry]
        value = offers.cost[entry] + price[at]
        if holds(held, begin, end, at):
            inside = max(inside, value) if raised[at] else inside
        elif not raised[at]:
            outside = min(outside, value)
    return outside - max(inside, -VERY_LARGE // 2)
