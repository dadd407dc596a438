"""Every rule of an allocation, checked one by one from the given data alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, among_pairs
from pdalloc.problem.rules import Forbidden, Prerequisite, Required, Rule, TagQuota
from pdalloc.rule_violations import find_breaches, schedules_by_id

__all__ = ["Violation", "find_violations", "personal_violations"]

PERSONAL_KINDS = (TagQuota, Required, Forbidden, Prerequisite)
"""Rules that ask something of each participant alone."""


@dataclass(frozen=True)
class Violation:
    """One breach of one rule.

    Attributes
    ----------
    rule : str
        Name of the rule, such as "capacity".
    message : str
        What is wrong, naming participant and session.
    participant, session : str or None
        Ids of those concerned, where there is one.
    """

    rule: str
    message: str
    participant: str | None = None
    session: str | None = None

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def find_violations(allocation: Allocation) -> Iterator[Violation]:
    """Yield every breach of every rule in this module."""
    for rule in RULES:
        yield from rule(allocation)


def personal_violations(allocation: Allocation) -> Iterator[Violation]:
    """Yield the breaches of the rules about one participant's schedule alone, whoever else comes."""
    for rule in PERSONAL_RULES:
        yield from rule(allocation)


def _pair_violations(allocation: Allocation, rule: str, wrong: BoolArray, why: str) -> Iterator[Violation]:
    """One violation for each pair that is marked wrong; the message ends in `why`."""
    problem = allocation.problem
    for pair in np.flatnonzero(wrong).tolist():
        participant = problem.participants[int(allocation.participant[pair])]
        session = problem.sessions[int(allocation.session[pair])]
        text = f"participant {participant!r} is in session {session!r}{why}"
        yield Violation(rule, text, participant, session)


def _is_among(allocation: Allocation, pairs: npt.NDArray[np.integer[Any]]) -> BoolArray:
    """Whether each pair of the allocation is among the given (participant, session) pairs."""
    return among_pairs(allocation.participant, allocation.session, pairs, len(allocation.problem.sessions))


def unlisted(allocation: Allocation) -> Iterator[Violation]:
    """Where unlisted places are forbidden, every pair is a choice, fixed or required."""
    problem = allocation.problem
    if problem.unlisted == "last":
        return
    wrong = allocation.choice < 0
    if wrong.any():
        wrong &= ~_is_among(allocation, problem.opened)
    yield from _pair_violations(allocation, "unlisted", wrong, ", which they did not choose")


def capacity(allocation: Allocation) -> Iterator[Violation]:
    """No session has more participants than seats."""
    problem = allocation.problem
    for session in np.flatnonzero(allocation.attendance > problem.capacity).tolist():
        label, there = problem.sessions[session], allocation.attendance[session]
        text = f"session {label!r} has {there} participants but {problem.capacity[session]} seats"
        yield Violation("capacity", text, session=label)


def minimum(allocation: Allocation) -> Iterator[Violation]:
    """No session runs below its minimum."""
    problem = allocation.problem
    for session in np.flatnonzero(allocation.runs & (allocation.attendance < problem.minimum)).tolist():
        label, there = problem.sessions[session], allocation.attendance[session]
        text = f"session {label!r} runs with {there} participants, below its minimum of {problem.minimum[session]}"
        yield Violation("minimum", text, session=label)


def cancelled(allocation: Allocation) -> Iterator[Violation]:
    """Nobody is in a session that does not run."""
    wrong = ~allocation.runs[allocation.session]
    yield from _pair_violations(allocation, "cancelled", wrong, ", which is cancelled")


def must_run(allocation: Allocation) -> Iterator[Violation]:
    """No session is cancelled that has to run, or that has no reason not to."""
    problem = allocation.problem
    pairs = problem.session_facilitators
    too_many = np.bincount(pairs.column, minlength=pairs.columns) > problem.most_sessions
    for session in np.flatnonzero(~allocation.runs).tolist():
        fixed = problem.fixed[problem.fixed[:, 1] == session, 0].tolist()
        if problem.must_run[session]:
            why = "it is marked must_run"
        elif fixed:
            why = f"participant {problem.participants[fixed[0]]!r} is fixed in it"
        elif problem.minimum[session] == 0 and not too_many[pairs[session]].any():
            why = "its minimum is 0, so it runs whoever comes"
        else:
            continue
        label = problem.sessions[session]
        yield Violation("must-run", f"session {label!r} is cancelled but {why}", session=label)


def facilitator_limits(allocation: Allocation) -> Iterator[Violation]:
    """No facilitator runs more sessions, or for more participants, than their limits say."""
    problem, runs = allocation.problem, allocation.runs.astype(np.int64)
    for rule, values, limit, what in (
        ("facilitator-sessions", runs, problem.most_sessions, "runs {} sessions"),
        ("facilitator-participants", runs * allocation.attendance, problem.most_participants, "has {} participants"),
    ):
        count = problem.session_facilitators.totals(values)
        for number in np.flatnonzero(count > limit).tolist():
            who = f"facilitator {problem.facilitators[number]!r} {what.format(count[number])}"
            yield Violation(rule, f"{who}, above their limit of {limit[number]}")


def one_session_a_slot(allocation: Allocation) -> Iterator[Violation]:
    """Nobody is in two sessions in one slot."""
    problem = allocation.problem
    slots = problem.session_slots
    for slot in range(len(problem.slots)):
        in_slot = np.zeros(len(problem.sessions), np.bool_)
        in_slot[slots.row[slots.column == slot]] = True
        pairs = np.flatnonzero(in_slot[allocation.session])
        wrong = np.zeros(len(allocation), np.bool_)
        wrong[pairs[1:]] = np.diff(allocation.participant[pairs]) == 0
        why = f" and another one in slot {problem.slots[slot]!r}"
        yield from _pair_violations(allocation, "slot", wrong, why)


def present(allocation: Allocation) -> Iterator[Violation]:
    """Nobody is in a session while away, or while facilitating one that runs; nobody takes a session they run."""
    problem = allocation.problem
    slots = problem.session_slots
    for rule, busy, what in (
        ("away", problem.away.mask(), "is away"),
        ("facilitating", problem.facilitating(allocation.runs), "facilitates another session"),
    ):
        if not busy.any():
            continue
        wrong = np.zeros(len(allocation), np.bool_)
        for slot in range(len(problem.slots)):
            in_slot = np.isin(allocation.session, slots.row[slots.column == slot])
            wrong |= in_slot & busy[allocation.participant, slot]
        yield from _pair_violations(allocation, rule, wrong, f" but {what} then")
    runs_it = _is_among(allocation, problem.facilitated)
    yield from _pair_violations(allocation, "facilitating", runs_it, ", which they facilitate")


def topic(allocation: Allocation) -> Iterator[Violation]:
    """Nobody takes two sessions of one topic."""
    if not (allocation.problem.topic >= 0).any():
        return
    topics = allocation.problem.topic[allocation.session]
    has = np.flatnonzero(topics >= 0)
    order = has[np.lexsort((topics[has], allocation.participant[has]))]
    again = (np.diff(allocation.participant[order]) == 0) & (np.diff(topics[order]) == 0)
    wrong = np.zeros(len(allocation), np.bool_)
    wrong[order[1:][again]] = True
    yield from _pair_violations(allocation, "topic", wrong, " and another one of its topic")


def conflict(allocation: Allocation) -> Iterator[Violation]:
    """Nobody takes two sessions that conflict."""
    problem = allocation.problem
    for first, second in problem.conflicts.tolist():
        takes_first = allocation.participant[allocation.session == first]
        takes_second = allocation.participant[allocation.session == second]
        for participant in np.intersect1d(takes_first, takes_second).tolist():
            who, one, other = problem.participants[participant], problem.sessions[first], problem.sessions[second]
            text = f"participant {who!r} is in sessions {one!r} and {other!r}, which conflict"
            yield Violation("conflict", text, who, one)


def limit(allocation: Allocation) -> Iterator[Violation]:
    """Nobody has more places than they want: one in each slot where they are free, up to their limit."""
    problem = allocation.problem
    for participant in np.flatnonzero(allocation.filled > allocation.wanted).tolist():
        who, wanted = problem.participants[participant], allocation.wanted[participant]
        text = f"participant {who!r} has {allocation.filled[participant]} places but wants {wanted}"
        yield Violation("limit", text, who)


def forbidden(allocation: Allocation) -> Iterator[Violation]:
    """No forbidden pair is in the allocation."""
    wrong = _is_among(allocation, allocation.problem.forbidden)
    yield from _pair_violations(allocation, "forbidden", wrong, ", which is forbidden to them")


def fixed(allocation: Allocation) -> Iterator[Violation]:
    """Every fixed pair is in the allocation."""
    if not len(allocation.problem.fixed):
        return
    problem = allocation.problem
    pairs = np.stack([allocation.participant, allocation.session], axis=1)
    kept = among_pairs(problem.fixed[:, 0], problem.fixed[:, 1], pairs, len(problem.sessions))
    for participant, session in problem.fixed[~kept].tolist():
        who, what = problem.participants[participant], problem.sessions[session]
        yield Violation("fixed", f"participant {who!r} is not in session {what!r}, where they are fixed", who, what)


def personal_rules(allocation: Allocation) -> Iterator[Violation]:
    """No rule is broken that asks something of each participant alone, but for soft ones."""
    yield from _rule_violations(allocation, PERSONAL_KINDS)


def rules(allocation: Allocation) -> Iterator[Violation]:
    """No rule of several participants or sessions is broken, but for soft ones."""
    yield from _rule_violations(allocation, Rule)


def _rule_violations(allocation: Allocation, kinds: type[Rule] | tuple[type[Rule], ...]) -> Iterator[Violation]:
    problem = allocation.problem
    hard = [rule for rule in problem.hard_rules if isinstance(rule, kinds)]
    schedules = schedules_by_id(allocation) if hard else {}
    for rule in hard:
        for why, participant, session in find_breaches(problem, rule, schedules):
            yield Violation(rule.name, f"{rule}; {why}", participant, session)


RULES: tuple[Callable[[Allocation], Iterator[Violation]], ...] = (
    unlisted,
    capacity,
    minimum,
    cancelled,
    must_run,
    facilitator_limits,
    one_session_a_slot,
    present,
    topic,
    conflict,
    limit,
    forbidden,
    fixed,
    rules,
)

PERSONAL_RULES = (unlisted, one_session_a_slot, present, topic, conflict, limit, forbidden, fixed, personal_rules)
