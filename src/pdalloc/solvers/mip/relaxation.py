"""The linear relaxation of a day: solved on few columns, priced on all, with a bound in exact arithmetic."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.solvers.mip.face import Face
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.program import Program

__all__ = ["Relaxation", "Relaxed"]

FINEST_UNIT = -20
DIGITS = 50
"""Prices are rounded to multiples of a power of two, at least this, so that sums with whole numbers are exact."""

EXACT = 52
SAFE = 40
"""Bits of a sum that a float surely holds, and beyond which rounding cannot reach in sums that are larger."""

NEGATIVE = -1e-7
CLOSED = 0.05
MISSING = 1e-7
ALL_AT_ONCE = 400_000
"""Columns of a program that is not worth the while to begin with few of."""

A_ROUND = 4
"""Columns of each participant that a round adds."""


class Relaxed(NamedTuple):
    """What a linear relaxation says.

    Attributes
    ----------
    bound : float
        No solution costs less; exact arithmetic on rounded prices gave it.
    reduced : float array, shape (columns,)
        By how much the bound rises if a column is taken.
    values : float array, shape (columns,)
        An optimum of the columns that were looked at.
    """

    bound: float
    reduced: FloatArray
    values: FloatArray


class Relaxation:
    """The relaxation of a master, from level to level and with ever fewer columns.

    Parameters
    ----------
    face : Face
    solver : LinearSolver
    first : int array
        Columns to begin with where there are too many to look at all at once; those that are not `is_free` are among
        them.

    Attributes
    ----------
    is_known : bool array, shape (columns,)
        Columns that were looked at.
    """

    def __init__(self, face: Face, solver: LinearSolver, first: Int64Array) -> None:
        self.face, self.master, self.solver = face, face.master, solver
        self.is_known = np.zeros(len(face.allowed), np.bool_)
        self.is_known[first] = True

    def serve(self) -> float:
        """Return a bound on how much of the rows cannot be done; not above 0 if there is a solution."""
        relaxed = self._sift(np.zeros(len(self.face.allowed), np.int64), helped=True)
        return np.inf if relaxed is None else relaxed.bound

    def solve(self, cost: Int64Array) -> Relaxed | None:
        """Return the relaxation at a level, None if it has no solution.

        Parameters
        ----------
        cost : int64 array, shape (columns,)
        """
        return self._sift(cost, helped=False)

    def _sift(self, cost: Int64Array, *, helped: bool) -> Relaxed | None:
        """Solve on the known columns, price all, and look at the best ones until none improves."""
        if self.face.allowed.sum() <= ALL_AT_ONCE:
            self.is_known |= self.face.allowed
        while True:
            column = np.flatnonzero(self.is_known & self.face.allowed)
            row, needs = self._needs() if helped else (np.zeros(0, np.int64), np.zeros(0))
            found = self.solver.solve(self._program(cost, column, row, needs))
            if found is None:
                return None
            values = np.zeros(len(cost))
            values[column] = found.values[: len(column)]
            missing = float(found.values[len(column) :].sum())
            bound, reduced, unshifted = self._priced(cost, found.prices, row, needs)
            improving = np.flatnonzero(self.face.allowed & ~self.is_known & (unshifted < NEGATIVE))
            is_good = missing < MISSING or bound > CLOSED if helped else cost @ values - bound < CLOSED
            if is_good or not len(improving):
                return Relaxed(bound, reduced, values)
            self.is_known[self._best_of_each(improving, unshifted)] = True

    def _needs(self) -> tuple[Int64Array, FloatArray]:
        """Return the rows that are broken if nobody has anything, and by how much: helpers can stand in there."""
        lower, upper = self.face.bounds()
        needs = np.maximum(lower, 0) + np.minimum(upper, 0)
        row = np.flatnonzero(needs)
        return row, needs[row]

    def _program(self, cost: Int64Array, column: Int64Array, row: Int64Array, needs: FloatArray) -> Program:
        """Return the program of some columns, then of a helper at cost 1 for each row in need."""
        from scipy.sparse import csc_array, hstack

        lower, upper = self.face.bounds()
        helpers = csc_array((np.sign(needs), (row, np.arange(len(row)))), shape=(len(lower), len(row)))
        return Program(
            np.concatenate([cost[column].astype(np.float64), np.ones(len(row))]),
            hstack([self.face.rows(column), helpers], format="csr"),
            lower,
            upper,
            np.concatenate([self.master.least[column], np.zeros(len(row))]),
            np.concatenate([self.master.most[column], np.abs(needs)]),
            np.zeros(len(column) + len(row), np.bool_),
        )

    def _priced(
        self, cost: Int64Array, prices: FloatArray, row: Int64Array, needs: FloatArray
    ) -> tuple[float, FloatArray, FloatArray]:
        """Return a bound from any prices, by sums without a rounding error.

        Returns
        -------
        bound : float
        reduced : float array, shape (columns,)
            Where columns are schedules: above the cheapest one of the same participant.
        unshifted : float array, shape (columns,)
            Negative for columns that would improve the optimum.
        """
        master = self.master
        prices, bound, unit = self._rounded(cost, prices)
        rows = len(master.lower)
        unshifted = cost - master.at_prices(prices[:rows])
        for price, level in zip(prices[rows:], self.face.level_costs, strict=True):
            unshifted -= price * level
        of_helpers = 1 - np.sign(needs) * prices[row]
        by_person = row < master.people
        bound += float(np.minimum(of_helpers * np.abs(needs), 0)[~by_person].sum())
        # the row of each participant takes a price at which their cheapest schedule costs nothing
        cheapest = np.full(master.people, np.inf)
        cheapest[row[by_person]] = of_helpers[by_person]
        is_schedule = (master.participant >= 0) & (master.people > 0)
        of_person = np.flatnonzero(self.face.allowed & is_schedule)
        np.minimum.at(cheapest, master.participant[of_person], unshifted[of_person])
        reduced = unshifted.copy()
        reduced[is_schedule] -= cheapest[master.participant[is_schedule]]
        at_bound = np.where(reduced > 0, reduced * master.least, reduced * master.most)[
            self.face.allowed & ~is_schedule
        ]
        bound += float(cheapest.sum()) + float(at_bound.sum())
        size = abs(bound) + float(np.abs(cheapest).sum()) + float(np.abs(at_bound).sum())
        if size >= unit * 2.0**EXACT:
            # more than a float holds: what rounding could have added is taken off
            bound -= size * 2.0**-SAFE
        return bound, reduced, unshifted

    def _rounded(self, cost: Int64Array, prices: FloatArray) -> tuple[FloatArray, float, float]:
        """Return prices that make a bound, as multiples of a unit; what they pay for rows; and the unit."""
        lower, upper = self.face.bounds()
        prices = np.where(((prices > 0) & np.isinf(lower)) | ((prices < 0) & np.isinf(upper)), 0.0, prices)
        side = np.where(prices > 0, lower, np.where(prices < 0, upper, 0.0))
        size = float(np.abs(prices) @ np.abs(side)) + float(np.abs(cost).max(initial=1))
        unit = 2.0 ** max(FINEST_UNIT, int(np.ceil(np.log2(size + 1))) - DIGITS)
        prices = np.rint(prices / unit) * unit
        return prices, float(prices @ side), unit

    def _best_of_each(self, column: Int64Array, reduced: FloatArray) -> Int64Array:
        """Return the columns of least reduced cost, a few of each participant."""
        owner = self.master.participant[column]
        order = np.lexsort((reduced[column], owner))
        owner = owner[order]
        start = np.searchsorted(owner, owner)
        return column[order][np.arange(len(owner)) - start < A_ROUND]
