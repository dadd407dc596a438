"""Minimising a program by OR-Tools' engines, so that time limit, stop flag and Ctrl-C are always heeded."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray
from pdalloc.context import Context
from pdalloc.errors import SolverError
from pdalloc.solvers.mip.program import Program

__all__ = ["Answer", "Ending", "Engine"]

ENGINES = {"highs": 10, "scip": 1, "cp-sat": 4}


class Ending(StrEnum):
    """How a search ended."""

    PROVED = "proved"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"


class Answer(NamedTuple):
    """What a search found.

    Attributes
    ----------
    ending : Ending
    values : float array, shape (columns,), or None
        The best found, whole columns rounded; None where nothing was found.
    bound : float
        No solution has a smaller cost; -inf where nothing is known.
    """

    ending: Ending
    values: FloatArray | None
    bound: float


class Engine:
    """An engine by name."""

    def __init__(
        self, name: str, context: Context, report: Callable[[float | None, float], None] | None = None
    ) -> None:
        self.name = name
        self.context = context
        self.report = report

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def minimise(self, program: Program, *, start: FloatArray | None = None) -> Answer:
        """Minimise."""
        from ortools.math_opt import callback_pb2, model_parameters_pb2, parameters_pb2, result_pb2
        from ortools.math_opt.core.python import solver

        if program.is_empty:
            return Answer(Ending.INFEASIBLE, None, np.inf)
        parameters = parameters_pb2.SolveParametersProto(relative_gap_tolerance=0.0, absolute_gap_tolerance=0.0)
        parameters.cp_sat.num_workers = 1
        result = solver.solve(
            program.to_proto(),
            ENGINES[self.name],
            parameters_pb2.SolverInitializerProto(),
            parameters,
            model_parameters_pb2.ModelSolveParametersProto(),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
        reason = result.termination.reason
        if reason == result_pb2.TERMINATION_REASON_OPTIMAL:
            values = np.zeros(len(program.cost))
            found = result.solutions[0].primal_solution.variable_values
            values[list(found.ids)] = list(found.values)
            values = program.rounded(values)
            return Answer(Ending.PROVED, values, float(program.cost @ values))
        if reason in (
            result_pb2.TERMINATION_REASON_INFEASIBLE,
            result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
        ):
            return Answer(Ending.INFEASIBLE, None, np.inf)
        raise SolverError(f"{self.name} ended with {result.termination}")
