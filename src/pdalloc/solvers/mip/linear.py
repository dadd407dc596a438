"""Linear programs that grow: each solve begins where the last one ended, before columns or rows were added."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.context import Context
from pdalloc.errors import SolverError

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["LinearProgram", "Optimum"]

POLL = 0.05
"""Seconds between two looks at the clock and the stop flag."""


class Optimum(NamedTuple):
    """An optimum of a linear program.

    Attributes
    ----------
    values : float array, shape (columns,)
    prices : float array, shape (rows,)
        Dual values: by how much the least cost rises with each row's bound.
    """

    values: FloatArray
    prices: FloatArray


class LinearProgram:
    """Minimise costs over columns and rows, by the simplex method of GLOP.

    Parameters
    ----------
    lower, upper : float arrays, shape (rows,)
    context : Context
        Its time limit and stop flag end a solve.
    beat : callable
        Called again and again while a solve runs, in the calling thread.
    """

    def __init__(self, lower: FloatArray, upper: FloatArray, context: Context, beat: Callable[[], None]) -> None:
        from ortools.math_opt import model_pb2, parameters_pb2
        from ortools.math_opt.core.python import solver

        proto = model_pb2.ModelProto()
        proto.linear_constraints.ids.extend(range(len(lower)))
        proto.linear_constraints.lower_bounds.extend(lower.tolist())
        proto.linear_constraints.upper_bounds.extend(upper.tolist())
        self.rows, self.columns = len(lower), 0
        self._context, self._beat = context, beat
        self._solver = solver.new(parameters_pb2.SOLVER_TYPE_GLOP, proto, parameters_pb2.SolverInitializerProto())

    def add_columns(
        self, cost: FloatArray, matrix: scipy.sparse.csc_array, least: FloatArray, most: FloatArray
    ) -> None:
        """Add columns; the matrix has all rows, and a column for each of them."""
        update = _new_update()
        added = update.new_variables
        added.ids.extend(range(self.columns, self.columns + len(cost)))
        added.lower_bounds.extend(least.tolist())
        added.upper_bounds.extend(most.tolist())
        added.integers.extend([False] * len(cost))
        _set(update.objective_updates.linear_coefficients, np.arange(len(cost)) + self.columns, cost)
        _fill(update.linear_constraint_matrix_updates, matrix.tocsr(), 0, self.columns)
        self._update(update)
        self.columns += len(cost)

    def add_row(self, coefficients: FloatArray, lower: float, upper: float) -> None:
        """Add a row; a coefficient for each column."""
        from scipy.sparse import csr_array

        update = _new_update()
        update.new_linear_constraints.ids.append(self.rows)
        update.new_linear_constraints.lower_bounds.append(lower)
        update.new_linear_constraints.upper_bounds.append(upper)
        _fill(update.linear_constraint_matrix_updates, csr_array(coefficients[None, :]), self.rows, 0)
        self._update(update)
        self.rows += 1

    def set_costs(self, cost: FloatArray) -> None:
        """Give every column another cost."""
        update = _new_update()
        _set(update.objective_updates.linear_coefficients, np.arange(self.columns), cost)
        self._update(update)

    def exclude(self, column: Int64Array) -> None:
        """Keep columns, in ascending order, at 0."""
        update = _new_update()
        _set(update.variable_updates.upper_bounds, column, np.zeros(len(column)))
        self._update(update)

    def solve(self, *, primal: bool) -> Optimum | None:
        """Return an optimum, None if there is no solution.

        Parameters
        ----------
        primal : bool
            Whether by the primal simplex method, which goes on best after columns were added, or by the dual one.

        Raises
        ------
        SolveStoppedError
            If time limit or stop flag came first.
        """
        from ortools.math_opt import parameters_pb2, result_pb2

        algorithm = parameters_pb2.LP_ALGORITHM_PRIMAL_SIMPLEX if primal else parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
        result = self._solve(parameters_pb2.SolveParametersProto(lp_algorithm=algorithm))
        reason = result.termination.reason
        if reason in (
            result_pb2.TERMINATION_REASON_INFEASIBLE,
            result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
        ):
            return None
        if reason != result_pb2.TERMINATION_REASON_OPTIMAL:
            self._context.check()
            raise SolverError(f"GLOP ended with {result_pb2.TerminationReasonProto.Name(reason)}")
        solution = result.solutions[0]
        return Optimum(
            _dense(solution.primal_solution.variable_values, self.columns),
            _dense(solution.dual_solution.dual_values, self.rows),
        )

    def _solve(self, parameters: Any) -> Any:
        """Solve in a thread, so that this one sees time limit, stop flag and Ctrl-C."""
        from ortools.math_opt import callback_pb2, model_parameters_pb2
        from ortools.util.python.pybind_solve_interrupter import PySolveInterrupter

        interrupter = PySolveInterrupter()
        outcome: list[Any] = []

        def work() -> None:
            try:
                outcome.append(
                    self._solver.solve(
                        parameters,
                        model_parameters_pb2.ModelSolveParametersProto(),
                        None,
                        callback_pb2.CallbackRegistrationProto(),
                        None,
                        interrupter,
                    )
                )
            except Exception as error:
                outcome.append(error)

        self._context.check()
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(POLL)
                self._context.check()
                self._beat()
        finally:
            interrupter.interrupt()
            thread.join()
        if isinstance(outcome[0], Exception):
            raise SolverError(f"GLOP failed: {outcome[0]}") from outcome[0]
        return outcome[0]

    def _update(self, update: Any) -> None:
        if not self._solver.update(update):
            raise SolverError("GLOP did not take a change of the program")


def _new_update() -> Any:
    from ortools.math_opt import model_update_pb2

    return model_update_pb2.ModelUpdateProto()


def _set(proto: Any, index: Int64Array, value: FloatArray) -> None:
    proto.ids.extend(index.tolist())
    proto.values.extend(value.tolist())


def _fill(proto: Any, matrix: scipy.sparse.csr_array, first_row: int, first_column: int) -> None:
    matrix.sort_indices()
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) + first_row
    proto.row_ids.extend(row.tolist())
    proto.column_ids.extend((matrix.indices + first_column).tolist())
    proto.coefficients.extend(matrix.data.tolist())


def _dense(sparse: Any, length: int) -> FloatArray:
    values = np.zeros(length)
    values[np.array(sparse.ids, np.int64)] = sparse.values
    return values
