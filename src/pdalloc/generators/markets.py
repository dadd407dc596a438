"""From lists to problems: ties, capacities, and the problem itself."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array, Int64Array, frozen_copy
from pdalloc.errors import ProblemError
from pdalloc.generators.inputs import MAX_COUNT, MAX_ZIPF, Seed, require_number, require_whole, stream
from pdalloc.problem import Group, Problem

__all__ = ["MAX_SLACK", "capacities", "market", "tied_ranks"]

MAX_SLACK = 1_000


def tied_ranks(lists: npt.ArrayLike, probability: float, *, seed: Seed) -> Int32Array:
    """Rank the sessions of each list, each one tied with the one before it with the same probability.

    The coin-flip model (Delemazure and Peters 2024); Gent and Prosser (2002) draw ties in the same way. No rank is
    skipped: 1, 1, 2, ...

    Parameters
    ----------
    lists : array_like of int, shape (participants, longest list)
        Sessions best first, then -1 where a list is shorter.
    probability : float
        0 (no ties) to 1 (everybody is indifferent between all they list).
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same ranks.

    Returns
    -------
    int32 array, shape (participants, longest list)
        From 1, and -1 where a list has ended.

    Raises
    ------
    OptionError
        If a parameter is out of its range.
    ProblemError
        If `lists` is not an array of lists.

    Examples
    --------
    >>> tied_ranks([[2, 0, 1], [1, 0, -1]], 1.0, seed=1).tolist()
    [[1, 1, 1], [1, 1, -1]]
    """
    session = _checked_lists(lists)
    tied = require_number("tied_ranks", "probability", probability, 0, 1)
    rng = stream("tied_ranks", seed)
    rank = np.ones(session.shape, np.int32)
    rank[:, 1:] += np.cumsum(rng.random(session[:, 1:].shape) >= tied, axis=1, dtype=np.int32)
    rank[session < 0] = -1
    return rank


def capacities(participants: int, sessions: int, *, slack: float = 1.1, zipf: float = 0.0, seed: Seed) -> Int64Array:
    """Draw the seats of each session, with a known total.

    The total is sessions x ceil(slack x participants / sessions), whatever the skew: what is asked for, rounded up by
    less than one seat a session. Every session has one seat; the r-th largest gets a share of the others in proportion
    to r^-zipf, rounded by largest remainders (Hamilton's method; where these are equal, to the larger session). Which
    session is the r-th is drawn.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    slack : float
        Seats a participant, from 0 to 1,000: 1 is tight, more is loose, with less not everybody can have a place. 1.1
        means 11/10 exactly.
    zipf : float
        0 (all sessions have the same capacity) to 100.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same capacities.

    Returns
    -------
    int64 array, shape (sessions,)
        From 1.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Examples
    --------
    >>> capacities(100, 4, slack=1.1, seed=1).tolist()
    [28, 28, 28, 28]
    >>> sorted(capacities(100, 4, slack=1.1, zipf=1.0, seed=1).tolist(), reverse=True)
    [53, 27, 18, 14]
    """
    participants = require_whole("capacities", "participants", participants, 1, MAX_COUNT)
    sessions = require_whole("capacities", "sessions", sessions, 1, MAX_COUNT)
    slack = require_number("capacities", "slack", slack, 0, MAX_SLACK)
    zipf = require_number("capacities", "zipf", zipf, 0, MAX_ZIPF)
    rng = stream("capacities", seed)
    # as written: in binary 1.1 x 100,000 / 1,000 is above 110
    each = max(1, math.ceil(Fraction(str(slack)) * participants / sessions))
    weight = np.arange(1, sessions + 1) ** -zipf
    quota = sessions * (each - 1) * (weight / weight.sum())
    seats = np.floor(quota).astype(np.int64)
    left = sessions * (each - 1) - int(seats.sum())
    seats[np.argsort(seats - quota, kind="stable")[:left]] += 1
    return rng.permutation(seats + 1)


def market(
    lists: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    rank: npt.ArrayLike | None = None,
    group: npt.ArrayLike | None = None,
) -> Problem:
    """Make the problem in which every participant wants one place in a session they list.

    Parameters
    ----------
    lists : array_like of int, shape (participants, longest list)
        Sessions from 0, best first, then -1 where a list is shorter.
    capacity : array_like of int, shape (sessions,)
    rank : array_like of int, shape (participants, longest list), optional
        Ranks of the sessions listed, such as `tied_ranks`; by default 1, 2, 3, ...
    group : array_like of int, shape (participants,), optional
        Number of each participant's group, such as `group_taste` returns; it becomes the column "group".

    Returns
    -------
    Problem
        Without slots; ids are the numbers as text.

    Raises
    ------
    ProblemError
        Naming every breach.

    Examples
    --------
    >>> market([[0, 1], [0, -1]], capacity=[1, 1])
    <Problem: 2 participants, 2 sessions, 0 slots, 3 choices>
    """
    session = _checked_lists(lists)
    ranks = np.broadcast_to(np.arange(1, session.shape[1] + 1), session.shape) if rank is None else np.asarray(rank)
    if ranks.shape != session.shape:
        raise ProblemError(f"rank has shape {ranks.shape}, not that of lists, {session.shape}; give one rank a session")
    listed = session >= 0
    participant, _ = np.nonzero(listed)
    problem = Problem.from_arrays(participant, session[listed], ranks[listed], capacity, participants=len(session))
    if group is None:
        return problem
    return replace(problem, groups=(_group(np.asarray(group), len(session)),))


def _checked_lists(lists: npt.ArrayLike) -> npt.NDArray[np.integer[Any]]:
    try:
        session = np.asarray(lists)
    except ValueError:
        raise ProblemError("lists has rows of different lengths; end the shorter ones with -1") from None
    if session.ndim != 2 or session.dtype.kind not in "iu":
        raise ProblemError(
            f"lists has {session.ndim} dimensions and dtype {session.dtype}; give whole numbers, one row a participant"
        )
    ended = session < 0
    wrong = session < -1
    wrong[:, 1:] |= ended[:, :-1] & ~ended[:, 1:]
    if wrong.any():
        who = int(np.argmax(wrong.any(axis=1)))
        raise ProblemError(
            f"participant {who}: the list is {session[who].tolist()}; give sessions from 0, then only -1"
        )
    return session


def _group(label: npt.NDArray[Any], participants: int) -> Group:
    if label.shape != (participants,) or label.dtype.kind not in "iu":
        raise ProblemError(
            f"group has shape {label.shape} and dtype {label.dtype}; "
            f"give a whole number for each of the {participants} participants"
        )
    texts = [str(number) for number in label.tolist()]
    # numbered in order of appearance, as a column that is read from a table is
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return Group("group", tuple(numbers), frozen_copy([numbers[text] for text in texts], np.int32))
