"""Waitlists and offers: orders as published, every move a gain, nobody passed over, every rule kept."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Offers, Problem, Together, offer_seat, waitlist
from pdalloc.auditing.waitlist import waiting_order
from pdalloc.errors import OptionError, ProblemError
from tests import oracle
from tests.auditing.allocations import allocations
from tests.depth import examples


def rivals(**options: object) -> Allocation:
    """Four who all want x, then y; t1 is in x, t2 and t3 in y, t4 has nothing."""
    model = Model()
    for session, capacity in (("x", 1), ("y", 2)):
        model.add_session(session, capacity=capacity, slots=["am"])
    arrivals = options.get("arrivals", [None] * 4)
    assert isinstance(arrivals, list)
    for number, arrival in enumerate(arrivals, start=1):
        model.add_participant(f"t{number}", arrival=arrival)
        model.add_ranking(f"t{number}", ["x", "y"])
    for value, label in enumerate(str(options.get("priorities", "")).split()):
        model.add_priority("x", label, value)
    return Allocation.from_schedules(model.build(), {"t1": ["x"], "t2": ["y"], "t3": ["y"]})


def test_priorities_come_first_then_arrival_then_a_lottery() -> None:
    by_priority = waitlist(rivals(priorities="t4 t2", arrivals=[1.0, 2.0, 3.0, 4.0]))
    assert by_priority.lists == {"x": ("t4", "t2", "t3"), "y": ("t4",)}
    assert by_priority.order == "in order of the sessions' priorities, then arrival"
    by_arrival = waitlist(rivals(arrivals=[1.0, 5.0, None, 4.0]))
    assert (by_arrival.lists["x"], by_arrival.order) == (("t4", "t2", "t3"), "in order of arrival")
    by_lot = {seed: waitlist(rivals(), seed=seed) for seed in range(20)}
    assert by_lot[3].order == "in order of a lottery (seed 3)"
    assert len({found.lists["x"] for found in by_lot.values()}) == 6
    assert waitlist(rivals(), seed=3) == by_lot[3]
    assert by_priority.to_frame().to_numpy().tolist()[0] == ["x", 1, "t4"]


def test_a_dropped_seat_goes_down_the_list_and_frees_the_next() -> None:
    allocation = rivals(priorities="t1 t2 t3 t4")
    found = offer_seat(allocation, "x", dropped_by="t1", declines=["t2"])
    assert str(found) == "t2 declines x for y\nt3 takes x for y\nt4 takes y for nothing"
    assert [found.allocation.schedule_of(f"t{n}") for n in (1, 2, 3, 4)] == [(), ("y",), ("x",), ("y",)]
    asked: list[tuple[str, str]] = []

    def accepts(participant: str, session: str) -> bool:
        asked.append((participant, session))
        return False

    nobody = offer_seat(allocation, "x", dropped_by="t1", accepts=accepts)
    assert asked == [("t2", "x"), ("t3", "x"), ("t4", "x")]
    assert str(nobody).splitlines()[-1] == "a seat in x stays free"


def minimum_of_two() -> Allocation:
    model = Model()
    model.add_session("x", capacity=1, slots=["am"])
    model.add_session("y", capacity=2, minimum=2, slots=["am"])
    for number in (1, 2, 3):
        model.add_participant(f"t{number}")
        model.add_ranking(f"t{number}", ["x", "y"])
    return Allocation.from_schedules(model.build(), {"t1": ["x"], "t2": ["y"], "t3": ["y"]})


def test_nobody_leaves_a_session_below_its_minimum() -> None:
    found = offer_seat(minimum_of_two(), "x", dropped_by="t1")
    assert (found.offers, found.free) == ((), ("x",))
    with pytest.raises(
        ProblemError,
        match="the seat cannot be dropped: nobody takes it so that all rules are kept; minimum",
    ):
        offer_seat(minimum_of_two(), "y", dropped_by="t2")


def test_nobody_takes_a_seat_that_a_rule_keeps_from_them() -> None:
    before = rivals(arrivals=[1.0, 2.0, 3.0, 4.0])
    ruled = before.problem.with_rules(Together(["t2", "t3"], session="x"))
    allocation = Allocation.from_schedules(ruled, {"t1": ["x"], "t2": ["y"], "t3": ["y"]})
    assert str(offer_seat(before, "x", dropped_by="t1")).splitlines()[0] == "t2 takes x for y"
    assert str(offer_seat(allocation, "x", dropped_by="t1")) == "t4 takes x for nothing"


def test_bad_input_is_refused() -> None:
    allocation = rivals()
    with pytest.raises(OptionError, match="session 'x' has no free seat; say with dropped_by who leaves it"):
        offer_seat(allocation, "x")
    with pytest.raises(ProblemError, match="unknown session 'z'; give an id of the sessions table"):
        offer_seat(allocation, "z")
    for who in ("t2", "t9"):
        with pytest.raises(ProblemError, match=f"participant '{who}' holds no session 'x'; name who drops the seat"):
            offer_seat(allocation, "x", dropped_by=who)
    broken = Allocation.from_schedules(allocation.problem, {"t1": ["x", "y"]})
    with pytest.raises(ProblemError, match="the allocation breaks a rule, so nobody can wait for its seats; slot: "):
        waitlist(broken)


def best_with(problem: Problem, who: int, session: int, schedule: oracle.Schedule, runs: tuple[bool, ...]) -> bool:
    """Whether some schedule of the session and sessions held before is better than the one held."""
    now = oracle.day_key(problem, who, schedule, runs)
    return any(
        session in day and set(day) <= {*schedule, session} and oracle.day_key(problem, who, day, runs) < now
        for day in oracle.schedules(problem, who, runs)
    )


@settings(max_examples=examples(40))
@given(allocation=allocations())
def test_who_waits_would_have_a_better_day_and_the_session_is_full(allocation: Allocation) -> None:
    problem, runs = allocation.problem, tuple(allocation.runs.tolist())
    lists = waitlist(allocation).lists
    for session, label in enumerate(problem.sessions):
        is_full = not oracle.free_seats(problem, allocation.attendance.tolist(), session, runs)
        expected = {
            problem.participants[who]
            for who in range(len(problem.participants))
            if is_full
            and oracle.could_attend(problem, who, session, runs)
            and best_with(problem, who, session, oracle.schedule_of(allocation, who), runs)
        }
        assert set(lists.get(label, ())) == (expected if runs[session] else set())


@settings(max_examples=examples(40))
@given(allocation=allocations(), data=st.data())
def test_offers_end_keep_all_rules_and_pass_nobody_over(allocation: Allocation, data: st.DataObject) -> None:
    problem = allocation.problem
    runs = tuple(allocation.runs.tolist())
    pairs = [*zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True)]
    pairs = [pair for pair in pairs if list(pair) not in problem.fixed.tolist()]
    if not pairs:
        return
    who, session = data.draw(st.sampled_from(pairs))
    out, label = problem.participants[who], problem.sessions[session]
    declines = data.draw(st.lists(st.sampled_from(problem.participants), unique=True))
    try:
        found = offer_seat(allocation, label, dropped_by=out, declines=declines, seed=1)
    except ProblemError:
        has_hard_rules = any(rule.penalty is None for rule in problem.rules)
        assert has_hard_rules or problem.minimum[session] == allocation.attendance[session]
        return
    assert not found.allocation.violations()
    keys = [
        [oracle.day_key(problem, other, oracle.schedule_of(day, other), runs) for day in (allocation, found.allocation)]
        for other in range(len(problem.participants))
    ]
    assert all(after <= before for other, (before, after) in enumerate(keys) if other != who)
    check_nobody_is_passed_over(allocation, who, session, set(declines), found)


def check_nobody_is_passed_over(
    allocation: Allocation, out: int, session: int, declines: set[str], found: Offers
) -> None:
    """Play the offers again: whoever takes a seat is the first who could and would; nobody would take a free one."""
    problem, runs = allocation.problem, tuple(allocation.runs.tolist())
    held = [oracle.schedule_of(allocation, who) for who in range(len(problem.participants))]
    held[out] = tuple(other for other in held[out] if other != session)
    people = range(len(problem.participants))

    def key(who: int, seat: int) -> tuple[float, ...]:
        row = slice(problem.priorities.indptr[seat], problem.priorities.indptr[seat + 1])
        levels = dict(zip(problem.priorities.participant[row], problem.priorities.level[row], strict=True))
        return (levels.get(who, inf), *(int(part[who]) for part in waiting_order(problem, 1)))

    def could(who: int, seat: int) -> bool:
        """Whether every better day with the seat and without new sessions keeps all rules, and there is one."""
        now = oracle.day_key(problem, who, held[who], runs)
        better = [
            day
            for day in oracle.schedules(problem, who, runs)
            if seat in day and set(day) <= {*held[who], seat} and oracle.day_key(problem, who, day, runs) < now
        ]
        after = [[*held[:who], day, *held[who + 1 :]] for day in better]
        return seat in oracle.listed(problem, who) and bool(after) and all(fits(chosen) for chosen in after)

    def fits(chosen: list[oracle.Schedule]) -> bool:
        attendance = [sum(s in day for day in chosen) for s in range(len(problem.sessions))]
        hard = [rule for rule in problem.rules if rule.penalty is None]
        breaks = any(oracle.misses(problem, rule, chosen) for rule in hard)
        return oracle.fit(problem, attendance, runs) and not breaks

    def willing(seat: int) -> list[int]:
        return [q for q in people if q != out and problem.participants[q] not in declines and could(q, seat)]

    for offer in found.offers:
        if offer.is_accepted:
            who, seat = problem.participants.index(offer.participant), problem.sessions.index(offer.session)
            assert all(key(who, seat) <= key(other, seat) for other in willing(seat))
            given_up = set(map(problem.sessions.index, offer.given_up))
            held[who] = tuple(sorted({*held[who], seat} - given_up))
    assert held == [oracle.schedule_of(found.allocation, who) for who in people]
    if len(found.free) == 1:
        assert not willing(problem.sessions.index(found.free[0]))
