"""What a seat more, or fewer, is worth in one slot: shortest ways through the moves that an optimum leaves open.

The moves between the sessions of a slot, and to and from having no place, are the residual network of a minimum-cost
flow. In an optimum no way round gains. So one more seat gains what the cheapest chain of moves into that session does,
which is its smallest price (Shapley and Shubik 1971; Demange, Gale and Sotomayor 1986), and one fewer costs what the
cheapest chain out of it to a free seat, or to no place, does: its largest price (Ahuja, Magnanti and Orlin 1993,
sections 9.2 and 9.11). Two searches answer for every session of the slot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int64Array, pair_keys
from pdalloc.auditing.places import PlaceCosts, Places
from pdalloc.metrics.attendable import rows_between

__all__ = ["Chain", "SeatChains"]

LARGEST = 2**59
CLOSED = 2**60
"""Cost of a way that there is not."""

AT_ONCE = 2**22
"""Unlisted places that are looked at together."""


class Chain(NamedTuple):
    """Moves that follow each other, and what they cost together.

    Attributes
    ----------
    left, taken : list of (participant, session)
        Numbers in the problem; an empty place is in neither.
    costs : tuple of int
        By level; less is better.
    """

    left: list[tuple[int, int]]
    taken: list[tuple[int, int]]
    costs: tuple[int, ...]


class _Arcs(NamedTuple):
    """Moves: the place that is given up, where it is, where its holder goes, and the cost at each level."""

    place: Int64Array
    origin: Int64Array
    target: Int64Array
    costs: list[Int64Array]


@dataclass(frozen=True, eq=False)
class SeatChains:
    """The cheapest chains of one slot into, and out of, each of its sessions; of equal ones those of fewest moves.

    Attributes
    ----------
    places : Places
    arcs : _Arcs
        The cheapest one between each two nodes; the last node is the outside.
    into, out : int64 array, shape (nodes,)
        The last move of the cheapest chain into each node, and the first one of that out of it; -1 where the chain has
        no moves.
    """

    places: Places
    arcs: _Arcs
    into: Int64Array
    out: Int64Array

    @classmethod
    def of(cls, places: Places, levels: Iterable[PlaceCosts]) -> SeatChains | None:
        """Search; None if costs do not fit 64 bits, or some way round gains, so that there are no shortest ways.

        Parameters
        ----------
        places : Places
            Of an optimum.
        levels : iterable of PlaceCosts

        Notes
        -----
        A sort of the options, then for each move of the longest chain a pass over the pairs of sessions between which
        somebody could move.
        """
        nodes = places.outside + 1
        arcs = _arcs(places, list(levels))
        weight = _weights(arcs, nodes)
        if weight is None:
            return None
        best = _cheapest(arcs, weight, nodes)
        weight = weight[best]
        arcs = _Arcs(arcs.place[best], arcs.origin[best], arcs.target[best], [cost[best] for cost in arcs.costs])
        into = _shortest(arcs.origin, arcs.target, weight, places.may_be_left)
        out = _shortest(arcs.target, arcs.origin, weight, ~places.is_full)
        return None if into is None or out is None else cls(places, arcs, into, out)

    def one_more(self, session: int) -> Chain:
        """Return the chain that gains most from one more seat in a session, empty if none gains anything."""
        moves, node = list[int](), self._node(session)
        while (move := int(self.into[node])) >= 0:
            moves.append(move)
            node = int(self.arcs.origin[move])
        return self._chain(moves)

    def one_fewer(self, session: int) -> Chain | None:
        """Return the cheapest chain that frees a seat of a session, None if there is none."""
        moves, node = list[int](), self._node(session)
        while (move := int(self.out[node])) >= 0:
            moves.append(move)
            node = int(self.arcs.target[move])
        return None if self.places.is_full[node] else self._chain(moves)

    def _node(self, session: int) -> int:
        return int(np.searchsorted(self.places.session, session))

    def _chain(self, moves: list[int]) -> Chain:
        places, arcs = self.places, self.arcs
        left, taken = list[tuple[int, int]](), list[tuple[int, int]]()
        for move in moves:
            who = int(places.participant[places.holder[arcs.place[move]]])
            for node, pairs in ((int(arcs.origin[move]), left), (int(arcs.target[move]), taken)):
                if node != places.outside:
                    pairs.append((who, int(places.session[node])))
        return Chain(left, taken, tuple(int(cost[moves].sum()) for cost in arcs.costs))


def _arcs(places: Places, levels: list[PlaceCosts]) -> _Arcs:
    """Return every move: from a place to an option of its holder, to no place, or to an unlisted one."""
    outside, holder, held = places.outside, places.holder.astype(np.int64), places.held.astype(np.int64)
    chooser = places.chooser
    first, end = (np.searchsorted(chooser, holder, side) for side in ("left", "right"))
    place, option = rows_between(first, end)
    target = places.option[option].astype(np.int64)
    stays = target == held[place]
    if places.held_option is not None:
        is_held = np.zeros(len(chooser), np.bool_)
        is_held[places.held_option] = True
        stays |= is_held[option]
    place, option, target = place[~stays], option[~stays], target[~stays]
    leaves = np.flatnonzero(held != outside)
    parts = [(place, target), (leaves, np.full(len(leaves), outside))]
    costs = [[np.broadcast_to(level.option, len(chooser))[option], level.empty[holder[leaves]]] for level in levels]
    if places.allows_unlisted:
        for some, session in _unlisted(places):
            parts.append((some, session))
            for level, of_level in zip(levels, costs, strict=True):
                of_level.append(level.unlisted[holder[some]])
    place, target = (np.concatenate(part) for part in zip(*parts, strict=True))
    increase = [np.concatenate(of) - level.held[place] for level, of in zip(levels, costs, strict=True)]
    return _Arcs(place, held[place], target, increase)


def _unlisted(places: Places) -> Iterable[tuple[Int64Array, Int64Array]]:
    """Yield places, and sessions that their holders could have though they did not list them."""
    sessions = places.outside
    if not sessions:
        return
    closed = np.concatenate(
        [
            pair_keys(places.chooser, places.option, sessions),
            pair_keys(places.closed[:, 0], places.closed[:, 1], sessions),
        ]
    )
    step = max(1, AT_ONCE // sessions)
    for start in range(0, len(places.holder), step):
        some = np.repeat(np.arange(start, min(start + step, len(places.holder))), sessions)
        session = np.tile(np.arange(sessions), len(some) // sessions)
        is_open = ~np.isin(pair_keys(places.holder[some], session, sessions), closed)
        yield some[is_open], session[is_open]


def _weights(arcs: _Arcs, nodes: int) -> Int64Array | None:
    """Return one cost for all levels and, last, the number of places given up; None if that does not fit 64 bits."""
    gives_up = (arcs.origin != nodes - 1).astype(np.int64)
    levels = [*arcs.costs, gives_up]
    total = np.zeros(len(arcs.place), np.int64)
    largest = 0
    for level in levels:
        size = int(np.abs(level).max(initial=0))
        # two chains of fewer moves than nodes differ by less than this at the level
        factor = 2 * nodes * size + 1
        largest = factor * largest + size
        if largest * 2 * nodes >= LARGEST:
            return None
        total = factor * total + level
    return total


def _cheapest(arcs: _Arcs, weight: Int64Array, nodes: int) -> Int64Array:
    """Return the cheapest move between each two nodes, the first in table order of equal ones."""
    key = arcs.origin * nodes + arcs.target
    order = np.lexsort((arcs.place, weight, key))
    return order[np.flatnonzero(np.diff(key[order], prepend=-1))]


def _shortest(tail: Int64Array, head: Int64Array, weight: Int64Array, starts: BoolArray) -> Int64Array | None:
    """Return the last arc of a shortest way from any start to each node (Bellman 1958), -1 for none.

    A start that no way makes cheaper than 0 has none. None is returned if some way round gains.
    """
    nodes = len(starts)
    far, last = np.where(starts, 0, CLOSED), np.full(nodes, -1)
    order = np.argsort(head, kind="stable")
    tail, weight = tail[order], weight[order]
    begin = np.flatnonzero(np.diff(head[order], prepend=-1))
    node = head[order[begin]]
    for _ in range(nodes + 1 if len(order) else 0):
        value = far[tail] + weight
        least = np.minimum.reduceat(value, begin)
        nearer = np.flatnonzero((least < far[node]) & (least < CLOSED // 2))
        if not len(nearer):
            return last
        reached = np.flatnonzero(value == np.repeat(least, np.diff(begin, append=len(value))))
        first = reached[np.searchsorted(reached, begin[nearer])]
        far[node[nearer]], last[node[nearer]] = least[nearer], order[first]
    return None if len(order) else last
