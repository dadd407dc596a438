"""Serial dictatorship by a given order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.context import Context
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import WHOLE_DAY, priority_notes
from pdalloc.solvers.turn_options import checked_order, numbers_of
from pdalloc.solvers.turns import Turns

__all__ = ["SerialDictatorship"]


@dataclass(frozen=True)
class SerialDictatorship:
    """Serial dictatorship (Svensson 1999): participants choose whole days, one after the other, in the order given.

    On their turn each takes the best schedule that is left: most wanted places, then fewest unlisted ones, then least
    day cost, then the earliest sessions in table order. Ranking truthfully is best. Pareto efficient if on every turn
    one schedule alone has the least cost (docs/solvers/serial-dictatorship.md). O(choices) without coupled slots.

    Parameters
    ----------
    order : sequence of str, optional
        Every participant once, first turn first, such as the order of a public draw. Without one it is the table order,
        and the result says so.

    Raises
    ------
    OptionError
        If the order has a participant twice.
    """

    order: tuple[str, ...] | None = None

    name: ClassVar[str] = "serial-dictatorship"
    features: ClassVar[frozenset[Feature]] = WHOLE_DAY
    objectives: ClassVar[frozenset[str]] = frozenset()
    uses_chance: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", checked_order(self.order))

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        notes = priority_notes(problem, self.name)
        if self.order is None:
            notes += ("no order was given: participants chose in table order",)
            order = np.arange(len(problem.participants))
        else:
            order = numbers_of(self.order, problem)
        return Result.from_rule(Turns(problem).allocate(order, context), self, context, notes=notes)
