"""A model of a day, and those of its solutions that are best at the levels decided so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, FloatArray, Int64Array

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Face", "Master"]


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


class Face:
    """The solutions of a master that are left: some columns stay 0, and each level decided is one more row.

    Parameters
    ----------
    master : Master

    Attributes
    ----------
    allowed : bool array, shape (columns,)
        Columns that are not known to be too dear.
    level_costs : list of int64 array, shape (columns,)
    level_most : list of int
        What a solution may cost at each level.
    """

    def __init__(self, master: Master) -> None:
        self.master = master
        self.allowed = master.most > 0
        self.level_costs: list[Int64Array] = []
        self.level_most: list[int] = []

    def hold(self, cost: Int64Array, most: int) -> None:
        """Leave only solutions that cost no more than this."""
        if most < 0 or cost[self.allowed].any():
            self.level_costs.append(cost)
            self.level_most.append(most)

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper bounds of all rows, the levels last."""
        return (
            np.concatenate([self.master.lower, np.full(len(self.level_most), -np.inf)]),
            np.concatenate([self.master.upper, np.array(self.level_most, np.float64)]),
        )

    def rows(self, column: Int64Array) -> scipy.sparse.csc_array:
        """Return all rows of some columns."""
        from scipy.sparse import csc_array, csr_array, vstack

        levels = [csr_array(level[column][None, :].astype(np.float64)) for level in self.level_costs]
        rows: csc_array = vstack([self.master.matrix(column), *levels], format="csc")
        return rows
