"""One level after the other, each on the optimal face of those before: no weights that grow with the levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, row_pointers
from pdalloc.errors import OptionError
from pdalloc.kernels.transport import FORBIDDEN, Transported, transport
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
    A level that fits is joined to the next one, as its leading digit; so `rank-sum` takes one run of the kernel.
    """
    face = _Face(market)
    solved: Transported | None = None
    for costs in _joined(levels, len(market.seller) + 1):
        if solved is not None:
            face.restrict(solved)
        solved = face.solve(costs)
    nowhere = np.full(face.places.sum(), len(market.seller), np.int32)
    return face.pairs(nowhere if solved is None else solved.held)


def _joined(levels: Iterable[MarketCosts], moves: int) -> Iterator[MarketCosts]:
    """Yield the levels, those that only count places joined to the next one where that fits.

    Joining more would be possible, but sums of several digits take the kernel longer than the digits one by one.
    """
    counts: list[MarketCosts] = []
    for level in levels:
        if isinstance(level.listed, int):
            counts.append(level)
            continue
        # an exchange visits each seller once, so at most as many buyers move
        together = combined([*counts, level], moves, LARGEST_COST // (moves + 1))
        yield from [*counts, level] if together is None else [together]
        counts = []
    yield from counts


@dataclass(eq=False)
class _Face:
    """The allocations that are optimal at all levels so far.

    By complementary slackness they are those that take every choice cheaper than the dearest place of its buyer and
    none that is dearer, and that fill every seller with a positive price.
    """

    market: Market

    def __post_init__(self) -> None:
        market = self.market
        self.kept = np.arange(len(market.buyer))
        # who wants more places than they have choices leaves the others empty in any case
        self.places = np.minimum(market.supply, np.bincount(market.buyer, minlength=len(market.supply)))
        self.capacity = market.capacity.copy()
        self.required = np.zeros_like(self.capacity)
        self.may_be_empty: BoolArray = np.ones(len(self.places), np.bool_)
        self.settled: list[Int64Array] = []

    def solve(self, costs: MarketCosts) -> Transported:
        """Return an optimum of one level among these allocations."""
        low, high = costs.range()
        if (high - low) * (len(self.capacity) + 2) >= LARGEST_COST or max(-low, high) >= LARGEST_COST:
            raise OptionError(
                f"costs from {low:,} to {high:,}, with {len(self.capacity):,} sessions, do not fit 60 bits; use "
                "smaller rank_costs, weights or ratings"
            )
        self.cost = np.broadcast_to(costs.listed, len(self.market.buyer))[self.kept]
        self.empty = np.where(self.may_be_empty, costs.empty, FORBIDDEN)
        self.indptr = row_pointers(self.market.buyer[self.kept], len(self.places))
        return transport(
            self.indptr,
            self.market.at[self.kept],
            self.cost.astype(np.int32) if max(-low, high) < 2**31 else self.cost,
            self.empty,
            self.capacity,
            places=self.places if (self.places != 1).any() else None,
            required=self.required if self.required.any() else None,
        )

    def restrict(self, solved: Transported) -> None:
        """Keep only what is optimal at the level just solved."""
        buyer, at = self.market.buyer[self.kept], self.market.at[self.kept]
        value = self.cost + solved.price[at]
        dearest = self._dearest(value)
        self.required = np.where(solved.price > 0, self.capacity, self.required)
        self.capacity = np.where(solved.price < 0, self.required, self.capacity)
        self.may_be_empty &= self.empty == dearest
        taken = value < dearest[buyer]
        self.settled.append(self.kept[taken])
        self.places -= np.bincount(buyer[taken], minlength=len(self.places))
        filled = np.bincount(at[taken], minlength=len(self.capacity))
        self.capacity -= filled
        self.required = np.maximum(self.required - filled, 0)
        self.kept = self.kept[value == dearest[buyer]]

    def _dearest(self, value: Int64Array) -> Int64Array:
        """Return the value of the dearest place that each buyer has in an optimum: shape (buyers,)."""
        dearest, count = self.empty.copy(), np.diff(self.indptr)
        if self.places.max(initial=0) <= 1:
            asks = count > 0
            cheapest = np.minimum.reduceat(value, self.indptr[:-1][asks]) if len(value) else value
            dearest[asks] = np.minimum(dearest[asks], cheapest)
            return dearest
        # the k-th cheapest choice of who wants k places, unless no seat is cheaper than that
        order = np.lexsort((value, self.market.buyer[self.kept]))
        has_enough = (count >= self.places) & (self.places > 0)
        last = order[(self.indptr[:-1] + self.places - 1)[has_enough]]
        dearest[has_enough] = np.minimum(dearest[has_enough], value[last])
        return dearest

    def pairs(self, held: Int32Array) -> tuple[Int32Array, Int32Array]:
        """Return the (buyer, seller) pairs of an allocation, given the sellers of the places left open."""
        settled = np.concatenate([np.zeros(0, np.int64), *self.settled])
        buyer = np.repeat(np.arange(len(self.places), dtype=np.int32), self.places)
        placed = np.flatnonzero(held < len(self.capacity))
        return (
            np.concatenate([self.market.buyer[settled], buyer[placed]]),
            np.concatenate([self.market.at[settled], held[placed]]),
        )
