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
    entries, quotas = len(row), len(parent)
    outside, arcs = rows + quotas, entries + rows + quotas
    tail, head, flow = np.empty(arcs, np.int32), np.empty(arcs, np.int32), np.zeros(arcs, np.int64)
    for r in range(rows):
        tail[entries + r], head[entries + r] = outside, r
    for q in range(quotas):
        tail[entries + rows + q] = rows + q
        head[entries + rows + q] = outside if parent[q] == NONE else rows + parent[q]
    for entry in range(entries):
        tail[entry], head[entry], flow[entry] = row[entry], rows + quota[entry], share[entry]
        into, out = entries + row[entry], entries + rows + quota[entry]
        flow[into] = (flow[into] + share[entry]) % whole
        flow[out] = (flow[out] + share[entry]) % whole
    for q in range(quotas):
        if parent[q] != NONE:
            out = entries + rows + parent[q]
            flow[out] = (flow[out] + flow[entries + rows + q]) % whole
    # the open arcs of each point are around[first[point]:last[point]]; whole ones are taken out when they are met
    first, last = np.zeros(outside + 2, np.int64), np.zeros(outside + 1, np.int64)
    for arc in range(arcs):
        if flow[arc] > 0:
            first[tail[arc] + 1] += 1
            first[head[arc] + 1] += 1
    for point in range(outside + 1):
        first[point + 1] += first[point]
        last[point] = first[point]
    around = np.empty(first[outside + 1], np.int32)
    for arc in range(arcs):
        if flow[arc] > 0:
            around[last[tail[arc]]] = arc
            last[tail[arc]] += 1
            around[last[head[arc]]] = arc
            last[head[arc]] += 1
    # a walk: its points, the arc by which each was left, and where on it each point stands
    walk, left_by = np.empty(outside + 2, np.int32), np.empty(outside + 2, np.int32)
    stands_at, changes = np.full(outside + 1, NONE, np.int32), 0
    for start in range(outside + 1):
        length, walk[0], stands_at[start] = 0, start, 0
        while True:
            point = walk[length]
            came_by = left_by[length - 1] if length > 0 else NONE
            # the first open arc but the one that leads back
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
            up, down = whole, whole
            for step in range(begin, length):
                along = left_by[step]
                if tail[along] == walk[step]:
                    up, down = min(up, whole - flow[along]), min(down, flow[along])
                else:
                    up, down = min(up, flow[along]), min(down, whole - flow[along])
            change = up if uniform[changes] * (up + down) < down else -down
            changes += 1
            for step in range(begin, length):
                along = left_by[step]
                flow[along] += change if tail[along] == walk[step] else -change
                if step > begin:
                    stands_at[walk[step]] = NONE
            length = begin
        stands_at[start] = NONE
    taken: BoolArray = flow[:entries] == whole
    return taken
