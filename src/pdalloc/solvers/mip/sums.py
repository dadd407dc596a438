"""The first levels of an objective, as far as they are sums over places: by flow where slots are separate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.objectives import (
    EMPTY_PLACES,
    UNLISTED_PLACES,
    Chained,
    Costs,
    DayCosts,
    Level,
    LevelCosts,
    Objective,
    RankSum,
)
from pdalloc.problem import Feature, Problem
from pdalloc.solvers.base import unsupported_by
from pdalloc.solvers.flow import Flow
from pdalloc.solvers.mip.compact import Compact
from pdalloc.solvers.mip.descent import Descent
from pdalloc.solvers.mip.engine import Engine
from pdalloc.solvers.mip.face import Face
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.relaxation import Relaxation
from pdalloc.solvers.mip.standing import Standing

__all__ = ["decide_sums"]

FEW_COLUMNS = 2_000
"""A model with no more columns goes to the engine as it is, without a relaxation before."""


def decide_sums(standing: Standing, engine: Engine, linear: LinearSolver) -> None:
    """Decide the levels up to the first that judges whole days.

    Raises
    ------
    InfeasibleError
        If no allocation keeps all rules.
    """
    problem, levels = standing.problem, standing.levels
    count = next((number for number, level in enumerate(levels) if isinstance(level, DayCosts)), len(levels))
    are_places = all(isinstance(level, LevelCosts) for level in levels[:count])
    if 0 < count < len(levels) and are_places and not unsupported_by(Flow.features, problem):
        # should the search for whole days be stopped, a small sum is better than any
        objective = Chained((FirstLevels(standing.objective, count), RankSum()))
        result = Flow(objective).solve(problem, standing.context)
        for _ in range(count):
            standing.prove(result.allocation)
    elif (count or not levels) and not _fill_without_unlisted(standing, engine, linear, count):
        _descend(standing, _descent(standing, engine, linear, unlisted=standing.may_use_unlisted), count)


def _fill_without_unlisted(standing: Standing, engine: Engine, linear: LinearSolver, count: int) -> bool:
    """Decide the levels where listed places alone fill all wanted ones: then unlisted ones are of no use to anybody."""
    if not standing.may_use_unlisted or standing.levels[:2] != [EMPTY_PLACES, UNLISTED_PLACES]:
        return False
    if standing.problem.rules:
        # some may be kept by unlisted places alone
        return False
    descent = _descent(standing, engine, linear, unlisted=False)
    assert isinstance(descent.master, Compact)
    costs = descent.master.costs(EMPTY_PLACES)
    decided = descent.decide(costs.column)
    if decided is None or not decided.is_proved or decided.bound != -costs.constant:
        return False
    _descend(standing, descent, count)
    return True


def _descent(standing: Standing, engine: Engine, linear: LinearSolver, *, unlisted: bool) -> Descent:
    compact = Compact(standing.problem, unlisted=unlisted, levels=standing.levels)
    face, relaxation = Face(compact), None
    if compact.columns > FEW_COLUMNS:
        engine.prepare()
        relaxation = Relaxation(face, linear, np.arange(compact.columns))
    return Descent(face, engine, relaxation)


def _descend(standing: Standing, descent: Descent, count: int) -> None:
    compact = descent.master
    assert isinstance(compact, Compact)
    if not standing.levels:
        standing.settle(descent.decide(np.zeros(compact.columns, np.int64)), compact)
    while len(standing.proved) < count and not standing.is_stopped:
        level = standing.level
        assert not isinstance(level, DayCosts)
        costs = compact.costs(level)
        standing.begin(costs.constant)
        standing.settle(descent.decide(costs.column), compact)


@dataclass(frozen=True)
class FirstLevels:
    """The first levels of an objective, as one of its own."""

    objective: Objective
    count: int

    @property
    def name(self) -> str:
        """See `Objective.name`."""
        return self.objective.name

    @property
    def refuses(self) -> frozenset[Feature]:
        """See `Objective.refuses`."""
        return self.objective.refuses

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return self.objective.levels(problem)[: self.count]

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        return self.objective.value(allocation)[: self.count]

    def costs(self, problem: Problem) -> Iterator[Costs]:
        """See `Objective.costs`."""
        return islice(self.objective.costs(problem), self.count)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return self.objective.notes(problem)
