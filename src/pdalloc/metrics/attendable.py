"""Which choices could be attended: what every comparison of places starts from."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array, among_pairs

__all__ = ["attendable_choices", "clashes", "rows_between"]


def attendable_choices(allocation: Allocation, choice: Int64Array | None = None) -> BoolArray:
    """Return whether the participant could attend the session of a choice, seats and their other places aside.

    The session runs, the pair is not forbidden, and in none of its slots is the participant away or facilitating a
    session that runs; nor do they run the session themselves.

    Parameters
    ----------
    allocation : Allocation
    choice : int64 array, optional
        Positions among the problem's choices; by default all of them.

    Returns
    -------
    bool array, shape (choices,)
    """
    problem, runs = allocation.problem, allocation.runs
    choices = problem.choices
    could = np.ones(len(choices) if choice is None else len(choice), np.bool_)
    barred = np.concatenate([problem.forbidden, problem.facilitated])
    if not (len(problem.slots) or len(barred)) and runs.all():
        return could
    participant, session = choices.participant, choices.session
    if choice is not None:
        participant, session = participant[choice], session[choice]
    could &= runs[session]
    could &= ~among_pairs(participant, session, barred, len(problem.sessions))
    if len(problem.slots):
        available, in_slot = problem.available_if(runs), problem.session_slots.mask()
        for slot in np.flatnonzero(~available.all(axis=0)).tolist():
            could &= available[participant, slot] | ~in_slot[session, slot]
    return could


def rows_between(first: Int64Array, end: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return the numbers from each `first` up to each `end`, one after the other, and whose they are.

    Returns
    -------
    whose, number : int64 arrays
    """
    count = end - first
    whose = np.repeat(np.arange(len(first)), count)
    return whose, np.arange(len(whose)) + np.repeat(first - (np.cumsum(count) - count), count)


def clashes(allocation: Allocation, session: Int64Array, pair: Int64Array) -> BoolArray:
    """Return whether nobody can have a session together with that of a pair: by slot, topic or conflict, or the same.

    Parameters
    ----------
    allocation : Allocation
    session, pair : int64 arrays of one shape
        A session number, and the position of a pair of the allocation.
    """
    problem = allocation.problem
    other = allocation.session[pair]
    clash: BoolArray = session == other
    in_slot = problem.session_slots.mask()
    for slot in range(len(problem.slots)):
        clash |= in_slot[session, slot] & in_slot[other, slot]
    if len(problem.topics):
        clash |= (problem.topic[session] == problem.topic[other]) & (problem.topic[session] >= 0)
    if len(problem.conflicts):
        both = np.stack([np.minimum(session, other), np.maximum(session, other)])
        clash |= among_pairs(both[0], both[1], problem.conflicts, len(problem.sessions))
    return clash
