"""Which columns belong to which row: slots to sessions, facilitators to sessions, slots away to participants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import (
    BoolArray,
    FrozenArrays,
    Int32Array,
    Int64Array,
    IntegerArray,
    freeze,
    frozen_copy,
    row_pointers,
)

__all__ = ["Incidence"]


@dataclass(frozen=True, eq=False)
class Incidence(FrozenArrays):
    """A 0/1 matrix by rows (CSR): row i has the columns ``column[indptr[i]:indptr[i + 1]]``, ascending, each once.

    Attributes
    ----------
    indptr : int64 array, shape (rows + 1,)
    column : int32 array, shape (entries,)
        Column numbers from 0.
    columns : int
        How many columns there are.
    """

    indptr: Int64Array
    column: Int32Array
    columns: int

    @classmethod
    def empty(cls, rows: int, columns: int = 0) -> Incidence:
        """Return a matrix without entries."""
        return cls(freeze(np.zeros(rows + 1, np.int64)), freeze(np.zeros(0, np.int32)), columns)

    @classmethod
    def from_lists(cls, lists: Sequence[Iterable[int]], columns: int) -> Incidence:
        """Build from one collection of column numbers per row; order and repetition do not matter."""
        rows = [sorted(set(row)) for row in lists]
        indptr = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        column = np.fromiter((value for row in rows for value in row), np.int32, int(indptr[-1]))
        return cls(freeze(indptr), freeze(column), columns)

    @classmethod
    def from_single(cls, column: npt.NDArray[np.integer[Any]], columns: int) -> Incidence:
        """Build from at most one column per row, -1 for none."""
        has = column >= 0
        return cls(freeze(row_pointers(np.flatnonzero(has), len(column))), frozen_copy(column[has], np.int32), columns)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.indptr) - 1

    @property
    def count(self) -> Int64Array:
        """Entries in each row: shape (rows,)."""
        return np.diff(self.indptr)

    @property
    def row(self) -> Int32Array:
        """Row number of each entry: shape (entries,)."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), self.count)

    def totals(self, values: IntegerArray) -> Int64Array:
        """For each column the sum of the values of its rows: shape (columns,), from `values` of shape (rows,)."""
        total = np.zeros(self.columns, np.int64)
        np.add.at(total, self.column, values[self.row])
        return total

    def __getitem__(self, row: int) -> Int32Array:
        return self.column[self.indptr[row] : self.indptr[row + 1]]

    def mask(self) -> BoolArray:
        """Return the whole matrix: shape (rows, columns)."""
        full = np.zeros((self.rows, self.columns), np.bool_)
        full[self.row, self.column] = True
        return full

    def bits(self) -> list[int]:
        """Each row as one integer whose bit c is set if column c belongs to it."""
        masks = [0] * self.rows
        for row, column in zip(self.row.tolist(), self.column.tolist(), strict=True):
            masks[row] |= 1 << column
        return masks
