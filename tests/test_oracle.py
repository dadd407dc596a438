"""The brute force itself, on days small enough to be answered by hand."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings

from pdalloc import Model, Problem
from tests import oracle
from tests.depth import examples
from tests.strategies import problems


def two_sessions(minimum: int = 1) -> Problem:
    """One slot, A run by F1, who wants B, and B run by F2, who wants A."""
    model = Model()
    model.add_session("A", capacity=10, minimum=minimum, slots=["am"], facilitators=["F1"])
    model.add_session("B", capacity=10, minimum=minimum, slots=["am"], facilitators=["F2"])
    for participant, ranking in (
        ("p1", ["A", "B"]),
        ("p2", ["A", "B"]),
        ("p3", ["B", "A"]),
        ("p4", ["B", "A"]),
        ("F1", ["B"]),
        ("F2", ["A"]),
    ):
        model.add_participant(participant)
        model.add_ranking(participant, ranking)
    return model.build()


ONE_EACH = [(0,), (0,), (1,), (1,), (), ()]
ALL_IN_B = [(1,), (1,), (1,), (1,), (1,), ()]


def test_cancelling_gains_no_place_by_itself() -> None:
    problem = two_sessions()
    assert oracle.keeps_rules(problem, ONE_EACH, [True, True])
    assert oracle.value(problem, "rank-sum", ONE_EACH, [True, True]) == oracle.best(problem, "rank-sum") == (0, 0)
    # with A cancelled F1 wants a place, too, and has it at rank 1
    assert oracle.keeps_rules(problem, ALL_IN_B, [False, True])
    assert oracle.value(problem, "rank-sum", ALL_IN_B, [False, True]) == (0, 2)
    assert oracle.value(problem, "greedy", ALL_IN_B, [False, True]) == (0, 3 - 1, 2)
    assert oracle.best(problem, "greedy") == (0, 4, 0)
    assert oracle.value(problem, "generous", ALL_IN_B, [False, True]) == (0, 2, 3 - 1)
    assert oracle.best(problem, "generous") == (0, 0, 4)
    assert oracle.value(problem, "rank-maximal", ALL_IN_B, [False, True]) == (3, 2)
    assert oracle.value(problem, "leximin", ALL_IN_B, [False, True]) == (0, 0, 2)


def test_what_may_not_be_cancelled_runs() -> None:
    assert {runs for _, runs in oracle.outcomes(two_sessions())} == {
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    }
    assert {runs for _, runs in oracle.outcomes(two_sessions(minimum=0))} == {(True, True)}
    assert not oracle.keeps_rules(two_sessions(minimum=0), ALL_IN_B, [False, True])
    # six people, of whom two run the sessions, do not make two groups of five
    assert {runs for _, runs in oracle.outcomes(two_sessions(minimum=5))} == {
        (True, False),
        (False, True),
        (False, False),
    }


@given(problem=problems(minimums=True, facilitator_limits=True, most_participants=2, most_sessions=3))
@settings(max_examples=examples(50))
def test_nothing_is_left_out_of_the_enumeration(problem: Problem) -> None:
    sessions = range(len(problem.sessions))
    schedules = [day for size in range(len(sessions) + 1) for day in combinations(sessions, size)]
    every = product(product(schedules, repeat=len(problem.participants)), product((False, True), repeat=len(sessions)))
    assert sorted((tuple(chosen), runs) for chosen, runs in oracle.outcomes(problem)) == sorted(
        (chosen, runs) for chosen, runs in every if oracle.keeps_rules(problem, chosen, runs)
    )


def shared_facilitator() -> Model:
    """Two slots with a session each by the same guest, and two people who want both."""
    model = Model(unlisted="last")
    for session in ("x", "y"):
        model.add_session(session, capacity=2, slots=[f"at {session}"], facilitators=["guest"])
    for participant, ratings in (("p", (3, 1)), ("q", (1, 2))):
        model.add_participant(participant)
        for rank, (session, rating) in enumerate(zip("xy", ratings, strict=True), 1):
            model.add_choice(participant, session, rank, rating)
    return model


def test_a_facilitators_limits_are_kept() -> None:
    model = shared_facilitator()
    assert [runs for _, runs in oracle.outcomes(model.build()) if not all(runs)] == []
    model.add_facilitator("guest", most_sessions=1, most_participants=1)
    problem = model.build()
    assert sorted(oracle.outcomes(problem)) == [
        ([(), ()], (False, False)),
        ([(), ()], (False, True)),
        ([(), ()], (True, False)),
        ([(), (0,)], (True, False)),
        ([(), (1,)], (False, True)),
        ([(0,), ()], (True, False)),
        ([(1,), ()], (False, True)),
    ]
    assert not oracle.keeps_rules(problem, [(), ()], [True, True])
    assert not oracle.keeps_rules(problem, [(0,), (0,)], [True, False])


@pytest.mark.parametrize(
    ("objective", "value"),
    [
        ("rank-sum", (0, 0, 2)),
        ("greedy", (0, 0, 2, 2)),
        ("generous", (0, 0, 2, 2)),
        ("rank-maximal", (2, 2, 0)),
        ("welfare", (7,)),
        # lists of two and two slots: a day costs 4 at most, and these cost 1 each
        ("leximin", (0, 0, 0, 0, 0, 2)),
        # ln 4 + ln 3
        ("nash", (2, 1386294 + 1098612)),
    ],
)
def test_each_objective_has_its_definitions_value(objective: str, value: tuple[int, ...]) -> None:
    problem = shared_facilitator().build()
    assert oracle.value(problem, objective, [(0, 1), (0, 1)]) == oracle.best(problem, objective) == value


def test_empty_and_unlisted_places_cost_the_longest_list() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x"]}, capacity={"x": 1, "y": 0, "z": 1}, unlisted="last")
    assert oracle.value(problem, "leximin", [(0,), ()]) == (1, 0, 1, 0)
    assert oracle.value(problem, "leximin", [(0,), (2,)]) == oracle.best(problem, "leximin") == (0, 1, 1, 0)
    assert oracle.value(problem, "rank-maximal", [(0,), (2,)]) == oracle.best(problem, "rank-maximal") == (1, 0, 1)
