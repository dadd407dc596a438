"""How many people at least have to leave sessions that have become too small."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.problem import Problem

__all__ = ["Leaving", "find_leaving"]

MOST_STATES = 20_000


class Leaving(NamedTuple):
    """Who could leave, and how many at least have to.

    Attributes
    ----------
    people : int64 array
        Who holds a session with too few seats.
    fewest : int
        No fewer of them can make the others fit.
    """

    people: Int64Array
    fewest: int


def find_leaving(problem: Problem, pairs: Int64Array) -> Leaving | None:
    """Return who could leave sessions with too few seats, None if it takes too long to say how many have to.

    Parameters
    ----------
    problem : Problem
    pairs : int64 array, shape (pairs, 2)
        (participant, session): who holds what and would stay.

    Notes
    -----
    Whoever leaves makes room in all too small sessions that they hold: a set cover. Those who hold several of these
    sessions are few, so every number of seats still missing is tried with them; each of the others frees one seat.
    """
    claims = np.unique(np.concatenate([pairs, problem.fixed]), axis=0)
    missing = np.bincount(claims[:, 1], minlength=len(problem.sessions)) - problem.capacity
    small = pairs[missing[pairs[:, 1]] > 0]
    held: dict[int, list[int]] = {}
    for who, session in small.tolist():
        held.setdefault(who, []).append(session)
    sessions = np.unique(small[:, 1]).tolist()
    # the fewest of those looked at who leave so many seats missing
    fewest = {tuple(missing[sessions].tolist()): 0}
    for theirs in held.values():
        if len(theirs) < 2:
            continue
        for state, count in list(fewest.items()):
            after = tuple(max(seats - (s in theirs), 0) for seats, s in zip(state, sessions, strict=True))
            fewest[after] = min(fewest.get(after, count + 1), count + 1)
        if len(fewest) > MOST_STATES:
            return None
    least = min(count + sum(state) for state, count in fewest.items())
    return Leaving(np.array(list(held), np.int64), least)
