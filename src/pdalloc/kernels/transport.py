"""The transportation problem: one place for every buyer, seats of sellers, least cost; by prices that only rise.

Everybody begins at their cheapest choice, prices at 0. While a seller has too many buyers: (1) find the tight choices,
those that cost their buyer no more than the one they have; (2) move buyers along tight choices from overfull sellers
to free seats, by blocking flows (Dinic 1970); (3) what cannot be emptied so reaches a closed set of sellers: raise
their prices together by the least amount that makes a choice outside the set tight. This is the Hungarian method with
blocking flows; prices end at the smallest that support an optimum (Demange, Gale and Sotomayor 1986, for single seats).

After the first look only buyers at a raised seller can get new tight choices, so only they are looked at again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel

__all__ = ["transport"]

NONE = -1
DEAD_END = -2
VERY_LARGE = 2**62


class Offers(NamedTuple):
    """What each buyer could have: the arguments of `transport`, but for the capacities."""

    indptr: Int64Array
    seller: Int32Array
    cost: Int64Array
    empty: Int64Array


class Members(NamedTuple):
    """Buyers with two or more tight choices; member q is ``buyer[q]`` and has ``option[start[q]:start[q + 1]]``."""

    buyer: Int32Array
    start: Int64Array
    option: Int32Array


class Lists(NamedTuple):
    """Members by the seller they are at: a doubly linked list for each seller."""

    head: Int32Array
    after: Int32Array
    before: Int32Array


@kernel
def transport(
    indptr: Int64Array, seller: Int32Array, cost: Int64Array, empty: Int64Array, capacity: Int64Array
) -> tuple[Int32Array, Int64Array]:
    """Return the seller of each buyer and the smallest prices of an optimum.

    Parameters
    ----------
    indptr : int64 array, shape (buyers + 1,)
        Choices of buyer i are the entries ``indptr[i]:indptr[i + 1]``.
    seller : int32 array, shape (choices,)
        From 0; no seller twice for one buyer.
    cost : int32 or int64 array, shape (choices,)
    empty : int64 array, shape (buyers,)
        Cost of having no seat. The differences between all costs are below 2^60.
    capacity : int64 array, shape (sellers,)
        Seats, from 0.

    Returns
    -------
    held : int32 array, shape (buyers,)
        Seller of each buyer; the number of sellers stands for no seat.
    price : int64 array, shape (sellers,)
        The least total cost is the sum over buyers of min(cost + price, empty), less the sum of price x capacity.

    Notes
    -----
    Two passes over the choices of buyers at raised sellers for every rise; few rises where costs are small.
    """
    offers = Offers(indptr, seller, cost, empty)
    buyers, sellers = len(empty), len(capacity)
    price = np.zeros(sellers, np.int64)
    held, load = _take_cheapest(offers, sellers)
    # whose buyers are to be looked at: all, then the raised ones; one more stands for no seat, never raised or full
    raised = np.ones(sellers + 1, np.bool_)
    raised[sellers] = False
    members, spare = _no_members(buyers), _no_members(buyers)
    count, rise = 0, 0
    lists = Lists(np.empty(sellers, np.int32), np.empty(buyers, np.int32), np.empty(buyers, np.int32))
    level = np.empty(sellers + 1, np.int32)
    while (load > capacity).any():
        found, count = _tight_choices(offers, held, price, raised, rise > 0, members, count, spare)
        members, spare = found, members
        _link_members(members, count, held, lists)
        while _measure_levels(load, capacity, members, lists, level) != NONE:
            _move_along_levels(load, capacity, members, held, lists, level)
        raised[:sellers] = level[:sellers] >= 0
        rise = _smallest_rise(offers, price, held, raised)
        for at in range(sellers):
            price[at] += rise * raised[at]
    return held, price


@kernel
def _take_cheapest(offers: Offers, sellers: int) -> tuple[Int32Array, Int64Array]:
    """Give every buyer their cheapest choice, whatever its capacity; the first of equal ones."""
    held = np.full(len(offers.empty), sellers, np.int32)
    load = np.zeros(sellers, np.int64)
    for buyer in range(held.size):
        least, best = offers.empty[buyer] + 1, NONE
        for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
            if offers.cost[entry] < least:
                least, best = offers.cost[entry], entry
        if best != NONE:
            held[buyer] = offers.seller[best]
            load[held[buyer]] += 1
    return held, load


@kernel
def _no_members(buyers: int) -> Members:
    return Members(np.empty(buyers, np.int32), np.zeros(buyers + 1, np.int64), np.empty(2 * buyers, np.int32))


@kernel
def _smallest_rise(offers: Offers, price: Int64Array, held: Int32Array, raised: BoolArray) -> int:
    """Return the least rise that makes a buyer at a raised seller as well off elsewhere; 0 if nobody is at one."""
    rise = VERY_LARGE
    for buyer in range(held.size):
        if not raised[held[buyer]]:
            continue
        inside, outside = VERY_LARGE, offers.empty[buyer]
        for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
            at = offers.seller[entry]
            value = offers.cost[entry] + price[at]
            if raised[at]:
                inside = min(inside, value)
            else:
                outside = min(outside, value)
        if outside - inside < rise:
            rise = outside - inside
            if rise == 1:
                break
    return rise if rise < VERY_LARGE else 0


@kernel
def _tight_choices(
    offers: Offers,
    held: Int32Array,
    price: Int64Array,
    raised: BoolArray,
    has_risen: bool,
    members: Members,
    count: int,
    spare: Members,
) -> tuple[Members, int]:
    """Return all members and how many there are, written into `spare` where it is large enough.

    Buyers at raised sellers are looked at afresh; other members are carried over, without choices whose price has
    risen.
    """
    sellers = price.size
    option = spare.option
    found, end, old = 0, 0, 0
    for buyer in range(held.size):
        was_member = old < count and members.buyer[old] == buyer
        begin = end
        first, last = offers.indptr[buyer], offers.indptr[buyer + 1]
        if end + last - first + 1 > option.size:
            option = np.concatenate((option, np.empty(option.size + last - first + 1, np.int32)))
        if raised[held[buyer]]:
            least = offers.empty[buyer]
            option[end] = sellers
            end += 1
            for entry in range(first, last):
                value = offers.cost[entry] + price[offers.seller[entry]]
                if value < least:
                    least = value
                    end = begin
                if value == least:
                    option[end] = offers.seller[entry]
                    end += 1
        elif was_member and held[buyer] < sellers:
            for place in range(members.start[old], members.start[old + 1]):
                if not (has_risen and raised[members.option[place]]):
                    option[end] = members.option[place]
                    end += 1
        if end - begin > 1:
            spare.buyer[found], spare.start[found] = buyer, begin
            found += 1
        else:
            end = begin
        old += was_member
    spare.start[found] = end
    return Members(spare.buyer, spare.start, option), found


@kernel
def _link_members(members: Members, count: int, held: Int32Array, lists: Lists) -> None:
    """List the members at each seller, first member first."""
    lists.head[:] = NONE
    for q in range(count - 1, -1, -1):
        _put_first(q, held[members.buyer[q]], lists)


@kernel
def _put_first(q: int, at: int, lists: Lists) -> None:
    lists.after[q], lists.before[q] = lists.head[at], NONE
    if lists.head[at] != NONE:
        lists.before[lists.head[at]] = q
    lists.head[at] = q


@kernel
def _measure_levels(load: Int64Array, capacity: Int64Array, members: Members, lists: Lists, level: Int32Array) -> int:
    """Write each seller's distance from an overfull one into `level`; return that of the nearest free seat, -1 if none.

    Sellers out of reach, or beyond the nearest free seat, get -1.
    """
    sellers = len(capacity)
    level[:] = NONE
    queue = np.empty(sellers + 1, np.int32)
    begin, end = 0, 0
    for at in range(sellers):
        if load[at] > capacity[at]:
            level[at] = 0
            queue[end] = at
            end += 1
    nearest = VERY_LARGE
    while begin < end and level[queue[begin]] < nearest:
        at = queue[begin]
        begin += 1
        q = lists.head[at]
        while q != NONE:
            for place in range(members.start[q], members.start[q + 1]):
                to = members.option[place]
                if level[to] == NONE:
                    level[to] = level[at] + 1
                    if to == sellers or load[to] < capacity[to]:
                        nearest = min(nearest, level[to])
                    else:
                        queue[end] = to
                        end += 1
            q = lists.after[q]
    return nearest if nearest < VERY_LARGE else NONE


@kernel
def _move_along_levels(
    load: Int64Array, capacity: Int64Array, members: Members, held: Int32Array, lists: Lists, level: Int32Array
) -> None:
    """Move buyers along paths that climb one level a step, until none leads from an overfull seller to a free seat."""
    sellers = len(capacity)
    # where the search of each seller goes on: at a member, and at a place among its options
    here, place = lists.head.copy(), np.full(sellers, NONE, np.int64)
    path, mover = np.empty(sellers + 1, np.int32), np.empty(sellers + 1, np.int32)
    for source in range(sellers):
        depth = 0
        path[0] = source
        while load[source] > capacity[source] and level[source] == 0:
            at = path[depth]
            if depth > 0 and (at == sellers or load[at] < capacity[at]):
                for step in range(depth):
                    origin = path[step]
                    here[origin], place[origin] = lists.after[mover[step]], NONE
                    _move(mover[step], origin, path[step + 1], members, held, lists)
                load[source] -= 1
                if at < sellers:
                    load[at] += 1
                depth = 0
                continue
            to = _next_step(at, members, lists, level, here, place)
            if to != NONE:
                mover[depth] = here[at]
                depth += 1
                path[depth] = to
                continue
            level[at] = DEAD_END
            if depth > 0:
                depth -= 1
                place[path[depth]] += 1


@kernel
def _next_step(at: int, members: Members, lists: Lists, level: Int32Array, here: Int32Array, place: Int64Array) -> int:
    """Return the next seller one level up that a member at this one could move to, -1 if there is none left."""
    q = here[at]
    while q != NONE:
        option = place[at] if place[at] != NONE else members.start[q]
        while option < members.start[q + 1]:
            if level[members.option[option]] == level[at] + 1:
                place[at] = option
                return int(members.option[option])
            option += 1
        q = lists.after[q]
        here[at], place[at] = q, NONE
    return NONE


@kernel
def _move(q: int, origin: int, target: int, members: Members, held: Int32Array, lists: Lists) -> None:
    """Move a member from one seller to another; having no seat is final, since prices only rise."""
    if lists.before[q] != NONE:
        lists.after[lists.before[q]] = lists.after[q]
    else:
        lists.head[origin] = lists.after[q]
    if lists.after[q] != NONE:
        lists.before[lists.after[q]] = lists.before[q]
    held[members.buyer[q]] = target
    if target < lists.head.size:
        _put_first(q, target, lists)
