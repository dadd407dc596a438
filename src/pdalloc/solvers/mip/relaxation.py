"""The linear relaxation of a day: solved on few columns, priced on all, with a bound in exact arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, FloatArray, Int64Array
from pdalloc.context import Context
from pdalloc.solvers.mip.linear import LinearProgram

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Master", "Relaxation", "Relaxed"]

FINEST_UNIT = -20
DIGITS = 50
"""Prices are rounded to multiples of a power of two, at least this, so that sums with whole numbers are exact."""

NEGATIVE = -1e-7
CLOSED = 0.05
A_ROUND = 2
"""Columns of each participant that a round adds."""


class Master(Protocol):
    """Columns and rows of a day, of which not all columns need to be spelled out.

    Attributes
    ----------
    problem : Problem
    lower, upper : float arrays, shape (rows,)
    least, most : float arrays, shape (columns,)
        Whole numbers.
    participant : int array, shape (columns,)
        Whose place or schedule a column is, -1 for nobody's.
    are_schedules : bool
        Whether a participant has exactly one of their columns, by a row for each participant, which come first.
    is_free : bool array, shape (columns,)
        Columns that a search may leave out where they cost too much.
    """

    lower: FloatArray
    upper: FloatArray
    least: FloatArray
    most: FloatArray
    participant: Int64Array
    are_schedules: bool
    is_free: BoolArray

    def matrix(self, chosen: Int64Array) -> scipy.sparse.csc_array:
        """Return the rows of some columns."""
        ...

    def at_prices(self, prices: FloatArray) -> FloatArray:
        """Return what each column pays for its rows: shape (columns,)."""
        ...

    def allocation(self, values: FloatArray) -> Allocation:
        """Return the allocation that a solution, shape (columns,), stands for."""
        ...


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
    master : Master
    context : Context
    active : int array
        Columns to begin with, ascending; those that are not `is_free` must be among them.
    """

    def __init__(self, master: Master, context: Context, active: Int64Array) -> None:
        self.master = master
        self.context = context
        self.allowed = master.most > 0
        self.level_costs: list[Int64Array] = []
        self.level_most: list[int] = []
        self.people = int(master.participant.max(initial=-1)) + 1 if master.are_schedules else 0
        self.lp = LinearProgram(master.lower, master.upper, context)
        self.is_serving = master.are_schedules
        if self.is_serving:
            self._add_unserved()
        self.active = np.zeros(0, np.int64)
        self._activate(active)

    # ---- solving ------------------------------------------------------------------------------------------------

    def serve(self) -> float:
        """Return a bound on how many participants are left without a schedule; 0 if nobody need be."""
        relaxed = self._sift(np.zeros(len(self.master.most), np.int64), 1.0)
        return np.inf if relaxed is None else relaxed.bound

    def solve(self, cost: Int64Array) -> Relaxed | None:
        """Return the relaxation at a level, None if it has no solution.

        Parameters
        ----------
        cost : int64 array, shape (columns,)
        """
        if self.is_serving:
            self.lp.exclude(np.arange(self.people))
            self.is_serving = False
        return self._sift(cost, 0.0)

    def keep_level(self, cost: Int64Array, most: int) -> None:
        """Hold the cost of a level at its optimum."""
        coefficients = np.concatenate([np.zeros(self.people), cost[self.active]])
        self.lp.add_row(coefficients, -np.inf, most)
        self.level_costs.append(cost)
        self.level_most.append(most)

    def exclude(self, column: Int64Array) -> None:
        """Keep columns at 0."""
        self.allowed[column] = False
        known = np.flatnonzero(np.isin(self.active, column))
        self.lp.exclude(known + self.people)

    def require(self, values: FloatArray) -> None:
        """See to it that a solution's columns are among those looked at."""
        self._activate(np.setdiff1d(np.flatnonzero(values), self.active))

    def _sift(self, cost: Int64Array, unserved: float) -> Relaxed | None:
        """Solve on the active columns, price all, and add the best ones until none improves."""
        self.lp.set_costs(np.concatenate([np.full(self.people, unserved), cost[self.active].astype(np.float64)]))
        while True:
            found = self.lp.solve(primal=self.master.are_schedules)
            if found is None:
                return None
            bound, reduced, unshifted = self._priced(cost, found.prices, unserved)
            value = cost[self.active] @ found.values[self.people :] + unserved * found.values[: self.people].sum()
            inactive = self.allowed.copy()
            inactive[self.active] = False
            improving = np.flatnonzero(inactive & (unshifted < NEGATIVE))
            if not len(improving) or value - bound < CLOSED or (self.is_serving and bound > CLOSED):
                values = np.zeros(len(cost))
                values[self.active] = found.values[self.people :]
                return Relaxed(bound, reduced, values)
            self._activate(np.sort(self._best_of_each(improving, unshifted)))

    def _priced(self, cost: Int64Array, prices: FloatArray, unserved: float) -> tuple[float, FloatArray, FloatArray]:
        """Return a bound and reduced costs from any prices, by sums without a rounding error."""
        master = self.master
        lower = np.concatenate([master.lower, np.full(len(self.level_most), -np.inf)])
        upper = np.concatenate([master.upper, np.array(self.level_most, np.float64)])
        prices = np.where(((prices > 0) & np.isinf(lower)) | ((prices < 0) & np.isinf(upper)), 0.0, prices)
        side = np.where(prices > 0, lower, np.where(prices < 0, upper, 0.0))
        size = float(np.abs(prices) @ np.abs(side)) + float(np.abs(cost).max(initial=1))
        unit = 2.0 ** max(FINEST_UNIT, int(np.ceil(np.log2(size + 1))) - DIGITS)
        prices = np.rint(prices / unit) * unit
        rows = len(master.lower)
        reduced = cost - master.at_prices(prices[:rows])
        for price, level in zip(prices[rows:], self.level_costs, strict=True):
            reduced -= price * level
        bound = float(prices @ side)
        if not master.are_schedules:
            return bound + self._at_bounds(reduced, self.allowed), reduced, reduced
        # the row of each participant takes a price at which their cheapest schedule costs nothing
        of_person = np.flatnonzero(self.allowed & (master.participant >= 0))
        cheapest = unserved - prices[: self.people] if self.is_serving else np.full(self.people, np.inf)
        np.minimum.at(cheapest, master.participant[of_person], reduced[of_person])
        shifted = reduced - np.where(master.participant >= 0, cheapest[master.participant], 0.0)
        bound += float(cheapest.sum()) + self._at_bounds(reduced, self.allowed & (master.participant < 0))
        return bound, shifted, reduced

    def _at_bounds(self, reduced: FloatArray, which: BoolArray) -> float:
        master = self.master
        return float(np.where(reduced > 0, reduced * master.least, reduced * master.most)[which].sum())

    # ---- columns ------------------------------------------------------------------------------------------------

    def _add_unserved(self) -> None:
        from scipy.sparse import eye_array

        rows = len(self.master.lower)
        ones = np.ones(self.people)
        self.lp.add_columns(ones, eye_array(rows, self.people, format="csc"), np.zeros(self.people), ones)

    def _activate(self, column: Int64Array) -> None:
        from scipy.sparse import csr_array, vstack

        if not len(column):
            return
        matrix = self.master.matrix(column)
        levels = [csr_array(level[column][None, :].astype(np.float64)) for level in self.level_costs]
        matrix = vstack([matrix, *levels], format="csc")
        self.lp.add_columns(np.zeros(len(column)), matrix, self.master.least[column], self.master.most[column])
        self.active = np.concatenate([self.active, column])

    def _best_of_each(self, column: Int64Array, reduced: FloatArray) -> Int64Array:
        """Return the columns of least reduced cost, a few of each participant."""
        owner = self.master.participant[column]
        order = np.lexsort((reduced[column], owner))
        owner = owner[order]
        start = np.searchsorted(owner, owner)
        return column[order][np.arange(len(owner)) - start < A_ROUND]
