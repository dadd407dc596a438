"""Optima and prices of linear programs: small ones in a thread of this process, large ones in a child process."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray
from pdalloc.context import Context
from pdalloc.errors import SolverError
from pdalloc.solvers.mip.program import Program
from pdalloc.solvers.mip.runs import ChildRun, NoChildError, Run, ThreadRun
from pdalloc.solvers.mip.worker import ENDED, FAILED, RESULT, Job

__all__ = ["LinearSolver", "Optimum"]

SMALL = 30_000
"""Entries of a program that is solved in this process."""

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


class LinearSolver:
    """Solves linear programs so that time limit, stop flag and Ctrl-C are heeded; a context manager.

    Large ones by the interior point method of HiGHS, which hears nothing while it works and so does it in a child
    process; on days of thousands of participants it is several times faster than simplex methods. Small ones, and what
    HiGHS cannot do, by the dual simplex method of GLOP.

    Parameters
    ----------
    context : Context
        Its time limit and stop flag end a solve.
    beat : callable
        Called again and again while a solve runs, in the calling thread.
    """

    def __init__(self, context: Context, beat: Callable[[], None]) -> None:
        self._context, self._beat = context, beat
        self._child: ChildRun | None = None
        self._can_have_child = True

    def __enter__(self) -> LinearSolver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def solve(self, program: Program) -> Optimum | None:
        """Return an optimum of the program without whole columns, None if it has no solution.

        Raises
        ------
        SolveStoppedError
            If time limit or stop flag came first.
        """
        from ortools.math_opt import parameters_pb2, result_pb2

        model = program.relaxed().to_proto().SerializeToString()
        trials = [_glop()]
        if program.rows.nnz > SMALL and self._can_have_child:
            trials.insert(0, _highs())
        for trial in trials:
            is_highs = trial[0] == parameters_pb2.SOLVER_TYPE_HIGHS
            result = self._result(Job(model, b"", (trial,), ""), in_child=is_highs)
            if result is None:
                continue
            reason = result.termination.reason
            if reason == result_pb2.TERMINATION_REASON_OPTIMAL:
                solution = result.solutions[0]
                return Optimum(
                    _dense(solution.primal_solution.variable_values, len(program.cost)),
                    _dense(solution.dual_solution.dual_values, len(program.lower)),
                )
            if reason in (
                result_pb2.TERMINATION_REASON_INFEASIBLE,
                result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
            ):
                return None
        raise SolverError("neither HiGHS nor GLOP found an optimum of a linear program")

    def _result(self, job: Job, *, in_child: bool) -> Any:
        """Return the result of a job, None if it failed."""
        from ortools.math_opt import result_pb2

        self._context.check()
        run: Run = ThreadRun(listens=True)
        try:
            if in_child:
                self._child = run = self._child or ChildRun(listens=False)
            run.start(job)
            while True:
                message = run.get(POLL)
                if message is not None and message[0] == RESULT:
                    return result_pb2.SolveResultProto.FromString(message[1])
                if message is not None and message[0] in (FAILED, ENDED):
                    self._close()
                    return None
                self._context.check()
                self._beat()
        except NoChildError:
            self._can_have_child = False
            self._close()
            return None
        except BaseException:
            run.interrupt()
            self._close()
            raise

    def _close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def _highs() -> tuple[int, bytes]:
    from ortools.math_opt import parameters_pb2

    parameters = parameters_pb2.SolveParametersProto(lp_algorithm=parameters_pb2.LP_ALGORITHM_BARRIER)
    parameters.highs.int_options["threads"] = 1
    return parameters_pb2.SOLVER_TYPE_HIGHS, parameters.SerializeToString()


def _glop() -> tuple[int, bytes]:
    from ortools.math_opt import parameters_pb2

    parameters = parameters_pb2.SolveParametersProto(lp_algorithm=parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX)
    return parameters_pb2.SOLVER_TYPE_GLOP, parameters.SerializeToString()


def _dense(sparse: Any, length: int) -> FloatArray:
    values = np.zeros(length)
    values[np.array(sparse.ids, np.int64)] = sparse.values
    return values
