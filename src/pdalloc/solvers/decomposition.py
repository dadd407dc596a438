"""From exact chances to allocations: one drawn with exactly these chances, or a whole lottery written out.

The sums of chances that matter form two hierarchies: each wanted place by itself on one side, capacities and quotas on
the other. So there are lotteries with exactly these chances in which every allocation has, of each sum, the whole
number just below or above it (Budish, Che, Kojima and Milgrom 2013, theorem 1).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, FrozenArrays, Int32Array, Int64Array
from pdalloc.errors import OptionError
from pdalloc.kernels.rounding import round_dependently
from pdalloc.problem import Problem

__all__ = ["Chances"]

MOST_OPEN = 5_000
"""Pairs that are not sure up to which a lottery is written out; it grows with them in length and in time."""

WORK_OF_ENTRY = 20
"""Looks at arcs that rounding takes for each open pair, roughly."""


@dataclass(frozen=True, eq=False)
class Chances(FrozenArrays):
    """Chances with the sums that allocations must keep.

    Attributes
    ----------
    problem : Problem
    participant, session : int32 arrays, shape (pairs,)
    share : int64 array, shape (pairs,)
        Chance of each pair in units of 1 / whole, from 0.
    whole : int
        At most 2^52. The shares of a row sum up to at most `whole`, those of a quota to at most its places times that.
    row : int64 array, shape (pairs,)
        The wanted place that each pair would fill: a number for each participant and slot, from 0.
    quota : int32 array, shape (pairs,)
        Innermost quota of each pair.
    parent : int64 array, shape (quotas,)
        The quota around each, a larger number; -1 for none.
    exact : tuple of Fraction, length pairs, or None
        The chances themselves, where shares are rounded down.
    """

    problem: Problem
    participant: Int32Array
    session: Int32Array
    share: Int64Array
    whole: int
    row: Int64Array
    quota: Int32Array
    parent: Int64Array
    exact: tuple[Fraction, ...] | None = None

    def draw(self, rng: np.random.Generator) -> Allocation:
        """Return an allocation by dependent rounding (Gandhi, Khuller, Parthasarathy and Srinivasan 2006)."""
        taken = self.share == self.whole
        is_open = np.flatnonzero(~taken)
        if len(is_open):
            row, rows = _renumbered(self.row[is_open])
            uniform = rng.random(len(is_open) + rows + len(self.parent))
            taken[is_open] = round_dependently.run(
                WORK_OF_ENTRY * len(is_open),
                row, self.quota[is_open], self.share[is_open], self.parent, rows, self.whole, uniform,
            )  # fmt: skip
        return self._allocation(taken)

    def lottery(self) -> tuple[tuple[Fraction | float, Allocation], ...]:
        """Return allocations with their probabilities, fractions where the chances are (Birkhoff 1946, generalised).

        Raises
        ------
        OptionError
            If more than 5,000 chances are neither 0 nor 1.
        """
        if self.exact is None:
            whole, shares = self.whole, self.share.tolist()
        else:
            whole = lcm(*(chance.denominator for chance in self.exact))
            shares = [chance.numerator * (whole // chance.denominator) for chance in self.exact]
        sure = np.array([share == whole for share in shares], np.bool_)
        is_open = np.flatnonzero(~sure)
        if len(is_open) > MOST_OPEN:
            raise OptionError(
                f"a lottery over {len(is_open):,} pairs that are neither sure nor impossible would be too long to "
                f"write out (at most {MOST_OPEN:,}); draw allocations from it with sample"
            )
        network = _Network(
            _renumbered(self.row[is_open])[0].tolist(),
            self.quota[is_open].tolist(),
            [shares[pair] for pair in is_open.tolist()],
            self.parent.tolist(),
            whole,
        )
        lottery: list[tuple[Fraction | float, Allocation]] = []
        for weight, places in network.decompose():
            taken = sure.copy()
            taken[is_open] = places
            probability = Fraction(weight, whole)
            lottery.append((float(probability) if self.exact is None else probability, self._allocation(taken)))
        return tuple(lottery)

    def _allocation(self, taken: BoolArray) -> Allocation:
        return Allocation.from_pairs(self.problem, self.participant[taken], self.session[taken])


def _renumbered(row: Int64Array) -> tuple[Int64Array, int]:
    """Return numbers without gaps in the same order, and how many there are."""
    there = np.zeros(int(row.max(initial=-1)) + 1, np.int64)
    there[row] = 1
    number = np.cumsum(there) - 1
    return number[row], int(there.sum())


class _Network:
    """A circulation of chances: from outside to each row, along its entries to their quotas, and back outside.

    Whole numbers of any size, since the common denominator of exact chances has no bound.
    """

    def __init__(self, row: list[int], quota: list[int], share: list[int], parent: list[int], whole: int) -> None:
        rows, self.entries, self.whole = max(row, default=-1) + 1, len(row), whole
        outside = rows + len(parent)
        self.tail = [*row, *[outside] * rows, *range(rows, outside)]
        self.head = [
            *(rows + q for q in quota), *range(rows), *(outside if around < 0 else rows + around for around in parent)
        ]  # fmt: skip
        self.arcs_at: list[list[int]] = [[] for _ in range(outside + 1)]
        for arc, (tail, head) in enumerate(zip(self.tail, self.head, strict=True)):
            self.arcs_at[tail].append(arc)
            self.arcs_at[head].append(arc)
        flow = share + [0] * (rows + len(parent))
        for entry in range(self.entries):
            flow[self.entries + row[entry]] += share[entry]
            flow[self.entries + rows + quota[entry]] += share[entry]
        for q, around in enumerate(parent):
            if around >= 0:
                flow[self.entries + rows + around] += flow[self.entries + rows + q]
        self.least = [amount // whole for amount in flow]
        # what flows beyond the least, of the weight that is not given out yet
        self.beyond = [amount % whole for amount in flow]
        self.chosen = [0] * len(flow)

    def decompose(self) -> list[tuple[int, list[bool]]]:
        """Return weights that sum up to `whole`, each with the entries that it takes.

        Each one takes as much weight as it can until some arc must be whole in all that follow; so there are at most as
        many as arcs, and one.
        """
        lottery, weight_left = [], self.whole
        while weight_left:
            for arc in range(len(self.chosen)):
                while self._is_too_low(arc, weight_left):
                    self._change(arc, 1, weight_left)
                while self._is_too_high(arc):
                    self._change(arc, -1, weight_left)
            weight = weight_left
            for arc, chosen in enumerate(self.chosen):
                if 0 < self.beyond[arc] < weight_left:
                    up = chosen > self.least[arc]
                    weight = min(weight, self.beyond[arc] if up else weight_left - self.beyond[arc])
            lottery.append((weight, [places == 1 for places in self.chosen[: self.entries]]))
            for arc, chosen in enumerate(self.chosen):
                if chosen > self.least[arc]:
                    self.beyond[arc] -= weight
            weight_left -= weight
        return lottery

    def _is_too_low(self, arc: int, weight_left: int) -> bool:
        return self.chosen[arc] < self.least[arc] + (self.beyond[arc] == weight_left)

    def _is_too_high(self, arc: int) -> bool:
        return self.chosen[arc] > self.least[arc] + (self.beyond[arc] > 0)

    def _change(self, arc: int, change: int, weight_left: int) -> None:
        """Change an arc by 1 and others around a cycle, none of them further from where it may be (breadth first)."""
        start, goal = (self.head[arc], self.tail[arc]) if change > 0 else (self.tail[arc], self.head[arc])
        came_by: dict[int, tuple[int, int]] = {}
        queue = deque([start])
        while goal not in came_by and start != goal:
            point = queue.popleft()
            for along in self.arcs_at[point]:
                forward = self.tail[along] == point
                other = self.head[along] if forward else self.tail[along]
                if along == arc or other == start or other in came_by:
                    continue
                high = self.least[along] + (self.beyond[along] > 0)
                low = self.least[along] + (self.beyond[along] == weight_left)
                if self.chosen[along] < high if forward else self.chosen[along] > low:
                    came_by[other] = (along, 1 if forward else -1)
                    queue.append(other)
        self.chosen[arc] += change
        while goal != start:
            along, step = came_by[goal]
            self.chosen[along] += step
            goal = self.tail[along] if step > 0 else self.head[along]
