"""Who would gain by giving another list: a search, one participant at a time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdalloc.auditing.manipulation import Day, Manipulation, Manipulations
from pdalloc.auditing.misreports import Report, demand_per_seat, misreports, with_report
from pdalloc.context import Context, Progress, StopFlag
from pdalloc.errors import InfeasibleError, OptionError, SolveStoppedError
from pdalloc.hints import did_you_mean
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver
from pdalloc.solvers.solve import checked_seed, checked_time_limit, chosen_solver, solve

__all__ = ["manipulate"]

ROUNDING = 1e-9
"""Expected values that differ by less are equal."""

SHORTEST = 1e-9
"""Seconds that are given to a solver when all are spent: it is the one to say so."""

SAMPLE = 1
"""Keeps the stream that draws participants apart from that of the solver."""


def manipulate(
    problem: Problem,
    solver: str | Solver,
    participants: int | Sequence[str] | None = None,
    *,
    seed: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: StopFlag | None = None,
    **options: Any,
) -> Manipulations:
    """Look for participants who get a better day by giving another list than their true one.

    The lists of the problem are taken to be true. Of one participant at a time other lists are tried, all else held,
    and the seed too, so that the same draw is compared. They are the true list cut after any choice; with two
    neighbours exchanged, or the first and another; with another moved to the top; without one choice; and without the
    most wanted ones: those with most points for each seat, as many points as the longest list has choices for rank 1,
    one less for each rank. Where ranking is per slot, the list of one slot is changed at a time.

    A day is judged by the true list: it is better with fewer empty places, then with fewer unlisted places, then at
    less cost (`pdalloc.metrics.day_costs`). Of a result with exact chances the expected values are compared in that
    order; of any other its allocation, which is that of one draw.

    Parameters
    ----------
    problem : Problem
    solver : str or Solver
        As `solve` takes it.
    participants : int or sequence of str, optional
        How many to draw at random, or whom to look at. By default everybody.
    seed : int, optional
        From 0, of the solver and of the sample; made up and recorded if one is needed and none is given.
    time_limit : float, optional
        Seconds for all of it, positive.
    progress, stop
        As `solve` takes them; progress is counted in participants.
    **options
        Of the solver.

    Returns
    -------
    Manipulations
        What was found is a lower bound, since lists outside of the family may do better.

    Raises
    ------
    OptionError
        If somebody is unknown or named twice, or there is no such number of participants, solver or option.
    UnsupportedError, InfeasibleError
        As `solve` raises them for the true lists. A list that makes the day infeasible is no gain.
    SolveStoppedError
        If time or stop flag came before everybody was looked at.

    Notes
    -----
    About six solves for each choice of each participant looked at.

    Examples
    --------
    Picks go 1, 2, 2, 1, and b is the session that cannot wait:

    >>> import pdalloc as pa
    >>> day = pa.Model()
    >>> for session in "abcd":
    ...     day.add_session(session, capacity=1)
    >>> for participant, listed in {"1": "abcd", "2": "bcda"}.items():
    ...     day.add_participant(participant, limit=2)
    ...     day.add_ranking(participant, list(listed))
    >>> found = pa.manipulate(day.build(), "draft", order=["1", "2"])
    >>> print(found.headline())
    draft: at least 1 of 2 participants gain by another list (50.0%)
    >>> gain = found.gains[0]
    >>> gain.before.schedule, gain.ranking, gain.after.schedule
    (('a', 'd'), ('b', 'a', 'c', 'd'), ('a', 'b'))
    """
    chosen = chosen_solver(problem, solver, options)
    seed, time_limit = checked_seed(seed), checked_time_limit(time_limit)
    is_number = isinstance(participants, int | np.integer)
    if seed is None and (chosen.uses_chance or is_number):
        seed = secrets.randbits(32)
    attempts = _Attempts(chosen, Context(np.random.default_rng(0), seed, time_limit, progress, stop))
    looked_at = _numbers(problem, participants, seed)
    before = attempts.solve(problem, 0, len(looked_at))
    demand = demand_per_seat(problem)
    gains, tried = [], 0
    for done, participant in enumerate(looked_at):
        attempts.context.report(done, len(looked_at), "participants")
        reports = misreports(problem, participant, demand)
        tried += len(reports)
        own = best = _day(problem, participant, before)
        ranking: tuple[int, ...] = ()
        for report in reports:
            day = attempts.day_by(problem, participant, report, done, len(looked_at))
            if day is not None and _is_better(day, best):
                best, ranking = day, report.session
        if best is not own:
            listed = tuple(problem.sessions[session] for session in ranking)
            gains.append(Manipulation(problem.participants[participant], listed, own, best))
    attempts.context.report(len(looked_at), len(looked_at), "participants")
    everybody = len(problem.participants)
    is_sample = is_number and len(looked_at) < everybody
    return Manipulations(
        solver=chosen.name,
        seed=seed,
        people=everybody if is_sample else len(looked_at),
        looked_at=tuple(problem.participants[participant] for participant in looked_at),
        is_sample=is_sample,
        tried=tried,
        gains=tuple(gains),
    )


@dataclass(frozen=True)
class _Attempts:
    """Solves again and again, within one time limit."""

    solver: Solver
    context: Context

    def day_by(self, problem: Problem, participant: int, report: Report, done: int, total: int) -> Day | None:
        """Return the day that a participant gets by a misreport, None if it leaves no allocation."""
        try:
            return _day(problem, participant, self.solve(with_report(problem, participant, report), done, total))
        except InfeasibleError:
            return None

    def solve(self, problem: Problem, done: int, total: int) -> Result:
        """Return the result of a problem, while some participants are done.

        Raises
        ------
        SolveStoppedError
            Also if the solver returned what it had when it was stopped.
        """
        context = self.context
        left = None if context.time_limit is None else max(context.time_limit - context.elapsed, SHORTEST)
        try:
            result = solve(problem, self.solver, seed=context.seed, time_limit=left, stop=context.stop)
            context.check()
        except SolveStoppedError:
            late = context.time_limit is not None and context.elapsed > context.time_limit
            why = f"the time limit of {context.time_limit:g} s" if late else "the stop flag"
            remedy = "allow more time or look at fewer of them" if late else "look at fewer of them"
            raise SolveStoppedError(f"{why} came after {done} of {total} participants; {remedy}") from None
        return result


def _numbers(problem: Problem, participants: int | Sequence[str] | None, seed: int | None) -> list[int]:
    """Return the numbers of those to look at, ascending."""
    people = problem.participants
    if participants is None:
        return list(range(len(people)))
    if isinstance(participants, int | np.integer) and not isinstance(participants, bool):
        if not 1 <= participants <= len(people):
            raise OptionError(
                f"participants is {participants}; give a number from 1 to {len(people)}, ids, or None for everybody"
            )
        rng = np.random.default_rng([seed or 0, SAMPLE])
        return sorted(rng.choice(len(people), participants, replace=False).tolist())
    if isinstance(participants, str) or not isinstance(participants, Sequence) or not len(participants):
        raise OptionError(
            f"participants is {participants!r}; give ids such as ['t001'], how many to draw, or None for everybody"
        )
    numbers: set[int] = set()
    for label in participants:
        number = people.get(label)
        if number is None:
            remedy = did_you_mean(label, people) or "give ids of the participants table"
            raise OptionError(f"participants has {label!r}, who is no participant; {remedy}")
        if number in numbers:
            raise OptionError(f"participants has {label!r} twice; name everybody once")
        numbers.add(number)
    return sorted(numbers)


def _day(problem: Problem, participant: int, result: Result) -> Day:
    """Return what a participant of the true problem gets by the result of another list."""
    allocation, chances = result.allocation, result.random_assignment
    exact = None if chances is None or chances.draws is not None else chances
    pairs = allocation if exact is None else exact
    start, end = np.searchsorted(pairs.participant, (participant, participant + 1))
    session = pairs.session[start:end]
    weight = np.ones(end - start, np.int64) if exact is None else exact.probability[start:end]
    places = problem.session_size[session] * weight
    choice = problem.choices.find(np.full(len(session), participant, np.int32), session)
    listed = choice >= 0
    rank = np.full(len(session), problem.unlisted_rank, np.int64)
    rank[listed] = problem.choices.rank[choice[listed]]
    empty = max(allocation.wanted[participant] - places.sum(), 0)
    figures = (empty, places[~listed].sum(), ((rank - 1) * places).sum() + problem.longest_list * empty)
    if exact is None:
        return Day(allocation.schedule_of(problem.participants[participant]), *map(int, figures))
    return Day((), *map(float, figures))


def _is_better(day: Day, other: Day) -> bool:
    """Whether a day is better: fewer empty places, then fewer unlisted ones, then less cost."""
    for mine, theirs in zip(day[1:], other[1:], strict=True):
        if abs(mine - theirs) > ROUNDING:
            return mine < theirs
    return False
