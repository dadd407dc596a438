"""What is known of the solutions of one program while an engine searches, and the answer in the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray
from pdalloc.errors import SolverError
from pdalloc.solvers.mip.program import TOLERANCE, Program

__all__ = ["Answer", "Ending", "Search"]


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
        STOPPED by the time limit, the stop flag or Ctrl-C.
    values : float array, shape (columns,), or None
        The best found, whole columns rounded; None where nothing was found.
    bound : float
        No solution costs less; -inf where nothing is known, inf where there is no solution.
    """

    ending: Ending
    values: FloatArray | None
    bound: float


class Search:
    """The best solution and bound so far; they only get better.

    Parameters
    ----------
    engine : str
        As errors call it.
    program : Program
    start : float array, shape (columns,), optional
        A solution.
    report : callable, optional
        Called with the best cost (None before there is one) and the bound when they change.

    Attributes
    ----------
    values : float array, shape (columns,), or None
        The best solution at hand.
    cost : float
        Of `values`; inf without.
    best, bound : float
        The smallest cost that the engine told, which may come before its solution, and the largest bound.
    """

    def __init__(
        self,
        engine: str,
        program: Program,
        start: FloatArray | None = None,
        report: Callable[[float | None, float], None] | None = None,
    ) -> None:
        self.engine = engine
        self.program = program
        self.start = start
        self.report = report
        self.values: FloatArray | None = None
        self.cost = self.best = math.inf
        self.bound = -math.inf
        if start is not None and not self.offer(start):
            raise SolverError("the solution to start from breaks the program")

    def offer(self, values: FloatArray) -> bool:
        """Keep values if they are a solution and better than the one at hand; return whether they are a solution."""
        values = self.program.rounded(values)
        if not self.program.allows(values):
            return False
        cost = float(self.program.cost @ values)
        if cost < self.cost:
            self.values, self.cost = values, cost
            self.tell(cost, self.bound)
        return True

    def offer_written(self, text: bytes) -> None:
        """Keep the last whole solution of a text by HiGHS, if it is better than the one at hand."""
        columns = len(self.program.cost)
        for written in reversed(text.split(b"Objective ")):
            # a line with the cost, one with the number of columns, one for each column
            lines = written.split(b"\n")
            if len(lines) > columns + 2:
                try:
                    self.offer(np.array([line.split()[-1] for line in lines[2 : columns + 2]], np.float64))
                except (ValueError, IndexError):
                    continue
                return

    def tell(self, best: float, bound: float) -> None:
        """Take note of a cost and a bound, and report what is news."""
        if best < self.best or bound > self.bound:
            self.best, self.bound = min(best, self.best), max(bound, self.bound)
            if self.report is not None:
                self.report(self.best if math.isfinite(self.best) else None, self.bound)

    def stopped(self) -> Answer:
        """Return the answer of a search that was cut short."""
        return Answer(Ending.STOPPED, self.values, self.bound)

    def finish(self, content: bytes) -> Answer:
        """Return the answer that an engine's ``SolveResultProto`` gives.

        Raises
        ------
        SolverError
            If it gives none, or one that contradicts the program or what was found before.
        """
        from ortools.math_opt import result_pb2

        result = result_pb2.SolveResultProto.FromString(content)
        reason = result_pb2.TerminationReasonProto.Name(result.termination.reason).removeprefix("TERMINATION_REASON_")
        values = self._values(result)
        if reason == "OPTIMAL" and values is not None:
            return self._proved(values)
        if reason in ("INFEASIBLE", "INFEASIBLE_OR_UNBOUNDED") and self.values is None:
            # every column has bounds, so the program is not unbounded
            return Answer(Ending.INFEASIBLE, None, math.inf)
        if reason in ("FEASIBLE", "NO_SOLUTION_FOUND"):
            if values is not None:
                self.offer(values)
            self.tell(self.best, result.termination.objective_bounds.dual_bound)
            return self.stopped()
        words = result.termination.detail
        raise SolverError(
            f"{self.engine} ended with {reason.lower().replace('_', ' ')}" + (f": {words}" if words else "")
        )

    def _values(self, result: Any) -> FloatArray | None:
        if not result.solutions:
            return None
        found = result.solutions[0].primal_solution.variable_values
        values = np.zeros(len(self.program.cost))
        values[np.array(found.ids, np.int64)] = found.values
        return values

    def _proved(self, values: FloatArray) -> Answer:
        if not self.offer(values):
            raise SolverError(f"{self.engine} called a solution optimal that breaks the program")
        values = self.program.rounded(values)
        cost = float(self.program.cost @ values)
        if cost > self.cost + TOLERANCE * (1 + abs(self.cost)):
            raise SolverError(
                f"{self.engine} called {cost:g} the smallest cost, but there is a solution for {self.cost:g}"
            )
        self.tell(cost, cost)
        return Answer(Ending.PROVED, values, cost)
