"""What rules share in which sessions have priorities and lots decide between equals, slot by slot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.context import Context
from pdalloc.errors import OptionError
from pdalloc.kernels.acceptance import NOWHERE
from pdalloc.problem import Feature, Problem
from pdalloc.random_assignment import RandomAssignment
from pdalloc.result import Result
from pdalloc.solvers.base import SLOT_BY_SLOT
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.markets import join, markets
from pdalloc.solvers.slot_lists import SlotLists
from pdalloc.solvers.tally import Tally
from pdalloc.solvers.turn_options import check_literal, checked_draws, checked_order, numbers_of

__all__ = ["PriorityRule"]

Lottery = Literal["single", "multiple"]


@dataclass(frozen=True)
class PriorityRule(ABC):
    """A rule that places the participants of one slot after the other by their lists and the sessions' priorities.

    Equal ranks on a list are told apart by table order. Where a session sees no difference between participants, lots
    decide: those whom it does not list come after all it lists, and where it lists nobody all are equal.

    Parameters
    ----------
    lottery : {"single", "multiple"}
        One order of the participants for all sessions of the day, or an own one for each session.
    order : sequence of str, optional
        Every participant once, first first: the one order, in place of chance.
    draws : int, optional
        Estimate everybody's chances from so many draws, in `Result.random_assignment`. The allocation is that of the
        first one, with or without.

    Raises
    ------
    OptionError
        If an option has another value, or an order is given beside draws or an own one for each session.
    """

    lottery: Lottery = "single"
    order: tuple[str, ...] | None = None
    draws: int | None = None

    name: ClassVar[str]
    features: ClassVar[frozenset[Feature]] = SLOT_BY_SLOT
    objectives: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        check_literal("lottery", self.lottery, Lottery)
        if self.order is not None and self.lottery != "single":
            raise OptionError("an order is one for all sessions; leave it out, or lottery='multiple'")
        object.__setattr__(self, "order", checked_order(self.order))
        object.__setattr__(self, "draws", checked_draws(self.draws, self.order))

    @property
    def uses_chance(self) -> bool:
        """Whether the seed matters."""
        return self.order is None

    @abstractmethod
    def play_slot(self, lists: SlotLists, lots: Lots) -> Int64Array:
        """Return the entry of the lists that each buyer gets, `NOWHERE` without a place; shape (buyers,)."""

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        slots = _lists(problem)
        placed = []
        for slot, entries in enumerate(self._play(problem, slots, self._lots(problem, context.rng))):
            context.check()
            context.report(slot, len(slots), "slots")
            placed.append(entries)
        context.report(len(slots), len(slots), "slots")
        chances = None if self.draws is None else self._chances(problem, slots, placed, context)
        return Result.from_rule(_allocation(problem, slots, placed), self, context, random_assignment=chances)

    def _lots(self, problem: Problem, rng: np.random.Generator) -> Lots:
        if self.order is not None:
            return Lots.of_order(numbers_of(self.order, problem))
        return Lots.one_order(len(problem.participants), rng) if self.lottery == "single" else Lots.own_orders(rng)

    def _play(self, problem: Problem, slots: Sequence[SlotLists], lots: Lots) -> Iterator[Int64Array]:
        """Yield the entry that each buyer gets, slot by slot."""
        for slot, lists in enumerate(slots):
            yield self.play_slot(lists, lots.in_slot(slot, lists.market.participant))

    def _chances(
        self, problem: Problem, slots: Sequence[SlotLists], first: Sequence[Int64Array], context: Context
    ) -> RandomAssignment:
        """Count how often each pair comes up in the first draw and the following ones."""
        assert self.draws is not None
        pairs = [(lists.market.participant[lists.buyer], lists.market.seller[lists.session]) for lists in slots]
        tally = Tally(problem, *(np.concatenate(part) for part in zip(*pairs, strict=True)))
        start = np.cumsum([0, *(len(lists.session) for lists in slots)])
        while tally.draws < self.draws:
            context.check()
            if tally.draws % max(self.draws // 100, 1) == 0:
                context.report(tally.draws, self.draws, "draws")
            placed = self._play(problem, slots, self._lots(problem, context.rng)) if tally.draws else first
            taken = [entries[entries != NOWHERE] + begin for begin, entries in zip(start, placed, strict=False)]
            tally.add_draws(1, np.concatenate(taken))
        context.report(self.draws, self.draws, "draws")
        return tally.chances(partial(_draw_alone, self, problem))


def _lists(problem: Problem) -> list[SlotLists]:
    return [SlotLists.of(problem, market) for market in markets(problem, unlisted=problem.unlisted == "last")]


def _allocation(problem: Problem, slots: Sequence[SlotLists], placed: Sequence[Int64Array]) -> Allocation:
    participants, sessions = [], []
    for lists, entries in zip(slots, placed, strict=True):
        buyer = np.flatnonzero(entries != NOWHERE)
        participants.append(lists.market.participant[buyer])
        sessions.append(lists.market.seller[lists.session[entries[buyer]]])
    return join(problem, participants, sessions)


def _draw_alone(rule: PriorityRule, problem: Problem, rng: np.random.Generator) -> Allocation:
    slots = _lists(problem)
    return _allocation(problem, slots, list(rule._play(problem, slots, rule._lots(problem, rng))))
