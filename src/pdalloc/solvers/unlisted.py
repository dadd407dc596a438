"""Unlisted places, given out where seats are left after all listed ones."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, among_pairs
from pdalloc.solvers.markets import Market, MarketCosts

__all__ = ["SpelledOut", "fill_unlisted", "listed_alone"]


def listed_alone(costs: MarketCosts) -> MarketCosts | None:
    """Return the costs with which listed places can be allocated first and unlisted ones be given out afterwards.

    Unlisted places that are given out as far as seats or wanted places go leave fewest places empty, whatever was
    allocated before; and there are fewest unlisted ones where most places are listed. Otherwise an unlisted place must
    cost what an empty one does.

    Returns
    -------
    MarketCosts or None
        None if these costs are of another kind.
    """
    if costs.unlisted is costs.empty or np.array_equal(costs.unlisted, costs.empty):
        return costs
    counts = costs if all(isinstance(part, int) for part in costs) else None
    if counts == (0, 1, 0):
        return MarketCosts(0, 1, 1)
    return MarketCosts(0, 0, 0) if counts in ((0, 0, 1), (0, -1, 0)) else None


def fill_unlisted(
    market: Market, buyer: Int32Array, at: Int32Array, order: Int64Array
) -> tuple[Int32Array, Int32Array] | None:
    """Add unlisted places to (buyer, seller) pairs, as many as there are seats or wanted places left.

    Parameters
    ----------
    order : int64 array, shape (buyers,)
        Buyers who come first get the emptiest sessions.

    Returns
    -------
    (buyer, seller) pairs or None
        None if they cannot all be given out in the simple way that is tried: whoever wants most comes first and takes
        the sessions with most seats left.
    """
    wants = market.supply - np.bincount(buyer, minlength=len(market.supply))
    free = market.capacity - np.bincount(at, minlength=len(market.capacity))
    wanting = order[wants[order] > 0]
    wanting = wanting[np.argsort(-wants[wanting], kind="stable")]
    expected = min(int(wants.sum()), int(free.sum()))
    closed = _closed_pairs(market, wanting, buyer, at)
    heap = [(-int(seats), seller) for seller, seats in enumerate(free) if seats]
    heapq.heapify(heap)
    pairs: list[tuple[int, int]] = []
    for who, count in zip(wanting.tolist(), wants[wanting].tolist(), strict=True):
        if len(pairs) == expected:
            break
        passed: list[tuple[int, int]] = []
        while count and heap:
            seats, seller = heapq.heappop(heap)
            if seller in closed.get(who, ()):
                passed.append((seats, seller))
                continue
            pairs.append((who, seller))
            count -= 1
            passed.append((seats + 1, seller))
        for seats, seller in passed:
            if seats:
                heapq.heappush(heap, (seats, seller))
    if len(pairs) < expected:
        return None
    more = np.array(pairs, np.int32).reshape(-1, 2)
    rows = np.isin(market.buyer, wanting)
    if among_pairs(more[:, 0], more[:, 1], np.stack([market.buyer[rows], market.at[rows]], axis=1), len(free)).any():
        return None
    return np.concatenate([buyer, more[:, 0]]), np.concatenate([at, more[:, 1]])


class SpelledOut:
    """A market in which every unlisted place is a choice of its own.

    Attributes
    ----------
    market : Market
        Without unlisted places. It has an entry for each buyer and seller.
    """

    def __init__(self, market: Market) -> None:
        buyers, sellers = len(market.supply), len(market.seller)
        is_open = np.ones((buyers, sellers), np.bool_)
        for buyer, at in ((market.buyer, market.at), (market.barred[:, 0], market.barred[:, 1])):
            is_open[buyer, at] = False
        self._more, at = (part.astype(np.int32) for part in np.nonzero(is_open))
        buyer = np.concatenate([market.buyer, self._more])
        self._order = np.argsort(buyer, kind="stable")
        self._listed = len(market.buyer)
        self.market = replace(
            market, buyer=buyer[self._order], at=np.concatenate([market.at, at])[self._order], allows_unlisted=False
        )

    def costs(self, costs: MarketCosts) -> MarketCosts:
        """Return the costs of one level in that market."""
        listed = np.broadcast_to(costs.listed, self._listed)
        unlisted = np.broadcast_to(costs.unlisted, len(self.market.supply))[self._more]
        return MarketCosts(np.concatenate([listed, unlisted])[self._order], 0, costs.empty)


def _closed_pairs(market: Market, wanting: Int64Array, buyer: Int32Array, at: Int32Array) -> dict[int, set[int]]:
    """Sellers that each wanting buyer cannot have as unlisted places, because they are barred or have them."""
    is_wanting = np.zeros(len(market.supply), np.bool_)
    is_wanting[wanting] = True
    closed: dict[int, set[int]] = {}
    for who, seller in ((market.barred[:, 0], market.barred[:, 1]), (buyer, at)):
        relevant = is_wanting[who]
        for one, other in zip(who[relevant].tolist(), seller[relevant].tolist(), strict=True):
            closed.setdefault(one, set()).add(other)
    return closed
