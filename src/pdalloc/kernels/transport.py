"""The transportation problem: places for buyers, seats of sellers, least cost; by prices that move as little as needed.

Everybody begins at their cheapest choices. While a seller has too many buyers: (1) find the tight choices, those that
cost their buyer no more than what the buyer has; (2) move buyers along tight choices from overfull sellers to free
seats, by blocking flows (Dinic 1970); (3) what cannot be emptied so reaches a closed set of sellers: raise their prices
together by the least amount that makes a choice outside the set tight. This is the Hungarian method with blocking
flows; from prices 0 it ends at the smallest that support an optimum (Demange, Gale and Sotomayor 1986, single seats).

The mirror image pulls: where a seller has too few buyers for its price or for the seats it must fill, buyers come along
tight choices from sellers who can spare them, and what cannot be reached so falls in price. It is the same step with
everything else rising, no seat included.

After the first look only buyers at a raised seller can get new tight choices, so only they are looked at again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array
from pdalloc.kernels.blocking_flow import Seats, empty_lists, group_nodes, measure_levels, move_along_levels
from pdalloc.kernels.kernel import kernel
from pdalloc.kernels.offers import NONE, VERY_LARGE, Offers, cheapest, holds, smallest_slack
from pdalloc.kernels.tight_graph import collect_tight, empty_graph

__all__ = ["FORBIDDEN", "Transported", "transport", "transport_kernel"]

FORBIDDEN = 2**61
"""Cost of no seat for a buyer who must have all their places."""


class Transported(NamedTuple):
    """An optimum of a transportation problem, with its proof.

    Attributes
    ----------
    held : int32 array, shape (places,)
        Seller of each place, by buyer; the number of sellers stands for no seat.
    price : int64 array, shape (sellers,)
        They support the optimum; where no seats are required, they are the smallest that do. Negative only at sellers
        with required seats.
    """

    held: Int32Array
    price: Int64Array


def transport(
    indptr: Int64Array,
    seller: Int32Array,
    cost: Int32Array | Int64Array,
    empty: Int64Array,
    capacity: Int64Array,
    *,
    places: Int64Array | None = None,
    required: Int64Array | None = None,
    price: Int64Array | None = None,
    held: Int32Array | None = None,
) -> Transported:
    """Solve a transportation problem.

    Parameters
    ----------
    indptr : int64 array, shape (buyers + 1,)
        Choices of buyer i are the entries ``indptr[i]:indptr[i + 1]``.
    seller : int32 array, shape (choices,)
        From 0; no seller twice for one buyer. A choice is taken at most once.
    cost : int32 or int64 array, shape (choices,)
    empty : int64 array, shape (buyers,)
        Cost of having no seat, for each place; `FORBIDDEN` where that cannot be. The differences between all other
        costs, times sellers + 1 where seats are required or forbidden to be without, are below 2^60.
    capacity : int64 array, shape (sellers,)
        Seats, from 0.
    places : int64 array, shape (buyers,), optional
        How many each buyer wants, from 0; by default 1.
    required : int64 array, shape (sellers,), optional
        Seats that must be filled, at most the capacity; by default 0.
    price : int64 array, shape (sellers,), optional
        To start from; the nearer to the answer, the less is left to do. By default 0.
    held : int32 array, shape (places,), optional
        Sellers to stay with where nothing is cheaper at the prices to start from, such as an earlier answer.

    Raises
    ------
    ValueError
        If the required seats cannot all be filled, or somebody must have a seat and cannot.

    Notes
    -----
    The least total cost is the sum over buyers of the values of their places, less the sum of price x seats, where the
    value of a choice is cost + price, that of no seat its cost, and each buyer has their cheapest ones.

    Two passes over the choices of buyers at raised sellers for every rise; few rises where costs are small.
    """
    buyers = len(empty)
    first = np.arange(buyers + 1)
    if places is not None:
        np.cumsum(places, out=first[1:])
    is_cold = price is None and required is None
    return Transported(
        *transport_kernel.run(
            len(cost) + buyers,
            indptr,
            seller,
            cost,
            empty,
            first,
            capacity,
            np.zeros_like(capacity) if required is None else required,
            np.zeros_like(capacity) if price is None else price,
            np.full(first[-1], NONE, np.int32) if held is None else held,
            is_cold,
        )
    )


@kernel
def transport_kernel(
    indptr: Int64Array,
    seller: Int32Array,
    cost: Int64Array,
    empty: Int64Array,
    first: Int64Array,
    capacity: Int64Array,
    required: Int64Array,
    start: Int64Array,
    preferred: Int32Array,
    is_cold: bool,
) -> tuple[Int32Array, Int64Array]:
    """Run `transport`; places of buyer i are ``first[i]:first[i + 1]``, and a cold start needs no pull."""
    sellers, several = len(capacity), False
    for buyer in range(len(empty)):
        several |= first[buyer + 1] - first[buyer] > 1
    offers = Offers(indptr, seller, cost, empty, first, several)
    # the price of no seat is 0 at the end; in a pull it rises with what can be reached
    price = np.zeros(sellers + 1, np.int64)
    for at in range(sellers):
        price[at] = start[at] if required[at] > 0 else max(start[at], 0)
    held = cheapest(offers, price, preferred)
    seats = Seats(np.zeros(sellers + 1, np.int64), np.zeros(sellers + 1, np.int64))
    for place in range(len(held)):
        seats.load[held[place]] += 1
    _settle(offers, held, price, seats, capacity, required, False)
    if not is_cold:
        _settle(offers, held, price, seats, capacity, required, True)
    for at in range(sellers):
        price[at] -= price[sellers]
    for buyer in range(len(empty)):
        if empty[buyer] >= FORBIDDEN and holds(held, first[buyer], first[buyer + 1], sellers):
            raise ValueError("the seats that must be filled, or given, do not fit the choices")
    return held, price[:sellers]


@kernel
def _settle(
    offers: Offers,
    held: Int32Array,
    price: Int64Array,
    seats: Seats,
    capacity: Int64Array,
    required: Int64Array,
    pulls: bool,
) -> None:
    """Push until no seller has too many, or pull until none has too few and no price is larger than needed."""
    sellers = len(capacity)
    options = len(offers.seller) + len(held) + len(offers.empty)
    graph, spare = empty_graph(len(held), options), empty_graph(len(held), options)
    room = empty_graph(len(held), options)
    lists = empty_lists(sellers + 1, len(held))
    level = np.empty(sellers + 1, np.int32)
    raised = np.ones(sellers + 1, np.bool_)
    nodes, has_risen = 0, False
    while _allow(price, seats, capacity, required, pulls):
        nodes = collect_tight(offers, held, price, raised, has_risen, graph, nodes, spare)
        graph, spare = spare, graph
        by_seller = group_nodes(graph, nodes, held, offers.several, room, lists)
        while measure_levels(seats, by_seller, lists, level) != NONE:
            move_along_levels(seats, by_seller, held, lists, level, offers.several)
        rise = _choose_raised(price, seats, required, pulls, level, raised)
        if rise == 0:
            return
        rise = min(rise, smallest_slack(offers, price, held, raised))
        if rise > FORBIDDEN // 2:
            raise ValueError("the seats that must be filled, or given, do not fit the choices")
        for at in range(sellers + 1):
            price[at] += rise * raised[at]
        has_risen = True


@kernel
def _allow(price: Int64Array, seats: Seats, capacity: Int64Array, required: Int64Array, pulls: bool) -> bool:
    """Write how many places each seller should give out at its price; return whether anything is left to do."""
    sellers = len(capacity)
    unsettled = False
    for at in range(sellers):
        worth = price[at] - price[sellers]
        if worth < 0 or (pulls and worth == 0):
            seats.allowed[at] = required[at]
        else:
            seats.allowed[at] = capacity[at]
        if pulls:
            unsettled |= worth > 0 or seats.load[at] < seats.allowed[at]
        else:
            unsettled |= seats.load[at] > seats.allowed[at]
    seats.allowed[sellers] = 0 if pulls else VERY_LARGE
    return unsettled


@kernel
def _choose_raised(
    price: Int64Array, seats: Seats, required: Int64Array, pulls: bool, level: Int32Array, raised: BoolArray
) -> int:
    """Write which sellers rise after a search that failed; return by how much at most, 0 if nothing has to.

    A price that crosses 0 changes how many places its seller should give out, so it stops there.
    """
    sellers = len(required)
    lacks = False
    for at in range(sellers):
        lacks |= seats.load[at] < seats.allowed[at]
    most, any_moves = VERY_LARGE, False
    for at in range(sellers):
        worth = price[at] - price[sellers]
        raised[at] = level[at] >= 0 or (pulls and worth <= 0 and required[at] == 0)
        if pulls and not raised[at]:
            any_moves |= worth > 0 or lacks
            most = min(most, worth) if worth > 0 else most
        elif raised[at] and not pulls:
            any_moves = True
            most = min(most, -worth) if worth < 0 else most
    raised[sellers] = pulls
    return most if any_moves else 0
