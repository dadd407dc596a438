"""The trade of fewest moves that improves an allocation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int64Array

__all__ = ["Arcs", "shortest_cycle"]


class Arcs(NamedTuple):
    """Ways to go from one node to another, each with what it costs.

    Attributes
    ----------
    origin, target, cost : int64 arrays, shape (arcs,)
    may_be_vacated : bool array, shape (nodes,)
        Nodes where a round may begin instead of at the last one: the seat given up there stays empty.
    """

    origin: Int64Array
    target: Int64Array
    cost: Int64Array
    may_be_vacated: BoolArray


def shortest_cycle(arcs: Arcs) -> list[int]:
    """Return the arcs of a round of negative cost with the fewest arcs, one after the other.

    Ways of one arc, of two and so on, each the cheapest between its ends, until some way back to its beginning is
    negative. O(arcs + nodes^3 times the length).

    Parameters
    ----------
    arcs : Arcs
        Some round has a negative cost.
    """
    nodes = len(arcs.may_be_vacated)
    cheapest = np.full((nodes, nodes), np.inf)
    order = np.argsort(-arcs.cost, kind="stable")
    number = np.full((nodes, nodes), -1)
    # the last assignment to an entry, the cheapest, stays
    number[arcs.origin[order], arcs.target[order]] = order
    has = number >= 0
    cheapest[has] = arcs.cost[number[has]]
    rows = np.append(np.flatnonzero(arcs.may_be_vacated), nodes - 1)
    begin = rows[np.argmin(cheapest[rows], axis=0)]
    cheapest[-1], number[-1] = cheapest[begin, np.arange(nodes)], number[begin, np.arange(nodes)]
    way, before = cheapest, list[Int64Array]()
    while not (np.diagonal(way) < 0).any():
        longer = np.full_like(way, np.inf)
        through = np.zeros(way.shape, np.int64)
        for node in range(nodes):
            value = way[:, node, None] + cheapest[node]
            better = value < longer
            longer[better] = value[better]
            through[better] = node
        way = longer
        before.append(through)
        if len(before) > nodes:
            raise ValueError("no round has a negative cost")
    start = node = int(np.argmin(np.diagonal(way)))
    found = list[int]()
    for through in reversed(before):
        last = int(through[start, node])
        found.append(int(number[last, node]))
        node = last
    found.append(int(number[start, node]))
    return found[::-1]
