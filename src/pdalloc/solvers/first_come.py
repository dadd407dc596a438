"""First come, first served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.context import Context
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import WHOLE_DAY, priority_notes
from pdalloc.solvers.turns import Turns

__all__ = ["FirstCome"]


@dataclass(frozen=True)
class FirstCome:
    """First come, first served: participants choose whole days by arrival (a serial dictatorship, Svensson 1999).

    Who arrives first takes the best schedule that is left: most wanted places, then fewest unlisted ones, then least
    day cost, then the earliest sessions in table order. Equal and unknown arrivals follow in table order, unknown ones
    last. Ranking truthfully is best for who is served so; being early pays. Pareto efficient if on every turn one
    schedule alone has the least cost (docs/solvers/first-come.md). O(choices) without coupled slots.
    """

    name: ClassVar[str] = "first-come"
    features: ClassVar[frozenset[Feature]] = WHOLE_DAY
    objectives: ClassVar[frozenset[str]] = frozenset()
    uses_chance: ClassVar[bool] = False

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        order = np.argsort(problem.arrival, kind="stable")  # nan sorts last
        allocation = Turns(problem).allocate(order, context)
        return Result.from_rule(allocation, self, context, notes=priority_notes(problem, self.name))
