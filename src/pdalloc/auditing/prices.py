"""Prices at which nobody could do better elsewhere, found from an allocation alone; or a trade that improves it.

Sought is a price of each session at which everybody holds what costs them least: cost + price of what they hold is at
most that of anything else they could have. Prices are not negative, and 0 where a seat is free. By weak duality they
prove that no allocation costs less. They are shortest distances between sessions, where going from s to t costs what
somebody who holds s would lose by holding t instead; so they exist unless some way round gains, and that is a trade
which improves the allocation (Bellman 1958; Ford and Fulkerson 1962, section III.9).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, pair_keys
from pdalloc.auditing.cycles import Arcs, shortest_cycle
from pdalloc.auditing.places import NEVER, PlaceCosts, Places

__all__ = ["Move", "Prices", "find_prices"]

LARGEST = 2**59
MOST_NODES = 400
SWEEPS = 4
"""Over all options between two looks for a cycle."""

FEW = 0.2
"""A part of the options below which it is faster to pick them out than to look at all."""


class Move(NamedTuple):
    """Somebody gives up a place for another: numbers as in `Places`, origin or target may be the outside."""

    person: int
    origin: int
    target: int


@dataclass(frozen=True)
class Prices:
    """What the places of an allocation say about it.

    Attributes
    ----------
    by_level : list of int64 array, shape (sessions,)
        Prices of each level, those of a level among what the levels before leave open; up to the first that improves.
    trade : tuple of Move
        Moves that improve the next level; empty if there are none.
    """

    by_level: list[Int64Array]
    trade: tuple[Move, ...]


def find_prices(places: Places, levels: Iterable[PlaceCosts]) -> Prices:
    """Return prices for each level, or a trade.

    Cost: some passes over the options, mostly fewer than ten, for all levels that fit one 64-bit number together.
    """
    by_level: list[Int64Array] = []
    face = _Face(places)
    for number, (costs, factors) in enumerate(_joined(levels, places.outside + 2)):
        if number:
            face.restrict()
        unit = math.prod(factors)
        face.begin(costs, (_spread(costs) * (places.outside + 1) // unit + 1) * unit)
        sweeps = 1
        while face.lower():
            if sweeps % SWEEPS == 0 and (cycle := face.cycle()):
                return Prices(by_level, face.trade(cycle))
            sweeps += 1
        by_level.extend(_digits(face.session_prices(), factors))
    return Prices(by_level, ())


def _joined(levels: Iterable[PlaceCosts], moves: int) -> Iterator[tuple[PlaceCosts, list[int]]]:
    """Yield runs of levels as one cost, with the factors by which all but the last are multiplied.

    A way between sessions visits each at most once, so a factor of four times as many moves as there are sessions keeps
    the levels apart in differences of distances.
    """
    total, factors = None, list[int]()
    for level in levels:
        factor = 4 * moves * _spread(level) + 1
        if total is not None and (factor * _spread(total) + _spread(level)) * moves < LARGEST:
            total = total.joined(factor, level)
            factors.append(factor)
            continue
        if total is not None:
            yield total, factors
        total, factors = level, []
    if total is not None:
        yield total, factors


def _spread(costs: PlaceCosts) -> int:
    parts = [_possible(np.asarray(part)) for part in costs]
    parts = [part for part in parts if part.size]
    return max(int(part.max()) for part in parts) - min(int(part.min()) for part in parts) if parts else 0


def _possible(cost: Int64Array) -> Int64Array:
    return cost if cost.max(initial=0) < NEVER else cost[cost < NEVER]


def _digits(price: Int64Array, factors: list[int]) -> list[Int64Array]:
    """Return the prices of each level from those of a run of levels."""
    levels: list[Int64Array] = []
    for factor in reversed(factors):
        digit = (price + factor // 2) % factor - factor // 2
        levels.append(digit)
        price = (price - digit) // factor
    return [price, *reversed(levels)]


def _starts(chooser: Int32Array) -> Int64Array:
    """Return where each person's options begin."""
    return np.concatenate([[0], np.flatnonzero(chooser[1:] != chooser[:-1]) + 1])


class _Face:
    """The places that could move without a loss at the levels so far, and prices of the level at hand.

    Sessions with a free seat are one node with the outside: whoever goes there needs nobody to leave.
    """

    def __init__(self, places: Places) -> None:
        self.places, self.outside = places, places.outside
        self.node = np.where(places.is_full, np.arange(self.outside + 1), self.outside)
        self.movable = np.arange(len(places.held))
        self.kept: Int64Array | None = None
        self.chooser, self.option = places.chooser, places.option
        self.may_be_empty = np.ones(len(places.participant), np.bool_)
        self.may_be_vacated = places.is_full & places.may_be_left
        self.tight: list[tuple[Int64Array, Int64Array]] = []

    def begin(self, costs: PlaceCosts, high: int) -> None:
        """Begin a level, with prices that are too high."""
        places = self.places
        self.holder, self.held = places.holder[self.movable], self.node[places.held[self.movable]]
        self.held_cost = costs.held[self.movable]
        self.target = np.take(self.node, self.option, mode="clip")
        option = costs.option
        if not isinstance(option, int) and self.kept is not None:
            option = option[self.kept]
        self.cost = np.broadcast_to(option, len(self.option))
        if places.held_option is not None:
            is_held = np.zeros(len(places.option), np.bool_)
            is_held[places.held_option] = True
            self.cost = np.where(is_held if self.kept is None else is_held[self.kept], NEVER, self.cost)
        self.empty = np.where(self.may_be_empty, costs.empty, NEVER)
        self.unlisted = costs.unlisted
        self.start, self.value = _starts(self.chooser), np.empty(len(self.chooser), np.int64)
        self.price = np.full(self.outside + 1, high)
        self.price[self.outside] = 0
        self.best = np.full(len(places.participant), NEVER)
        self.changed = np.ones(self.outside + 1, np.bool_)
        # what gave each node its price: a place whose holder would go on to a session, or nothing if it is vacated
        self.cause, self.goal = (np.full(self.outside + 1, -1) for _ in range(2))

    def lower(self) -> bool:
        """Lower all prices to what the options allow, once; return whether one was too high."""
        self._look()
        before = self.price.copy()
        limit = self.best[self.holder] - self.held_cost
        over = np.flatnonzero(before[self.held] > limit)
        np.minimum.at(self.price, self.held[over], limit[over])
        decisive = over[limit[over] == self.price[self.held[over]]]
        self.cause[self.held[decisive]] = decisive
        self._trace(np.flatnonzero(self.price < before), before)
        # the outside is no dearer than what may be vacated
        lowest = int(np.argmin(np.where(self.may_be_vacated, self.price, NEVER)))
        if self.may_be_vacated[lowest] and self.price[lowest] < self.price[self.outside]:
            self.price[self.outside] = self.price[lowest]
            self.cause[self.outside], self.goal[self.outside] = -1, lowest
        self.changed = self.price < before
        return bool(self.changed.any())

    def _look(self) -> None:
        """Bring what is best for each person up to date, after some prices fell."""
        # clip: numbers are within range, and this mode does not look at them one by one
        is_changed = np.take(self.changed, self.target, mode="clip")
        if np.count_nonzero(is_changed) > FEW * len(is_changed):
            chooser, start = self.chooser, self.start
            value = np.take(self.price, self.target, out=self.value, mode="clip")
            value += self.cost
        else:
            at = np.flatnonzero(is_changed)
            chooser, value = self.chooser[at], self.cost[at] + self.price[self.target[at]]
            start = _starts(chooser)
        if len(chooser):
            who = chooser[start]
            self.best[who] = np.minimum(self.best[who], np.minimum.reduceat(value, start))
        self.best = np.minimum(self.best, self.empty + self.price[self.outside])
        if self.places.allows_unlisted:
            self.best = np.minimum(self.best, self._cheapest_unlisted(self.price)[0])

    def _cheapest_unlisted(self, price: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Return the least cost + price of an unlisted place for each person, and its session."""
        of_session = price[self.node[:-1]]
        order = np.argsort(of_session, kind="stable")
        sessions, keys = self.outside, self._closed_keys
        found = np.full(len(self.unlisted), -1)
        who = np.arange(len(found))
        for session in order.tolist():
            key = who * sessions + session
            is_closed = keys[np.minimum(np.searchsorted(keys, key), len(keys) - 1)] == key if len(keys) else who < 0
            for old, tight in self.tight:
                is_closed |= old[session] != tight[who]
            found[who[~is_closed]] = session
            who = who[is_closed]
            if not len(who):
                break
        return np.where(found < 0, NEVER, self.unlisted + np.append(of_session, 0)[found]), found

    @cached_property
    def _closed_keys(self) -> Int64Array:
        places = self.places
        listed = pair_keys(places.chooser, places.option, self.outside)
        return np.sort(np.concatenate([listed, pair_keys(places.closed[:, 0], places.closed[:, 1], self.outside)]))

    def _trace(self, nodes: Int64Array, before: Int64Array) -> None:
        """Note where the holder of the place that lowered the price of each node would go on to."""
        person = self.holder[self.cause[nodes]]
        first, last = (np.searchsorted(self.chooser, person, side).tolist() for side in ("left", "right"))
        for node, who, start, end in zip(nodes.tolist(), person.tolist(), first, last, strict=True):
            value = self.cost[start:end] + before[self.target[start:end]]
            same = np.flatnonzero(value == self.best[who])
            if len(same):
                self.goal[node] = self.option[start + same[0]]
            elif self.empty[who] + before[self.outside] == self.best[who]:
                self.goal[node] = self.outside
            else:
                self.goal[node] = self._cheapest_unlisted(before)[1][who]

    def cycle(self) -> list[int]:
        """Return nodes that lower each other's prices in a circle, each followed by the next; empty if there are none.

        Since each price came from a lower one, going round gains something.
        """
        after = np.where(self.goal < 0, -1, self.node[self.goal]).tolist()
        seen = [-1] * len(after)
        for start in range(len(after)):
            node, way = start, list[int]()
            while node >= 0 and seen[node] < 0:
                seen[node] = start
                way.append(node)
                node = after[node]
            if node >= 0 and seen[node] == start:
                return way[way.index(node) :]
        return []

    def trade(self, cycle: list[int]) -> tuple[Move, ...]:
        """Return the trade of fewest moves, of all on a small day, among the sessions of a cycle on a large one."""
        nodes = np.arange(self.outside + 1)
        if len(nodes) > MOST_NODES:
            nodes = np.unique([*cycle, self.outside])
        among = np.full(self.outside + 1, -1)
        among[nodes] = np.arange(len(nodes))
        place, goal, cost = self._arcs(among)
        origin, target = among[self.held[place]], among[self.node[goal]]
        rounds = shortest_cycle(Arcs(origin, target, cost, self.may_be_vacated[nodes]))
        return tuple(
            Move(int(self.holder[place[arc]]), int(self.places.held[self.movable[place[arc]]]), int(goal[arc]))
            for arc in rounds
        )

    def _arcs(self, among: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Return for every move between some nodes the place given up, the session taken, and what that costs."""
        place = np.flatnonzero(among[self.held] >= 0)
        first, last = (np.searchsorted(self.chooser, self.holder[place], side) for side in ("left", "right"))
        count = last - first
        of_place = np.repeat(place, count)
        option = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
        kept = among[self.target[option]] >= 0
        of_place, option = of_place[kept], option[kept]
        arcs = [
            (of_place, self.option[option].astype(np.int64), self.cost[option]),
            (place, np.full(len(place), self.outside), self.empty[self.holder[place]]),
        ]
        if self.places.allows_unlisted:
            arcs.extend(self._unlisted_arcs(place, np.flatnonzero(among[self.node[:-1]] >= 0)))
        of_place, goal, cost = (np.concatenate(parts) for parts in zip(*arcs, strict=True))
        possible = cost < NEVER
        of_place, goal, cost = of_place[possible], goal[possible], cost[possible]
        return of_place, goal, cost - self.held_cost[of_place]

    def _unlisted_arcs(
        self, place: Int64Array, sessions: Int64Array
    ) -> Iterator[tuple[Int64Array, Int64Array, Int64Array]]:
        keys = self._closed_keys
        for session in sessions.tolist():
            who = self.holder[place]
            is_open = ~np.isin(who.astype(np.int64) * self.outside + session, keys)
            for old, tight in self.tight:
                is_open &= old[session] == tight[who]
            some = place[is_open]
            yield some, np.full(len(some), session), self.unlisted[who[is_open]]

    def session_prices(self) -> Int64Array:
        """Return the prices, those of free seats being 0: shape (sessions,)."""
        price: Int64Array = (self.price - self.price[self.outside])[self.node[:-1]]
        return price

    def restrict(self) -> None:
        """Keep the places and options that cost what is best, and seats that may be vacated: those without a price."""
        kept = np.flatnonzero(self.cost + self.price[self.target] == self.best[self.chooser])
        self.chooser, self.option = self.chooser[kept], self.option[kept]
        self.kept = kept if self.kept is None else self.kept[kept]
        self.may_be_empty &= self.empty + self.price[self.outside] == self.best
        self.movable = self.movable[self.held_cost + self.price[self.held] == self.best[self.holder]]
        self.may_be_vacated &= self.price == self.price[self.outside]
        if self.places.allows_unlisted:
            self.tight.append((self.price[self.node[:-1]], self.best - self.unlisted))
