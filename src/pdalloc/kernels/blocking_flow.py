"""Blocking flows (Dinic 1970) on the tight choices: from sellers with too many buyers to sellers with too few."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel
from pdalloc.kernels.offers import NONE, VERY_LARGE
from pdalloc.kernels.tight_graph import TightGraph, taken

__all__ = ["Lists", "Seats", "empty_lists", "group_nodes", "measure_levels", "move_along_levels"]

DEAD_END = -2


class Seats(NamedTuple):
    """How many places each seller has given out, and should; the last entry is of no seat. Shape (sellers + 1,)."""

    load: Int64Array
    allowed: Int64Array


class Lists(NamedTuple):
    """The nodes of a `TightGraph` by the seller they are at: a doubly linked list for each seller."""

    head: Int32Array
    after: Int32Array
    before: Int32Array


@kernel
def empty_lists(sellers: int, nodes: int) -> Lists:
    """Make room for the lists of so many sellers."""
    return Lists(np.empty(sellers, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int32))


@kernel
def group_nodes(
    graph: TightGraph, nodes: int, held: Int32Array, several: bool, room: TightGraph, lists: Lists
) -> TightGraph:
    """List the nodes at each seller, and return the graph with these side by side: so a search reads memory in order.

    Rows move too, unless they mark what their buyer has: then the places of a buyer share them.
    """
    place, start, option = room.place, room.start, graph.option if several else room.option
    begin = np.zeros(len(lists.head) + 1, np.int64)
    for node in range(nodes):
        begin[held[graph.place[node]] + 1] += 1
    for at in range(len(lists.head)):
        begin[at + 1] += begin[at]
    end = begin.copy()
    for node in range(nodes):
        at = held[graph.place[node]]
        place[end[at]], start[end[at]] = graph.place[node], graph.start[node]
        end[at] += 1
    written = 0
    for at in range(len(lists.head)):
        lists.head[at] = begin[at] if end[at] > begin[at] else NONE
        for node in range(begin[at], end[at]):
            lists.before[node] = node - 1 if node > begin[at] else NONE
            lists.after[node] = node + 1 if node + 1 < end[at] else NONE
            if not several:
                position, start[node] = start[node], written
                while graph.option[position] != NONE:
                    option[written] = graph.option[position]
                    written, position = written + 1, position + 1
                option[written] = NONE
                written += 1
    return TightGraph(place, start, option)


@kernel
def _put_first(node: int, seller: int, lists: Lists) -> None:
    lists.after[node], lists.before[node] = lists.head[seller], NONE
    if lists.head[seller] != NONE:
        lists.before[lists.head[seller]] = node
    lists.head[seller] = node


@kernel
def measure_levels(seats: Seats, graph: TightGraph, lists: Lists, level: Int32Array) -> int:
    """Write each seller's distance from one with too many into `level`; return that of the nearest with too few.

    Sellers out of reach, or beyond that nearest one, get -1; so is the return value where there is none.
    """
    load, allowed, option = seats.load, seats.allowed, graph.option
    level[:] = NONE
    queue = np.empty(len(level), np.int32)
    begin, end = 0, 0
    for at in range(len(level)):
        if load[at] > allowed[at]:
            level[at] = 0
            queue[end] = at
            end += 1
    nearest = VERY_LARGE
    while begin < end and level[queue[begin]] < nearest:
        at = queue[begin]
        begin += 1
        node = lists.head[at]
        while node != NONE:
            position = graph.start[node]
            while option[position] != NONE:
                to = option[position]
                if to >= 0 and level[to] == NONE:
                    level[to] = level[at] + 1
                    if load[to] < allowed[to]:
                        nearest = min(nearest, level[to])
                    else:
                        queue[end] = to
                        end += 1
                position += 1
            node = lists.after[node]
    return nearest if nearest < VERY_LARGE else NONE


@kernel
def move_along_levels(
    seats: Seats, graph: TightGraph, held: Int32Array, lists: Lists, level: Int32Array, several: bool
) -> None:
    """Move places along paths that climb one level a step, until none leads from too many to too few.

    Parameters
    ----------
    several : bool
        Whether rows mark what their buyer has.
    """
    load, allowed = seats.load, seats.allowed
    # where the search of each seller goes on: at a node, and at a position in its row
    here, there = lists.head.copy(), np.full(len(level), NONE, np.int64)
    path, mover = np.empty(len(level) + 1, np.int32), np.empty(len(level) + 1, np.int32)
    for source in range(len(level)):
        depth = 0
        path[0] = source
        while load[source] > allowed[source] and level[source] == 0:
            at = path[depth]
            if depth > 0 and load[at] < allowed[at]:
                for step in range(depth):
                    origin = path[step]
                    here[origin], there[origin] = lists.after[mover[step]], NONE
                    _move(mover[step], origin, path[step + 1], graph, held, lists)
                    if several:
                        _mark_taken(mover[step], origin, path[step + 1], graph)
                load[source] -= 1
                load[at] += 1
                depth = 0
                continue
            to = _next_step(at, graph, lists, level, here, there)
            if to != NONE:
                mover[depth] = here[at]
                depth += 1
                path[depth] = to
                continue
            level[at] = DEAD_END
            if depth > 0:
                depth -= 1
                there[path[depth]] += 1


@kernel
def _next_step(at: int, graph: TightGraph, lists: Lists, level: Int32Array, here: Int32Array, there: Int64Array) -> int:
    """Return the next seller one level up that a node at this one could move to, -1 if there is none left."""
    node, option = here[at], graph.option
    while node != NONE:
        position = there[at] if there[at] != NONE else graph.start[node]
        while option[position] != NONE:
            to = option[position]
            if to >= 0 and level[to] == level[at] + 1:
                there[at] = position
                return int(to)
            position += 1
        node = lists.after[node]
        here[at], there[at] = node, NONE
    return NONE


@kernel
def _move(node: int, origin: int, target: int, graph: TightGraph, held: Int32Array, lists: Lists) -> None:
    """Move a node from one seller to another."""
    if lists.before[node] != NONE:
        lists.after[lists.before[node]] = lists.after[node]
    else:
        lists.head[origin] = lists.after[node]
    if lists.after[node] != NONE:
        lists.before[lists.after[node]] = lists.before[node]
    _put_first(node, target, lists)
    held[graph.place[node]] = target


@kernel
def _mark_taken(node: int, origin: int, target: int, graph: TightGraph) -> None:
    """Note in the row of a node that its buyer has another option than before."""
    given_up, won = graph.start[node], graph.start[node]
    while graph.option[given_up] != taken(origin):
        given_up += 1
    while graph.option[won] != target:
        won += 1
    graph.option[given_up], graph.option[won] = origin, taken(target)
