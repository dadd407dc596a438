"""Participants take turns; on their turn each takes the best whole schedule that is left."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.context import Context
from pdalloc.kernels.picking import EMPTY, pick
from pdalloc.problem import Feature, Problem
from pdalloc.solvers.pick_lists import pick_lists
from pdalloc.solvers.schedule_search import ScheduleSearch

__all__ = ["Turns"]

BEYOND_THE_KERNEL = {Feature.LONG_SESSIONS, Feature.SLOTLESS_SESSIONS, Feature.SEVERAL_PLACES, Feature.LIMITS}
"""What makes a day more than at most one session in each slot."""

TURNS_A_CALL = 2**15
PATIENCE = 2**19
"""Turns, and looks at sessions in search of others, after which the kernel returns: within a second."""


class Turns:
    """A problem made ready for many rounds of turns.

    On their turn a participant takes, among the schedules that rules and free seats allow, one with most wanted places,
    then fewest unlisted ones, then least day cost, then the earliest sessions in table order. Fixed pairs have their
    seats before anybody's turn.

    Parameters
    ----------
    problem : Problem
        Without minimums.

    Attributes
    ----------
    seats : int64 array, shape (sessions,)
        Free before the first turn.
    lists : Lists or None
        What the kernel plays from; None where it cannot, and every turn is searched.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.seats = problem.capacity - np.bincount(problem.fixed[:, 1], minlength=len(problem.sessions))
        self.lists = None if BEYOND_THE_KERNEL & problem.features.keys() else pick_lists(problem)

    @cached_property
    def search(self) -> ScheduleSearch:
        """For the turns that the kernel leaves."""
        return ScheduleSearch(self.problem)

    def allocate(self, order: Int64Array, context: Context) -> Allocation:
        """Return the allocation after everybody's turn.

        Parameters
        ----------
        order : int64 array, shape (participants,)
            Every participant number once, first turn first.
        context : Context
            For progress and stopping.
        """
        problem = self.problem
        play = self.search.play if self.lists is None else self._play
        participant, session = play(order, self.seats, context)
        context.report(len(order), len(order), "turns")
        return Allocation.from_pairs(
            problem,
            np.concatenate([problem.fixed[:, 0], participant]),
            np.concatenate([problem.fixed[:, 1], session]),
        )

    def pick(self, orders: Int64Array, people: int, seats: Int64Array) -> tuple[Int64Array, Int64Array, int]:
        """Return what the kernel does; `taken` ends with the turns that were played."""
        assert self.lists is not None
        work = len(orders) * self.lists.slots
        taken, left, played = pick.run(work, orders, people, seats, PATIENCE, *self.lists)
        return taken[: played * self.lists.slots], np.array(left), played

    def _play(self, order: Int64Array, seats: Int64Array, context: Context) -> tuple[Int32Array, Int32Array]:
        """Return what `ScheduleSearch.play` does, by the kernel."""
        assert self.lists is not None
        slots = self.lists.slots
        taken = np.full((len(order), slots), EMPTY)
        searched: list[tuple[int, int]] = []
        turn = 0
        context.check()
        while turn < len(order):
            context.report(turn, len(order), "turns")
            block = order[turn : turn + TURNS_A_CALL]
            places, seats, played = self.pick(block, len(block), seats)
            taken[block[:played]] = places.reshape(-1, slots)
            if not played:
                # a long search, by code that can be stopped
                participant, played = int(block[0]), 1
                schedule = self.search.take(participant, seats.tolist(), context)
                searched += [(participant, session) for session in schedule]
                seats[schedule] -= 1
            turn += played
            context.check()
        placed = np.flatnonzero(taken != EMPTY)
        more = np.array(searched, np.int32).reshape(-1, 2)
        return (
            np.concatenate([(placed // slots).astype(np.int32), more[:, 0]]),
            np.concatenate([self.lists.session[taken.ravel()[placed]].astype(np.int32), more[:, 1]]),
        )
