"""What seats more or fewer could be worth at best on a day whose slots are tied together: bounds by linear programs.

Any prices of the rows of a linear program bound every day that differs only in the numbers on its right-hand side. So
one program, solved with a little more (or less) room in every session, bounds the day with one seat more (or fewer) in
any of them; the little room makes its prices the ones nearest to what such a seat is worth. Where a chain of moves
reaches the bound, both are exact (weak duality).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.context import Context
from pdalloc.objectives import LevelCosts
from pdalloc.problem import Problem
from pdalloc.solvers.mip.compact import Compact
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.program import Program

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["SeatBounds"]

LARGEST_COST = 2**26
UNIT = 2**20
"""Prices are rounded to multiples of 1 / UNIT, so that all sums are whole numbers, and up to `LARGEST_SUM` exact."""

LARGEST_SUM = 2.0**52
ROOM = 1e-3
MOST_COLUMNS = 400_000
"""Beyond so many a linear program takes longer than it may save."""


class _Priced(NamedTuple):
    """A bound on the weighted levels, with the price of each row and what is left of each column's cost.

    All but the weights are in units of 1 / UNIT.
    """

    weights: list[int]
    bound: int
    price: Int64Array
    reduced: Int64Array


class SeatBounds:
    """Bounds on the costs of a day with other numbers of seats in one session.

    Parameters
    ----------
    problem : Problem
    levels : sequence of LevelCosts
    context : Context
        Its time limit and stop flag end the linear programs.
    direction : {1, -1}
        Whether seats are added or taken away; the bounds hold for both, and are good for this one.
    """

    def __init__(self, problem: Problem, levels: Sequence[LevelCosts], context: Context, direction: int) -> None:
        self.problem, self.context, self.direction = problem, context, direction
        self.model = Compact(problem, unlisted=problem.unlisted == "last")
        self.rows, self.lower, self.upper = _with_links(self.model)
        self.columns = [self.model.costs(level) for level in levels]
        self.priced: dict[int, _Priced | None] = {}
        self.is_count = [not level.level.maximise and _never_negative(level) for level in levels]

    def reaches(self, session: int, by: int, costs: Sequence[int]) -> bool:
        """Return whether no allocation of the day with so many more seats is better than one of these costs.

        Parameters
        ----------
        session, by : int
        costs : sequence of int
            Of an allocation, by level; less is better.
        """
        return all(self._bounds(number, session, by, costs[: number + 1]) for number in range(len(costs)))

    def _bounds(self, number: int, session: int, by: int, costs: Sequence[int]) -> bool:
        """Return whether the weighted sum of the first levels cannot be smaller than for these costs."""
        if costs[number] == 0 and self.is_count[number]:
            return True
        if number not in self.priced:
            self.priced[number] = self._solve(number)
        priced = self.priced[number]
        if priced is None:
            return False
        values = [cost - part.constant for cost, part in zip(costs, self.columns, strict=False)]
        reached = sum(weight * value for weight, value in zip(priced.weights, values, strict=True))
        return -(-(priced.bound + self._shift(priced, session, by)) // UNIT) >= reached

    def _shift(self, priced: _Priced, session: int, by: int) -> int:
        """Return by how much the bound changes; rows of capacities are the first ones of the model, by session."""
        price, run = int(priced.price[session]), int(self.model.runs[session])
        if run < 0:
            return by * price
        reduced = int(priced.reduced[run])
        return min(0, reduced + by * price) - min(0, reduced)

    def _weighted(self, number: int) -> tuple[list[int], Int64Array] | None:
        """Return factors that make one cost of the first levels, each outweighing those after it, and that cost.

        None if it is too large to be worth while.
        """
        moves, cost = len(self.problem.sessions) + 1, self.columns[number].column
        weights = [1]
        for part in reversed(self.columns[:number]):
            factor = moves * int(cost.max(initial=0) - cost.min(initial=0)) + 1
            if factor * int(np.abs(part.column).max(initial=0)) >= LARGEST_COST:
                return None
            weights.insert(0, factor)
            cost = factor * part.column + cost
        return weights, cost

    def _solve(self, number: int) -> _Priced | None:
        """Return prices for the first levels, None if there are none of any use."""
        model, weighted = self.model, self._weighted(number)
        if weighted is None or model.columns > MOST_COLUMNS:
            return None
        weights, cost = weighted
        lower, upper = self.lower, self.upper.copy()
        upper[np.flatnonzero(model.runs < 0)] += self.direction * ROOM
        is_whole = np.zeros(model.columns, np.bool_)
        program = Program(cost.astype(np.float64), self._with_room(), lower, upper, model.least, model.most, is_whole)
        with LinearSolver(self.context, lambda: None) as solver:
            found = solver.solve(program)
        return None if found is None else self._exactly(weights, cost, found.prices)

    def _with_room(self) -> scipy.sparse.csr_array:
        """Return the rows with a little more, or less, room in sessions that may be cancelled, where they run."""
        from scipy.sparse import csr_array

        session = np.flatnonzero(self.model.runs >= 0)
        entries = np.full(len(session), -self.direction * ROOM), (session, self.model.runs[session])
        with_room: csr_array = self.rows + csr_array(entries, shape=self.rows.shape)
        return with_room

    def _exactly(self, weights: list[int], cost: Int64Array, prices: FloatArray) -> _Priced | None:
        """Return the bound that rounded prices give, in whole numbers; None if a float could not hold them."""
        model = self.model
        is_free = ((prices > 0) & np.isinf(self.lower)) | ((prices < 0) & np.isinf(self.upper))
        price = np.where(is_free, 0.0, np.rint(prices * UNIT))
        side = np.where(price > 0, self.lower, np.where(price < 0, self.upper, 0.0))
        largest = np.abs(price).max(initial=0) * abs(self.rows).sum(axis=0).max(initial=1.0) + UNIT * float(
            np.abs(cost).max(initial=0)
        )
        if largest * model.columns >= 2.0**62 or largest >= LARGEST_SUM:
            return None
        reduced = (UNIT * cost - self.rows.T @ price).astype(np.int64)
        of_columns = np.where(
            reduced > 0, reduced * model.least.astype(np.int64), reduced * model.most.astype(np.int64)
        )
        of_rows = sum(int(p) * int(s) for p, s in zip(price.tolist(), side.tolist(), strict=True) if p)
        return _Priced(weights, of_rows + int(of_columns.sum()), price.astype(np.int64), reduced)


def _with_links(model: Compact) -> tuple[scipy.sparse.csr_array, FloatArray, FloatArray]:
    """Return the rows of a model, and a row for each place in a session that may be cancelled: then it runs.

    With these rows the linear program leaves hardly a gap; without them sessions run in part.
    """
    from scipy.sparse import csr_array, vstack

    session = model.pairs.session
    place = np.flatnonzero(model.runs[session] >= 0)
    number = np.arange(len(place))
    entries = np.concatenate([np.ones(len(place)), -np.ones(len(place))])
    at = np.concatenate([number, number]), np.concatenate([place, model.runs[session[place]]])
    links = csr_array((entries, at), shape=(len(place), model.columns))
    rows: csr_array = vstack([model.rows, links], format="csr")
    nothing = np.zeros(len(place))
    return rows, np.concatenate([model.lower, nothing - np.inf]), np.concatenate([model.upper, nothing])


def _never_negative(level: LevelCosts) -> bool:
    return all(np.min(part, initial=0) >= 0 for part in (level.listed, level.unlisted, level.empty, level.released))
