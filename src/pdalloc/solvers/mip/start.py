"""An allocation that is found at once, for a search that is stopped before it has a better one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array
from pdalloc.context import Context
from pdalloc.problem import Incidence, Problem
from pdalloc.solvers.turns import Turns

__all__ = ["quick_allocation"]

CANCELLED_AT_ONCE = 5
"""One in so many of the sessions below their minimum is cancelled before everybody takes turns again."""


def quick_allocation(problem: Problem) -> Allocation | None:
    """Return an allocation that keeps all rules, None if none is found in the simple way that is tried.

    Participants take turns in table order; of the sessions that then miss their minimum those with fewest participants
    are cancelled, and so on until none does.
    """
    runs = _runs_within_limits(problem)
    capacity = _capacity_within_limits(problem)
    while True:
        turns = Turns(_without_minimums(problem, runs, capacity))
        taken = turns.allocate(np.arange(len(problem.participants)), Context.from_seed(0))
        missing = np.flatnonzero(runs & (taken.attendance < problem.minimum))
        if not len(missing):
            allocation = Allocation.from_pairs(problem, taken.participant, taken.session, runs)
            return None if allocation.violations() else allocation
        missing = missing[problem.may_be_cancelled[missing]]
        if not len(missing):
            return None
        emptiest = missing[np.argsort(taken.attendance[missing], kind="stable")]
        runs[emptiest[: max(1, len(emptiest) // CANCELLED_AT_ONCE)]] = False


def _runs_within_limits(problem: Problem) -> BoolArray:
    """Cancel the sessions with fewest choices of facilitators who have too many."""
    runs = problem.all_run.copy()
    demand = np.bincount(problem.choices.session, minlength=len(runs))
    pairs = problem.session_facilitators
    for facilitator in np.flatnonzero(problem.most_sessions < problem.facilitator_sessions).tolist():
        theirs = pairs.row[pairs.column == facilitator]
        theirs = theirs[runs[theirs]]
        open_to_cancelling = theirs[problem.may_be_cancelled[theirs]]
        too_many = max(0, len(theirs) - int(problem.most_sessions[facilitator]))
        runs[open_to_cancelling[np.argsort(demand[open_to_cancelling], kind="stable")][:too_many]] = False
    return runs


def _capacity_within_limits(problem: Problem) -> Int64Array:
    """Lower capacities so that no facilitator can have too many participants: the first sessions keep most seats."""
    capacity = problem.capacity.copy()
    pairs = problem.session_facilitators
    needed = np.maximum(problem.minimum, np.bincount(problem.fixed[:, 1], minlength=len(capacity)))
    for facilitator in np.flatnonzero(problem.most_participants < problem.facilitator_seats).tolist():
        theirs = pairs.row[pairs.column == facilitator]
        room = int(problem.most_participants[facilitator] - needed[theirs].sum())
        for session in theirs.tolist():
            most = int(needed[session]) + max(room, 0)
            room -= max(0, min(int(capacity[session]), most) - int(needed[session]))
            capacity[session] = min(int(capacity[session]), most)
    return capacity


def _without_minimums(problem: Problem, runs: BoolArray, capacity: Int64Array) -> Problem:
    """Return the problem of those sessions that run: nobody takes or runs another one."""
    sessions = range(len(runs))
    facilitators = [problem.session_facilitators[session] if runs[session] else () for session in sessions]
    nothing = np.zeros_like(problem.minimum)
    return replace(
        problem,
        capacity=np.where(runs, capacity, 0),
        minimum=nothing,
        session_facilitators=Incidence.from_lists(facilitators, len(problem.facilitators)),
        most_sessions=np.full_like(problem.most_sessions, len(runs)),
        most_participants=np.full_like(problem.most_participants, capacity.sum()),
    )
