"""Allocations: how they are made, looked at and checked."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem
from pdalloc.errors import ProblemError
from tests import oracle
from tests.strategies import problems


@given(problem=problems(minimums=True, facilitator_limits=True), data=st.data())
def test_violations_are_found_exactly_where_the_definitions_are_broken(problem: Problem, data: st.DataObject) -> None:
    pairs = st.tuples(st.integers(0, len(problem.participants) - 1), st.integers(0, len(problem.sessions) - 1))
    chosen = data.draw(st.lists(pairs, unique=True, max_size=5))
    runs = data.draw(
        st.lists(st.sampled_from([True, True, False]), min_size=len(problem.sessions), max_size=len(problem.sessions))
    )
    array = np.array(chosen, np.int32).reshape(-1, 2)
    allocation = Allocation.from_pairs(problem, array[:, 0], array[:, 1], np.array(runs))
    schedules = [
        tuple(sorted(session for who, session in chosen if who == participant))
        for participant in range(len(problem.participants))
    ]
    assert (allocation.violations() == ()) == oracle.keeps_rules(problem, schedules, runs)


def day() -> Problem:
    """A day in which every rule can be broken."""
    model = Model()
    for slot in ("am", "pm"):
        model.add_slot(slot)
    model.add_session("x", capacity=1, slots=["am"], topic="t")
    model.add_session("y", capacity=3, minimum=2, slots=["pm"], topic="t")
    model.add_session("z", capacity=3, slots=["am"], facilitators=["run"])
    model.add_session("late", capacity=3)
    model.add_session("v", capacity=3, slots=["pm"], must_run=True)
    model.add_conflict("x", "v")
    for participant in ("p", "q", "run"):
        model.add_participant(participant)
        model.add_ranking(participant, ["x", "y", "z"])
    model.add_participant("gone", away=["am"])
    model.add_participant("one", limit=1)
    for participant in ("gone", "one"):
        model.add_ranking(participant, ["x", "y", "z", "late", "v"])
    model.add_choice("p", "v", 4)
    model.fix("q", "y")
    model.forbid("q", "z")
    return model.build()


FINE: dict[str, list[str]] = {"q": ["y"], "p": ["y"]}


@pytest.mark.parametrize(
    ("changes", "cancelled", "rule", "message"),
    [
        ({"p": ["late", "y"]}, [], "unlisted", "participant 'p' is in session 'late', which they did not choose"),
        ({"p": ["x"], "one": ["x"]}, ["y"], "capacity", "session 'x' has 2 participants but 1 seats"),
        ({"p": []}, [], "minimum", "session 'y' runs with 1 participants, below its minimum of 2"),
        ({}, ["y"], "cancelled", "participant 'p' is in session 'y', which is cancelled"),
        ({}, ["v"], "must-run", "session 'v' is cancelled but it is marked must_run"),
        ({}, ["y"], "must-run", "session 'y' is cancelled but participant 'q' is fixed in it"),
        ({}, ["z"], "must-run", "session 'z' is cancelled but its minimum is 0, so it runs whoever comes"),
        ({"p": ["x", "z", "y"]}, [], "slot", "participant 'p' is in session 'z' and another one in slot 'am'"),
        ({"gone": ["x"]}, [], "away", "participant 'gone' is in session 'x' but is away then"),
        (
            {"run": ["x"]},
            [],
            "facilitating",
            "participant 'run' is in session 'x' but facilitates another session then",
        ),
        ({"run": ["z"]}, ["z"], "facilitating", "participant 'run' is in session 'z', which they facilitate"),
        ({"p": ["x", "y"]}, [], "topic", "participant 'p' is in session 'y' and another one of its topic"),
        ({"p": ["x", "v"]}, [], "conflict", "participant 'p' is in sessions 'x' and 'v', which conflict"),
        ({"one": ["z", "v"]}, [], "limit", "participant 'one' has 2 places but wants 1"),
        ({"q": ["y", "z"]}, [], "forbidden", "participant 'q' is in session 'z', which is forbidden to them"),
        ({"q": []}, [], "fixed", "participant 'q' is not in session 'y', where they are fixed"),
    ],
)
def test_each_rule_is_checked_by_name(
    changes: dict[str, list[str]], cancelled: list[str], rule: str, message: str
) -> None:
    assert Allocation.from_schedules(day(), FINE).violations() == ()
    broken = Allocation.from_schedules(day(), FINE | changes, cancelled).violations()
    assert f"{rule}: {message}" in [str(violation) for violation in broken]


def test_a_session_that_is_cancelled_frees_its_facilitator() -> None:
    may_cancel = replace(day(), minimum=np.array([0, 2, 1, 0, 0]))
    allocation = Allocation.from_schedules(may_cancel, FINE | {"run": ["x"]}, cancelled=["z"])
    assert allocation.violations() == ()
    assert allocation.wanted.tolist() == [2, 2, 2, 1, 1]
    assert Allocation.from_schedules(day(), FINE).wanted.tolist() == [2, 2, 1, 1, 1]


def test_a_facilitators_limits_count_the_sessions_that_run() -> None:
    model = Model()
    for session in ("x", "y", "z"):
        model.add_session(session, capacity=2, slots=[f"slot of {session}"], facilitators=["guest"])
    model.add_facilitator("guest", most_sessions=2, most_participants=3)
    for participant in ("p", "q"):
        model.add_participant(participant)
        model.add_ranking(participant, ["x", "y", "z"])
    problem = model.build()

    def broken(p: list[str], q: list[str], cancelled: list[str]) -> list[str]:
        return [
            str(violation) for violation in Allocation.from_schedules(problem, {"p": p, "q": q}, cancelled).violations()
        ]

    assert broken(["x", "y"], ["x"], ["z"]) == []
    assert broken([], [], ["x", "y", "z"]) == []
    assert broken(["x"], ["x"], []) == [
        "facilitator-sessions: facilitator 'guest' runs 3 sessions, above their limit of 2"
    ]
    assert broken(["x", "y"], ["x", "y"], ["z"]) == [
        "facilitator-participants: facilitator 'guest' has 4 participants, above their limit of 3"
    ]


def test_schedules_come_by_slot_and_rosters_by_table_order() -> None:
    problem = Problem.from_rankings(
        {"p": ["late", "early", "any"], "q": ["early"]},
        capacity={"any": 2, "late": 2, "early": 2},
        slots={"early": "am", "late": "pm"},
    ).with_options()
    allocation = Allocation.from_schedules(problem, {"q": ["early"], "p": ["any", "late", "early"]})
    assert list(problem.slots) == ["pm", "am"]
    assert allocation.schedule_of("p") == ("late", "early", "any")
    assert allocation.roster("early") == ("p", "q")
    assert allocation.roster("late") == ("p",)
    frame = allocation.to_frame()
    assert frame.values.tolist() == [
        ["p", "any", 3, True],
        ["p", "late", 1, True],
        ["p", "early", 2, True],
        ["q", "early", 1, True],
    ]


def test_unknown_ids_are_refused() -> None:
    allocation = Allocation.from_schedules(day(), FINE)
    with pytest.raises(ProblemError, match="unknown participant 'nobody'"):
        allocation.schedule_of("nobody")
    with pytest.raises(ProblemError, match="unknown session 'nothing'"):
        allocation.roster("nothing")
    with pytest.raises(ProblemError, match="allocation: unknown session 'nothing'"):
        Allocation.from_schedules(day(), {"p": ["nothing"]})


@pytest.mark.parametrize(
    ("participant", "session", "runs", "message"),
    [
        ([9], [0], None, "allocation: a participant number is not in 0 to 4"),
        ([0], [-1], None, "allocation: a session number is not in 0 to 4"),
        ([0, 0], [1, 1], None, "allocation: the same participant is in the same session twice"),
        ([0], [1, 2], None, "allocation: (1,) participants but (2,) sessions"),
        ([0], [1], [True], "allocation: runs has shape (1,), not (5,)"),
    ],
)
def test_bad_pairs_are_refused(
    participant: list[int], session: list[int], runs: list[bool] | None, message: str
) -> None:
    given_runs = None if runs is None else np.array(runs)
    with pytest.raises(ProblemError, match=re.escape(message)):
        Allocation.from_pairs(day(), np.array(participant), np.array(session), given_runs)


def test_an_allocation_is_equal_by_content_and_read_only() -> None:
    allocation = Allocation.from_schedules(day(), FINE)
    same = pickle.loads(pickle.dumps(allocation))
    assert same == allocation == Allocation.from_schedules(day(), FINE)
    assert hash(same) == hash(allocation)
    assert allocation != Allocation.from_schedules(day(), FINE, cancelled=["v"])
    assert not any(array.flags.writeable for array in (same.participant, same.session, same.runs))


def test_one_session_each_in_short() -> None:
    problem = Problem.from_arrays([0, 1, 2], [0, 1, 0], [1, 1, 1], [1, 1])
    allocation = Allocation.from_sessions(problem, np.array([0, 1, -1]))
    assert [allocation.schedule_of(label) for label in problem.participants] == [("0",), ("1",), ()]
    assert repr(allocation) == "<Allocation: 2 pairs, 2 of 2 sessions run>"


def test_the_constructor_takes_only_what_is_sorted_and_keeps_copies() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x"]}, capacity={"x": 2, "y": 2})
    participant, session, runs = np.array([0, 1], np.int32), np.array([0, 0], np.int32), np.ones(2, np.bool_)
    allocation = Allocation(problem, participant, session, runs)
    session[:] = 1
    assert allocation.session.tolist() == [0, 0]
    assert not allocation.session.flags.writeable
    with pytest.raises(ProblemError, match=r"allocation: the pairs are not sorted; use Allocation\.from_pairs"):
        Allocation(problem, participant[::-1], session, runs)
    with pytest.raises(ProblemError, match="allocation: 'xy' is a text; give a list of session ids"):
        Allocation.from_schedules(problem, {"p": "xy"})
    with pytest.raises(ProblemError, match=r"allocation: \(1,\) sessions for 2 participants"):
        Allocation.from_sessions(problem, np.array([0]))
