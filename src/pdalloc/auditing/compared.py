"""What differs between two allocations, of a day and of the day with one thing changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, pair_keys
from pdalloc.problem import Problem

__all__ = ["Moved", "improved", "labelled", "moved_between"]


class Moved(NamedTuple):
    """(participant, session) pairs that are given up, and taken instead: int arrays of shape (pairs, 2)."""

    left: Int64Array
    taken: Int64Array


def moved_between(before: tuple[Int32Array, Int32Array], after: tuple[Int32Array, Int32Array], sessions: int) -> Moved:
    """Return what is in only one of two allocations, given as participants and sessions."""
    old, new = (pair_keys(*pairs, sessions) for pairs in (before, after))
    only = (np.setdiff1d(one, other, assume_unique=True) for one, other in ((old, new), (new, old)))
    return Moved(*(np.stack(np.divmod(keys, sessions), axis=1) for keys in only))


def improved(before: Problem, after: Problem, moved: Moved, counts: BoolArray | None = None) -> tuple[int, int, int]:
    """Return how many more places are filled, and how many participants have a better and a worse day.

    Parameters
    ----------
    before, after : Problem
        Of what is left, and of what is taken.
    moved : Moved
    counts : bool array, shape (participants,), optional
        Whose day is compared; by default everybody's.
    """
    involved, who_of = np.unique(np.concatenate([moved.left[:, 0], moved.taken[:, 0]]), return_inverse=True)
    # filled places, then unlisted ones, then rank cost
    change = np.zeros((3, len(involved)), np.int64)
    split = len(moved.left)
    for problem, pairs, row, sign in (
        (before, moved.left, who_of[:split], -1),
        (after, moved.taken, who_of[split:], 1),
    ):
        session = pairs[:, 1].astype(np.int32)
        choice, size = problem.choices.find(pairs[:, 0].astype(np.int32), session), problem.session_size[session]
        is_listed = choice >= 0
        np.add.at(change[0], row, -sign * size)
        np.add.at(change[1], row[~is_listed], sign * size[~is_listed])
        cost = (problem.choices.rank[choice[is_listed]] - 1) * size[is_listed]
        np.add.at(change[2], row[is_listed], sign * cost)
    first = np.where(change[0] != 0, change[0], np.where(change[1] != 0, change[1], change[2]))
    if counts is not None:
        first = first[counts[involved]]
    return int(-change[0].sum()), int(np.count_nonzero(first < 0)), int(np.count_nonzero(first > 0))


def labelled(problem: Problem, pairs: Int64Array) -> tuple[tuple[str, str], ...]:
    """Return the ids of (participant, session) pairs."""
    return tuple((problem.participants[who], problem.sessions[session]) for who, session in pairs.tolist())
