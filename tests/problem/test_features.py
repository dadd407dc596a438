"""Which features a problem uses, against their definitions."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given

from pdalloc import Feature, Model, Problem
from tests.strategies import problems


def course(most_sessions: int | None, most_participants: int | None) -> Problem:
    """Two sessions of one facilitator, with three seats each."""
    model = Model()
    for session in ("x", "y"):
        model.add_session(session, capacity=3, slots=[f"at {session}"], facilitators=["teacher"])
    model.add_participant("p")
    model.add_facilitator("teacher", most_sessions=most_sessions, most_participants=most_participants)
    return model.build()


@pytest.mark.parametrize(
    ("most_sessions", "most_participants", "example"),
    [
        (None, None, None),
        (2, 6, None),
        (1, None, "facilitator 'teacher' has most_sessions 1, below 2"),
        (3, 5, "facilitator 'teacher' has most_participants 5, below 6"),
    ],
)
def test_a_facilitators_limit_is_in_use_where_it_can_bind(
    most_sessions: int | None, most_participants: int | None, example: str | None
) -> None:
    assert course(most_sessions, most_participants).features.get(Feature.FACILITATOR_LIMITS) == example


@given(problem=problems())
def test_ties_are_equal_ranks_of_one_participant_on_one_list(problem: Problem) -> None:
    def on_one_list(first: int, second: int) -> bool:
        if problem.ranking == "per-day" or not len(problem.slots):
            return True
        slots = [set(problem.session_slots[session].tolist()) for session in (first, second)]
        return bool(slots[0] & slots[1]) or slots[0] == slots[1]

    tied = set()
    for participant, label in enumerate(problem.participants):
        chosen = zip(*(column.tolist() for column in problem.choices.of(participant)), strict=True)
        for (first, rank), (second, other) in combinations(chosen, 2):
            if rank == other and on_one_list(first, second):
                tied.add(f"participant {label!r} at rank {rank}")
    example = problem.features.get(Feature.TIES)
    assert example in tied if tied else example is None
