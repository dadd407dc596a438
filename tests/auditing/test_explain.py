"""Every reason and every number against the allocation, by plain Python on whole problems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pdalloc as pa
from pdalloc import Allocation, Problem, explain, solve
from pdalloc.auditing.explanation import Reason, ReasonKind, TradeSearch
from pdalloc.errors import ProblemError
from tests import oracle
from tests.auditing.allocations import allocations, crowded_days
from tests.depth import examples
from tests.strategies import problems

FEW = 3


class Day:
    """An allocation as plain Python, and the questions that an explanation answers."""

    def __init__(self, allocation: Allocation, participant: int) -> None:
        self.problem, self.who = allocation.problem, participant
        self.runs = tuple(allocation.runs.tolist())
        self.chosen: list[oracle.Schedule] = [()] * len(self.problem.participants)
        for other, session in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
            self.chosen[other] += (session,)
        self.own = self.chosen[participant]
        self.listed = oracle.listed(self.problem, participant)

    def slots(self, session: int) -> set[int]:
        return oracle.slots_of(self.problem, session)

    def size(self, *sessions: int) -> int:
        return oracle.places(self.problem, sessions)

    def rank(self, session: int) -> float:
        return self.listed.get(session, float("inf"))

    def there(self, session: int) -> list[int]:
        return [p for p, schedule in enumerate(self.chosen) if session in schedule]

    @property
    def wanted(self) -> int:
        return oracle.wanted(self.problem, self.who, self.runs)

    def ranked_higher(self) -> set[int]:
        higher = set()
        for session, rank in self.listed.items():
            if session in self.own:
                continue
            has = [[self.rank(s) for s in self.own if slot in self.slots(s)] for slot in self.slots(session)]
            if not self.slots(session):
                has = [[self.rank(s)] for s in self.own] + [[]] * (self.wanted - self.size(*self.own))
            if any(not place or place[0] > rank for place in has):
                higher.add(session)
        return higher

    def left_for(self, session: int) -> list[int]:
        """What they would leave: what overlaps, then the lowest ranked below it, one by one, until it fits."""
        left = [s for s in self.own if self.slots(s) & self.slots(session)]
        more = [s for s in self.own if s not in left and self.rank(s) > self.rank(session)]
        more = [s for s in more if [self.who, s] not in self.problem.fixed.tolist()]
        while self.places_with(session, left) > self.wanted and more:
            lowest = max(more, key=lambda s: (self.rank(s), s))
            more.remove(lowest)
            left.append(lowest)
        return left

    def places_with(self, session: int, left: list[int]) -> int:
        return self.size(session, *(s for s in self.own if s not in left))

    def facilitated_by_them(self, slot: int) -> list[int]:
        return [
            s
            for s, running in enumerate(self.runs)
            if running and slot in self.slots(s) and oracle.runs_session(self.problem, self.who, s)
        ]

    def load(self, facilitator: int) -> int:
        return sum(len(self.there(s)) for s in oracle.sessions_run_by(self.problem, facilitator) if self.runs[s])

    def full_facilitators(self, session: int, left: list[int]) -> list[int]:
        full = []
        for facilitator in self.problem.session_facilitators[session].tolist():
            leads = oracle.sessions_run_by(self.problem, facilitator)
            after = self.load(facilitator) + 1 - sum(s in leads for s in left)
            if after > self.problem.most_participants[facilitator]:
                full.append(facilitator)
        return full

    def ways(self, session: int) -> dict[ReasonKind, list[tuple[str | None, int | None]]]:
        """For each kind what can truly be said to stand in the way: a slot's id and a session, where it has these."""
        problem, left = self.problem, self.left_for(session)
        kept = [s for s in self.own if s not in left]
        overlap = [s for s in self.own if self.slots(s) & self.slots(session)]
        fixed = problem.fixed.tolist()
        nothing: list[tuple[str | None, int | None]] = [(None, None)]
        topic = int(problem.topic[session])
        conflicts = [set(pair) for pair in problem.conflicts.tolist()]
        away = problem.away[self.who].tolist()
        sessions_of: dict[ReasonKind, list[int]] = {
            ReasonKind.FIXED: [s for s in overlap if [self.who, s] in fixed],
            ReasonKind.TOPIC: [s for s in kept if topic >= 0 and problem.topic[s] == topic],
            ReasonKind.CONFLICT: [s for s in kept if {s, session} in conflicts],
            ReasonKind.OVERLAP: [s for s in overlap if self.rank(s) < self.rank(session)],
            ReasonKind.MINIMUM: [s for s in left if len(self.there(s)) - 1 < problem.minimum[s]],
            ReasonKind.FEWER_PLACES: left if self.places_with(session, left) < self.size(*self.own) else [],
        }
        hard = [rule for rule in problem.rules if rule.penalty is None]
        found: dict[ReasonKind, list[tuple[str | None, int | None]]] = {
            ReasonKind.CANCELLED: nothing * (not self.runs[session]),
            ReasonKind.NO_SEATS: nothing * bool(problem.capacity[session] == 0),
            ReasonKind.FORBIDDEN: nothing * ([self.who, session] in problem.forbidden.tolist()),
            ReasonKind.FACILITATES_IT: nothing * oracle.runs_session(problem, self.who, session),
            ReasonKind.AWAY: [(problem.slots[slot], None) for slot in self.slots(session) if slot in away],
            ReasonKind.FACILITATING: [
                (problem.slots[slot], s) for slot in self.slots(session) for s in self.facilitated_by_them(slot)
            ],
            ReasonKind.LIMIT: nothing * (self.places_with(session, left) > self.wanted),
            ReasonKind.RULE: nothing * any(oracle.misses(problem, rule, self.after(session)) for rule in hard),
            # where nothing else is in the way
            ReasonKind.FREE: nothing,
            ReasonKind.FULL: nothing * bool(len(self.there(session)) >= problem.capacity[session]),
            ReasonKind.FACILITATOR_FULL: nothing * bool(self.full_facilitators(session, left)),
        }
        for kind, sessions in sessions_of.items():
            found[kind] = [(None, s) for s in sessions]
        return found

    def numbers_are_true(self, reason: Reason) -> bool:
        """Whether the numbers of a reason are what they are documented to be."""
        problem, session = self.problem, self.problem.sessions.index(reason.session)
        there, given = self.there(session), dict(reason.numbers)
        if reason.kind is ReasonKind.CANCELLED:
            return given == self.cancelled_numbers(session)
        if reason.kind is ReasonKind.LIMIT:
            return given == {"places": self.size(*self.own), "wanted": self.wanted}
        if reason.kind is ReasonKind.FULL:
            ranks = [oracle.listed(problem, p).get(session) for p in there]
            assert reason.by_rank == {r: c for r, c in Counter(ranks).items() if r is not None}
            listed = problem.priorities.participant[slice(*problem.priorities.indptr[session : session + 2])].tolist()
            if self.who in listed:
                levels = problem.priorities.level[slice(*problem.priorities.indptr[session : session + 2])].tolist()
                level = dict(zip(listed, levels, strict=True))
                assert given.pop("priority") == level[self.who]
                assert given.pop("last_priority") == max(level.get(p, max(levels) + 1) for p in there)
            given.pop("filled_at_turn", None)
            return given == {
                "seats": problem.capacity[session],
                "taken": len(there),
                "not_chosen": ranks.count(None),
            }
        if reason.kind is ReasonKind.FACILITATOR_FULL:
            return (given["participants"], given["most"]) in [
                (self.load(f), problem.most_participants[f])
                for f in self.full_facilitators(session, self.left_for(session))
            ]
        if reason.kind is ReasonKind.FEWER_PLACES:
            after = self.places_with(session, self.left_for(session))
            return given == {"places": self.size(*self.own), "instead": after}
        if reason.kind is ReasonKind.MINIMUM:
            other = problem.sessions.index(reason.other or "")
            return given == {"taken": len(self.there(other)), "minimum": problem.minimum[other]}
        if reason.kind is ReasonKind.FREE:
            return given == {"seats": problem.capacity[session], "taken": len(there)}
        return given == {}

    def cancelled_numbers(self, session: int) -> dict[str, int]:
        problem = self.problem
        people = [p for p in range(len(problem.participants)) if session in oracle.listed(problem, p)]
        able = [
            p
            for p in people
            if not oracle.busy(problem, p, self.runs) & self.slots(session)
            and [p, session] not in problem.forbidden.tolist()
            and not oracle.runs_session(problem, p, session)
        ]
        numbers = {"chosen_by": len(people), "could_come": len(able)}
        if problem.minimum[session] > 0:
            numbers["minimum"] = int(problem.minimum[session])
        for facilitator in problem.session_facilitators[session].tolist():
            offered, most = len(oracle.sessions_run_by(problem, facilitator)), int(problem.most_sessions[facilitator])
            if offered > most:
                return numbers | {"facilitator_sessions": offered, "facilitator_limit": most}
        return numbers

    def exchange_is_possible(self, session: int) -> bool:
        """Whether the participant alone could have had it, at no more than what they would leave for it."""
        return oracle.keeps_rules(self.problem, self.after(session), self.runs)

    def soft_rule_speaks_against(self, session: int) -> bool:
        soft = [rule for rule in self.problem.rules if rule.penalty is not None]
        before, after = self.chosen, self.after(session)
        return any(oracle.misses(self.problem, r, after) > oracle.misses(self.problem, r, before) for r in soft)

    def after(self, session: int) -> list[oracle.Schedule]:
        """Everybody's schedules if the participant alone had it."""
        schedule = tuple(sorted({session, *self.own} - set(self.left_for(session))))
        return [*self.chosen[: self.who], schedule, *self.chosen[self.who + 1 :]]


def reasons_of(allocation: Allocation) -> Iterator[tuple[Day, Reason, int]]:
    """Every reason of every participant, after a check that there is one for each session ranked higher."""
    for number, participant in enumerate(allocation.problem.participants):
        day, explanation = Day(allocation, number), explain(allocation, participant)
        sessions = [allocation.problem.sessions.index(reason.session) for reason in explanation.reasons]
        assert sorted(sessions) == sorted(day.ranked_higher())
        assert [reason.rank for reason in explanation.reasons] == sorted(day.listed[s] for s in sessions)
        assert sorted(place.session for place in explanation.schedule) == sorted(
            allocation.problem.sessions[s] for s in day.own
        )
        assert (explanation.wanted, explanation.empty) == (day.wanted, day.wanted - day.size(*day.own))
        yield from ((day, reason, session) for reason, session in zip(explanation.reasons, sessions, strict=True))


@settings(max_examples=examples(300))
@given(allocation=allocations() | crowded_days())
def test_every_session_ranked_higher_has_the_first_reason_that_is_true(allocation: Allocation) -> None:
    for day, reason, session in reasons_of(allocation):
        ways = day.ways(session)
        first = next(kind for kind in ReasonKind if ways[kind])
        speaks_against = first is ReasonKind.FREE and day.soft_rule_speaks_against(session)
        assert reason.kind is (ReasonKind.RULE if speaks_against else first)
        if speaks_against:
            assert str(reason.rule).endswith(", soft")
            continue
        other = None if reason.other is None else allocation.problem.sessions.index(reason.other)
        assert (reason.slot, other) in ways[reason.kind]
        assert reason.other_rank == (None if other is None else day.listed.get(other))
        assert day.numbers_are_true(reason)
        # nothing prevents it exactly if they could have it and be no worse off
        worse_off = reason.kind in (ReasonKind.OVERLAP, ReasonKind.FEWER_PLACES)
        assert day.exchange_is_possible(session) == (reason.kind is ReasonKind.FREE) or worse_off


class Chain(NamedTuple):
    """A trade found by brute force."""

    others: int
    loses: bool
    cost: int


def chains(day: Day, session: int, left: list[int]) -> Iterator[Chain]:
    """Every chain of moves within the slot that keeps all rules, each participant moving once."""
    problem = day.problem
    slot = day.slots(session)
    nodes = [s for s in range(len(problem.sessions)) if day.slots(s) == slot]
    start = left[0] if left else None
    weights = oracle.weights(problem)

    def cost(chosen: list[oracle.Schedule]) -> int:
        days = (oracle.day(problem, p, schedule, day.runs) for p, schedule in enumerate(chosen))
        return sum(weight * day.cost for weight, day in zip(weights, days, strict=True))

    def moved(chosen: list[oracle.Schedule], p: int, a: int | None, b: int | None) -> list[oracle.Schedule]:
        schedule = {*chosen[p]} - {a} | {b}
        return [*chosen[:p], tuple(sorted(s for s in schedule if s is not None)), *chosen[p + 1 :]]

    def extend(
        chosen: list[oracle.Schedule], at: int | None, movers: list[int], seen: list[int | None]
    ) -> Iterator[Chain]:
        if oracle.keeps_rules(problem, chosen, day.runs):
            loses = day.size(*(s for d in chosen for s in d)) < day.size(*(s for d in day.chosen for s in d))
            yield Chain(len(movers) - 1, loses, cost(chosen) - cost(day.chosen))
        if at == start and len(movers) > 1:
            return
        for p in range(len(chosen)):
            stays_out = at is None and any(slot & day.slots(s) for s in chosen[p])
            if p in movers or stays_out or (at is not None and at not in chosen[p]):
                continue
            for to in [*nodes, None]:
                if to in seen or (to is not None and to in chosen[p]):
                    continue
                after = moved(chosen, p, at, to)
                if oracle.may_have(problem, p, after[p], day.runs):
                    yield from extend(after, to, [*movers, p], [*seen, to])

    first = moved(day.chosen, day.who, start, session)
    if oracle.may_have(problem, day.who, first[day.who], day.runs):
        yield from extend(first, session, [day.who], [session])


@settings(max_examples=examples(300))
@given(allocation=crowded_days())
def test_the_trade_is_the_cheapest_of_all_that_brute_force_finds(allocation: Allocation) -> None:
    for day, reason, session in reasons_of(allocation):
        left = day.left_for(session)
        one_slot = len(day.slots(session)) <= 1 and all(day.slots(s) == day.slots(session) for s in left)
        seats = {ReasonKind.FULL, ReasonKind.FACILITATOR_FULL, ReasonKind.MINIMUM, ReasonKind.FREE}
        if reason.kind not in seats or not one_slot or len(left) > 1:
            assert (reason.search, reason.trade) == (TradeSearch.NOT_SOUGHT, None)
            continue
        if reason.search is TradeSearch.NOT_SOUGHT:
            # only where somebody may be in several sessions without a slot
            assert not day.slots(session)
            continue
        found = list(chains(day, session, left))
        if reason.search in (TradeSearch.CHEAPEST_OF_FEW, TradeSearch.NONE_OF_FEW):
            found = [chain for chain in found if chain.others <= FEW]
        if reason.trade is None:
            assert reason.search in (TradeSearch.NONE, TradeSearch.NONE_OF_FEW)
            assert not found
            continue
        trade = reason.trade
        assert (trade.places < 0, trade.cost) == min((chain.loses, chain.cost) for chain in found)
        assert Chain(len(trade.moves) - 1, trade.places < 0, trade.cost) in found
        assert trade.scale == 1


@given(allocation=crowded_days())
def test_the_moves_that_are_named_make_the_trade_that_is_told(allocation: Allocation) -> None:
    problem, runs = allocation.problem, tuple(allocation.runs.tolist())
    cancelled = [problem.sessions[s] for s, running in enumerate(runs) if not running]
    for participant in problem.participants:
        told = explain(allocation, participant).reasons
        for reason, silent in zip(explain(allocation, participant, names=True).reasons, told, strict=True):
            assert sorted(reason.people) == sorted(
                allocation.roster(reason.session) if reason.kind is ReasonKind.FULL else []
            )
            assert silent.people == ()
            if reason.trade is None or silent.trade is None:
                continue
            schedules = {p: set(allocation.schedule_of(p)) for p in problem.participants}
            for move, nameless in zip(reason.trade.moves, silent.trade.moves, strict=True):
                who = problem.participants.index(str(move.participant))
                for session, standing in ((move.from_session, move.from_rank), (move.to_session, move.to_rank)):
                    number = None if session is None else problem.sessions.index(session)
                    rank = "no place" if number is None else oracle.listed(problem, who).get(number, "not chosen")
                    assert rank == standing
                schedules[str(move.participant)] -= {move.from_session or ""}
                schedules[str(move.participant)] |= {move.to_session} - {None}  # type: ignore[arg-type]
                assert (nameless.from_rank, nameless.to_rank) == (move.from_rank, move.to_rank)
                assert nameless.participant in (None, participant)
            assert reason.trade.moves[0].participant == participant
            after = Allocation.from_schedules(problem, schedules, cancelled)
            assert after.violations() == ()
            rise = pa.metrics.day_costs(after) - pa.metrics.day_costs(allocation)
            assert reason.trade.cost == int((np.array(oracle.weights(problem)) * rise).sum())
            assert reason.trade.places == int(after.filled.sum() - allocation.filled.sum())
            assert silent.trade.cost == reason.trade.cost


@pytest.mark.parametrize("solver", ["lottery", "first-come", "serial-dictatorship"])
@given(problem=problems(), seed=st.integers(0, 9))
def test_turns_are_those_of_the_rule(solver: str, problem: Problem, seed: int) -> None:
    people = len(problem.participants)
    order = np.random.default_rng(seed).permutation(people).tolist()
    if solver == "first-come":
        order = sorted(range(people), key=lambda p: (np.isnan(problem.arrival[p]), problem.arrival[p], p))
    chosen = oracle.serial_dictatorship(problem, order)
    given = {"order": [problem.participants[p] for p in order]} if solver == "serial-dictatorship" else {}
    result = solve(problem, solver, seed=seed, **given)  # type: ignore[arg-type]
    for participant in problem.participants:
        explanation = explain(result, participant)
        turn = order.index(problem.participants.index(participant)) + 1
        assert (explanation.turn, explanation.turns) == (turn, people)
        for reason in explanation.reasons:
            if reason.kind is not ReasonKind.FULL:
                continue
            session = problem.sessions.index(reason.session)
            seats = int(problem.capacity[session]) - problem.fixed[:, 1].tolist().count(session)
            filled = 0
            for number, p in enumerate(order, start=1):
                if seats and session in chosen[p] and [p, session] not in problem.fixed.tolist():
                    seats, filled = seats - 1, number
            assert not seats
            assert reason.numbers["filled_at_turn"] == filled


def test_no_turn_is_told_where_the_replay_differs() -> None:
    problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x", "y"]}, capacity={"x": 1, "y": 1})
    result = solve(problem, "lottery", seed=1)
    other = Allocation.from_sessions(problem, result.allocation.session[::-1].copy())
    told, silent = (explain(r, "t001") for r in (result, replace(result, allocation=other)))
    assert told.turns == 2
    assert silent.turn is silent.turns is None
    assert "turn" not in str(silent)
    assert explain(solve(problem), "t001").turn is None


def test_what_cannot_be_explained_is_refused() -> None:
    problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    allocation = Allocation.from_schedules(problem, {"t001": ["x"]})
    with pytest.raises(ProblemError, match=r"^unknown participant 't003'; give an id of the participants table$"):
        explain(allocation, "t003")
    overfull = Allocation.from_schedules(problem, {"t001": ["x"], "t002": ["x"]})
    message = (
        "the allocation breaks a rule, so no reason for a place in it would hold; capacity: session 'x' has 2 "
        "participants but 1 seats; mend that first"
    )
    with pytest.raises(ProblemError, match=f"^{re.escape(message)}$"):
        explain(overfull, "t001")
