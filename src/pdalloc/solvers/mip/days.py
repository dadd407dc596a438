"""The levels of an objective from the first that judges whole days: with schedules as columns."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.objectives import EMPTY_PLACES, UNLISTED_PLACES, DayCosts
from pdalloc.solvers.mip.bundles import Bundles
from pdalloc.solvers.mip.descent import Descent
from pdalloc.solvers.mip.engine import Engine
from pdalloc.solvers.mip.face import Face
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.relaxation import Relaxation
from pdalloc.solvers.mip.schedules import Items, enumerate_schedules
from pdalloc.solvers.mip.standing import Standing

__all__ = ["decide_days"]

FIRST_SCHEDULES = 4
"""Of each participant, the cheapest ones, to begin with."""


def decide_days(standing: Standing, engine: Engine, linear: LinearSolver) -> None:
    """Decide the levels that are left, among allocations that are best at those before.

    Raises
    ------
    InfeasibleError
        If no allocation keeps all rules.
    OptionError
        If there are too many schedules.
    """
    if len(standing.proved) == len(standing.levels):
        return
    problem = standing.problem
    unlisted = standing.may_use_unlisted and standing.proved_value(UNLISTED_PLACES) != 0
    items = Items(problem, possible_pairs(problem, unlisted=unlisted))
    first = standing.level
    assert isinstance(first, DayCosts)
    if first.counted is not None:
        _decide_from_the_worst(standing, engine, linear, items, first)
        return
    most_empty = standing.proved_value(EMPTY_PLACES)
    schedules = enumerate_schedules(items, most_empty=most_empty, check=standing.context.check)
    bundles = Bundles(schedules, standing.levels)
    relaxation = Relaxation(Face(bundles), linear, _first_columns(bundles, first))
    if not _descend(standing, engine, bundles, relaxation):
        raise standing.infeasible()


def _decide_from_the_worst(
    standing: Standing, engine: Engine, linear: LinearSolver, items: Items, first: DayCosts
) -> None:
    """Find the smallest sum that nobody's day need be above, and go on with schedules up to it."""
    assert first.counted is not None
    people = len(standing.problem.participants)
    column: Int64Array | None = None
    for worst in range(first.counted + 1):
        standing.worst = worst
        standing.context.check()
        schedules = enumerate_schedules(
            items,
            most_empty=standing.proved_value(EMPTY_PLACES),
            level=first.places,
            most=worst,
            check=standing.context.check,
        )
        if len(np.unique(schedules.owner)) < people:
            continue
        bundles = Bundles(schedules, standing.levels)
        if column is None:
            column = _first_columns(bundles, first)
        else:
            # the schedules of the last round are those that cost less, in the same order
            before = np.flatnonzero(schedules.costs(first.places) < worst)
            column = np.concatenate([before, np.flatnonzero(bundles.participant < 0)])[column]
        relaxation = Relaxation(Face(bundles), linear, column)
        if _descend(standing, engine, bundles, relaxation):
            return
        column = np.flatnonzero(relaxation.is_known)
    raise standing.infeasible()


def _first_columns(bundles: Bundles, level: DayCosts) -> Int64Array:
    """Return the cheapest schedules of each participant, and whatever is no schedule."""
    schedules = bundles.schedules
    order = np.lexsort((schedules.costs(level.places), schedules.owner))
    owner = schedules.owner[order]
    first = order[np.arange(len(owner)) - np.searchsorted(owner, owner) < FIRST_SCHEDULES]
    return np.concatenate([np.sort(first), np.flatnonzero(bundles.participant < 0)])


def _descend(standing: Standing, engine: Engine, bundles: Bundles, relaxation: Relaxation) -> bool:
    """Decide the levels that are left; return False if there is no solution."""
    face = relaxation.face
    descent = Descent(face, engine, relaxation)
    for level, value in zip(standing.levels, standing.proved, strict=False):
        face.hold(bundles.costs(level), value)
    if relaxation.serve() > 0:
        return False
    standing.begin(0)
    levels = standing.levels[len(standing.proved) :]
    costs = [bundles.costs(level) for level in levels]
    # levels at which nothing costs anything are decided by any solution, such as that of the next one
    free = next((number for number, cost in enumerate(costs) if cost.any()), len(costs) - 1)
    for number in range(free, len(costs)):
        decided = descent.decide(costs[number])
        if decided is None:
            return False
        if number == free and decided.values is not None:
            for _ in range(free):
                standing.prove(bundles.allocation(decided.values))
        standing.settle(decided, bundles)
        if standing.is_stopped:
            break
        standing.begin(0)
    return True
