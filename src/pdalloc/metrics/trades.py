"""Trades in a graph of moves: a cycle, or a chain into a free seat, in which somebody gains."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array, IntegerArray, UInt8Array
from pdalloc.kernels.wishes import GAINS

__all__ = ["improving_trade"]


def improving_trade(moves: UInt8Array, starts: BoolArray, ends: BoolArray) -> list[tuple[int, int]]:
    """Return the moves of a trade in which nobody loses and somebody gains, in order; none if there is none.

    Parameters
    ----------
    moves : uint8 array, shape (nodes, nodes)
        Whether somebody would move from the one to the other, and whether somebody would gain by that; see
        `mark_moves`.
    starts, ends : bool arrays, shape (nodes,)
        Nodes that may lose one without another coming, and nodes with room for one more.

    Returns
    -------
    list of (int, int)
        Each move goes where the next one starts. The last goes to an end, or where the first one starts; no node
        comes twice.
    """
    marked = np.flatnonzero(moves > 0)
    gains = moves.ravel()[marked] == GAINS
    if not gains.any():
        return []
    source, target = np.divmod(marked, len(starts))
    return _cycle(source, target, gains, len(starts)) or _chain(source, target, gains, starts, ends)


def _graph(source: Int64Array, target: Int64Array, nodes: int) -> Any:
    """Return a graph as scipy has it, with an edge for each (source, target)."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(source)), (source, target)), shape=(nodes, nodes))


def _cycle(source: Int64Array, target: Int64Array, gains: BoolArray, nodes: int) -> list[tuple[int, int]]:
    """Return the edges of a cycle in which somebody gains."""
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    graph = _graph(source, target, nodes)
    _, part = connected_components(graph, connection="strong")
    inside = np.flatnonzero(gains & (part[source] == part[target]))
    if not inside.size:
        return []
    first, then = int(source[inside[0]]), int(target[inside[0]])
    _, before = breadth_first_order(graph, then)
    return [*pairwise(_walk(before, first)), (first, then)]


def _chain(
    source: Int64Array, target: Int64Array, gains: BoolArray, starts: BoolArray, ends: BoolArray
) -> list[tuple[int, int]]:
    """Return the edges of a shortest chain from a start to an end in which somebody gains.

    Where no cycle gains, what comes before a move that gains and what comes after it have no node in common.
    """
    if not ends[target].any():
        return []
    to_end, after = _search(target, source, ends)
    useful = gains & np.isfinite(to_end[target])
    if not useful.any():
        return []
    from_start, before = _search(source, target, starts)
    length = np.where(useful, from_start[source] + to_end[target], np.inf)
    best = int(np.argmin(length))
    if not np.isfinite(length[best]):
        return []
    return list(pairwise([*_walk(before, int(source[best]))[1:], *_walk(after, int(target[best]))[:0:-1]]))


def _search(source: Int64Array, target: Int64Array, first: BoolArray) -> tuple[FloatArray, IntegerArray]:
    """Return how far each node is from some first ones, and from where it is reached; these from one node more."""
    from scipy.sparse.csgraph import breadth_first_order

    root, roots = len(first), np.flatnonzero(first)
    graph = _graph(np.append(source, np.full(len(roots), root)), np.append(target, roots), root + 1)
    order, before = breadth_first_order(graph, root)
    distance = np.full(root + 1, np.inf)
    distance[root] = 0
    for node in order[1:].tolist():
        distance[node] = distance[before[node]] + 1
    return distance, before


def _walk(before: IntegerArray, node: int) -> list[int]:
    """Return the nodes of a search tree from its root to a node."""
    path = [node]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]
