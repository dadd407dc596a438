"""One level after the other, each on the optimal face of those before: no weights that grow with the levels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, row_pointers
from pdalloc.kernels.transport import transport
from pdalloc.solvers.markets import Market

__all__ = ["lexicographic"]


def lexicographic(market: Market, levels: Iterable[tuple[Int64Array, int]]) -> Int32Array:
    """Return the seller of each buyer in an allocation that is best at the first level, then at the second, and so on.

    By complementary slackness an allocation is optimal at a level exactly if it uses only tight choices and fills every
    seller that has a positive price. So the next level keeps only tight choices, and a seller who must be full gives
    each buyer a bonus that no exchange can outweigh.

    Parameters
    ----------
    market : Market
        Every buyer wants one place.
    levels : iterable of (cost of each choice, cost of an empty place)
        Small integers; the kernel runs once for each level.

    Returns
    -------
    int32 array, shape (buyers,)
        The number of sellers stands for an empty place.
    """
    buyers, sellers = len(market.participant), len(market.seller)
    buyer, at = market.buyer, market.at
    kept = np.arange(len(market.cost))
    may_be_empty, must_be_full = np.ones(buyers, np.bool_), np.zeros(sellers, np.bool_)
    held = np.full(buyers, sellers, np.int32)
    for level_cost, level_empty in levels:
        cost = level_cost[kept]
        spread = int(max(cost.max(initial=level_empty), level_empty) - min(cost.min(initial=level_empty), level_empty))
        # an exchange visits each seller once, so at most sellers + 1 buyers move
        bonus = (sellers + 1) * spread + 1
        never = (sellers + 2) * (spread + bonus) + 1
        cost = cost - bonus * must_be_full[at[kept]]
        empty = np.where(may_be_empty, level_empty, level_empty + never)
        indptr = row_pointers(buyer[kept], buyers)
        held, price = transport(indptr, at[kept], cost, empty, market.capacity)
        value = cost + price[at[kept]]
        least, asks = empty.copy(), np.diff(indptr) > 0
        least[asks] = np.minimum(least[asks], np.minimum.reduceat(value, indptr[:-1][asks]) if len(kept) else 0)
        kept = kept[value == least[buyer[kept]]]
        may_be_empty &= empty == least
        must_be_full |= price > 0
    return held
