"""Justified envy and wasted seats against the definitions."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, metrics
from tests import oracle
from tests.depth import examples
from tests.strategies import allocations, problems


def level(problem: Problem, session: int, participant: int) -> int:
    """Place of a participant in a session's priorities; those not listed come last, together."""
    row = slice(problem.priorities.indptr[session], problem.priorities.indptr[session + 1])
    listed = dict(
        zip(problem.priorities.participant[row].tolist(), problem.priorities.level[row].tolist(), strict=True)
    )
    return int(listed.get(participant, 10**6))


def clash(problem: Problem, first: int, second: int) -> bool:
    return bool(
        first == second
        or oracle.slots_of(problem, first) & oracle.slots_of(problem, second)
        or (problem.topic[first] == problem.topic[second] and problem.topic[first] >= 0)
        or sorted((first, second)) in problem.conflicts.tolist()
    )


def would_rather_have(allocation: Allocation, participant: int, session: int) -> bool:
    """Whether some schedule with that session, and else only some of what they have, is a better day."""
    problem, runs = allocation.problem, allocation.runs.tolist()
    mine = oracle.schedule_of(allocation, participant)
    if session in mine or not oracle.could_attend(problem, participant, session, runs):
        return False
    goes = [other for other in mine if clash(problem, session, other)]
    rest = [other for other in mine if other not in goes]
    kept = chain.from_iterable(combinations(rest, number) for number in range(len(rest) + 1))
    days = [tuple(sorted((*part, session))) for part in kept]
    possible = [day for day in days if oracle.may_have(problem, participant, day, runs)]
    now = oracle.day_key(problem, participant, mine, runs)
    return any(oracle.day_key(problem, participant, day, runs) < now for day in possible)


@settings(max_examples=examples(150))
@given(data=st.data())
def test_blocking_pairs_agree_with_loops_over_participants(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([{}, {"minimums": True}, {"single": True}, {"facilitator_limits": True}]))
    allocation = data.draw(allocations(data.draw(problems(**shape))))
    problem, runs = allocation.problem, allocation.runs.tolist()
    people, sessions = range(len(problem.participants)), range(len(problem.sessions))
    roster = [allocation.participant[allocation.session == session].tolist() for session in sessions]
    attendance = [len(there) for there in roster]
    fixed = problem.fixed.tolist()
    justified, wasted = set(), set()
    for i in people:
        for s in sessions:
            if would_rather_have(allocation, i, s):
                if any(level(problem, s, i) < level(problem, s, k) for k in roster[s] if [k, s] not in fixed):
                    justified.add((i, s))
                if oracle.free_seats(problem, attendance, s, runs):
                    wasted.add((i, s))
    found = metrics.blocking_pairs(allocation)
    pairs = list(zip(found.participant.tolist(), found.session.tolist(), strict=True))
    assert set(pairs) == justified | wasted
    assert len(pairs) == len(found) == len(justified | wasted)
    assert found.justified_envy_pairs == len(justified)
    assert found.wasted_pairs == len(wasted)
    assert found.justified_envy_participants == len({i for i, _ in justified})
    assert found.wasted_participants == len({i for i, _ in wasted})
    assert found.participants == len({i for i, _ in justified | wasted})
    seats = [
        min(oracle.free_seats(problem, attendance, s, runs), sum(session == s for _, session in wasted))
        for s in sessions
    ]
    assert found.wasted_seats == sum(seats)


@pytest.mark.parametrize(
    ("schedules", "pairs"),
    [
        # example 1 of Abdulkadiroglu and Sonmez 2003: the only stable outcome, and what top trading cycles give
        ({"i1": ["s1"], "i2": ["s2"], "i3": ["s3"]}, []),
        ({"i1": ["s2"], "i2": ["s1"], "i3": ["s3"]}, [("i3", "s1")]),
    ],
)
def test_an_efficient_outcome_may_have_justified_envy(
    schedules: dict[str, list[str]], pairs: list[tuple[str, str]]
) -> None:
    problem = Problem.from_rankings(
        {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
        capacity={"s1": 1, "s2": 1, "s3": 1},
        priorities={"s1": ["i1", "i3", "i2"], "s2": ["i2", "i1", "i3"], "s3": ["i2", "i1", "i3"]},
    )
    found = metrics.blocking_pairs(Allocation.from_schedules(problem, schedules))
    assert [
        (problem.participants[i], problem.sessions[s])
        for i, s in zip(found.participant.tolist(), found.session.tolist(), strict=True)
    ] == pairs
    assert found.justified_envy_pairs == found.participants == len(pairs)
    assert found.wasted_pairs == found.wasted_seats == 0


def test_a_cancelled_session_has_no_free_seat() -> None:
    day = Model()
    day.add_session("x", capacity=2, minimum=2)
    day.add_participant("t001")
    day.add_ranking("t001", ["x"])
    problem = day.build()
    assert metrics.blocking_pairs(Allocation.from_schedules(problem, {})).wasted_seats == 1
    assert len(metrics.blocking_pairs(Allocation.from_schedules(problem, {}, cancelled=["x"]))) == 0


def test_a_seat_for_which_the_facilitator_has_no_time_is_not_free() -> None:
    day = Model()
    for session in ("x", "y"):
        day.add_session(session, capacity=2, facilitators=["guest"])
    day.add_facilitator("guest", most_participants=2)
    for person in ("t001", "t002", "t003"):
        day.add_participant(person)
        day.add_ranking(person, ["x", "y"])
    problem = day.build()
    found = metrics.blocking_pairs(Allocation.from_schedules(problem, {"t001": ["x"], "t002": ["y"]}))
    assert (found.free.tolist(), len(found)) == ([0, 0], 0)
    found = metrics.blocking_pairs(Allocation.from_schedules(problem, {"t001": ["y"]}))
    assert (found.free.tolist(), found.wasted_pairs, found.wasted_seats) == ([1, 1], 5, 2)


def test_of_a_session_no_more_seats_are_wasted_than_people_would_take() -> None:
    problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["y"]}, capacity={"x": 5, "y": 1})
    found = metrics.blocking_pairs(Allocation.from_schedules(problem, {"t001": ["y"]}))
    assert (found.wasted_pairs, found.wasted_participants, found.wasted_seats) == (1, 1, 1)
    assert found.free.tolist() == [5, 0]


def test_equal_priorities_justify_nothing() -> None:
    capacity, rankings = {"x": 1}, {"t001": ["x"], "t002": ["x"]}
    for priorities in (None, {"x": [["t001", "t002"]]}):
        problem = Problem.from_rankings(rankings, capacity=capacity, priorities=priorities)
        assert len(metrics.blocking_pairs(Allocation.from_schedules(problem, {"t002": ["x"]}))) == 0
    problem = Problem.from_rankings(rankings, capacity=capacity, priorities={"x": ["t001"]})
    found = metrics.blocking_pairs(Allocation.from_schedules(problem, {"t002": ["x"]}))
    assert found.justified.tolist() == [True]
    assert found.wasted.tolist() == [False]


def test_nobody_blocks_with_a_session_that_they_run() -> None:
    day = Model()
    day.add_session("x", capacity=1, facilitators=["t001"])
    day.add_session("y", capacity=1)
    day.add_participant("t001")
    day.add_ranking("t001", ["x", "y"])
    found = metrics.blocking_pairs(Allocation.from_schedules(day.build(), {}))
    assert found.session.tolist() == [1]


def test_nobody_leaves_the_session_where_they_are_fixed() -> None:
    for fixed in (False, True):
        day = Model()
        for session in ("x", "y"):
            day.add_session(session, capacity=1)
        day.add_participant("t001")
        day.add_ranking("t001", ["x", "y"])
        if fixed:
            day.fix("t001", "y")
        found = metrics.blocking_pairs(Allocation.from_schedules(day.build(), {"t001": ["y"]}))
        assert len(found) == (0 if fixed else 1)


def test_an_unlisted_place_is_worse_than_any_cost() -> None:
    day = Model(unlisted="last")
    for slot in ("am", "pm"):
        day.add_slot(slot)
    day.add_session("x", capacity=1, slots=["am"])
    day.add_session("y", capacity=1, slots=["pm"])
    day.add_session("long", capacity=1, slots=["am", "pm"])
    day.add_participant("t001")
    day.add_choice("t001", "y", rank=1)
    day.add_choice("t001", "long", rank=5)
    allocation = Allocation.from_schedules(day.build(), {"t001": ["x", "y"]})
    # an unlisted place and rank 1 cost 5, the long session costs 4 in each of two slots
    assert metrics.day_costs(allocation).tolist() == [5]
    assert metrics.blocking_pairs(allocation).session.tolist() == [2]


def test_a_long_session_may_take_the_room_of_two() -> None:
    day = Model()
    slots = ("am", "noon", "pm", "night")
    for slot in slots:
        day.add_slot(slot)
    day.add_session("x", capacity=1, slots=slots[:1])
    day.add_session("y", capacity=1, slots=slots[1:2])
    day.add_session("long", capacity=1, slots=slots[2:])
    day.add_participant("t001", limit=2)
    for session, rank in (("x", 3), ("y", 3), ("long", 2)):
        day.add_choice("t001", session, rank=rank)
    found = metrics.blocking_pairs(Allocation.from_schedules(day.build(), {"t001": ["x", "y"]}))
    assert found.session.tolist() == [2]


def test_room_is_made_by_what_hurts_least() -> None:
    # two places at most: the third session is better only than y, and only where y was worth so little
    for rank, blocks in ((2, 0), (5, 1)):
        day = Model()
        for slot in ("am", "pm", "night"):
            day.add_slot(slot)
        day.add_session("x", capacity=1, slots=["am"])
        day.add_session("y", capacity=1, slots=["pm"])
        day.add_session("late", capacity=1, slots=["night"])
        day.add_participant("t001", limit=2)
        for session, value in (("x", 2), ("y", rank), ("late", 4)):
            day.add_choice("t001", session, rank=value)
        found = metrics.blocking_pairs(Allocation.from_schedules(day.build(), {"t001": ["x", "y"]}))
        assert found.wasted_pairs == blocks
    assert np.array_equal(found.session, [2])
