"""One seat more or fewer in a session, answered from the optimum of the day as it is."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import pair_keys
from pdalloc.auditing.places import Places, places_by_slot, places_in_tied_slots
from pdalloc.auditing.questions import Seats
from pdalloc.auditing.seat_bounds import SeatBounds
from pdalloc.auditing.seat_chains import Chain, SeatChains
from pdalloc.context import Context
from pdalloc.errors import SolveStoppedError
from pdalloc.objectives import LevelCosts, Objective
from pdalloc.result import Result, Status
from pdalloc.solvers.base import unsupported_by
from pdalloc.solvers.flow import Flow

__all__ = ["SingleSeats"]


class SingleSeats:
    """Chains of moves that are proved to be what a seat more or fewer is worth.

    Where slots are separate the cheapest chain is that. Where they are tied together it is one of the ways to use the
    seat, and exact if a bound says that no other gains more.

    Parameters
    ----------
    base : Result
        Of the day as it is.
    objective : Objective
    context : Context
    """

    def __init__(self, base: Result, objective: Objective, context: Context) -> None:
        self.base, self.allocation, self.problem = base, base.allocation, base.allocation.problem
        self.context = context
        self.is_separate = not unsupported_by(Flow.features, self.problem)
        costs = list(objective.costs(self.problem))
        self.levels = [level for level in costs if isinstance(level, LevelCosts)]
        self.can_answer = base.status is Status.OPTIMAL and len(self.levels) == len(costs)
        self.chains: dict[int, SeatChains | None] = {}
        self.bounds: dict[int, SeatBounds] = {}

    def chain(self, question: Seats) -> Chain | None:
        """Return what happens in an optimum of the changed day, None if that is not known without a solve."""
        session = self.problem.sessions.index(question.session)
        nothing = Chain([], [], (0,) * len(self.levels))
        if self.base.status is Status.OPTIMAL and self._are_unused(session, question.by):
            return nothing._replace(costs=(0,) * len(self.base.levels))
        if not self.can_answer or abs(question.by) != 1:
            return None
        chains = self._chains_of(session)
        found = None
        if chains is not None:
            found = chains.one_more(session) if question.by > 0 else chains.one_fewer(session)
        if self.is_separate:
            return found
        if found is None or self._breaks_a_rule(question, found):
            # a seat more may stay free
            found = nothing if question.by > 0 else None
        return found if found is not None and self._is_best(session, question.by, found) else None

    def _are_unused(self, session: int, by: int) -> bool:
        """Return whether seats are taken away that nobody has: what is possible then was possible before."""
        return by < 0 and int(self.allocation.attendance[session]) <= int(self.problem.capacity[session]) + by

    @cached_property
    def _places(self) -> list[Places]:
        if self.is_separate:
            return list(places_by_slot(self.allocation, unlisted=self.problem.unlisted == "last"))
        return list(places_in_tied_slots(self.allocation))

    def _chains_of(self, session: int) -> SeatChains | None:
        """Return the chains of the slot of a session, None if that is not one slot, or there are none."""
        slots = self.problem.session_slots[session].tolist()
        market = slots[0] if len(slots) == 1 else 0
        if len(slots) != min(len(self.problem.slots), 1) or market >= len(self._places):
            return None
        if session not in self._places[market].session:
            return None
        if market not in self.chains:
            places = self._places[market]
            self.chains[market] = SeatChains.of(places, map(places.costs, self.levels))
        return self.chains[market]

    def _breaks_a_rule(self, question: Seats, chain: Chain) -> bool:
        """Return whether the changed day does not allow what moves within one slot lead to."""
        if not chain.left and not chain.taken:
            return False
        allocation, sessions = self.allocation, len(self.problem.sessions)
        keys = pair_keys(allocation.participant, allocation.session, sessions)
        left, taken = (np.array(pairs, np.int64).reshape(-1, 2) for pairs in (chain.left, chain.taken))
        keys = np.setdiff1d(keys, pair_keys(left[:, 0], left[:, 1], sessions))
        keys = np.sort(np.concatenate([keys, pair_keys(taken[:, 0], taken[:, 1], sessions)]))
        after = Allocation.from_pairs(question(self.problem), keys // sessions, keys % sessions, allocation.runs)
        return bool(after.violations())

    def _is_best(self, session: int, by: int, chain: Chain) -> bool:
        """Return whether no allocation of the changed day is better."""
        if by not in self.bounds:
            self.bounds[by] = SeatBounds(self.problem, self.levels, self.context, by)
        values = (level.value(self.allocation) for level in self.levels)
        costs = [
            (-value if level.level.maximise else value) + change
            for level, value, change in zip(self.levels, values, chain.costs, strict=True)
        ]
        try:
            return self.bounds[by].reaches(session, by, costs)
        except SolveStoppedError:
            return False
