"""What solvers share that prove an optimum by solving the market of each slot by itself."""

from __future__ import annotations

from collections.abc import Callable

from pdalloc.arrays import Int32Array
from pdalloc.context import Context
from pdalloc.objectives import Objective
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver, priority_notes
from pdalloc.solvers.markets import Market, join, markets

__all__ = ["solve_slot_by_slot"]


def solve_slot_by_slot(
    problem: Problem,
    objective: Objective,
    match: Callable[[Market], tuple[Int32Array, Int32Array]],
    solver: Solver,
    context: Context,
) -> Result:
    """Return the optimum of a problem whose slots are separate.

    Parameters
    ----------
    match : callable
        Returns the (buyer, seller) pairs of an optimum of one market.
    """
    participants: list[Int32Array] = []
    sessions: list[Int32Array] = []
    total = max(len(problem.slots), 1)
    for done, market in enumerate(markets(problem, objective.costs(problem))):
        context.check()
        context.report(done, total, "slots")
        buyer, seller = match(market)
        participants.append(market.participant[buyer])
        sessions.append(market.seller[seller])
    context.report(total, total, "slots")
    allocation = join(problem, participants, sessions)
    return Result.optimal(allocation, objective, solver, context, notes=priority_notes(problem, solver.name))
