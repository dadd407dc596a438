"""How far a search has come: the best allocation, the levels that are proved, and what is known of the next one."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import exact_sum
from pdalloc.context import Context
from pdalloc.errors import InfeasibleError, SolveStoppedError
from pdalloc.objectives import Costs, DayCosts, ExcessCosts, LevelCosts, Objective
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver, priority_notes
from pdalloc.solvers.mip.conflicts import Search
from pdalloc.solvers.mip.descent import Decided
from pdalloc.solvers.mip.face import Master
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.start import quick_allocation
from pdalloc.solvers.mip.told import conflict_sentence, tell_members

__all__ = ["Standing"]

NAMED = 3

SMALL = 2_000
"""Pairs of a participant and a session up to which an error says by itself which rules cannot hold together."""


class Standing:
    """What is known while the levels of an objective are decided one by one.

    Attributes
    ----------
    levels : list of Costs
    allocation : Allocation or None
        The best found.
    proved : list of int
        Optimal costs of the first levels; less is better, also where a level's value is maximised.
    bound : int or None
        Of the next level: no allocation costs less.
    worst : int
        Where the days with each sum are counted, from the largest down: somebody's has at least this one.
    is_stopped : bool
        Whether a level could not be decided in time.
    """

    def __init__(self, problem: Problem, objective: Objective, context: Context) -> None:
        self.problem, self.objective, self.context = problem, objective, context
        self.levels: list[Costs] = list(objective.costs(problem))
        is_usable = context.start is not None and not context.start.violations()
        self.allocation = context.start if is_usable else None
        self.proved: list[int] = []
        self.bound: int | None = None
        self.worst = 0
        self.is_stopped = False
        self._constant = 0
        self._reported = 0.0
        self._report()

    @property
    def level(self) -> Costs:
        """The level that is being decided."""
        return self.levels[len(self.proved)]

    @property
    def may_use_unlisted(self) -> bool:
        """Whether an unlisted place can be better than an empty one: by its cost, or to reach a minimum."""
        if self.problem.unlisted == "forbidden":
            return False
        needs_many = self.problem.rules or (self.problem.minimum > 0).any()
        return bool(needs_many or any(map(_may_prefer_unlisted, self.levels)))

    def proved_value(self, level: LevelCosts) -> int | None:
        """Return the cost of a level, None if it is not (yet) among the proved ones."""
        return next((cost for other, cost in zip(self.levels, self.proved, strict=False) if other is level), None)

    # ---- on the way ---------------------------------------------------------------------------------------------

    def begin(self, constant: int) -> None:
        """Take note of what a model's costs leave out at the level that begins."""
        self.context.check()
        self.bound, self._constant = None, constant
        self._report()

    def beat(self) -> None:
        """Report every second, so that whoever waits sees the time pass."""
        if self.context.elapsed > self._reported + 1:
            self._report()

    def hear(self, best: float | None, bound: float) -> None:
        """Pass on what an engine says of the level, without what a model's costs leave out."""
        self._report(None if best is None else best + self._constant, bound + self._constant)

    def settle(self, decided: Decided | None, master: Master) -> None:
        """Take what was found out about the level."""
        if decided is None:
            raise self.infeasible()
        if decided.bound is not None:
            self.bound = decided.bound + self._constant
        allocation = None if decided.values is None else master.allocation(decided.values)
        if decided.is_proved:
            assert allocation is not None
            self.prove(allocation)
            return
        self.is_stopped = True
        if allocation is not None and (self.allocation is None or self._key(allocation) < self._key(self.allocation)):
            self.allocation = allocation

    def prove(self, allocation: Allocation) -> None:
        """Take an allocation that is optimal at the level."""
        self.allocation, self.bound = allocation, None
        if self.levels:
            value = self.level.value(allocation)
            self.proved.append(-value if self.level.level.maximise else value)
        self._report()

    def infeasible(self) -> InfeasibleError:
        """Return the error for a problem without an allocation: without rules, sessions that must run make it one."""
        problem = self.problem
        if problem.hard_rules:
            return InfeasibleError(f"no allocation keeps all the rules{self._conflict()}")
        pairs = possible_pairs(problem, unlisted=problem.unlisted == "last")
        could_come = np.bincount(pairs.session, minlength=len(problem.sessions))
        needs = np.where(problem.may_be_cancelled, 0, problem.minimum)
        if (short := np.flatnonzero(needs > could_come)).size:
            session = int(short[0])
            why = (
                f"session {problem.sessions[session]!r} has to run with at least {needs[session]} participants, but "
                f"only {could_come[session]} could take it"
            )
        else:
            named = ", ".join(repr(problem.sessions[session]) for session in np.flatnonzero(needs)[:NAMED].tolist())
            why = f"the sessions that have to run, such as {named}, cannot all have as many participants as they need"
        return InfeasibleError(
            f"no allocation keeps all the rules: {why}; lower its minimum, or take must_run and fixed pairs off it"
        )

    def _conflict(self) -> str:
        """Return which rules cannot hold together where that is found in a moment, else who finds it."""
        problem = self.problem
        if len(problem.participants) * len(problem.sessions) <= SMALL:
            try:
                with Search(problem, self.context) as search:
                    core = search.core()
                    if core is not None:
                        return f": {conflict_sentence(problem, tell_members(search.elastic, core), core.structure)}"
            except SolveStoppedError:
                pass
        return "; pdalloc.explain_infeasible, or pdalloc check --feasible, says which of them cannot hold together"

    # ---- in the end ---------------------------------------------------------------------------------------------

    def has_allocation(self) -> bool:
        """Return whether there is an allocation, after a quick attempt if the search has found none."""
        if self.allocation is None:
            self.allocation = quick_allocation(self.problem)
        return self.allocation is not None

    def result(self, solver: Solver) -> Result:
        """Return the best allocation with its bound: optimal if all levels are proved."""
        assert self.allocation is not None
        costs = [*self.proved, *map(self._trivial_bound, self.levels[len(self.proved) :])]
        if self.bound is not None:
            costs[len(self.proved)] = max(self.bound, costs[len(self.proved)])
        for number, level in enumerate(self.levels):
            # where nobody's day has a larger sum, somebody's has this one
            if isinstance(level, DayCosts) and level.counted == self.worst:
                costs[number] = max(1, costs[number])
        bound = tuple(-cost if level.level.maximise else cost for level, cost in zip(self.levels, costs, strict=True))
        notes = priority_notes(self.problem, solver.name)
        return Result.with_bound(self.allocation, self.objective, bound, solver, self.context, notes=notes)

    def _key(self, allocation: Allocation) -> tuple[int, ...]:
        """Return the costs of all levels, for comparison."""
        values = self.objective.value(allocation)
        return tuple(
            -value if level.level.maximise else value for level, value in zip(self.levels, values, strict=True)
        )

    def _trivial_bound(self, level: Costs) -> int:
        """Return a cost that no allocation can be below: everybody's best places, as if there were seats for all."""
        if isinstance(level, ExcessCosts):
            return exact_sum(level.weight * level.least)
        problem, choices = self.problem, self.problem.choices
        places = level.places if isinstance(level, DayCosts) else level
        most_wanted = problem.wanted_if(~problem.may_be_cancelled)
        least = np.zeros(len(most_wanted), np.int64) + np.minimum(0, np.minimum(places.unlisted, places.empty))
        np.minimum.at(least, choices.participant, np.broadcast_to(places.listed, len(choices)))
        day = least * most_wanted + min(0, places.released) * (most_wanted - problem.wanted)
        if isinstance(level, DayCosts):
            # a score counts days, or falls with what they cost
            day = np.minimum(0, level.score(day))
        return exact_sum(day)

    def _report(self, best: float | None = None, bound: float | None = None) -> None:
        if len(self.proved) < len(self.levels) and self.level.level.maximise:
            best, bound = (None if cost is None else -cost for cost in (best, bound))
        self._reported = self.context.elapsed
        self.context.report(len(self.proved), len(self.levels), "levels", best, bound)


def _may_prefer_unlisted(level: Costs) -> bool:
    """Whether an unlisted place can cost less than an empty one at a level."""
    if isinstance(level, ExcessCosts):
        return True
    places = level.places if isinstance(level, DayCosts) else level
    return bool(np.any(np.less(places.unlisted, places.empty)))
