"""Bounds for days whose slots are tied together, one level after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pdalloc import verifier
from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int64Array, among_pairs
from pdalloc.auditing.relaxation import Limit, Multipliers, Relaxation
from pdalloc.context import Context
from pdalloc.objectives import Costs, DayCosts, ExcessCosts, LevelCosts
from pdalloc.problem import Problem
from pdalloc.problem.rules import rule_rows
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.schedules import Items, Schedules, enumerate_schedules, item_costs

__all__ = ["Bounds", "prove_day", "written"]

Entry = dict[str, Any]

UNITS = (1, 2, 6, 60, 10**6)
"""In which parts of a unit multipliers are written: the coarsest that holds all of them, else the last."""

NEARLY = 1e-6
FIRST = 4
"""Schedules of each participant to begin with."""


class Bounds(NamedTuple):
    """What is proved of the first levels.

    Attributes
    ----------
    costs : tuple of int
        Bounds of the levels, less being better, up to the first that is not the value.
    entries : tuple of dict or None
        The proof of each.
    """

    costs: tuple[int, ...]
    entries: tuple[Entry | None, ...]


def prove_day(
    allocation: Allocation,
    day: verifier.Day,
    objective: list[dict[str, Any]],
    levels: Sequence[Costs],
    values: Sequence[int],
) -> Bounds:
    """Return bounds for each level among allocations as good as this one at the levels before.

    Parameters
    ----------
    allocation : Allocation
    day : verifier.Day
        Its tables.
    objective : list of dict
        As the certificate names it.
    levels : sequence of LevelCosts and DayCosts
    values : sequence of int
        What the allocation costs at each level.

    Raises
    ------
    OptionError
        If a level counts whole days and there are too many schedules.
    """
    with LinearSolver(Context.from_seed(0), lambda: None) as solver:
        program = _Program(allocation, levels, values, solver)
        return _bounds(program, day, verifier.levels_of(day, objective))


def _bounds(program: _Program, day: verifier.Day, checked: list[verifier.Level]) -> Bounds:
    values, levels = program.values, program.columns
    costs: list[int] = []
    entries: list[Entry | None] = []
    proved: dict[int, tuple[verifier.Bound, int]] = {}
    for number, value in enumerate(values):
        if value == 0 and verifier.is_count(checked[number]):
            costs.append(0)
            entries.append(None)
            continue
        found = program.solve(number)
        proof = {"weights": [0] * number + [1] + [0] * (len(levels) - number - 1)}
        if found is not None:
            proof = program.entry(number, found)
        if program.schedules is not None:
            # their owners cannot have what the levels before exclude
            proof["without"] = list(proved)
        proved[number] = verifier.weighted(day, checked, list(values), number, proof, proved)
        costs.append(verifier.level_bound(proved[number], values, number))
        entries.append(proof)
        if costs[-1] != value:
            break
    return Bounds(tuple(costs), tuple(entries))


class _Program:
    """The relaxation of a day, and the levels of an objective as costs of its columns."""

    def __init__(
        self,
        allocation: Allocation,
        levels: Sequence[Costs],
        values: Sequence[int],
        solver: LinearSolver,
    ) -> None:
        problem = allocation.problem
        self.problem, self.values = problem, values
        self.items = Items(problem, possible_pairs(problem, unlisted=problem.unlisted == "last"))
        self.schedules = self._schedules(levels)
        first = None if self.schedules is None else self._first(allocation, self.schedules, levels)
        self.relaxation = Relaxation(self.items, solver, self.schedules, first)
        self.columns = [self._column(level) for level in levels]

    def _schedules(self, levels: Sequence[Costs]) -> Schedules | None:
        """Return the schedules to look at if a level counts whole days, else None."""
        pairs = zip(levels, self.values, strict=True)
        counted = [(level, value) for level, value in pairs if isinstance(level, DayCosts)]
        if not counted:
            return None
        # at the levels of dearer days nobody is counted
        worst = max((level.counted or 0 for level, value in counted if value), default=0)
        return enumerate_schedules(self.items, level=counted[0][0].places, most=worst)

    def _first(self, allocation: Allocation, schedules: Schedules, levels: Sequence[Costs]) -> Int64Array:
        """Return everybody's own schedule, and the cheapest ones."""
        places = next(level.places for level in levels if isinstance(level, DayCosts))
        order = np.lexsort((schedules.costs(places), schedules.owner))
        owner = schedules.owner[order]
        cheapest = order[np.arange(len(owner)) - np.searchsorted(owner, owner) < FIRST]
        return np.union1d(cheapest, _taken(allocation, schedules))

    def solve(self, number: int) -> Multipliers | None:
        """Return multipliers for a level, those of the levels before first."""
        limits = [
            Limit(cost, value - constant)
            for (cost, constant), value in zip(self.columns[:number], self.values, strict=False)
        ]
        cost, constant = self.columns[number]
        dual = self.relaxation.solve(cost, limits, self.values[number] - constant)
        return None if dual is None else dual.multipliers

    def _column(self, level: Costs) -> tuple[Int64Array, int]:
        """Return the costs of a level over the columns, and what has to be added."""
        assert not isinstance(level, ExcessCosts)
        problem, items = self.problem, self.items
        nothing = np.zeros(self.relaxation.columns - self.relaxation.of_columns.shape[1], np.int64)
        if self.schedules is not None:
            sums = level.places if isinstance(level, DayCosts) else level
            total = self.schedules.costs(sums)
            return np.concatenate([level.score(total) if isinstance(level, DayCosts) else total, nothing]), 0
        assert isinstance(level, LevelCosts)
        empty = np.broadcast_to(level.empty, len(problem.participants))
        wanted = problem.wanted_if(~problem.may_be_cancelled)
        # where a limit binds whatever runs, running a session leaves as many places wanted
        is_limited = problem.limit < problem.available_if(~problem.may_be_cancelled).sum(axis=1)
        freed = np.where(is_limited[items.participant], 0, items.freed)
        each = empty[items.participant]
        cost = item_costs(items, level) - each * items.size - (each + level.released) * freed
        constant = int(empty @ wanted) + level.released * int(wanted.sum() - problem.wanted.sum())
        return np.concatenate([cost, nothing]), constant

    def entry(self, number: int, found: Multipliers) -> Entry:
        """Return the multipliers as a proof holds them."""
        weights = np.concatenate([found.limits, [1.0], np.zeros(len(self.columns) - number - 1)])
        proof = written(self.problem, self.items, weights, found)
        # a level at which nothing may be is weighted so that it never pays, however the multipliers were rounded
        dear = _size(proof) * (2 + int(self.problem.limit.max(initial=0)))
        for level, value in enumerate(self.values[:number]):
            if value == 0:
                proof["weights"][level] = max(proof["weights"][level], dear)
        return proof


def _taken(allocation: Allocation, schedules: Schedules) -> Int64Array:
    """Return the schedules that an allocation gives."""
    items = schedules.items
    pairs = np.stack([allocation.participant, allocation.session], axis=1)
    has = among_pairs(items.participant, items.session, pairs, len(allocation.runs))
    taken = np.where(items.is_place, has, allocation.runs[items.session]).astype(np.int64)
    in_all = np.bincount(items.participant, taken, minlength=len(allocation.problem.participants))
    number = schedules.sums(taken)
    is_all: Int64Array = np.flatnonzero(
        (number == in_all[schedules.owner]) & (number == (schedules.item >= 0).sum(axis=1))
    )
    return is_all


def _size(proof: Entry) -> int:
    parts = [*proof["weights"], *proof["seats"].values(), *proof["participant_limits"].values()]
    parts += [price for _, _, price in (*proof["links"], *proof["running"], *proof["rules"])]
    return sum(map(abs, parts))


def written(problem: Problem, items: Items, weights: FloatArray, found: Multipliers) -> Entry:
    """Return multipliers as whole numbers, by the ids of what they are for."""
    every = np.concatenate([weights, *found[1:]])
    unit = next((unit for unit in UNITS if (np.abs(np.rint(every * unit) - every * unit) < NEARLY).all()), UNITS[-1])

    def whole(part: FloatArray) -> list[int]:
        return [int(value) for value in np.rint(part * unit).tolist()]

    def labelled(labels: Sequence[str], part: FloatArray) -> dict[str, int]:
        return {labels[number]: value for number, value in enumerate(whole(part)) if value}

    def by_item(part: FloatArray) -> list[tuple[str, str, int]]:
        return [
            (problem.participants[int(items.participant[item])], problem.sessions[int(items.session[item])], value)
            for item, value in enumerate(whole(part))
            if value
        ]

    facilitators = list(problem.facilitators)
    return {
        "weights": whole(weights),
        "seats": labelled(list(problem.sessions), found.seats),
        "links": by_item(found.links),
        "running": by_item(found.running),
        "session_limits": labelled(facilitators, np.maximum(found.session_limits, 0)),
        "participant_limits": labelled(facilitators, np.maximum(found.participant_limits, 0)),
        "rules": _by_rule(problem, whole(found.rules)),
    }


def _by_rule(problem: Problem, prices: list[int]) -> list[tuple[int, int, int]]:
    """Return the prices of inequalities that have one, each with the number of its rule and its number there."""
    rule = rule_rows(problem).rule
    rule = rule[np.array([rule.penalty is None for rule in problem.rules], np.bool_)[rule]]
    number = np.arange(len(rule)) - np.searchsorted(rule, rule)
    return [(int(rule[row]), int(number[row]), price) for row, price in enumerate(prices) if price]
