"""A conflict with the fewest members, where that is found in a moment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pdalloc.solvers.mip.engine import Engine
from pdalloc.solvers.mip.program import Program

__all__ = ["fewest_members"]

ROUNDS = 30


def fewest_members(
    known: list[int],
    holds: Callable[[list[int]], bool | None],
    broken: Callable[[list[int]], list[int]],
    engine: Engine,
) -> list[int]:
    """Return a conflict of fewest members, or the one that is known if none is found in some rounds.

    A conflict has one of the members of every set that, given up, lets the rest hold together. So a smallest set that
    has one of each such set found so far is a conflict, and then none is smaller, or shows another such set (Ignatiev,
    Previti, Liffiton and Marques-Silva 2015).

    Parameters
    ----------
    known : list of int
        A conflict.
    holds : callable
        Whether members can hold together, all others given up; None if that is not known.
    broken : callable
        Takes members that can, and returns some others without which all the rest can.
    engine : Engine
    """
    corrections: list[list[int]] = []
    for _ in range(ROUNDS):
        smallest = _hitting(corrections, engine)
        if smallest is None or len(smallest) >= len(known):
            return known
        can_hold = holds(smallest)
        if can_hold is False:
            return smallest
        others = broken(smallest) if can_hold else []
        if not others:
            return known
        corrections.append(others)
    return known


def _hitting(sets: list[list[int]], engine: Engine) -> list[int] | None:
    """Return a smallest set that has a member of each of the sets, None if it was not found in time."""
    if not sets:
        return []
    from scipy.sparse import csr_array

    members = sorted({member for one in sets for member in one})
    matrix = csr_array(np.array([[float(member in one) for member in members] for one in sets]))
    ones = np.ones(len(members))
    at_least, open_above = np.ones(len(sets)), np.full(len(sets), np.inf)
    answer = engine.minimise(Program(ones, matrix, at_least, open_above, 0 * ones, ones, ones > 0))
    return None if answer.values is None else [members[at] for at in np.flatnonzero(answer.values > 0.5).tolist()]
