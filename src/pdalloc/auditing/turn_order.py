"""In which order participants took their turns, where a result comes from a rule of turns and replaying it agrees."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.context import Context
from pdalloc.errors import PdallocError
from pdalloc.result import Result, Status
from pdalloc.solvers.turn_options import numbers_of
from pdalloc.solvers.turns import Turns

__all__ = ["replayed_turns"]


def replayed_turns(result: Result) -> Int64Array | None:
    """Return the turn of each participant, from 1; None if there were none, or they do not give the same allocation.

    First come, first served goes by arrival, unknown ones last, equal ones in table order. A lottery's order is the
    permutation that its seed draws first; a serial dictatorship has its own among its options. The turns are played
    again in that order before it is believed.

    Returns
    -------
    int64 array, shape (participants,), or None
    """
    problem, origin = result.allocation.problem, result.provenance
    if result.status is not Status.RULE:
        return None
    people = len(problem.participants)
    try:
        if origin.solver == "first-come":
            order = np.argsort(problem.arrival, kind="stable")
        elif origin.solver == "lottery" and origin.seed is not None:
            order = np.random.default_rng(origin.seed).permutation(people)
        elif origin.solver == "serial-dictatorship":
            given = origin.options.get("order")
            order = np.arange(people) if given is None else numbers_of(tuple(given), problem)
        else:
            return None
        again = Turns(problem).allocate(order, Context.from_seed(0))
    except PdallocError:
        return None
    if again != result.allocation:
        return None
    turn = np.empty(len(order), np.int64)
    turn[order] = np.arange(1, len(order) + 1)
    return turn
