"""Every reason and every number against the allocation, by plain Python on whole problems."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pdalloc as pa
from pdalloc import Allocation, Model, Problem, explain, solve
from pdalloc.auditing.explanation import Reason, ReasonKind, TradeSearch
from pdalloc.auditing.explanation_json import ExplanationDocument, reasons
from pdalloc.errors import OptionError, ProblemError
from pdalloc.problem.json import decode
from tests import oracle
from tests.auditing.allocations import allocations, crowded_days
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
            ReasonKind.FULL: nothing * bool(len(self.there(session)) >= problem.capacity[session]),
            ReasonKind.FACILITATOR_FULL: nothing * bool(self.full_facilitators(session, left)),
            ReasonKind.FREE: nothing,
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
        schedule = tuple(sorted({session, *self.own} - set(self.left_for(session))))
        after = [*self.chosen[: self.who], schedule, *self.chosen[self.who + 1 :]]
        return oracle.keeps_rules(self.problem, after, self.runs)


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


@settings(max_examples=300)
@given(allocation=allocations() | crowded_days())
def test_every_session_ranked_higher_has_the_first_reason_that_is_true(allocation: Allocation) -> None:
    for day, reason, session in reasons_of(allocation):
        ways = day.ways(session)
        assert reason.kind is next(kind for kind in ReasonKind if ways[kind])
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
    weights = [int(weight) for weight in problem.weight.tolist()]

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


@settings(max_examples=300)
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
            assert reason.trade.cost == int((problem.weight * rise).sum())
            assert reason.trade.places == int(after.filled.sum() - allocation.filled.sum())
            assert silent.trade.cost == reason.trade.cost


@pytest.mark.parametrize("solver", ["lottery", "first-come"])
@given(problem=problems(), seed=st.integers(0, 9))
def test_turns_are_those_of_the_rule(solver: str, problem: Problem, seed: int) -> None:
    people = len(problem.participants)
    order = np.random.default_rng(seed).permutation(people).tolist()
    if solver == "first-come":
        order = sorted(range(people), key=lambda p: (np.isnan(problem.arrival[p]), problem.arrival[p], p))
    chosen = oracle.serial_dictatorship(problem, order)
    result = solve(problem, solver, seed=seed)
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


def small(**given: Any) -> Model:
    """A day of three sessions, of which the first is as given, or has one seat."""
    model = Model()
    session: dict[str, Any] = {"capacity": 1, "slots": ["am"]} | given
    model.add_session("x", **session)
    model.add_session("y", capacity=2, slots=["am"])
    model.add_session("z", capacity=2, slots=["pm"])
    return model


def told(model: Model, schedules: dict[str, list[str]], cancelled: Sequence[str] = (), **participant: Any) -> str:
    """What t001, who ranked x, y and z in this order, is told about x."""
    if "t001" not in schedules:
        schedules = {"t001": [], **schedules}
    for person in schedules:
        model.add_participant(person, **participant if person == "t001" else {})
        model.add_ranking(person, ["x", "y", "z"])
    allocation = Allocation.from_schedules(model.build(), schedules, cancelled)
    return explain(allocation, "t001").reasons[0].text


def test_a_cancelled_session_says_who_had_chosen_it_and_what_it_needs() -> None:
    model = small(capacity=9, minimum=8)
    model.add_participant("t003", away=["am"])
    model.add_ranking("t003", ["x"])
    assert told(model, {"t001": ["y"], "t002": []}, cancelled=["x"]) == (
        "cancelled. 3 participants had chosen it, of whom 2 could have come at that time; it needs 8 to run."
    )


def test_a_session_cancelled_for_its_facilitator_says_so() -> None:
    model = small(facilitators=["guest"])
    model.add_session("more", capacity=1, slots=["pm"], facilitators=["guest"])
    model.add_facilitator("guest", most_sessions=1)
    assert told(model, {}, cancelled=["x"]) == (
        "cancelled. 1 participant had chosen it, of whom 1 could have come at that time; somebody who facilitates it "
        "offers 2 sessions and can run 1."
    )


def test_what_no_seat_could_change_is_said_plainly() -> None:
    assert told(small(capacity=0), {}) == "it has no seats."
    model = small()
    model.forbid("t001", "x")
    assert told(model, {}) == "a rule of the day bars you from it."
    assert told(small(facilitators=["t001"]), {}) == "you facilitate it yourself."
    assert told(small(), {}, away=["am"]) == "you are away in slot 'am'."
    model = small()
    model.add_session("own", capacity=2, slots=["am"], facilitators=["t001"])
    assert told(model, {}) == "you facilitate 'own' in slot 'am'."


def test_the_rest_of_the_day_may_stand_in_the_way() -> None:
    model = small()
    model.fix("t001", "y")
    assert told(model, {"t001": ["y"]}) == "you have a fixed place in 'y' then."
    model = Model()
    model.add_session("x", capacity=1, slots=["am"], topic="reading")
    model.add_session("y", capacity=1, slots=["am"])
    model.add_session("z", capacity=1, slots=["pm"], topic="reading")
    assert told(model, {"t001": ["z"]}) == "you have 'z' of the same topic, your choice 3."
    model = small()
    model.add_conflict("x", "z")
    assert told(model, {"t001": ["z"]}) == "it cannot be combined with 'z', which you have, your choice 3."
    model = small()
    model.add_session("long", capacity=1, slots=["am", "pm"])
    model.add_participant("t001")
    model.add_ranking("t001", ["y", "long"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["y"]})
    assert explain(allocation, "t001").reasons[0].text == "it overlaps 'y', which you like better, your choice 1."


def test_a_limit_that_is_reached_is_told_with_its_numbers() -> None:
    model = small()
    model.add_participant("t001", limit=1)
    model.add_ranking("t001", ["z", "x"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["z"]})
    assert explain(allocation, "t001").reasons[0].text == (
        "your limit is reached. It fills 1 place, and you have 1 of at most 1; nothing that you ranked lower and could "
        "leave makes room for it."
    )


def test_a_full_session_counts_who_got_in_and_names_them_only_if_asked() -> None:
    model = small(capacity=3)
    for person, ranking in (("t002", ["x"]), ("t003", ["x"]), ("t004", ["y", "x"]), ("t001", ["x", "y"])):
        model.add_participant(person)
        model.add_ranking(person, ranking)
    model.add_priority("x", "t002", 1)
    model.add_priority("x", "t001", 2)
    schedules = {"t001": ["y"], "t002": ["x"], "t003": ["x"], "t004": ["x"]}
    allocation = Allocation.from_schedules(model.build(), schedules)
    priority = " Your priority there is 2; the last priority that got in is 3 (1 comes first)."
    assert str(explain(allocation, "t001")) == (
        "You have 1 of the 2 places you want:\n"
        "  'y' (am), your choice 2.\n"
        "You ranked 1 session higher than what you got:\n"
        "  'x' (am), your choice 1: full. All 3 seats are taken: by 2 who ranked it 1 and 1 who ranked it 2."
        f"{priority}\n"
        "    The cheapest trade: one other would have moved: 1 from rank 2 to rank 1; with your own move, total rank "
        "cost -2.\n"
        "Rank cost: a place at rank r costs r - 1, one that is empty or not chosen 2; less is better."
    )
    named = str(explain(allocation, "t001", names=True))
    assert f"ranked it 2. Who got in: t002, t003, t004.{priority}" in named
    assert "one other would have moved: t004 from 'x' (rank 2) to 'y' (rank 1); with" in named


def test_other_questions_of_seats_have_their_own_words() -> None:
    model = small(capacity=2, facilitators=["guest"])
    model.add_facilitator("guest", most_participants=1)
    assert told(model, {"t001": ["y"], "t002": ["x"]}) == (
        "somebody who facilitates it has 1 participant over all their sessions, and takes at most 1."
    )
    model = Model()
    model.add_session("x", capacity=1, slots=["am"])
    model.add_session("y", capacity=1, slots=["am", "pm"])
    model.add_session("z", capacity=1, slots=["pm"])
    assert told(model, {"t001": ["y"]}) == (
        "it would take the place of 'y', your choice 2, and leave you 1 of the 2 places you have."
    )
    model = Model()
    model.add_session("x", capacity=1, slots=["am"])
    model.add_session("y", capacity=1, minimum=1, slots=["am"])
    model.add_session("z", capacity=1, slots=["am"])
    assert told(model, {"t001": ["y"]}) == (
        "a seat is free, but you could only leave 'y', your choice 2, if it kept its minimum of 1; it has 1 "
        "participant."
    )
    assert told(small(), {"t001": ["y"]}) == "a seat is free and nothing prevents it: 0 of 1 seat are taken."


def test_somebody_without_wishes_is_told_so() -> None:
    model = small()
    model.add_participant("t001", limit=0)
    model.add_participant("t002")
    allocation = Allocation.from_schedules(model.build(), {})
    assert str(explain(allocation, "t001")) == (
        "You want no place that this day could give you.\nYou ranked no session higher than what you got."
    )
    assert str(explain(allocation, "t002")).startswith("You have none of the 2 places you want.\n")


def test_fractions_of_weights_are_kept_exactly() -> None:
    model = small()
    for person, weight in (("t001", 1.0), ("t002", 0.25)):
        model.add_participant(person, weight=weight)
        model.add_ranking(person, ["x", "y"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["y"], "t002": ["x"]})
    trade = explain(allocation, "t001").reasons[0].trade
    assert trade is not None
    assert (trade.cost, trade.scale) == (-75, 100)
    assert "total rank cost -0.75." in str(explain(allocation, "t001"))
    assert "each times the participant's weight" in str(explain(allocation, "t001"))


def test_what_cannot_be_explained_is_refused() -> None:
    problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    allocation = Allocation.from_schedules(problem, {"t001": ["x"]})
    with pytest.raises(ProblemError, match=r"^unknown participant 't003'$"):
        explain(allocation, "t003")
    overfull = Allocation.from_schedules(problem, {"t001": ["x"], "t002": ["x"]})
    message = (
        "the allocation breaks a rule, so no reason for a place in it would hold; capacity: session 'x' has 2 "
        "participants but 1 seats; mend that first"
    )
    with pytest.raises(ProblemError, match=f"^{re.escape(message)}$"):
        explain(overfull, "t001")


def test_weights_too_large_to_add_are_refused() -> None:
    model = small()
    for person in ("t001", "t002"):
        model.add_participant(person, weight=2.0**53)
        model.add_choice(person, "x", 10**6)
    model.add_choice("t001", "y", 10**6)
    allocation = Allocation.from_schedules(model.build(), {"t002": ["x"]})
    with pytest.raises(OptionError, match=r"^a trade could cost [0-9]+, beyond 59 bits; use smaller weights or ranks$"):
        explain(allocation, "t001")


@given(allocation=crowded_days())
def test_the_document_follows_its_schema_and_holds_what_is_told(allocation: Allocation) -> None:
    schema = json.loads((Path(pa.__file__).parent / "schemas" / "explanation-1.json").read_text(encoding="utf-8"))
    for participant in allocation.problem.participants:
        explanation = explain(allocation, participant)
        document = json.loads(explanation.to_json())
        jsonschema.validate(document, schema)
        assert document["problem_hash"] == allocation.problem.content_hash
        assert document["text"] == str(explanation)
        assert [(r["session"], r["kind"], r["text"]) for r in document["reasons"]] == [
            (r.session, r.kind, r.text) for r in explanation.reasons
        ]
        assert decode(explanation.to_json(), ExplanationDocument).reasons == reasons(explanation)
