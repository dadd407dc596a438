"""Who prefers which of two allocations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Problem, metrics
from pdalloc.errors import ProblemError
from tests import oracle
from tests.strategies import allocations, problems


@given(data=st.data())
def test_the_margin_agrees_with_a_vote(data: st.DataObject) -> None:
    problem = data.draw(problems(minimums=data.draw(st.booleans())))
    both = [data.draw(allocations(problem)) for _ in range(2)]
    margin = 0
    for participant in range(len(problem.participants)):
        first, second = (
            oracle.day_key(problem, participant, oracle.schedule_of(allocation, participant), allocation.runs.tolist())
            for allocation in both
        )
        margin += (first < second) - (first > second)
    assert metrics.popularity_margin(*both) == margin
    assert metrics.popularity_margin(*reversed(both)) == -margin


def test_three_allocations_may_beat_each_other_in_a_circle() -> None:
    # three people who all rank a, b, c alike, one seat each (Abraham, Irving, Kavitha and Mehlhorn 2007, section 1):
    # whoever moves up outvotes the one who moves down by two to one
    people, seats = ("p1", "p2", "p3"), ("a", "b", "c")
    problem = Problem.from_rankings(dict.fromkeys(people, seats), capacity=dict.fromkeys(seats, 1))
    circle = [
        Allocation.from_schedules(problem, {p: [seats[(number + turn) % 3]] for number, p in enumerate(people)})
        for turn in range(3)
    ]
    assert [metrics.popularity_margin(circle[turn - 1], circle[turn]) for turn in range(3)] == [1, 1, 1]


def test_allocations_of_different_problems_are_not_compared() -> None:
    first, second = (
        Allocation.from_schedules(Problem.from_rankings({"t001": ["x"]}, capacity={"x": seats}), {}) for seats in (1, 2)
    )
    with pytest.raises(ProblemError, match="the two allocations are of different problems; compare allocations of one"):
        metrics.popularity_margin(first, second)
