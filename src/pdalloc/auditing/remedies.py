"""What to give up so that the rest of a day holds together, in words and as a changed problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pdalloc.problem import Incidence, Labels, Problem
from pdalloc.problem.rules import Required, Rule, TagQuota
from pdalloc.problem.rules.base import listed
from pdalloc.solvers.mip.conflicts import Given
from pdalloc.solvers.mip.elastic import Elastic
from pdalloc.solvers.mip.members import Kind
from pdalloc.solvers.mip.told import count_of, ids_of, row_person

__all__ = ["COSTS", "Remedy", "applied", "tell_remedies"]

COSTS: Mapping[str, int] = {
    "capacity": 1,
    "minimum": 1,
    "most-participants": 1,
    "rule": 3,
    "fixed": 3,
    "unlisted": 3,
    "forbidden": 5,
    "limit": 5,
    "most-sessions": 5,
    "must-run": 10,
    "away": 20,
    "facilitates": 20,
}
"""Cost of giving up one unit of each kind: a seat more, one fewer in a minimum, a participant released."""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One thing to give up; `str` gives it in words.

    Attributes
    ----------
    kind : Kind
    rule : int or None
        Number of the rule, from 0.
    participants, sessions : tuple of str
        Ids of those concerned.
    slot, facilitator : str or None
    amount : int
        How many units: seats, places, participants, or by how much inequalities of a rule may miss.
    cost : int
        Of all of them.
    text : str
        In words, without a full stop.
    """

    kind: Kind
    rule: int | None = None
    participants: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    slot: str | None = None
    facilitator: str | None = None
    amount: int
    cost: int
    text: str = ""

    def __str__(self) -> str:
        return self.text


def tell_remedies(elastic: Elastic, given: Given, costs: Mapping[str, int | None]) -> tuple[Remedy, ...]:
    """Return what is given up: one remedy for each rule, session, facilitator, or participant and slot."""
    problem = elastic.problem
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for column, amount in zip(given.column.tolist(), given.amount.tolist(), strict=True):
        member = elastic.members[int(elastic.owner[column])]
        ids = ids_of(problem, member) | {"amount": amount, "cost": amount * (costs[member.kind] or 0)}
        person = None
        if member.kind is Kind.UNLISTED:
            person = int(elastic.participant[column])
            ids["sessions"] = (problem.sessions[int(elastic.session[column])],)
        elif member.kind is Kind.RULE:
            row = int(elastic.matrix[:, [column]].nonzero()[0][0])
            person = row_person(elastic, int(elastic.row_of_rules[row]))
        if person is not None:
            ids["participants"] = (problem.participants[person],)
        is_own = member.kind in (Kind.LIMIT, Kind.AWAY, Kind.FACILITATES)
        key = (
            member.kind, ids.get("rule"), ids.get("sessions"), ids.get("slot"), ids.get("facilitator"),
            is_own and ids["participants"],
        )  # fmt: skip
        if key not in found:
            found[key] = ids
            continue
        found[key] |= {name: found[key][name] + ids[name] for name in ("amount", "cost")}
        found[key]["participants"] = found[key].get("participants", ()) + ids.get("participants", ())
    order = list(Kind)
    remedies = sorted((Remedy(**ids) for ids in found.values()), key=lambda remedy: order.index(remedy.kind))
    return tuple(replace(remedy, text=WORDS[remedy.kind](problem, remedy)) for remedy in remedies)


# ---- in words ----------------------------------------------------------------------------------------------------


def _rule(problem: Problem, remedy: Remedy) -> str:
    assert remedy.rule is not None
    rule, number = problem.rules[remedy.rule], f"rule {remedy.rule + 1}"
    if isinstance(rule, Required | TagQuota) and remedy.participants:
        people = len(rule.people(problem))
        if people == 1 or len(remedy.participants) == people:
            return f"drop {number}: {rule}"
        who = listed("participant", remedy.participants)
        return f"release {who} of {people:,} from {number}: {rule}"
    return f"let {number} be broken by {remedy.amount:,}: {rule}"


def _minimum(problem: Problem, remedy: Remedy) -> str:
    minimum = int(problem.minimum[problem.sessions.index(remedy.sessions[0])])
    return f"lower the minimum of session {remedy.sessions[0]!r} from {minimum:,} to {minimum - remedy.amount:,}"


WORDS: Mapping[Kind, Callable[[Problem, Remedy], str]] = {
    Kind.RULE: _rule,
    Kind.FIXED: lambda problem, one: f"release {listed('participant', one.participants)} from session {_at(one)}",
    Kind.MUST_RUN: lambda problem, one: f"let session {_at(one)} be cancelled",
    Kind.MINIMUM: _minimum,
    Kind.CAPACITY: lambda problem, one: f"add {count_of(one.amount, 'seat')} to session {_at(one)}",
    Kind.MOST_SESSIONS: lambda problem, one: (
        f"let facilitator {one.facilitator!r} run {count_of(one.amount, 'more session')}"
    ),
    Kind.MOST_PARTICIPANTS: lambda problem, one: (
        f"let facilitator {one.facilitator!r} have {count_of(one.amount, 'more participant')}"
    ),
    Kind.FORBIDDEN: lambda problem, one: f"let {listed('participant', one.participants)} take session {_at(one)}",
    Kind.LIMIT: lambda problem, one: (
        f"let participant {one.participants[0]!r} take {count_of(one.amount, 'more place')}"
    ),
    Kind.AWAY: lambda problem, one: f"have participant {one.participants[0]!r} present in slot {one.slot!r}",
    Kind.FACILITATES: lambda problem, one: (
        f"let somebody else facilitate {listed('session', one.sessions)} for participant {one.participants[0]!r}"
    ),
    Kind.UNLISTED: lambda problem, one: (
        f"place {listed('participant', one.participants)} in session {_at(one)}, not chosen"
    ),
}


def _at(remedy: Remedy) -> str:
    return repr(remedy.sessions[0])


# ---- as a changed problem --------------------------------------------------------------------------------------------


def applied(problem: Problem, remedies: Sequence[Remedy]) -> Problem:
    """Return the problem with everything given up that the remedies say.

    Participants who are released from a rule keep it as a soft one, and so does everybody under a rule that may be
    broken; a participant who may be in a session they did not choose has it as a soft requirement.
    """
    of_kind = {kind: [remedy for remedy in remedies if remedy.kind is kind] for kind in Kind}
    capacity = problem.capacity + _by_session(problem, of_kind[Kind.CAPACITY])
    own_limit = problem.most_participants < problem.facilitator_seats
    seats = problem.session_facilitators.totals(capacity)
    most_participants = np.where(own_limit, problem.most_participants, seats)
    most_sessions, limit = problem.most_sessions.copy(), problem.limit.copy()
    for kind, values in ((Kind.MOST_PARTICIPANTS, most_participants), (Kind.MOST_SESSIONS, most_sessions)):
        for remedy in of_kind[kind]:
            assert remedy.facilitator is not None
            values[problem.facilitators.index(remedy.facilitator)] += remedy.amount
    for remedy in of_kind[Kind.LIMIT]:
        limit[problem.participants.index(remedy.participants[0])] += remedy.amount
    return replace(
        problem,
        capacity=capacity,
        minimum=problem.minimum - _by_session(problem, of_kind[Kind.MINIMUM]),
        must_run=problem.must_run & (_by_session(problem, of_kind[Kind.MUST_RUN]) == 0),
        most_participants=most_participants,
        most_sessions=most_sessions,
        limit=limit,
        fixed=_without(problem, problem.fixed, of_kind[Kind.FIXED]),
        forbidden=_without(problem, problem.forbidden, of_kind[Kind.FORBIDDEN]),
        away=_less_away(problem, of_kind[Kind.AWAY]),
        facilitators=_substituted(problem, of_kind[Kind.FACILITATES]),
        rules=tuple(_rules(problem, of_kind)),
    )


def _by_session(problem: Problem, remedies: Iterable[Remedy]) -> np.ndarray[Any, np.dtype[np.int64]]:
    amount = np.zeros(len(problem.sessions), np.int64)
    for remedy in remedies:
        amount[problem.sessions.index(remedy.sessions[0])] += remedy.amount
    return amount


def _without(problem: Problem, pairs: Any, remedies: Iterable[Remedy]) -> Any:
    released = {
        (problem.participants.index(who), problem.sessions.index(remedy.sessions[0]))
        for remedy in remedies
        for who in remedy.participants
    }
    return pairs[[tuple(pair) not in released for pair in pairs.tolist()]].reshape(-1, 2)


def _less_away(problem: Problem, remedies: Sequence[Remedy]) -> Incidence:
    present = {(remedy.participants[0], remedy.slot) for remedy in remedies}
    rows = [
        [slot for slot in problem.away[number].tolist() if (who, problem.slots[slot]) not in present]
        for number, who in enumerate(problem.participants)
    ]
    return Incidence.from_lists(rows, len(problem.slots)) if remedies else problem.away


def _substituted(problem: Problem, remedies: Sequence[Remedy]) -> Labels:
    """Return the facilitators with somebody else in the place of some participants."""
    leaving = {remedy.participants[0] for remedy in remedies}
    taken = {*problem.participants, *problem.facilitators}
    labels = []
    for label in problem.facilitators:
        instead = label
        while label in leaving and instead in taken:
            instead = f"{instead} (substitute)"
        labels.append(instead)
    return Labels(labels, "facilitator")


def _rules(problem: Problem, of_kind: Mapping[Kind, Sequence[Remedy]]) -> Iterable[Rule]:
    broken = {remedy.rule: remedy for remedy in of_kind[Kind.RULE]}
    for number, rule in enumerate(problem.rules):
        if number not in broken:
            yield rule
        elif isinstance(rule, Required | TagQuota) and (released := broken[number].participants):
            people = [problem.participants[who] for who in rule.people(problem).tolist()]
            kept = tuple(who for who in people if who not in released)
            if kept:
                yield replace(rule, participants=kept, group=None, value=None)
            yield replace(rule, participants=released, group=None, value=None, penalty=1)
        else:
            yield replace(rule, penalty=1)
    for remedy in (*of_kind[Kind.UNLISTED], *of_kind[Kind.FIXED]):
        is_open = problem.unlisted == "last" or (remedy.kind is Kind.FIXED and _is_chosen(problem, remedy))
        if not is_open:
            yield Required(remedy.sessions, participants=remedy.participants, penalty=1)


def _is_chosen(problem: Problem, remedy: Remedy) -> bool:
    people = np.array([problem.participants.index(who) for who in remedy.participants])
    session = np.full(len(people), problem.sessions.index(remedy.sessions[0]))
    return bool((problem.choices.find(people, session) >= 0).all())
