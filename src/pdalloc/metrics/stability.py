"""Pairs of a participant and a session that would both rather have each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, FrozenArrays, Int32Array, Int64Array, among_pairs, freeze
from pdalloc.metrics.better_places import better_choices

__all__ = ["BlockingPairs", "blocking_pairs", "free_seats"]


@dataclass(frozen=True, eq=False)
class BlockingPairs(FrozenArrays):
    """Pairs of a participant and a session that block an allocation; it is stable if there are none. Less is better.

    Attributes
    ----------
    participant, session : int32 arrays, shape (pairs,)
        Numbers from 0, sorted by participant.
    justified : bool array, shape (pairs,)
        Whether somebody in the session comes after the participant in its priorities.
    wasted : bool array, shape (pairs,)
        Whether the session has a free seat; at least one of the two is True.
    free : int64 array, shape (sessions,)
        Free seats of every session.
    """

    participant: Int32Array
    session: Int32Array
    justified: BoolArray
    wasted: BoolArray
    free: Int64Array

    def __len__(self) -> int:
        return len(self.participant)

    @property
    def participants(self) -> int:
        """Participants in any blocking pair, from 0."""
        return self._people(np.ones(len(self), np.bool_))

    @property
    def justified_envy_pairs(self) -> int:
        """Pairs with justified envy (Abdulkadiroglu and Sonmez 2003), from 0."""
        return int(np.count_nonzero(self.justified))

    @property
    def justified_envy_participants(self) -> int:
        """Participants with justified envy, from 0."""
        return self._people(self.justified)

    @property
    def wasted_pairs(self) -> int:
        """Pairs of a participant and a session with a free seat (Balinski and Sonmez 1999), from 0."""
        return int(np.count_nonzero(self.wasted))

    @property
    def wasted_participants(self) -> int:
        """Participants who would rather have a seat that is free, from 0."""
        return self._people(self.wasted)

    @property
    def wasted_seats(self) -> int:
        """Free seats that somebody would rather have, from 0: of a session at most one for each who does."""
        wishes = np.bincount(self.session[self.wasted], minlength=len(self.free))
        return int(np.minimum(self.free, wishes).sum())

    def _people(self, pairs: BoolArray) -> int:
        return int(np.count_nonzero(np.bincount(self.participant[pairs])))


def blocking_pairs(allocation: Allocation) -> BlockingPairs:
    """Return the pairs of a participant and a session with justified envy or a wasted seat.

    A participant blocks with a session that they chose and could attend, if it would make their day better: in place of
    what they have in its slots, or of an empty place, and of whatever else of their schedule cannot be had with it (a
    topic, a conflict, a limit). A day is better with fewer empty places, then fewer unlisted ones, then at less cost
    (`day_costs`). For the pair to block, the session must have

    - a participant of strictly lower priority, who is not fixed there: **justified envy** (Abdulkadiroglu and Sonmez
      2003, section I). Those whom a session does not list come after the listed ones, all in one class; without a
      list nobody comes before anybody; or
    - a free seat: a **wasted** one (Balinski and Sonmez 1999, "non-wastefulness"). Cancelled sessions have none.

    Both together are the blocking pairs of stability (Gale and Shapley 1962), one session at a time.
    Minimums are not looked at: moving may bring the session that is left below its own. Nor are rules of several
    participants or sessions (`Problem.rules`): one of these may be what keeps a pair apart.

    Parameters
    ----------
    allocation : Allocation

    Returns
    -------
    BlockingPairs

    Notes
    -----
    What `better_choices` takes: about a pass over the choices where schedules are short; and where there are
    priorities, a sort of these.

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> problem = Problem.from_rankings(
    ...     {"t001": ["x", "y"], "t002": ["x", "y"]}, capacity={"x": 1, "y": 2}, priorities={"x": ["t002", "t001"]}
    ... )
    >>> found = blocking_pairs(Allocation.from_schedules(problem, {"t001": ["x"]}))
    >>> found.justified_envy_pairs, found.wasted_pairs, found.wasted_seats, found.participants
    (1, 1, 1, 1)
    """
    choices = allocation.problem.choices
    free = free_seats(allocation)
    better = better_choices(allocation, (free > 0) | (np.diff(allocation.problem.priorities.indptr) > 0))
    participant, session = choices.participant[better], choices.session[better]
    wasted = free[session] > 0
    justified = _come_before_somebody(allocation, participant, session)
    blocks = wasted | justified
    return BlockingPairs(
        freeze(participant[blocks]),
        freeze(session[blocks]),
        freeze(justified[blocks]),
        freeze(wasted[blocks]),
        freeze(free),
    )


def free_seats(allocation: Allocation) -> Int64Array:
    """Return the free seats of each session: none if it is cancelled, nor more than its facilitators may still take.

    Returns
    -------
    int64 array, shape (sessions,)
        From 0.
    """
    problem = allocation.problem
    free = problem.capacity - allocation.attendance
    pairs = problem.session_facilitators
    left = problem.most_participants - pairs.totals(np.where(allocation.runs, allocation.attendance, 0))
    np.minimum.at(free, pairs.row, left[pairs.column])
    return np.where(allocation.runs, np.maximum(free, 0), 0)


def _come_before_somebody(allocation: Allocation, participant: Int32Array, session: Int32Array) -> BoolArray:
    """Return whether the session has a participant of strictly lower priority who can be moved."""
    problem = allocation.problem
    if not len(problem.priorities):
        return np.zeros(len(participant), np.bool_)
    loose = ~among_pairs(allocation.participant, allocation.session, problem.fixed, len(problem.sessions))
    held = allocation.session[loose]
    last = np.zeros(len(problem.sessions), np.int64)
    np.maximum.at(last, held, problem.priorities.levels(held, allocation.participant[loose]))
    behind: BoolArray = problem.priorities.levels(session, participant) < last[session]
    return behind
