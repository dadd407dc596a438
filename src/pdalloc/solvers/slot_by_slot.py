"""What solvers share that prove an optimum by solving the market of each slot by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

import numpy as np

from pdalloc.arrays import Int32Array
from pdalloc.context import Context
from pdalloc.errors import OptionError
from pdalloc.objectives import LevelCosts, Objective
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver, priority_notes
from pdalloc.solvers.markets import Market, MarketCosts, join, markets

__all__ = ["Levels", "solve_slot_by_slot"]

Levels: TypeAlias = Callable[[], Iterator[MarketCosts]]
"""Yields the costs of each level in one market, every time from the first on."""


def solve_slot_by_slot(
    problem: Problem,
    objective: Objective,
    match: Callable[[Market, Levels], tuple[Int32Array, Int32Array]],
    solver: Solver,
    context: Context,
) -> Result:
    """Return the optimum of a problem whose slots are separate.

    Parameters
    ----------
    match : callable
        Returns the (buyer, seller) pairs of an optimum of one market, given the costs of each level.
    """
    participants: list[Int32Array] = []
    sessions: list[Int32Array] = []
    total = max(len(problem.slots), 1)
    unlisted = problem.unlisted == "last" and any(map(_prefers_unlisted, _sums(problem, objective)))
    for done, market in enumerate(markets(problem, unlisted=unlisted)):
        context.check()
        context.report(done, total, "slots")
        buyer, seller = match(market, partial(_levels, problem, market, objective))
        participants.append(market.participant[buyer])
        sessions.append(market.seller[seller])
    context.report(total, total, "slots")
    allocation = join(problem, participants, sessions)
    return Result.optimal(allocation, objective, solver, context, notes=priority_notes(problem, solver.name))


def _levels(problem: Problem, market: Market, objective: Objective) -> Iterator[MarketCosts]:
    return map(market.costs, _sums(problem, objective))


def _sums(problem: Problem, objective: Objective) -> Iterator[LevelCosts]:
    """Yield the costs of each level; refuse one that judges whole days, which has no part in a slot."""
    for costs in objective.costs(problem):
        if not isinstance(costs, LevelCosts):
            raise OptionError(f"objective {objective.name!r} judges whole days, not places; use solver 'mip'")
        yield costs


def _prefers_unlisted(costs: LevelCosts) -> bool:
    """Whether somebody does better with an unlisted place than with an empty one at this level."""
    return costs.unlisted is not costs.empty and bool(np.any(np.less(costs.unlisted, costs.empty)))
