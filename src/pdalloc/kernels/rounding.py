"""Chances become places: dependent rounding along cycles of what is still open."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel

__all__ = ["round_dependently"]

NONE = -1


@kernel
def round_dependently(
    row: Int64Array,
    quota: Int32Array,
    share: Int64Array,
    parent: Int64Array,
    rows: int,
    whole: int,
    uniform: FloatArray,
) -> BoolArray:
    """Draw places with given chances so that every sum of a row or a quota is rounded up or down (Gandhi et al. 2006).

    Chances flow from one outer point through rows, entries and quotas back to it. What flows in flows out, so that no
    point has only one open arc, one whose flow is not whole: whoever walks along open arcs comes back. Around such a
    cycle the flow is changed up or down, as far as it goes, with chances under which nobody's expectation changes; one
    arc at least is whole then.

    Parameters
    ----------
    row : int64 array, shape (entries,)
        Wanted place of each entry, from 0.
    quota : int32 array, shape (entries,)
        Innermost quota of each entry, from 0.
    share : int64 array, shape (entries,)
        Chance of each entry in units of 1 / whole, from 0 to whole - 1.
    parent : int64 array, shape (quotas,)
        The quota around each, a larger number; -1 for none.
    rows : int
    whole : int
        At most 2^52.
    uniform : float64 array, shape (entries + rows + quotas,)
        Random numbers in [0, 1).

    Returns
    -------
    bool array, shape (entries,)
        Which entries become places.
    """
    entries = len(row)
    tail, head, flow = _arcs(row, quota, share, parent, rows, whole)
    first, around = _open_arcs(tail, head, flow, rows + len(parent) + 1)
    # the open arcs of a point are around[first[point]:last[point]]; those that are whole are taken out when met
    points, last = len(first) - 1, first[1:].copy()
    # a walk: its points, the arc by which each was left, and where on it each point stands
    walk, left_by = np.empty(points + 1, np.int32), np.empty(points + 1, np.int32)
    stands_at, changes = np.full(points, NONE, np.int32), 0
    for start in range(points):
        length, walk[0], stands_at[start] = 0, start, 0
        while True:
            point = walk[length]
            came_by = left_by[length - 1] if length > 0 else NONE
            arc, place = NONE, first[point]
            while place < last[point] and arc == NONE:
                candidate = around[place]
                if flow[candidate] == 0 or flow[candidate] == whole:
                    last[point] -= 1
                    around[place] = around[last[point]]
                elif candidate == came_by:
                    place += 1
                else:
                    arc = candidate
            if arc == NONE:
                break
            left_by[length] = arc
            point = head[arc] if tail[arc] == point else tail[arc]
            length += 1
            walk[length] = point
            if stands_at[point] == NONE:
                stands_at[point] = length
                continue
            begin = stands_at[point]
            _change(walk[begin:length], left_by[begin:length], tail, flow, whole, uniform[changes])
            changes += 1
            for step in range(begin + 1, length):
                stands_at[walk[step]] = NONE
            length = begin
        stands_at[start] = NONE
    taken: BoolArray = flow[:entries] == whole
    return taken


@kernel
def _arcs(
    row: Int64Array, quota: Int32Array, share: Int64Array, parent: Int64Array, rows: int, whole: int
) -> tuple[Int32Array, Int32Array, Int64Array]:
    """Return the arcs of entries, then of rows, then of quotas, and what flows in them beyond whole places.

    Points are the rows, then the quotas, and last the outer one.
    """
    entries, quotas = len(row), len(parent)
    outside, arcs = rows + quotas, entries + rows + quotas
    tail, head, flow = np.empty(arcs, np.int32), np.empty(arcs, np.int32), np.zeros(arcs, np.int64)
    for r in range(rows):
        tail[entries + r], head[entries + r] = outside, r
    for entry in range(entries):
        tail[entry], head[entry], flow[entry] = row[entry], rows + quota[entry], share[entry]
        into, out = entries + row[entry], entries + rows + quota[entry]
        flow[into] = (flow[into] + share[entry]) % whole
        flow[out] = (flow[out] + share[entry]) % whole
    for q in range(quotas):
        arc = entries + rows + q
        tail[arc], head[arc] = rows + q, outside
        if parent[q] != NONE:
            head[arc] = rows + parent[q]
            out = entries + rows + parent[q]
            flow[out] = (flow[out] + flow[arc]) % whole
    return tail, head, flow


@kernel
def _open_arcs(tail: Int32Array, head: Int32Array, flow: Int64Array, points: int) -> tuple[Int64Array, Int32Array]:
    """Return the arcs of each point whose flow is not whole: those of point i are ``around[first[i]:first[i + 1]]``."""
    first = np.zeros(points + 1, np.int64)
    for arc in range(len(flow)):
        if flow[arc] > 0:
            first[tail[arc] + 1] += 1
            first[head[arc] + 1] += 1
    for point in range(points):
        first[point + 1] += first[point]
    around, end = np.empty(first[points], np.int32), first[:points].copy()
    for arc in range(len(flow)):
        if flow[arc] > 0:
            around[end[tail[arc]]] = arc
            end[tail[arc]] += 1
            around[end[head[arc]]] = arc
            end[head[arc]] += 1
    return first, around


@kernel
def _change(
    points: Int32Array, left_by: Int32Array, tail: Int32Array, flow: Int64Array, whole: int, uniform: float
) -> None:
    """Change the flow around a cycle up or down, as far as it goes, and on average not at all."""
    up, down = whole, whole
    for step in range(len(points)):
        arc = left_by[step]
        if tail[arc] == points[step]:
            up, down = min(up, whole - flow[arc]), min(down, flow[arc])
        else:
            up, down = min(up, flow[arc]), min(down, whole - flow[arc])
    change = up if uniform * (up + down) < down else -down
    for step in range(len(points)):
        arc = left_by[step]
        flow[arc] += change if tail[arc] == points[step] else -change
