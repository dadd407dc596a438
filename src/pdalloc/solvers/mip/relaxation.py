"""The linear relaxation of a day: solved on few columns, priced on all, with a bound in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
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
MISSING = 1e-7
A_ROUND = 2
"""Columns of each participant that a round adds."""

HELPER = -1


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
    people : int
        Participants who have exactly one of their columns, by a row for each of them, the first ones; 0 if columns are
        not schedules, and all of them are to be spelled out.
    is_free : bool array, shape (columns,)
        Columns that a search may leave out where they cost too much.
    """

    lower: FloatArray
    upper: FloatArray
    least: FloatArray
    most: FloatArray
    participant: Int64Array
    people: int
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

    Where columns are schedules, helpers at first stand in for what the columns at hand cannot do: one for each row that
    is broken if nobody has anything.

    Parameters
    ----------
    master : Master
    context : Context
    beat : callable
        See `LinearProgram`.
    active : int array
        Columns to begin with; those that are not `is_free` must be among them.

    Attributes
    ----------
    column : int64 array
        What each column of the linear program is: one of the master's, or a helper.
    """

    def __init__(self, master: Master, context: Context, beat: Callable[[], None], active: Int64Array) -> None:
        self.master = master
        self.allowed = master.most > 0
        self.level_costs: list[Int64Array] = []
        self.level_most: list[int] = []
        self.lp = LinearProgram(master.lower, master.upper, context, beat)
        self.column = np.zeros(0, np.int64)
        self.helped = np.zeros(0, np.int64)
        self.needs = np.zeros(0)
        if master.people:
            needs = np.maximum(master.lower, 0) + np.minimum(master.upper, 0)
            self._add_helpers(np.flatnonzero(needs), needs[needs != 0])
        self._activate(active)

    @property
    def active(self) -> Int64Array:
        """Columns of the master that are looked at, in ascending order."""
        return np.sort(self.column[self.column != HELPER])

    # ---- solving -------------------------------------------------------------------------------------------------

    def serve(self) -> float:
        """Return a bound on how much of the rows only helpers can do; not above 0 if they are not needed."""
        relaxed = self._sift(np.zeros(len(self.master.most), np.int64))
        return np.inf if relaxed is None else relaxed.bound

    def solve(self, cost: Int64Array) -> Relaxed | None:
        """Return the relaxation at a level, None if it has no solution; without helpers from here on.

        Parameters
        ----------
        cost : int64 array, shape (columns,)
        """
        if len(self.helped):
            self.lp.exclude(np.flatnonzero(self.column == HELPER))
            self.helped, self.needs = self.helped[:0], self.needs[:0]
        return self._sift(cost)

    def keep_level(self, cost: Int64Array, most: int) -> None:
        """Hold the cost of a level at its optimum."""
        self.lp.add_row(np.where(self.column == HELPER, 0, cost[self.column]).astype(np.float64), -np.inf, most)
        self.level_costs.append(cost)
        self.level_most.append(most)
        if len(self.helped) and most < 0:
            self._add_helpers(np.array([self.lp.rows - 1]), np.array([float(most)]))

    def exclude(self, column: Int64Array) -> None:
        """Keep columns at 0."""
        self.allowed[column] = False
        self.lp.exclude(np.flatnonzero(np.isin(self.column, column)))

    def require(self, values: FloatArray) -> None:
        """See to it that a solution's columns are among those looked at."""
        self._activate(np.setdiff1d(np.flatnonzero(values), self.column))

    def _sift(self, cost: Int64Array) -> Relaxed | None:
        """Solve on the active columns, price all, and add the best ones until none improves."""
        is_serving = len(self.helped) > 0
        self._set_costs(cost)
        while True:
            found = self.lp.solve(primal=self.master.people > 0)
            if found is None:
                return None
            bound, reduced, unshifted = self._priced(cost, found.prices)
            is_helper = self.column == HELPER
            values = np.zeros(len(cost))
            values[self.column[~is_helper]] = found.values[~is_helper]
            missing = float(found.values[is_helper].sum()) if is_serving else 0.0
            inactive = self.allowed.copy()
            inactive[self.column[~is_helper]] = False
            improving = np.flatnonzero(inactive & (unshifted < NEGATIVE))
            is_good = missing < MISSING or bound > CLOSED if is_serving else cost @ values - bound < CLOSED
            if is_good or not len(improving):
                return Relaxed(bound, reduced, values)
            self._activate(np.sort(self._best_of_each(improving, unshifted)))
            self._set_costs(cost)

    def _set_costs(self, cost: Int64Array) -> None:
        of_helper = 1.0 if len(self.helped) else 0.0
        self.lp.set_costs(np.where(self.column == HELPER, of_helper, cost[self.column]))

    def _priced(self, cost: Int64Array, prices: FloatArray) -> tuple[float, FloatArray, FloatArray]:
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
        prices, bound = self._rounded(cost, prices)
        rows = len(master.lower)
        unshifted = cost - master.at_prices(prices[:rows])
        for price, level in zip(prices[rows:], self.level_costs, strict=True):
            unshifted -= price * level
        of_helpers = 1 - np.sign(self.needs) * prices[self.helped]
        by_person = self.helped < master.people
        bound += float(np.minimum(of_helpers * np.abs(self.needs), 0)[~by_person].sum())
        # the row of each participant takes a price at which their cheapest schedule costs nothing
        cheapest = np.full(master.people, np.inf)
        cheapest[self.helped[by_person]] = of_helpers[by_person]
        is_schedule = (master.participant >= 0) & (master.people > 0)
        of_person = np.flatnonzero(self.allowed & is_schedule)
        np.minimum.at(cheapest, master.participant[of_person], unshifted[of_person])
        reduced = unshifted.copy()
        reduced[is_schedule] -= cheapest[master.participant[is_schedule]]
        at_bound = np.where(reduced > 0, reduced * master.least, reduced * master.most)
        bound += float(cheapest.sum()) + float(at_bound[self.allowed & ~is_schedule].sum())
        return bound, reduced, unshifted

    def _rounded(self, cost: Int64Array, prices: FloatArray) -> tuple[FloatArray, float]:
        """Return prices that make a bound, so round that sums of products are exact, and what they pay for rows."""
        lower = np.concatenate([self.master.lower, np.full(len(self.level_most), -np.inf)])
        upper = np.concatenate([self.master.upper, np.array(self.level_most, np.float64)])
        prices = np.where(((prices > 0) & np.isinf(lower)) | ((prices < 0) & np.isinf(upper)), 0.0, prices)
        side = np.where(prices > 0, lower, np.where(prices < 0, upper, 0.0))
        size = float(np.abs(prices) @ np.abs(side)) + float(np.abs(cost).max(initial=1))
        unit = 2.0 ** max(FINEST_UNIT, int(np.ceil(np.log2(size + 1))) - DIGITS)
        prices = np.rint(prices / unit) * unit
        return prices, float(prices @ side)

    # ---- columns -------------------------------------------------------------------------------------------------

    def _add_helpers(self, row: Int64Array, needs: FloatArray) -> None:
        from scipy.sparse import csc_array

        ones, column = np.ones(len(row)), np.arange(len(row))
        matrix = csc_array((np.sign(needs), (row, column)), shape=(self.lp.rows, len(row)))
        self.lp.add_columns(ones, matrix, np.zeros(len(row)), np.abs(needs))
        self.column = np.concatenate([self.column, np.full(len(row), HELPER)])
        self.helped, self.needs = np.concatenate([self.helped, row]), np.concatenate([self.needs, needs])

    def _activate(self, column: Int64Array) -> None:
        from scipy.sparse import csr_array, vstack

        if not len(column):
            return
        levels = [csr_array(level[column][None, :].astype(np.float64)) for level in self.level_costs]
        matrix = vstack([self.master.matrix(column), *levels], format="csc")
        self.lp.add_columns(np.zeros(len(column)), matrix, self.master.least[column], self.master.most[column])
        self.column = np.concatenate([self.column, column])

    def _best_of_each(self, column: Int64Array, reduced: FloatArray) -> Int64Array:
        """Return the columns of least reduced cost, a few of each participant."""
        owner = self.master.participant[column]
        order = np.lexsort((reduced[column], owner))
        owner = owner[order]
        start = np.searchsorted(owner, owner)
        return column[order][np.arange(len(owner)) - start < A_ROUND]
