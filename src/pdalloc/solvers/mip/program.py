"""A linear program with whole columns, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Program"]

TOLERANCE = 1e-6
"""What rows and columns may be off, for one unit of their bound; engines promise no less."""


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise ``cost @ x`` where ``lower <= rows @ x <= upper`` and ``least <= x <= most``, x whole where asked.

    Attributes
    ----------
    cost : float array, shape (columns,)
    rows : scipy.sparse.csr_array, shape (rows, columns)
        Without duplicate entries.
    lower, upper : float arrays, shape (rows,)
        -inf and inf where a row is open.
    least, most : float arrays, shape (columns,)
        Finite.
    is_integer : bool array, shape (columns,)
    """

    cost: FloatArray
    rows: scipy.sparse.csr_array
    lower: FloatArray
    upper: FloatArray
    least: FloatArray
    most: FloatArray
    is_integer: BoolArray

    @property
    def is_whole(self) -> bool:
        """Whether every column, coefficient and cost is a whole number."""
        return bool(self.is_integer.all()) and all(
            (part == np.rint(part)).all() for part in (self.cost, self.rows.data)
        )

    @property
    def is_binary(self) -> bool:
        """Whether every column is 0 or 1."""
        return bool(self.is_integer.all() and (self.least >= 0).all() and (self.most <= 1).all())

    @property
    def is_empty(self) -> bool:
        """Whether the bounds of one column or one row alone leave no solution."""
        least, most = (
            np.where(self.is_integer, whole(bounds), bounds)
            for whole, bounds in ((np.ceil, self.least), (np.floor, self.most))
        )
        return bool((self.lower > self.upper).any() or (least > most).any())

    def rounded(self, values: FloatArray) -> FloatArray:
        """Return the values with whole columns made whole."""
        # adding zero turns -0.0 into 0.0
        return np.where(self.is_integer, np.rint(values), values) + 0.0

    def allows(self, values: FloatArray) -> bool:
        """Return whether values, shape (columns,), keep all rows and bounds."""
        activity = self.rows @ values
        return (
            within(self.least, values, self.most)
            and within(self.lower, activity, self.upper)
            and bool((values[self.is_integer] == np.rint(values[self.is_integer])).all())
        )

    def relaxed(self) -> Program:
        """Return the program with columns of any size within their bounds."""
        return replace(self, is_integer=np.zeros_like(self.is_integer))

    def to_proto(self) -> Any:
        """Return the program as MathOpt's ``ModelProto``."""
        from ortools.math_opt import model_pb2

        proto = model_pb2.ModelProto()
        proto.variables.ids.extend(range(len(self.cost)))
        proto.variables.lower_bounds.extend(self.least.tolist())
        proto.variables.upper_bounds.extend(self.most.tolist())
        proto.variables.integers.extend(self.is_integer.tolist())
        priced = np.flatnonzero(self.cost)
        proto.objective.linear_coefficients.ids.extend(priced.tolist())
        proto.objective.linear_coefficients.values.extend(self.cost[priced].tolist())
        proto.linear_constraints.ids.extend(range(len(self.lower)))
        proto.linear_constraints.lower_bounds.extend(self.lower.tolist())
        proto.linear_constraints.upper_bounds.extend(self.upper.tolist())
        rows = self.rows.sorted_indices()
        entries = np.diff(rows.indptr)
        proto.linear_constraint_matrix.row_ids.extend(np.repeat(np.arange(len(entries)), entries).tolist())
        proto.linear_constraint_matrix.column_ids.extend(rows.indices.tolist())
        proto.linear_constraint_matrix.coefficients.extend(rows.data.tolist())
        return proto


def within(low: FloatArray, values: FloatArray, high: FloatArray) -> bool:
    """Return whether all values lie between their bounds, give or take what engines take."""
    slack = TOLERANCE * (1 + np.abs(values))
    return bool(((low <= values + slack) & (values <= high + slack)).all())
