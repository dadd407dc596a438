"""Random serial dictatorship."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.context import Context
from pdalloc.problem import Feature, Problem
from pdalloc.random_assignment import RandomAssignment
from pdalloc.result import Result
from pdalloc.solvers.base import WHOLE_DAY, priority_notes
from pdalloc.solvers.tally import Tally, owners
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
    tally = _tally(turns)
    tally.add(first)
    while tally.draws < draws:
        context.report(tally.draws, draws, "draws")
        ahead = min(max(TURNS_A_CALL // people, 1), draws - tally.draws)
        _play(turns, np.concatenate([context.rng.permutation(people) for _ in range(ahead)]), tally, context)
    context.report(draws, draws, "draws")
    return tally.chances(partial(_draw_alone, turns.problem))


def _tally(turns: Turns) -> Tally:
    lists = turns.lists
    if lists is None:
        return Tally(turns.problem, np.zeros(0, np.int64), np.zeros(0, np.int64))
    owner = owners(lists.indptr, len(turns.problem.participants), lists.slots)
    return Tally(turns.problem, owner, lists.session)


def _play(turns: Turns, orders: Int64Array, tally: Tally, context: Context) -> None:
    """Play and count draws, given the orders of all of them one after the other."""
    people = len(turns.problem.participants)
    while len(orders):
        context.check()
        draws = 0 if turns.lists is None else _play_by_kernel(turns, orders, tally, turns.lists.slots)
        if not draws:
            # a long search, by code that can be stopped
            tally.add(turns.allocate(orders[:people], replace(context, progress=None)))
            draws = 1
        orders = orders[draws * people :]


def _play_by_kernel(turns: Turns, orders: Int64Array, tally: Tally, slots: int) -> int:
    """Return how many whole draws the kernel played, and were counted, before it lost its patience."""
    people = len(turns.problem.participants)
    taken, _, played = turns.pick(orders, people, turns.seats)
    draws = played // people
    tally.add_draws(draws, taken[: draws * people * slots], lambda at: orders[at // slots])
    return draws
