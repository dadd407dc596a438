"""A day whose slots are separate, cut into one market a slot; on a day without slots there is one market."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int32Array, Int64Array, among_pairs
from pdalloc.objectives import LevelCosts
from pdalloc.problem import Problem

__all__ = ["Market", "MarketCosts", "combined", "join", "markets"]


class MarketCosts(NamedTuple):
    """The costs of one level for the choices and buyers of a market; a number where all are the same.

    Attributes
    ----------
    listed : int64 array, shape (choices,), or int
    unlisted, empty : int64 array, shape (buyers,), or int
    """

    listed: Int64Array | int
    unlisted: Int64Array | int
    empty: Int64Array | int

    def range(self) -> tuple[int, int]:
        """Return the smallest and the largest cost, or 0 where there is none."""
        parts = [np.asarray(part) for part in self if np.size(part)]
        return min((int(part.min()) for part in parts), default=0), max((int(part.max()) for part in parts), default=0)


@dataclass(frozen=True, eq=False)
class Market:
    """Participants who still want places in one slot, and the seats that are left there.

    Attributes
    ----------
    participant : int32 array, shape (buyers,)
        Participant number of each buyer.
    supply : int64 array, shape (buyers,)
        Places that each buyer wants here, from 1; more than 1 only on a day without slots.
    seller : int32 array, shape (sellers,)
        Session number of each seller.
    capacity : int64 array, shape (sellers,)
        Seats not taken by fixed pairs.
    buyer, at : int32 arrays, shape (choices,)
        Buyer and seller of each choice that can be taken, by buyer, best first.
    choice : int64 array, shape (choices,), or None
        Its number among the problem's choices; None if the market has them all.
    allows_unlisted : bool
        Whether unlisted places can be of use.
    barred : int32 array, shape (pairs, 2)
        (buyer, seller) pairs that cannot be, chosen or not.
    """

    participant: Int32Array
    supply: Int64Array
    seller: Int32Array
    capacity: Int64Array
    buyer: Int32Array
    at: Int32Array
    choice: Int64Array | None
    allows_unlisted: bool
    barred: Int32Array

    def costs(self, level: LevelCosts) -> MarketCosts:
        """Return the part of a level that concerns this market.

        An unlisted place that cannot be costs what an empty one does.
        """

        def part(costs: Int64Array | int, rows: npt.NDArray[np.integer[Any]] | None) -> Int64Array | int:
            return costs if rows is None or isinstance(costs, int) else costs[rows]

        empty = part(level.empty, self.participant)
        unlisted = empty if level.unlisted is level.empty else part(level.unlisted, self.participant)
        return MarketCosts(part(level.listed, self.choice), unlisted if self.allows_unlisted else empty, empty)


def combined(levels: Sequence[MarketCosts], moves: int, limit: int) -> MarketCosts | None:
    """Return costs whose sum obeys all levels: each level times more than the later ones could ever make up for.

    Parameters
    ----------
    levels : sequence of MarketCosts
        The first decides. Without any, everything costs 0.
    moves : int
        How many buyers can change their place in one exchange; it changes a sum by at most `moves` times the spread of
        the costs.
    limit : int
        None is returned if a cost would reach it.
    """
    total = levels[-1] if levels else MarketCosts(0, 0, 0)
    for level in reversed(levels[:-1]):
        low, high = total.range()
        factor = moves * (high - low) + 1
        least, most = level.range()
        if factor * max(-least, most) + max(-low, high) >= limit:
            return None
        total = MarketCosts(*(factor * first + then for first, then in zip(level, total, strict=True)))
    low, high = total.range()
    return total if max(-low, high) < limit else None


def markets(problem: Problem, *, unlisted: bool) -> Iterator[Market]:
    """Yield the market of each slot, in order, or the only market of a day without slots.

    Parameters
    ----------
    problem : Problem
    unlisted : bool
        Whether unlisted places are allowed and of use.
    """
    if not len(problem.slots):
        everything = np.ones(len(problem.sessions), np.bool_)
        yield _market(problem, unlisted, everything, problem.limit)
        return
    in_slot = problem.session_slots.mask()
    for slot in range(len(problem.slots)):
        wanted = (problem.available[:, slot] & (problem.limit > 0)).astype(np.int64)
        yield _market(problem, unlisted, in_slot[:, slot], wanted)


def join(problem: Problem, participants: list[Int32Array], sessions: list[Int32Array]) -> Allocation:
    """Return the allocation of fixed pairs and the pairs of all markets."""
    return Allocation.from_pairs(
        problem,
        np.concatenate([problem.fixed[:, 0], *participants]),
        np.concatenate([problem.fixed[:, 1], *sessions]),
    )


def _market(problem: Problem, unlisted: bool, here: BoolArray, wanted: Int64Array) -> Market:
    fixed = problem.fixed[here[problem.fixed[:, 1]]]
    wanted = wanted - np.bincount(fixed[:, 0], minlength=len(wanted))
    participant = np.flatnonzero(wanted > 0).astype(np.int32)
    seller = np.flatnonzero(here).astype(np.int32)
    buyer_of = np.full(len(wanted), -1, np.int32)
    buyer_of[participant] = np.arange(len(participant), dtype=np.int32)
    seller_of = np.full(len(here), -1, np.int32)
    seller_of[seller] = np.arange(len(seller), dtype=np.int32)
    taken = np.bincount(fixed[:, 1], minlength=len(here))

    choices = problem.choices
    barred = np.concatenate([problem.forbidden, problem.facilitated, fixed])
    buyer, at, kept = choices.participant, choices.session, None
    if len(barred) or len(participant) < len(wanted) or len(seller) < len(here):
        open_choice = here[choices.session] & (wanted > 0)[choices.participant]
        open_choice &= ~among_pairs(choices.participant, choices.session, barred, len(problem.sessions))
        kept = np.flatnonzero(open_choice)
        buyer, at = buyer_of[buyer[kept]], seller_of[at[kept]]
    barred = np.stack([buyer_of[barred[:, 0]], seller_of[barred[:, 1]]], axis=1)
    return Market(
        participant=participant,
        supply=wanted[participant],
        seller=seller,
        capacity=(problem.capacity - taken)[seller],
        buyer=buyer,
        at=at,
        choice=kept,
        allows_unlisted=unlisted,
        barred=barred[(barred >= 0).all(axis=1)],
    )
