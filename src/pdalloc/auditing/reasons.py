"""Why somebody is not in a session: every rule looked at in turn, from the given data alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int32Array, Int64Array
from pdalloc.auditing.explanation import ReasonKind
from pdalloc.problem.rules import Rule, RuleRows
from pdalloc.rule_violations import first_broken, schedules_by_id

__all__ = ["Facts", "Found", "Standpoint"]


class Found(NamedTuple):
    """The kind of a reason, and the data that go with it under their names in `Reason`."""

    kind: ReasonKind
    data: dict[str, Any]


class Facts:
    """What everybody's explanations share; made once for an allocation that keeps all rules."""

    def __init__(self, allocation: Allocation) -> None:
        self.allocation = allocation
        self.problem = allocation.problem

    @cached_property
    def by_session(self) -> tuple[Int64Array, Int64Array]:
        """Positions of the pairs sorted by session, and where each session's begin."""
        order = np.argsort(self.allocation.session, kind="stable")
        start = np.searchsorted(self.allocation.session[order], np.arange(len(self.problem.sessions) + 1))
        return order, start

    def pairs_of(self, session: int) -> Int64Array:
        """Positions of the pairs of one session, by participant."""
        order, start = self.by_session
        return order[start[session] : start[session + 1]]

    @cached_property
    def load(self) -> Int64Array:
        """Participants over all running sessions of each facilitator: shape (facilitators,)."""
        return self.problem.session_facilitators.totals(self.allocation.attendance * self.allocation.runs)

    @cached_property
    def available(self) -> BoolArray:
        """Whether each participant is neither away nor facilitating: shape (participants, slots)."""
        return self.problem.available_if(self.allocation.runs)

    @cached_property
    def facilitating(self) -> BoolArray:
        """Whether each participant runs a session that was not cancelled: shape (participants, slots)."""
        return self.problem.facilitating(self.allocation.runs)

    @cached_property
    def conflicts_of(self) -> list[set[int]]:
        """Sessions that conflict with each session."""
        partners: list[set[int]] = [set() for _ in self.problem.sessions]
        for first, second in self.problem.conflicts.tolist():
            partners[first].add(second)
            partners[second].add(first)
        return partners

    def facilitator_full(self, session: int, left: tuple[int, ...]) -> int | None:
        """Return a facilitator of a session who could take nobody more, if one came and left the sessions `left`."""
        leaders = self.problem.session_facilitators
        for facilitator in leaders[session].tolist():
            leaves = sum(facilitator in leaders[other] for other in left)
            if self.load[facilitator] + 1 - leaves > self.problem.most_participants[facilitator]:
                return int(facilitator)
        return None

    @cached_property
    def schedules(self) -> dict[str, set[str]]:
        """Session ids of every participant id."""
        return schedules_by_id(self.allocation)

    def rule_broken_by(self, participant: int, coming: int, left: tuple[int, ...]) -> Rule | None:
        """Return a rule that would be broken if somebody took a session and left others, and nobody else moved."""
        problem = self.problem
        if not problem.hard_rules:
            return None
        who, sessions = problem.participants[participant], problem.sessions
        day = self.schedules[who] - {sessions[other] for other in left} | {sessions[coming]}
        return first_broken(problem, {**self.schedules, who: day})

    def soft_rule_against(self, participant: int, coming: int, left: tuple[int, ...]) -> Rule | None:
        """Return a soft rule that would be broken, or more so, if somebody took a session and left others."""
        problem = self.problem
        for number, rule in enumerate(problem.rules):
            if rule.penalty is None:
                continue
            rows = RuleRows()
            rows.number = number
            rule.add_rows(rows, problem)
            before = self.taken[rows.participant, rows.session]
            after = before.copy()
            theirs = rows.participant == participant
            after[theirs & np.isin(rows.session, left)] = 0
            after[theirs & (rows.session == coming)] = 1
            if rows.misses(after).sum() > rows.misses(before).sum():
                return rule
        return None

    @cached_property
    def taken(self) -> Int64Array:
        """1 for each pair of the allocation, 0 for the others: shape (participants, sessions)."""
        matrix = np.zeros((len(self.problem.participants), len(self.problem.sessions)), np.int64)
        matrix[self.allocation.participant, self.allocation.session] = 1
        return matrix

    def below_minimum(self, session: int) -> bool:
        """Whether a session would have too few participants if one left."""
        return bool(self.allocation.attendance[session] <= self.problem.minimum[session])


@dataclass(frozen=True)
class Standpoint:
    """One participant's day, as seen when asking for another session."""

    facts: Facts
    participant: int

    @cached_property
    def own(self) -> dict[int, int]:
        """Rank of each session they have; unlisted ones have the problem's `unlisted_rank`."""
        allocation = self.facts.allocation
        start, end = np.searchsorted(allocation.participant, (self.participant, self.participant + 1))
        return dict(zip(allocation.session[start:end].tolist(), allocation.rank[start:end].tolist(), strict=True))

    @cached_property
    def listed(self) -> dict[int, int]:
        """Rank of each session they chose, best first."""
        sessions, ranks = self.facts.problem.choices.of(self.participant)
        return dict(zip(sessions.tolist(), ranks.tolist(), strict=True))

    def slots(self, session: int) -> set[int]:
        """Slots of a session."""
        return set(self.facts.problem.session_slots[session].tolist())

    @cached_property
    def fixed(self) -> set[int]:
        """Sessions they are fixed in."""
        return set(self._of_them(self.facts.problem.fixed))

    def _of_them(self, pairs: Int32Array) -> list[int]:
        """Return the sessions of their (participant, session) pairs."""
        found: list[int] = pairs[pairs[:, 0] == self.participant, 1].tolist()
        return found

    @property
    def wanted(self) -> int:
        """Places they want."""
        return int(self.facts.allocation.wanted[self.participant])

    @property
    def filled(self) -> int:
        """Places they have."""
        return int(self.facts.allocation.filled[self.participant])

    def ranked_higher(self) -> Iterator[int]:
        """Yield every session ranked higher than what they got, best first (see `Explanation.reasons`)."""
        for session, rank in self.listed.items():
            if session in self.own:
                continue
            slots = self.slots(session)
            if slots:
                there = [max((r for s, r in self.own.items() if slot in self.slots(s)), default=None) for slot in slots]
                higher = any(has is None or has > rank for has in there)
            else:
                higher = self.filled < self.wanted or any(has > rank for has in self.own.values())
            if higher:
                yield session

    def given_up(self, session: int) -> tuple[int, ...]:
        """Return what they would leave for a session: what overlaps it; then, if need be, what they ranked lower.

        The limit may ask for more than the overlap. Then the lowest ranked go first, of equal ones the last in table
        order, as long as they are ranked lower than the session and are not fixed.
        """
        slots, size = self.slots(session), self.facts.problem.session_size
        left = [other for other in self.own if slots & self.slots(other)]
        places = self.filled + int(size[session]) - sum(int(size[other]) for other in left)
        lower = [other for other, rank in self.own.items() if rank > self.listed[session]]
        for other in sorted(lower, key=lambda other: (-self.own[other], -other)):
            if places <= self.wanted:
                break
            if other not in left and other not in self.fixed:
                left.append(other)
                places -= int(size[other])
        return tuple(left)

    def reason(self, session: int) -> Found:
        """Return the first reason that holds, in the order of `ReasonKind`."""
        left = self.given_up(session)
        return next(
            found
            for check in (
                self._session_itself,
                self._participant,
                self._rest_of_day,
                self._rule,
                self._seats,
                self._free_seat,
            )
            if (found := check(session, left)) is not None
        )

    def _because(self, kind: ReasonKind, other: int, **data: Any) -> Found:
        """Return a reason in which another session stands in the way."""
        return Found(kind, {"other": self.facts.problem.sessions[other], "other_rank": self.listed.get(other), **data})

    def _session_itself(self, session: int, left: tuple[int, ...]) -> Found | None:
        problem = self.facts.problem
        if not self.facts.allocation.runs[session]:
            return Found(ReasonKind.CANCELLED, {"numbers": self._cancelled_numbers(session)})
        if problem.capacity[session] == 0:
            return Found(ReasonKind.NO_SEATS, {})
        return None

    def _cancelled_numbers(self, session: int) -> dict[str, int]:
        problem, facts = self.facts.problem, self.facts
        who = problem.choices.participant[problem.choices.session == session]
        present = facts.available[who][:, sorted(self.slots(session))].all(axis=1)
        barred = np.concatenate([problem.forbidden, problem.facilitated])
        present &= ~np.isin(who, barred[barred[:, 1] == session, 0])
        numbers = {"chosen_by": len(who), "could_come": int(present.sum())}
        if problem.minimum[session]:
            numbers["minimum"] = int(problem.minimum[session])
        for facilitator in problem.session_facilitators[session].tolist():
            if problem.facilitator_sessions[facilitator] > problem.most_sessions[facilitator]:
                numbers["facilitator_sessions"] = int(problem.facilitator_sessions[facilitator])
                numbers["facilitator_limit"] = int(problem.most_sessions[facilitator])
                break
        return numbers

    def _participant(self, session: int, left: tuple[int, ...]) -> Found | None:
        problem, who = self.facts.problem, self.participant
        if session in self._of_them(problem.forbidden):
            return Found(ReasonKind.FORBIDDEN, {})
        leads = self._of_them(problem.facilitated)
        if session in leads:
            return Found(ReasonKind.FACILITATES_IT, {})
        slots = sorted(self.slots(session))
        for slot in slots:
            if slot in problem.away[who]:
                return Found(ReasonKind.AWAY, {"slot": problem.slots[slot]})
        for slot in slots:
            if self.facts.facilitating[who, slot]:
                other = next(s for s in leads if self.facts.allocation.runs[s] and slot in self.slots(s))
                return self._because(ReasonKind.FACILITATING, other, slot=problem.slots[slot])
        return None

    def _rest_of_day(self, session: int, left: tuple[int, ...]) -> Found | None:
        topic = self.facts.problem.topic
        overlap = [other for other in left if self.slots(other) & self.slots(session)]
        kept = [other for other in self.own if other not in left]
        for kind, ways in (
            (ReasonKind.FIXED, [other for other in overlap if other in self.fixed]),
            (ReasonKind.TOPIC, [other for other in kept if topic[session] >= 0 and topic[other] == topic[session]]),
            (ReasonKind.CONFLICT, [other for other in kept if other in self.facts.conflicts_of[session]]),
            (ReasonKind.OVERLAP, [other for other in overlap if self.own[other] < self.listed[session]]),
        ):
            if ways:
                return self._because(kind, ways[0])
        if self.places_with(session, left) > self.wanted:
            return Found(ReasonKind.LIMIT, {"numbers": {"places": self.filled, "wanted": self.wanted}})
        return None

    def places_with(self, session: int, left: tuple[int, ...]) -> int:
        """Places they would have with a session and without those they leave for it."""
        size = self.facts.problem.session_size
        return self.filled + int(size[session]) - sum(int(size[other]) for other in left)

    def _rule(self, session: int, left: tuple[int, ...]) -> Found | None:
        rule = self.facts.rule_broken_by(self.participant, session, left)
        # the rule's own words would name others
        return None if rule is None else Found(ReasonKind.RULE, {"rule": rule.name})

    def _seats(self, session: int, left: tuple[int, ...]) -> Found | None:
        problem, attendance = self.facts.problem, self.facts.allocation.attendance
        if attendance[session] >= problem.capacity[session]:
            return Found(ReasonKind.FULL, self._full(session))
        facilitator = self.facts.facilitator_full(session, left)
        if facilitator is not None:
            most = int(problem.most_participants[facilitator])
            numbers = {"participants": int(self.facts.load[facilitator]), "most": most}
            return Found(ReasonKind.FACILITATOR_FULL, {"numbers": numbers})
        return None

    def _full(self, session: int) -> dict[str, Any]:
        problem, allocation = self.facts.problem, self.facts.allocation
        pairs = self.facts.pairs_of(session)
        chose = allocation.choice[pairs] >= 0
        ranks, counts = np.unique(allocation.rank[pairs][chose], return_counts=True)
        numbers = {
            "seats": int(problem.capacity[session]),
            "taken": len(pairs),
            "not_chosen": int((~chose).sum()),
        }
        start, end = problem.priorities.indptr[session : session + 2]
        level_of = dict(
            zip(
                problem.priorities.participant[start:end].tolist(),
                problem.priorities.level[start:end].tolist(),
                strict=True,
            )
        )
        if self.participant in level_of:
            after_all = max(level_of.values()) + 1
            numbers["priority"] = level_of[self.participant]
            numbers["last_priority"] = max(
                level_of.get(who, after_all) for who in allocation.participant[pairs].tolist()
            )
        return {"numbers": numbers, "by_rank": dict(zip(ranks.tolist(), counts.tolist(), strict=True))}

    def _free_seat(self, session: int, left: tuple[int, ...]) -> Found | None:
        problem, attendance = self.facts.problem, self.facts.allocation.attendance
        if (instead := self.places_with(session, left)) < self.filled:
            numbers = {"places": self.filled, "instead": instead}
            return self._because(ReasonKind.FEWER_PLACES, left[0], numbers=numbers)
        for other in left:
            if self.facts.below_minimum(other):
                numbers = {"taken": int(attendance[other]), "minimum": int(problem.minimum[other])}
                return self._because(ReasonKind.MINIMUM, other, numbers=numbers)
        soft = self.facts.soft_rule_against(self.participant, session, left)
        if soft is not None:
            return Found(ReasonKind.RULE, {"rule": f"{soft.name}, soft"})
        numbers = {"seats": int(problem.capacity[session]), "taken": int(attendance[session])}
        return Found(ReasonKind.FREE, {"numbers": numbers})
