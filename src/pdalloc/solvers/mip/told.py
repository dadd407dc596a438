"""Members of a conflict with their ids, and the sentence that says why they cannot hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from pdalloc.problem import Problem
from pdalloc.problem.rules import GroupQuota, PeopleRule, Required, TagQuota
from pdalloc.problem.rules.base import listed
from pdalloc.solvers.mip.conflicts import Core
from pdalloc.solvers.mip.elastic import Elastic
from pdalloc.solvers.mip.members import Kind, Member

__all__ = ["ConflictMember", "conflict_sentence", "count_of", "ids_of", "row_person", "tell_members"]


@dataclass(frozen=True, kw_only=True)
class ConflictMember:
    """One of the things that cannot hold together; `str` gives it in words.

    Attributes
    ----------
    kind : Kind
        Such as "rule", "capacity" or "fixed".
    rule : int or None
        Number of the rule, from 0.
    participants, sessions : tuple of str
        Ids of those concerned. Of a rule that asks something of each of many participants, those who matter.
    slot, facilitator : str or None
    amount : int or None
        Seats, minimum or limit.
    text : str
        In words, without a full stop.
    """

    kind: Kind
    rule: int | None = None
    participants: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    slot: str | None = None
    facilitator: str | None = None
    amount: int | None = None
    text: str = ""

    def __str__(self) -> str:
        return self.text


def tell_members(elastic: Elastic, core: Core) -> tuple[ConflictMember, ...]:
    """Return the members of a core with their ids and words."""
    problem = elastic.problem
    told = []
    for number in core.members:
        member = elastic.members[number]
        ids = ids_of(problem, member)
        if member.kind is Kind.RULE:
            ids |= _rule_ids(elastic, member.numbers[0], core)
        told.append(ConflictMember(**ids))
    return tuple(ConflictMember(**vars(one) | {"text": _join(_clauses(problem, [one]))}) for one in told)


def ids_of(problem: Problem, member: Member) -> dict[str, Any]:
    """Return the fields of a member, but for its words and what of a rule matters."""
    ids: dict[str, Any] = {"kind": member.kind}
    for kind, number in zip(NUMBERS[member.kind], member.numbers, strict=True):
        if kind == "rule":
            ids["rule"] = number
        elif kind == "facilitator":
            ids["facilitator"] = problem.facilitators[number]
        elif kind == "slot":
            ids["slot"] = problem.slots[number]
        else:
            ids[f"{kind}s"] = (getattr(problem, f"{kind}s")[number],)
    if member.kind in AMOUNTS:
        ids["amount"] = int(getattr(problem, AMOUNTS[member.kind])[member.numbers[0]])
    if member.kind is Kind.FACILITATES:
        own = problem.facilitated
        ids["sessions"] = tuple(problem.sessions[s] for s in own[own[:, 0] == member.numbers[0], 1].tolist())
    return ids


NUMBERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.RULE: ("rule",),
    Kind.FIXED: ("participant", "session"),
    Kind.MUST_RUN: ("session",),
    Kind.MINIMUM: ("session",),
    Kind.CAPACITY: ("session",),
    Kind.MOST_SESSIONS: ("facilitator",),
    Kind.MOST_PARTICIPANTS: ("facilitator",),
    Kind.FORBIDDEN: ("participant", "session"),
    Kind.LIMIT: ("participant",),
    Kind.AWAY: ("participant", "slot"),
    Kind.FACILITATES: ("participant",),
    Kind.UNLISTED: (),
}
"""What the numbers of each kind of member are of."""

AMOUNTS: Mapping[Kind, str] = {
    Kind.MINIMUM: "minimum",
    Kind.CAPACITY: "capacity",
    Kind.MOST_SESSIONS: "most_sessions",
    Kind.MOST_PARTICIPANTS: "most_participants",
    Kind.LIMIT: "limit",
}


def row_person(elastic: Elastic, row: int) -> int | None:
    """Return the participant of whom a row of a rule asks something, None if it is about several."""
    rules = elastic.rules
    if not isinstance(elastic.problem.rules[int(rules.rule[row])], Required | TagQuota):
        return None
    people = np.unique(rules.participant[rules.row == row])
    return int(people[0]) if len(people) == 1 else None


def _rule_ids(elastic: Elastic, number: int, core: Core) -> dict[str, Any]:
    problem, rules = elastic.problem, elastic.rules
    rows = core.rows[rules.rule[core.rows] == number]
    people = {who for row in rows if (who := row_person(elastic, int(row))) is not None}
    rule = problem.rules[number]
    ids = {"rule": number, "sessions": tuple(_sessions(rule))}
    named = getattr(rule, "participants", ())
    return ids | {"participants": tuple(problem.participants[who] for who in sorted(people)) or tuple(named)}


def _sessions(rule: Any) -> Iterator[str]:
    """Yield the sessions that a rule names."""
    if getattr(rule, "session", None) is not None:
        yield rule.session
    yield from getattr(rule, "sessions", ())
    yield from getattr(rule, "needs", ())


# ---- in words ----------------------------------------------------------------------------------------------------


def conflict_sentence(problem: Problem, members: Sequence[ConflictMember], structure: Sequence[str]) -> str:
    """Return why members cannot hold together, without a full stop."""
    always = [f"nobody is in {_or([STRUCTURE[name] for name in structure])}"] if structure else []
    return _join([*_clauses(problem, members), *always])


STRUCTURE: Mapping[str, str] = {
    "slot": "two sessions in one slot",
    "topic": "two sessions of one topic",
    "conflict": "two sessions that conflict",
}


def count_of(number: int, noun: str) -> str:
    """Return "1 seat", "2 seats" and so on."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _clauses(problem: Problem, members: Sequence[ConflictMember]) -> Iterator[str]:
    """Yield the parts of a sentence; members of a kind that have much in common share one."""
    for kind, group in groupby(members, key=lambda member: member.kind):
        yield from CLAUSES[kind](problem, list(group))
    if any(member.kind is Kind.UNLISTED for member in members):
        for member in members:
            if member.kind is Kind.MINIMUM:
                number = problem.sessions.index(member.sessions[0])
                chosen = int(np.count_nonzero(problem.choices.session == number))
                yield f"{count_of(chosen, 'participant')} chose session {member.sessions[0]!r}"


def _rules(problem: Problem, members: list[ConflictMember]) -> Iterator[str]:
    for member in members:
        assert member.rule is not None
        rule = problem.rules[member.rule]
        about = f"rule {member.rule + 1}"
        if isinstance(rule, PeopleRule | GroupQuota) and rule.group is not None and rule.value is not None:
            about += f"; {count_of(len(problem.group(rule.group).members(rule.value)), 'participant')}"
        if isinstance(rule, PeopleRule) and 0 < len(member.participants) < len(rule.people(problem)):
            matter = "matters" if len(member.participants) == 1 else "matter"
            about += f"; {listed('participant', member.participants)} {matter}"
        yield f"{rule} ({about})"


def _pairs(words: str) -> Callable[[Problem, list[ConflictMember]], Iterator[str]]:
    def clauses(problem: Problem, members: list[ConflictMember]) -> Iterator[str]:
        for session in dict.fromkeys(member.sessions[0] for member in members):
            people = [member.participants[0] for member in members if member.sessions[0] == session]
            yield f"{listed('participant', people)} {'is' if len(people) == 1 else 'are'} {words} {session!r}"

    return clauses


def _capacity(problem: Problem, members: list[ConflictMember]) -> Iterator[str]:
    seats = sum(member.amount or 0 for member in members)
    have = "has" if len(members) == 1 else "have"
    together = "" if len(members) == 1 else " together"
    yield f"{listed('session', [member.sessions[0] for member in members])} {have} {count_of(seats, 'seat')}{together}"


def _each(words: Callable[[ConflictMember], str]) -> Callable[[Problem, list[ConflictMember]], Iterator[str]]:
    return lambda problem, members: map(words, members)


def _away(problem: Problem, members: list[ConflictMember]) -> Iterator[str]:
    for slot in dict.fromkeys(member.slot for member in members):
        people = [member.participants[0] for member in members if member.slot == slot]
        yield f"{listed('participant', people)} {'is' if len(people) == 1 else 'are'} away in slot {slot!r}"


CLAUSES: Mapping[Kind, Callable[[Problem, list[ConflictMember]], Iterable[str]]] = {
    Kind.RULE: _rules,
    Kind.FIXED: _pairs("fixed in session"),
    Kind.MUST_RUN: _each(lambda one: f"session {one.sessions[0]!r} must run"),
    Kind.MINIMUM: _each(
        lambda one: f"session {one.sessions[0]!r} runs with at least {count_of(one.amount or 0, 'participant')}"
    ),
    Kind.CAPACITY: _capacity,
    Kind.MOST_SESSIONS: _each(
        lambda one: f"facilitator {one.facilitator!r} runs at most {count_of(one.amount or 0, 'session')}"
    ),
    Kind.MOST_PARTICIPANTS: _each(
        lambda one: f"facilitator {one.facilitator!r} has at most {count_of(one.amount or 0, 'participant')}"
    ),
    Kind.FORBIDDEN: _pairs("forbidden to take session"),
    Kind.LIMIT: _each(
        lambda one: f"participant {one.participants[0]!r} takes at most {count_of(one.amount or 0, 'place')}"
    ),
    Kind.AWAY: _away,
    Kind.FACILITATES: _each(
        lambda one: f"participant {one.participants[0]!r} facilitates {listed('session', one.sessions)}"
    ),
    Kind.UNLISTED: lambda problem, members: ["nobody takes a session that they did not choose"],
}


def _join(clauses: Iterable[str]) -> str:
    *first, last = clauses
    return f"{'; '.join(first)}; and {last}" if first else last


def _or(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} or {last}" if first else last
