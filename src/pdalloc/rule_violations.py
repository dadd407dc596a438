"""The rules of several participants or sessions, checked person by person on whole schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pdalloc.allocation import Allocation
from pdalloc.problem import Problem
from pdalloc.problem.rules import Apart, Forbidden, GroupQuota, Prerequisite, Required, Rule, TagQuota, Together

__all__ = ["Breach", "find_breaches", "first_broken", "schedules_by_id"]

Breach = tuple[str, str | None, str | None]
"""What is wrong, and the participant and the session concerned, where there is one."""

Schedules = Mapping[str, set[str]]


def schedules_by_id(allocation: Allocation) -> dict[str, set[str]]:
    """Return the session ids of every participant id."""
    problem = allocation.problem
    schedules: dict[str, set[str]] = {participant: set() for participant in problem.participants}
    for who, what in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
        schedules[problem.participants[who]].add(problem.sessions[what])
    return schedules


def find_breaches(problem: Problem, rule: Rule, schedules: Schedules) -> Iterator[Breach]:
    """Yield where schedules break a rule."""
    yield from CHECKS[type(rule)](problem, rule, schedules)


def first_broken(problem: Problem, schedules: Schedules) -> Rule | None:
    """Return the first hard rule that schedules break."""
    return next((rule for rule in problem.hard_rules for _ in find_breaches(problem, rule, schedules)), None)


def _meant(problem: Problem, rule: Together | Apart) -> list[str]:
    """Return the sessions in which a rule about company holds."""
    if rule.session is not None:
        return [rule.session]
    if rule.topic is None:
        return list(problem.sessions)
    topic = problem.topics.index(rule.topic)
    return [session for number, session in enumerate(problem.sessions) if problem.topic[number] == topic]


def _tagged(problem: Problem, tag: str) -> set[str]:
    number = problem.tags.index(tag)
    return {session for row, session in enumerate(problem.sessions) if number in problem.session_tags[row]}


def _value_of(problem: Problem, group: str) -> dict[str, str]:
    """Return the value of each participant who has one in a group."""
    column = problem.group(group)
    numbers = zip(problem.participants, column.value.tolist(), strict=True)
    return {who: column.values[value] for who, value in numbers if value >= 0}


def _people(problem: Problem, rule: TagQuota | Required | Forbidden) -> list[str]:
    if rule.participants:
        return list(rule.participants)
    if rule.group is None:
        return list(problem.participants)
    return [who for who, value in _value_of(problem, rule.group).items() if value == rule.value]


def _together(problem: Problem, rule: Together, schedules: Schedules) -> Iterator[Breach]:
    for session in _meant(problem, rule):
        inside = [who for who in rule.participants if session in schedules[who]]
        outside = [who for who in rule.participants if session not in schedules[who]]
        if inside and outside:
            yield f"participant {inside[0]!r} is in session {session!r} without {outside[0]!r}", inside[0], session


def _apart(problem: Problem, rule: Apart, schedules: Schedules) -> Iterator[Breach]:
    for session in _meant(problem, rule):
        inside = [who for who in rule.participants if session in schedules[who]]
        if len(inside) > 1:
            yield f"participants {inside[0]!r} and {inside[1]!r} are both in session {session!r}", inside[0], session


def _amount(count: int, rule: GroupQuota | TagQuota) -> str:
    if rule.at_least is not None and count < rule.at_least:
        return f"{count}, fewer than {rule.at_least}"
    if rule.at_most is not None and count > rule.at_most:
        return f"{count}, more than {rule.at_most}"
    return ""


def _group_quota(problem: Problem, rule: GroupQuota, schedules: Schedules) -> Iterator[Breach]:
    meant = {rule.session} if rule.tag is None else _tagged(problem, rule.tag)
    value_of = _value_of(problem, rule.group)
    for value in problem.group(rule.group).values if rule.value is None else [rule.value]:
        count = sum(len(schedules[who] & meant) for who, theirs in value_of.items() if theirs == value)
        if wrong := _amount(count, rule):
            yield f"places of {rule.group} {value!r}: {wrong}", None, rule.session


def _tag_quota(problem: Problem, rule: TagQuota, schedules: Schedules) -> Iterator[Breach]:
    meant = _tagged(problem, rule.tag)
    for who in _people(problem, rule):
        if wrong := _amount(len(schedules[who] & meant), rule):
            yield f"sessions of participant {who!r}: {wrong}", who, None


def _required(problem: Problem, rule: Required, schedules: Schedules) -> Iterator[Breach]:
    for who in _people(problem, rule):
        if not schedules[who] & set(rule.sessions):
            yield f"participant {who!r} is not", who, rule.sessions[0]


def _forbidden(problem: Problem, rule: Forbidden, schedules: Schedules) -> Iterator[Breach]:
    meant = set(rule.sessions) if rule.tag is None else _tagged(problem, rule.tag)
    for who in _people(problem, rule):
        for session in sorted(schedules[who] & meant):
            yield f"participant {who!r} is in session {session!r}", who, session


def _prerequisite(problem: Problem, rule: Prerequisite, schedules: Schedules) -> Iterator[Breach]:
    for who in problem.participants:
        if rule.session in schedules[who] and not schedules[who] & set(rule.needs):
            yield f"participant {who!r} does", who, rule.session


CHECKS: Mapping[type[Rule], Callable[[Problem, Any, Schedules], Iterator[Breach]]] = {
    Together: _together,
    Apart: _apart,
    GroupQuota: _group_quota,
    TagQuota: _tag_quota,
    Required: _required,
    Forbidden: _forbidden,
    Prerequisite: _prerequisite,
}
