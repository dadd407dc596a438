"""Random serial dictatorship."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import freeze
from pdalloc.context import Context
from pdalloc.problem import Feature, Problem
from pdalloc.random_assignment import RandomAssignment
from pdalloc.result import Result
from pdalloc.solvers.base import WHOLE_DAY, priority_notes
from pdalloc.solvers.tally import Tally
from pdalloc.solvers.turn_options import checked_draws
from pdalloc.solvers.turns import TURNS_A_CALL, Turns

__all__ = ["Lottery"]


@dataclass(frozen=True)
class Lottery:
    """Random serial dictatorship over whole days (Abdulkadiroglu and Sonmez 1998).

    Participants are put in an order, every order being equally likely; in that order each takes the best schedule that
    is left: most wanted places, then fewest unlisted ones, then least day cost, then the earliest sessions in table
    order. Ranking truthfully is best, and equal lists have equal chances. A draw is Pareto efficient if on every turn
    one schedule alone has the least cost (docs/solvers/lottery.md); the chances together need not be efficient.
    O(choices) a draw without coupled slots.

    Parameters
    ----------
    draws : int, optional
        Estimate everybody's chances from so many orders, in `Result.random_assignment`. The allocation is that of the
        first order, with or without.
    """

    draws: int | None = None

    name: ClassVar[str] = "lottery"
    features: ClassVar[frozenset[Feature]] = WHOLE_DAY
    objectives: ClassVar[frozenset[str]] = frozenset()
    uses_chance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "draws", checked_draws(self.draws))

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        turns = Turns(problem)
        allocation = _draw(turns, context, context.rng)
        chances = None if self.draws is None else _chances(turns, allocation, self.draws, context)
        notes = priority_notes(problem, self.name)
        return Result.from_rule(allocation, self, context, notes=notes, random_assignment=chances)


def _draw(turns: Turns, context: Context, rng: np.random.Generator) -> Allocation:
    return turns.allocate(rng.permutation(len(turns.problem.participants)), context)


def _draw_alone(problem: Problem, rng: np.random.Generator) -> Allocation:
    return _draw(Turns(problem), Context(rng), rng)


def _chances(turns: Turns, first: Allocation, draws: int, context: Context) -> RandomAssignment:
    """Count how often each pair comes up in the first draw and the following ones."""
    people = len(turns.problem.participants)
    tally = Tally(turns)
    tally.add(first)
    while tally.draws < draws:
        context.report(tally.draws, draws, "draws")
        ahead = min(max(TURNS_A_CALL // people, 1), draws - tally.draws)
        tally.play(np.concatenate([context.rng.permutation(people) for _ in range(ahead)]), context)
    context.report(draws, draws, "draws")
    participant, session, count = tally.pairs()
    return RandomAssignment(
        turns.problem,
        freeze(participant),
        freeze(session),
        freeze(count / draws),
        draws,
        partial(_draw_alone, turns.problem),
    )
