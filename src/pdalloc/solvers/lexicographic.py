"""One level after the other, each on the optimal face of those before: no weights that grow with the levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, among_pairs, row_pointers
from pdalloc.errors import OptionError
from pdalloc.kernels.transport import FORBIDDEN, transport
from pdalloc.solvers.markets import Market, MarketCosts, combined

__all__ = ["lexicographic"]

LARGEST_COST = 2**59


def lexicographic(market: Market, levels: Iterable[MarketCosts]) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an allocation that is best at the first level, then at the second, and so on.

    Parameters
    ----------
    market : Market
    levels : iterable of MarketCosts
        Taken one by one. Unlisted places are not given, and their costs not looked at.

    Raises
    ------
    OptionError
        If the costs of one level are too far apart.

    Notes
    -----
    A level that only counts places is joined to the next one, as its leading digit, where that fits; so `rank-sum`
    takes one run of the kernel.
    """
    face = _Face(market)
    for number, costs in enumerate(_joined(levels, len(market.seller) + 1)):
        if number:
            face.restrict()
        face.solve(costs)
    return face.pairs()


def _joined(levels: Iterable[MarketCosts], moves: int) -> Iterator[MarketCosts]:
    """Yield the levels, those that only count places joined to the next one where that fits.

    Joining more would be possible, but sums of several digits take the kernel longer than the digits one by one.
    """
    counts: list[MarketCosts] = []
    for level in levels:
        if isinstance(level.listed, int):
            counts.append(level)
            continue
        # an exchange visits each seller once, so at most as many buyers move; costs of both signs are up to twice the
        # limit apart
        together = combined([*counts, level], moves, LARGEST_COST // (2 * moves + 2))
        yield from [*counts, level] if together is None else [together]
        counts = []
    yield from counts


class _Face:
    """The allocations that are optimal at all levels so far, and one of them.

    By complementary slackness they are those that take every choice cheaper than the dearest place of its buyer and
    none that is dearer, and that fill every seller with a positive price.
    """

    def __init__(self, market: Market) -> None:
        self.sellers = len(market.seller)
        self.choices = market.buyer, market.at
        self.kept: Int64Array | None = None  # all choices, until a level is solved
        # who wants more places than they have choices leaves the others empty in any case
        self.places = np.minimum(market.supply, np.diff(row_pointers(market.buyer, len(market.supply))))
        self.capacity = market.capacity
        self.required = np.zeros_like(self.capacity)
        self.may_be_empty: BoolArray = np.ones(len(self.places), np.bool_)
        self.held = np.full(self.places.sum(), self.sellers, np.int32)
        self.settled: list[Int32Array] = []

    def solve(self, costs: MarketCosts) -> None:
        """Find an optimum of one level among these allocations, near the one before."""
        low, high = costs.range()
        if (high - low) * (self.sellers + 2) >= LARGEST_COST or max(-low, high) >= LARGEST_COST:
            raise OptionError(
                f"costs from {low:,} to {high:,}, with {self.sellers:,} sessions, do not fit 60 bits; use smaller "
                "rank_costs, weights or ratings"
            )
        buyer, at = self.choices
        listed = costs.listed if isinstance(costs.listed, int) or self.kept is None else costs.listed[self.kept]
        self.cost = np.broadcast_to(listed, len(buyer))
        self.empty = np.where(self.may_be_empty, costs.empty, FORBIDDEN)
        self.indptr = row_pointers(buyer, len(self.places))
        self.held, self.price = transport(
            self.indptr,
            at,
            self.cost.astype(np.int32) if max(-low, high) < 2**31 else self.cost,
            self.empty,
            self.capacity,
            places=self.places if (self.places != 1).any() else None,
            required=self.required if self.required.any() else None,
            held=None if self.kept is None else self.held,
        )

    def restrict(self) -> None:
        """Keep only what is optimal at the level just solved."""
        buyer, at = self.choices
        value = self.cost + self.price[at]
        dearest = self._dearest(value)
        self.required = np.where(self.price > 0, self.capacity, self.required)
        self.capacity = np.where(self.price < 0, self.required, self.capacity)
        self.may_be_empty = self.may_be_empty & (self.empty == dearest)
        if self.places.max(initial=0) > 1:
            self._settle(np.stack([buyer, at], axis=1)[value < dearest[buyer]])
        kept = np.flatnonzero(value == dearest[buyer])
        self.choices = buyer[kept], at[kept]
        self.kept = kept if self.kept is None else self.kept[kept]

    def _settle(self, pairs: Int32Array) -> None:
        """Give out for good what is cheaper than the dearest place of its buyer, so that it is in every optimum."""
        owner = np.repeat(np.arange(len(self.places)), self.places)
        self.held = self.held[~among_pairs(owner, self.held, pairs, self.sellers + 1)]
        self.places = self.places - np.bincount(pairs[:, 0], minlength=len(self.places))
        filled = np.bincount(pairs[:, 1], minlength=self.sellers)
        self.capacity = self.capacity - filled
        self.required = np.maximum(self.required - filled, 0)
        self.settled.append(pairs)

    def _dearest(self, value: Int64Array) -> Int64Array:
        """Return the value of the dearest place that each buyer has in an optimum: shape (buyers,)."""
        dearest, count = self.empty.copy(), np.diff(self.indptr)
        if self.places.max(initial=0) <= 1:
            asks = count > 0
            cheapest = np.minimum.reduceat(value, self.indptr[:-1][asks]) if len(value) else value
            dearest[asks] = np.minimum(dearest[asks], cheapest)
            return dearest
        # the k-th cheapest choice of who wants k places, unless no seat is cheaper than that
        order = np.lexsort((value, self.choices[0]))
        has_enough = (count >= self.places) & (self.places > 0)
        last = order[(self.indptr[:-1] + self.places - 1)[has_enough]]
        dearest[has_enough] = np.minimum(dearest[has_enough], value[last])
        return dearest

    def pairs(self) -> tuple[Int32Array, Int32Array]:
        """Return the (buyer, seller) pairs of the allocation."""
        owner = np.repeat(np.arange(len(self.places), dtype=np.int32), self.places)
        placed = np.flatnonzero(self.held < self.sellers)
        pairs = np.concatenate([*self.settled, np.stack([owner[placed], self.held[placed]], axis=1)])
        return pairs[:, 0], pairs[:, 1]
