"""A day whose slots are separate, cut into one market a slot; on a day without slots there is one market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int32Array, Int64Array, among_pairs
from pdalloc.objectives import PlaceCosts
from pdalloc.problem import Problem

__all__ = ["Market", "join", "markets"]


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
    cost : int64 array, shape (choices,)
    unlisted, empty : int64 arrays, shape (buyers,)
        Cost of an unlisted and of an empty place.
    allows_unlisted : bool
        Whether unlisted places can be of use.
    barred : int32 array, shape (pairs, 2)
        (buyer, seller) pairs that cannot be, chosen or not.
    places_first : bool
        Whether filling places, and then listed ones, comes before cost.
    """

    participant: Int32Array
    supply: Int64Array
    seller: Int32Array
    capacity: Int64Array
    buyer: Int32Array
    at: Int32Array
    cost: Int64Array
    unlisted: Int64Array
    empty: Int64Array
    allows_unlisted: bool
    barred: Int32Array
    places_first: bool

    def penalties(self, moves: int) -> tuple[int, int]:
        """Return what to add to the cost of an unlisted and of an empty place so that sums of costs obey the levels.

        Parameters
        ----------
        moves : int
            How many buyers can change their place in one exchange that gains a place, or a listed one.

        Notes
        -----
        An exchange changes the cost by at most `moves` times the spread of costs; a penalty above that always decides.
        """
        if not self.places_first:
            return 0, 0
        parts = [self.cost, self.empty, *([self.unlisted] if self.allows_unlisted else [])]
        high = max(int(part.max(initial=0)) for part in parts)
        low = min(int(part.min(initial=0)) for part in parts)
        for_unlisted = moves * (high - low) + 1 if self.allows_unlisted else 0
        return for_unlisted, moves * (high - low + for_unlisted) + 1


def markets(problem: Problem, costs: PlaceCosts) -> Iterator[Market]:
    """Yield the market of each slot, in order, or the only market of a day without slots."""
    if not len(problem.slots):
        everything = np.ones(len(problem.sessions), np.bool_)
        yield _market(problem, costs, everything, problem.limit)
        return
    in_slot = problem.session_slots.mask()
    for slot in range(len(problem.slots)):
        wanted = (problem.available[:, slot] & (problem.limit > 0)).astype(np.int64)
        yield _market(problem, costs, in_slot[:, slot], wanted)


def join(problem: Problem, participants: list[Int32Array], sessions: list[Int32Array]) -> Allocation:
    """Return the allocation of fixed pairs and the pairs of all markets."""
    return Allocation.from_pairs(
        problem,
        np.concatenate([problem.fixed[:, 0], *participants]),
        np.concatenate([problem.fixed[:, 1], *sessions]),
    )


def _market(problem: Problem, costs: PlaceCosts, here: BoolArray, wanted: Int64Array) -> Market:
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
    buyer, at, cost = choices.participant, choices.session, costs.listed
    if len(barred) or len(participant) < len(wanted) or len(seller) < len(here):
        open_choice = here[choices.session] & (wanted > 0)[choices.participant]
        open_choice &= ~among_pairs(choices.participant, choices.session, barred, len(problem.sessions))
        kept = np.flatnonzero(open_choice)
        buyer, at, cost = buyer_of[buyer[kept]], seller_of[at[kept]], cost[kept]
    barred = np.stack([buyer_of[barred[:, 0]], seller_of[barred[:, 1]]], axis=1)
    return Market(
        participant=participant,
        supply=wanted[participant],
        seller=seller,
        capacity=(problem.capacity - taken)[seller],
        buyer=buyer,
        at=at,
        cost=cost,
        unlisted=costs.unlisted[participant],
        empty=costs.empty[participant],
        allows_unlisted=problem.unlisted == "last" and costs.places_first,
        barred=barred[(barred >= 0).all(axis=1)],
        places_first=costs.places_first,
    )
