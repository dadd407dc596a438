"""Mending a published allocation after the day has changed."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array, among_pairs
from pdalloc.auditing.given import allocation_of
from pdalloc.auditing.leaving import find_leaving
from pdalloc.auditing.move_reasons import find_moves
from pdalloc.auditing.repaired import Repair
from pdalloc.errors import InfeasibleError, OptionError, ProblemError
from pdalloc.objectives import Chained, Changes, Objective, get_objective, penalties_first
from pdalloc.objectives.changes import Published, impossible
from pdalloc.problem import Problem
from pdalloc.result import Result, options_of
from pdalloc.solvers.mip.solver import Mip
from pdalloc.solvers.solve import checked_time_limit, chosen_solver, solve

__all__ = ["repair", "with_fixed"]

ALL_FIXED = "everybody who was not concerned was fixed in their schedule before the others were allocated"


def repair(
    published: Allocation | Result | Mapping[str, Sequence[str]],
    problem: Problem,
    *,
    objective: str | Objective | Sequence[str | Objective] = "rank-sum",
    keep: Iterable[tuple[str, str]] = (),
    free: Collection[str] = (),
    places_first: bool = False,
    solver: str = "auto",
    time_limit: float | None = None,
    seed: int | None = None,
) -> Repair:
    """Change as few published schedules as possible after a day has changed; among those allocations find the best.

    Participants and sessions are matched by their ids. Only who held at least one session and is still there counts as
    changed, by any difference in their sessions. A new list does not by itself move anybody: who asks for another
    schedule is named in `free`.

    Parameters
    ----------
    published : Allocation, Result, or mapping of participant id to session ids
        What was published, mostly of another problem.
    problem : Problem
        The day as it is now.
    objective : str, Objective or sequence of these
        What decides among the allocations with the fewest changes.
    keep : iterable of (participant id, session id)
        Published places that must stay; they are fixed pairs of the problem that is solved.
    free : collection of str
        Ids of participants who may be given any schedule and do not count.
    places_first : bool
        Whether as many wanted places as possible are filled before changes are counted.
    solver : str
        "auto" fixes everybody who is not concerned in their schedule, and lets the cheapest exact solver allocate the
        others. Where that changes more schedules than it might, or places come first, "mip" decides on everybody.
    time_limit : float, optional
        Seconds, positive.
    seed : int, optional
        Of a solver that uses chance.

    Raises
    ------
    OptionError
        If an option cannot take its value, or a kept or free id is unknown.
    ProblemError
        If a kept pair cannot be kept, saying why.
    InfeasibleError
        If it is proved that no allocation keeps all the rules.
    SolveStoppedError
        If time came before there was an allocation.

    Notes
    -----
    With "auto", the schedules that break a rule by themselves, and the fewest people who can leave sessions with too
    few seats, are a lower bound on the number of changes. Where everybody else can stay and the bound is met, every
    allocation with as few changes has them stay, and fixing them leaves out nothing.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t1": ["x", "y"], "t2": ["x", "y"]}, capacity={"x": 1, "y": 1})
    >>> now = Problem.from_rankings({"t1": ["x", "y"], "t3": ["x", "y"]}, capacity={"x": 1, "y": 1})
    >>> print(repair(Allocation.from_schedules(problem, {"t1": ["y"], "t2": ["x"]}), now).headline())
    0 of 1 published schedules change, proved to be the fewest; 1 got a first schedule, 1 left
    """
    if isinstance(published, Allocation | Result):
        published = allocation_of(published, "repair")
    if not isinstance(problem, Problem):
        raise OptionError(f"problem is a {type(problem).__name__}; give the changed Problem")
    started, time_limit = time.monotonic(), checked_time_limit(time_limit)
    then = penalties_first(get_objective(objective), problem)
    if any(isinstance(part, Changes) for part in (then.objectives if isinstance(then, Chained) else (then,))):
        raise OptionError("objective: repair counts changes by itself; give what decides after them")
    changes = Changes(published, places_first, free)
    _check_ids("free", changes.free, problem.participants)
    kept = _pairs(keep)
    problem = _with_kept(problem, kept, changes)
    chain = Chained((changes, then))
    result = None
    if solver == "auto" and not places_first:
        result = _everybody_else_stays(problem, changes, chain, then, time_limit, seed)
    if result is None:
        if time_limit is not None:
            # a moment at least, in which the solver can find an allocation and say that it was stopped
            time_limit = max(time_limit - (time.monotonic() - started), 0.01)
        chosen = chosen_solver(problem, solver, {"objective": chain})
        result = solve(problem, chosen, seed=seed, time_limit=time_limit)
    if kept:
        origin = result.provenance
        result = replace(result, provenance=replace(origin, options=origin.options | {"keep": [*map(list, kept)]}))
    return Repair(result, changes, find_moves(published, result.allocation, changes), kept)


def _pairs(keep: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the pairs to keep; refuse what are none."""
    pairs = tuple(keep) if isinstance(keep, Iterable) and not isinstance(keep, str) else (keep,)
    for pair in pairs:
        if not (isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(label, str) for label in pair)):
            raise OptionError(f"keep holds {pair!r}; give pairs of a participant id and a session id")
    return tuple((who, what) for who, what in pairs)


def _check_ids(option: str, ids: Iterable[str], known: Sequence[str]) -> None:
    if unknown := [label for label in ids if label not in known]:
        raise OptionError(f"{option}: there is no {unknown[0]!r} in the changed problem; give ids that it has")


def _with_kept(problem: Problem, kept: Sequence[tuple[str, str]], changes: Changes) -> Problem:
    """Return the problem with kept pairs fixed.

    Raises
    ------
    OptionError
        If an id is unknown, or the pair was not published.
    ProblemError
        If a pair cannot be kept.
    """
    if not kept:
        return problem
    held = dict(changes.schedules)
    for who, what in kept:
        if what not in held.get(who, ()):
            raise OptionError(f"keep: participant {who!r} held no session {what!r}; give pairs that were published")
    gone = [pair for pair in kept if pair[0] not in problem.participants or pair[1] not in problem.sessions]
    for who, what in gone:
        lost = f"session {what!r}" if who in problem.participants else f"participant {who!r}"
        raise ProblemError(f"keep: participant {who!r} cannot keep session {what!r}: {lost} is no more; leave it out")
    try:
        return with_fixed(problem, kept)
    except ProblemError as error:
        raise ProblemError(f"keep: the pairs cannot all be kept: {error}") from None


def with_fixed(problem: Problem, pairs: Iterable[tuple[str, str]]) -> Problem:
    """Return the problem with more fixed pairs.

    Raises
    ------
    ValueError
        If there is no such participant or session.
    ProblemError
        If a pair cannot be.
    """
    numbers = [(problem.participants.index(who), problem.sessions.index(what)) for who, what in pairs]
    fixed = np.concatenate([problem.fixed, np.array(numbers, np.int32).reshape(-1, 2)])
    return replace(problem, fixed=np.unique(fixed, axis=0))


def _everybody_else_stays(
    problem: Problem,
    changes: Changes,
    chain: Chained,
    objective: Objective,
    time_limit: float | None,
    seed: int | None,
) -> Result | None:
    """Return the best allocation in which nobody moves who is not concerned, None if that changes more than it might.

    Concerned is whose schedule breaks a rule, and who holds a session with too few seats for all who could stay.
    """
    published = changes.published(problem)
    is_lost = published.counts & impossible(problem, published)
    stays = published.counts & ~is_lost
    leaving = find_leaving(problem, published.pairs[stays[published.pairs[:, 0]]])
    if leaving is None:
        return None
    fewest = int(is_lost.sum()) + leaving.fewest
    stays[leaving.people] = False
    asked = chain if leaving.fewest else objective
    try:
        smaller = _fixed(problem, published, stays)
        if objective.levels(smaller) != objective.levels(problem):
            return None
        found = solve(smaller, seed=seed, time_limit=time_limit, objective=asked)
    except (ProblemError, InfeasibleError):
        return None
    allocation = found.allocation
    allocation = Allocation.from_pairs(problem, allocation.participant, allocation.session, allocation.runs)
    value = chain.value(allocation)
    if value[0] != fewest or found.bound is None:
        return None
    options: dict[str, Any] = found.provenance.options | {"objective": options_of(Mip(chain))["objective"]}
    return replace(
        found,
        allocation=allocation,
        provenance=replace(found.provenance, problem=problem, options=options),
        objective_name=chain.name,
        levels=chain.levels(problem),
        objective=value,
        bound=(fewest, *found.bound[len(found.bound) + 1 - len(value) :]),
        notes=(*found.notes, ALL_FIXED),
    )


def _fixed(problem: Problem, published: Published, stays: BoolArray) -> Problem:
    """Return the problem in which some have their published schedule and cannot have more.

    Raises
    ------
    ProblemError
        If they do not fit.
    """
    pairs = published.pairs[stays[published.pairs[:, 0]]]
    held = np.bincount(pairs[:, 0], problem.session_size[pairs[:, 1]], minlength=len(stays))
    has_room = stays & (held < problem.wanted_if(~problem.may_be_cancelled))
    could = _could_take(problem, has_room)
    more = could[~among_pairs(could[:, 0], could[:, 1], pairs, len(problem.sessions))]
    return replace(
        problem,
        fixed=np.unique(np.concatenate([problem.fixed, pairs]), axis=0),
        forbidden=np.unique(np.concatenate([problem.forbidden, more]), axis=0),
    )


def _could_take(problem: Problem, who: BoolArray) -> Int64Array:
    """Return the pairs of some participants that could be in an allocation: their choices, or all sessions."""
    if problem.unlisted == "last":
        return np.stack(np.nonzero(np.broadcast_to(who[:, None], (len(who), len(problem.sessions)))), axis=1)
    listed = np.stack([problem.choices.participant, problem.choices.session], axis=1).astype(np.int64)
    return listed[who[listed[:, 0]]]
