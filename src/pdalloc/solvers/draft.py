"""The course draft: participants pick one session at a time, in rounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Literal

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.context import Context
from pdalloc.kernels.drafting import EMPTY, draft
from pdalloc.problem import Feature, Problem
from pdalloc.random_assignment import RandomAssignment
from pdalloc.result import Result
from pdalloc.solvers.base import WHOLE_DAY, priority_notes
from pdalloc.solvers.draft_lists import draft_lists
from pdalloc.solvers.tally import Tally, owners
from pdalloc.solvers.turn_options import check_literal, checked_draws, checked_order, numbers_of

__all__ = ["Draft"]

Direction = Literal["snake", "round-robin"]
Rounds = Literal["picks", "slots"]

PICKS_A_CALL = 2**16


@dataclass(frozen=True)
class Draft:
    """The course draft (Budish and Cantillon 2012): one session at a time, in rounds.

    Participants are put in an order, every order being equally likely. In each round everybody picks one session: of
    those with a free seat that go with what they hold, the one of least rank, ties by table order. The first round goes
    in the order, the second in the reverse order, and so on. Ranking truthfully can hurt you: a session that nobody
    else wants early can wait. It does not fill places first. Pareto efficient among days compared by their best
    session, then the next best, if lists over the day are strict and nobody is placed unlisted; not for day costs
    (docs/solvers/draft.md). O(choices) a draft, with unlisted places O(participants x sessions) at worst.

    Parameters
    ----------
    direction : {"snake", "round-robin"}
        Whether every second round goes in the reverse order, or all rounds in the same.
    rounds : {"picks", "slots"}
        With "picks" any session may be picked in each round, until nobody picks any more. With "slots" round t is for
        the sessions of slot t, in table order of the slots, and the rounds after them for sessions without a slot.
    order : sequence of str, optional
        Every participant once, first turn first, in place of a random order.
    draws : int, optional
        Estimate everybody's chances from so many orders, in `Result.random_assignment`. The allocation is that of the
        first order, with or without.

    Raises
    ------
    OptionError
        If an option has another value, or both an order and draws are given.
    """

    direction: Direction = "snake"
    rounds: Rounds = "picks"
    order: tuple[str, ...] | None = None
    draws: int | None = None

    name: ClassVar[str] = "draft"
    features: ClassVar[frozenset[Feature]] = WHOLE_DAY
    objectives: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        check_literal("direction", self.direction, Direction)
        check_literal("rounds", self.rounds, Rounds)
        object.__setattr__(self, "order", checked_order(self.order))
        object.__setattr__(self, "draws", checked_draws(self.draws, self.order))

    @property
    def uses_chance(self) -> bool:
        """Whether the seed matters: unless an order is given."""
        return self.order is None

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        rule = _Rule(problem, self.direction, self.rounds)
        people = len(problem.participants)
        order = context.rng.permutation(people) if self.order is None else numbers_of(self.order, problem)
        context.check()
        context.report(0, people, "participants")
        allocation = rule.allocate(order)
        context.check()
        context.report(people, people, "participants")
        chances = None if self.draws is None else rule.chances(allocation, self.draws, context)
        notes = priority_notes(problem, self.name)
        return Result.from_rule(allocation, self, context, notes=notes, random_assignment=chances)


class _Rule:
    """The rule, made ready for many drafts of one problem."""

    def __init__(self, problem: Problem, direction: Direction, rounds: Rounds) -> None:
        self.problem, self.direction, self.rounds = problem, direction, rounds
        self.lists = draft_lists(problem, by_slot=rounds == "slots")
        self.seats = problem.capacity - np.bincount(problem.fixed[:, 1], minlength=len(problem.sessions))

    def play(self, orders: Int64Array) -> Int64Array:
        """Return the entries that are picked, draft after draft, in each by participant."""
        work = len(orders) // len(self.problem.participants) * len(self.lists.session) + len(orders)
        return draft.run(work, orders, self.direction == "snake", self.seats, *self.lists)

    @cached_property
    def owner(self) -> Int64Array:
        """Whose pick each of one draft is."""
        return np.repeat(np.arange(len(self.lists.wants)), np.diff(self.lists.room))

    def allocate(self, order: Int64Array) -> Allocation:
        """Return the allocation of one order."""
        taken, fixed = self.play(order), self.problem.fixed
        pick = np.flatnonzero(taken != EMPTY)
        return Allocation.from_pairs(
            self.problem,
            np.concatenate([fixed[:, 0], self.owner[pick]]),
            np.concatenate([fixed[:, 1], self.lists.session[taken[pick]]]),
        )

    def chances(self, first: Allocation, draws: int, context: Context) -> RandomAssignment:
        """Count how often each pair comes up in the first draw and the following ones."""
        people, lists = len(self.problem.participants), self.lists
        tally = Tally(self.problem, owners(lists.indptr, people, lists.each), lists.session)
        tally.add(first)
        at_once = max(PICKS_A_CALL // max(len(self.owner), people), 1)
        while tally.draws < draws:
            context.report(tally.draws, draws, "draws")
            context.check()
            ahead = min(at_once, draws - tally.draws)
            taken = self.play(np.concatenate([context.rng.permutation(people) for _ in range(ahead)]))
            tally.add_draws(ahead, taken, lambda at: self.owner[at % len(self.owner)])
        context.report(draws, draws, "draws")
        return tally.chances(partial(_draw_alone, self.problem, self.direction, self.rounds))


def _draw_alone(problem: Problem, direction: Direction, rounds: Rounds, rng: np.random.Generator) -> Allocation:
    return _Rule(problem, direction, rounds).allocate(rng.permutation(len(problem.participants)))
