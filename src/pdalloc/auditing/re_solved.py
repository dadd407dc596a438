"""Changed days solved from the start, and compared with the day as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.auditing.answers import Answer, How
from pdalloc.auditing.changed_days import with_longest_list
from pdalloc.auditing.compared import improved, labelled, moved_between
from pdalloc.auditing.nearest import MostKept
from pdalloc.auditing.questions import Question
from pdalloc.context import Context
from pdalloc.errors import InfeasibleError, OptionError, SolveStoppedError
from pdalloc.objectives import Chained, Level, Objective, get_objective, penalties_first
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver
from pdalloc.solvers.flow import Flow
from pdalloc.solvers.mip.solver import Mip
from pdalloc.solvers.solve import chosen_solver, solve

__all__ = ["Solves", "re_solved"]

SHORTEST = 1e-9
"""Seconds that are given to a solver when all are spent: it is the one to say so."""

Interval = tuple[int | None, int | None]


class Solves:
    """One solver for a day and its changes, within one time limit.

    Parameters
    ----------
    problem : Problem
        The day as it is.
    solver : str or Solver
    objective : str, Objective, sequence of these, or None
        Where the solver is a name; None for its default.
    context : Context

    Raises
    ------
    OptionError
        If the solver optimises nothing.
    """

    def __init__(
        self,
        problem: Problem,
        solver: str | Solver,
        objective: str | Objective | Sequence[str | Objective] | None,
        context: Context,
    ) -> None:
        self.solver, self.context = solver, context
        self.options = {} if objective is None else {"objective": objective}
        chosen = chosen_solver(problem, solver, dict(self.options))
        if not (chosen.objectives and hasattr(chosen, "objective")):
            raise OptionError(
                f"solver {chosen.name!r} optimises nothing, so there is no optimum to compare with; use auto"
            )
        self.objective = penalties_first(get_objective(chosen.objective), problem)
        self._valued: dict[int, Result] = {}

    def solve(self, problem: Problem, start: Allocation | None = None, near: Allocation | None = None) -> Result:
        """Return the result of a day; of several optima one that keeps most places of an allocation.

        Parameters
        ----------
        problem : Problem
        start : Allocation, optional
            What is known of it.
        near : Allocation, optional
            Heeded by `flow` and `mip`.
        """
        chosen = chosen_solver(problem, self.solver, dict(self.options))
        if near is not None and (
            isinstance(chosen, Mip) or (isinstance(chosen, Flow) and chosen.engine == "transport")
        ):
            chosen = replace(chosen, objective=Chained((self.objective, MostKept(near))))
        context = self.context
        left = None if context.time_limit is None else max(context.time_limit - context.elapsed, SHORTEST)
        return solve(problem, chosen, seed=context.seed, time_limit=left, stop=context.stop, start=start)

    def valued(self, base: Result, longest: int) -> Result:
        """Return the result of the day as it is where empty places cost as on lists of that length."""
        problem = base.allocation.problem
        if longest == problem.longest_list:
            return base
        if longest not in self._valued:
            same = with_longest_list(problem, longest)
            self._valued[longest] = self.solve(same, start=_on(same, base.allocation))
        return self._valued[longest]


def re_solved(solves: Solves, base: Result, question: Question) -> Answer:
    """Return the answer to a question by a solve of the changed day.

    Parameters
    ----------
    solves : Solves
    base : Result
        Of the day as it is.
    question : Question
    """
    problem, allocation = base.allocation.problem, base.allocation
    day = question(problem)
    words, longest = question.words(problem), max(problem.longest_list, day.longest_list)
    valued_day = with_longest_list(day, longest)
    start = _on(valued_day, allocation)
    nothing: tuple[None, ...] = (None,) * len(base.levels)
    try:
        before = solves.valued(base, longest)
        after = solves.solve(valued_day, start if not start.violations() else None, near=allocation)
    except InfeasibleError:
        return Answer(question, words, How.INFEASIBLE, base.levels, nothing, nothing)
    except SolveStoppedError:
        return Answer(question, words, How.BOUND, base.levels, nothing, nothing)
    number = len(solves.objective.levels(valued_day))
    levels, intervals = _changes(before, after, number)
    least, most = tuple(low for low, _ in intervals), tuple(high for _, high in intervals)
    if least != most or None in least:
        return Answer(question, words, How.BOUND, levels, least, most)
    found = after.allocation
    moved = moved_between(
        (allocation.participant, allocation.session), (found.participant, found.session), len(valued_day.sessions)
    )
    places, up, down = improved(problem, valued_day, moved, allocation.wanted == found.wanted)
    cancelled = np.flatnonzero(~found.runs).tolist()
    return Answer(
        question,
        words,
        How.RE_SOLVED,
        levels,
        least,
        most,
        labelled(problem, moved.left),
        labelled(valued_day, moved.taken),
        tuple(valued_day.sessions[session] for session in cancelled),
        places,
        up,
        down,
    )


def _on(problem: Problem, allocation: Allocation) -> Allocation:
    """Return the same pairs in a changed day; sessions that were added run."""
    runs = problem.all_run.copy()
    runs[: len(allocation.runs)] = allocation.runs
    return Allocation.from_pairs(problem, allocation.participant, allocation.session, runs)


def _changes(before: Result, after: Result, number: int) -> tuple[tuple[Level, ...], list[Interval]]:
    """Return the levels, and between what the change of each lies; nothing is known beyond the first open one.

    A level that only one of the days has, such as places at a rank that nobody gave on the other, is 0 there.
    """
    old, new = _known(before, len(before.levels)), _known(after, number)
    levels = before.levels if len(before.levels) >= number else after.levels[:number]
    intervals: list[Interval] = []
    is_open = False
    for level in levels:
        (low, high), (new_low, new_high) = (known.get(level.name, (0, 0)) for known in (old, new))
        intervals.append((None, None) if is_open else (new_low - high, new_high - low))
        is_open |= low != high or new_low != new_high
    return levels, intervals


def _known(result: Result, number: int) -> dict[str, tuple[int, int]]:
    """Return between what the optimum lies, by the name of the level."""
    assert result.objective is not None
    assert result.bound is not None
    triples = zip(result.levels[:number], result.objective, result.bound, strict=False)
    return {level.name: (min(value, bound), max(value, bound)) for level, value, bound in triples}
