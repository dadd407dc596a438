"""Which participant could take which session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, among_pairs
from pdalloc.problem import Problem

__all__ = ["Pairs", "possible_pairs"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Participants and sessions that could come together, by participant and then session.

    Attributes
    ----------
    participant, session : int32 arrays, shape (pairs,)
    choice : int64 array, shape (pairs,)
        Position among the problem's choices, -1 for an unlisted place.
    is_fixed : bool array, shape (pairs,)
    """

    participant: Int32Array
    session: Int32Array
    choice: Int64Array
    is_fixed: BoolArray


def possible_pairs(problem: Problem, *, unlisted: bool) -> Pairs:
    """Return the pairs that no rule about the pair alone excludes, whatever is cancelled.

    Parameters
    ----------
    problem : Problem
    unlisted : bool
        Whether unlisted places are of use.
    """
    choices, sessions = problem.choices, len(problem.sessions)
    if unlisted:
        people = len(problem.participants)
        participant = np.repeat(np.arange(people, dtype=np.int32), sessions)
        session = np.tile(np.arange(sessions, dtype=np.int32), people)
    else:
        listed = np.stack([choices.participant.astype(np.int32), choices.session], axis=1)
        together = np.unique(np.concatenate([listed, problem.opened]), axis=0)
        participant, session = together[:, 0], together[:, 1]
    is_fixed = among_pairs(participant, session, problem.fixed, sessions)
    barred = np.concatenate([problem.forbidden, problem.facilitated])
    is_open = ~among_pairs(participant, session, barred, sessions)
    # beside the fixed pairs
    room = problem.limit.copy()
    np.subtract.at(room, problem.fixed[:, 0], problem.session_size[problem.fixed[:, 1]])
    is_open &= problem.session_size[session] <= room[participant]
    is_open &= ~_busy(problem)[participant, session]
    kept = np.flatnonzero(is_open | is_fixed)
    participant, session = participant[kept], session[kept]
    return Pairs(participant, session, choices.find(participant, session), is_fixed[kept])


def _busy(problem: Problem) -> BoolArray:
    """Return whether each participant is away, fixed or surely facilitating at some time of each session."""
    if not len(problem.slots):
        return np.zeros((len(problem.participants), len(problem.sessions)), np.bool_)
    taken = ~problem.available_if(~problem.may_be_cancelled)
    mask = problem.session_slots.mask()
    np.logical_or.at(taken, problem.fixed[:, 0], mask[problem.fixed[:, 1]])
    overlap: BoolArray = taken.astype(np.float32) @ mask.T.astype(np.float32) > 0
    return overlap
