"""What participants could have had alone, against every schedule that they could have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, metrics, solve
from tests import oracle
from tests.depth import examples
from tests.strategies import problems


def worth(problem: Problem, participant: int, schedule: oracle.Schedule) -> float:
    listed = oracle.listed(problem, participant)
    if problem.choices.rating is not None:
        return sum(oracle.rating(problem, participant, session) for session in schedule)
    points = oracle.longest_list(problem) + 1
    return sum(oracle.places(problem, [s]) * (points - listed[s]) for s in schedule if s in listed)


def most_alone(problem: Problem, participant: int, runs: oracle.Runs) -> float:
    fixed = {session for who, session in problem.fixed.tolist() if who == participant}
    return max(
        worth(problem, participant, schedule)
        for schedule in oracle.schedules(problem, participant, runs)
        if all(problem.capacity[session] > 0 for session in set(schedule) - fixed)
    )


@settings(max_examples=examples(200))
@given(problem=problems(minimums=True, most_sessions=6), data=st.data())
def test_the_own_maximum_is_that_of_the_best_schedule_alone(problem: Problem, data: st.DataObject) -> None:
    may = problem.may_be_cancelled.tolist()
    runs = [not (free and data.draw(st.booleans())) for free in may]
    expected = [most_alone(problem, participant, runs) for participant in range(len(problem.participants))]
    assert metrics.own_maximum(problem, np.array(runs)).tolist() == pytest.approx(expected)


@settings(max_examples=examples(100))
@given(problem=problems(single=True, most_sessions=7))
def test_topics_and_conflicts_are_kept(problem: Problem) -> None:
    runs = oracle.all_run(problem)
    expected = [most_alone(problem, participant, runs) for participant in range(len(problem.participants))]
    assert metrics.own_maximum(problem).tolist() == pytest.approx(expected)


@given(problem=problems())
def test_utilities_are_the_worth_of_schedules_and_a_share_of_the_maximum(problem: Problem) -> None:
    allocation = solve(problem, "lottery", seed=1).allocation
    people = range(len(problem.participants))
    schedules = [tuple(allocation.session[allocation.participant == who].tolist()) for who in people]
    utility = [worth(problem, who, schedule) for who, schedule in enumerate(schedules)]
    assert metrics.utilities(allocation).tolist() == pytest.approx(utility)
    for got, share, most in zip(
        utility, metrics.share_of_own_maximum(allocation), metrics.own_maximum(problem), strict=True
    ):
        if most > 0:
            assert share == pytest.approx(got / most)
            assert share <= 1 + 1e-12
        else:
            assert np.isnan(share)


def test_a_session_that_two_others_beat_together_is_left_out() -> None:
    # the long session is the first choice of both slots; its points count for both places
    model = Model()
    for slot in ("am", "pm"):
        model.add_slot(slot)
    model.add_session("both", capacity=1, slots=["am", "pm"])
    model.add_session("x", capacity=1, slots=["am"], topic="reading")
    model.add_session("y", capacity=1, slots=["pm"], topic="reading")
    for who in ("p", "q"):
        model.add_participant(who)
        model.add_choice(who, "both", 1, rating=3.0)
        model.add_choice(who, "x", 2, rating=2.0)
        model.add_choice(who, "y", 3, rating=1.5)
    assert metrics.own_maximum(model.build()).tolist() == [3.0, 3.0]
    model.forbid("p", "both")
    assert metrics.own_maximum(model.build()).tolist() == [2.0, 3.0]


def test_many_choices_in_few_markets_take_no_search() -> None:
    # blocks of choices: more than one, with empty lists between them
    rng = np.random.default_rng(5)
    count = rng.integers(0, 60, 4000)
    who = np.repeat(np.arange(len(count)), count)
    session = np.concatenate([rng.choice(60, size, replace=False) for size in count.tolist()])
    rating = rng.normal(size=len(who)).round(2)
    slot = np.arange(60) % 3
    problem = Problem.from_arrays(
        who, session, np.ones(len(who), int), np.ones(60, int), slot, rating=rating, participants=len(count)
    )
    best = np.zeros((len(count), 3))
    np.maximum.at(best, (who, slot[session]), rating)
    assert metrics.own_maximum(problem).tolist() == pytest.approx(best.sum(axis=1).tolist())


def test_a_long_list_of_exclusive_sessions_is_searched_quickly() -> None:
    model = Model()
    for number in range(40):
        model.add_session(f"s{number:02}", capacity=1, slots=[f"slot {number % 5}"], topic=f"topic {number % 7}")
    model.add_participant("p")
    model.add_ranking("p", [f"s{number:02}" for number in range(40)])
    # the first five are in different slots and of different topics
    assert metrics.own_maximum(model.build()).tolist() == [40 + 39 + 38 + 37 + 36]


def test_somebody_fixed_in_what_they_dislike_has_a_negative_maximum() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_participant("p")
    model.add_choice("p", "x", 1, rating=-2.0)
    model.fix("p", "x")
    problem = model.build()
    assert metrics.own_maximum(problem).tolist() == [-2.0]
    assert np.isnan(metrics.share_of_own_maximum(Allocation.from_schedules(problem, {"p": ["x"]}))).all()
