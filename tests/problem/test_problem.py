"""The frozen problem: what follows from what was given, identity, immutability, and direct constructors."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Model, Problem
from pdalloc.errors import ProblemError
from pdalloc.problem import Choices, Incidence, Labels, Priorities
from pdalloc.problem.choices import ranks_from_ratings
from tests import oracle
from tests.strategies import problems


def arrays_of(part: object) -> list[np.ndarray[Any, Any]]:
    """Every array that an object holds, however deep."""
    found: list[np.ndarray[Any, Any]] = []
    for field in fields(part):  # type: ignore[arg-type]
        value = getattr(part, field.name)
        if isinstance(value, np.ndarray):
            found.append(value)
        elif isinstance(value, Incidence | Choices | Priorities):
            found += arrays_of(value)
    return found


@given(problem=problems(minimums=True))
def test_wanted_places_and_longest_list_follow_the_definitions(problem: Problem) -> None:
    runs = [True] * len(problem.sessions)
    assert problem.wanted.tolist() == [oracle.wanted(problem, p, runs) for p in range(len(problem.participants))]
    assert problem.longest_list == oracle.longest_list(problem)
    assert problem.unlisted_rank == problem.longest_list + 1


@given(problem=problems(), data=st.data())
def test_wanted_places_follow_which_sessions_run(problem: Problem, data: st.DataObject) -> None:
    runs = data.draw(st.lists(st.booleans(), min_size=len(problem.sessions), max_size=len(problem.sessions)))
    expected = [oracle.wanted(problem, p, runs) for p in range(len(problem.participants))]
    assert problem.wanted_if(np.array(runs)).tolist() == expected


@given(problem=problems(minimums=True, facilitator_limits=True))
def test_what_may_be_cancelled_follows_the_definition(problem: Problem) -> None:
    sessions = range(len(problem.sessions))
    assert problem.may_be_cancelled.tolist() == [oracle.may_be_cancelled(problem, session) for session in sessions]


@given(problem=problems(facilitator_limits=True))
def test_everything_is_read_only_also_after_pickling_and_copying(problem: Problem) -> None:
    for same in (problem, pickle.loads(pickle.dumps(problem)), copy.deepcopy(problem)):
        assert same == problem
        assert hash(same) == hash(problem)
        assert not any(array.flags.writeable for array in arrays_of(same))
    with pytest.raises(FrozenInstanceError):
        problem.unlisted = "last"  # type: ignore[misc]


def test_input_arrays_are_copied() -> None:
    capacity = np.array([1, 1])
    rank = np.array([1, 2, 1])
    problem = Problem.from_arrays([0, 0, 1], [0, 1, 1], rank, capacity)
    before = problem.content_hash
    capacity[:] = 9
    rank[:] = 9
    assert problem.capacity.tolist() == [1, 1]
    assert Problem.from_arrays([0, 0, 1], [0, 1, 1], [1, 2, 1], [1, 1]).content_hash == before


def base() -> Model:
    model = Model()
    for slot in ("a", "b"):
        model.add_slot(slot)
    model.add_session("x", capacity=3, slots=["a"])
    model.add_session("y", capacity=3, slots=["b"], facilitators=["teacher"])
    model.add_participant("p")
    model.add_participant("q")
    model.add_choice("p", "x", 1)
    return model


CHANGES: dict[str, Callable[[Model], None]] = {
    "choice": lambda model: model.add_choice("p", "y", 2),
    "rank": lambda model: model.add_choice("q", "x", 2),
    "session": lambda model: model.add_session("z", capacity=0),
    "minimum": lambda model: model.add_session("z", capacity=1, minimum=1),
    "must_run": lambda model: model.add_session("z", capacity=1, must_run=True),
    "topic": lambda model: model.add_session("z", capacity=1, topic="t"),
    "tags": lambda model: model.add_session("z", capacity=1, tags=["t"]),
    "room": lambda model: model.add_session("z", capacity=1, room="t"),
    "title": lambda model: model.add_session("z", capacity=1, title="t"),
    "facilitator": lambda model: model.add_session("z", capacity=1, facilitators=["q"]),
    "guest": lambda model: model.add_session("z", capacity=1, facilitators=["guest"]),
    "most_sessions": lambda model: model.add_facilitator("teacher", most_sessions=0),
    "most_participants": lambda model: model.add_facilitator("teacher", most_participants=0),
    "participant": lambda model: model.add_participant("r"),
    "away": lambda model: model.add_participant("r", away=["a"]),
    "limit": lambda model: model.add_participant("r", limit=1),
    "weight": lambda model: model.add_participant("r", weight=2),
    "arrival": lambda model: model.add_participant("r", arrival=2),
    "history": lambda model: model.add_participant("r", history=0.5),
    "group": lambda model: model.add_participant("r", groups={"school": "Hill"}),
    "group name": lambda model: model.add_participant("r", groups={"grade": "Hill"}),
    "name": lambda model: model.add_participant("r", name="R"),
    "conflict": lambda model: model.add_conflict("x", "y"),
    "fixed": lambda model: model.fix("p", "x"),
    "forbidden": lambda model: model.forbid("p", "x"),
    "priority": lambda model: model.add_priority("x", "p", 1),
    "slot": lambda model: model.add_slot("c"),
}


def test_the_content_hash_tells_every_field_apart() -> None:
    hashes = {"nothing": base().build().content_hash}
    for name, change in CHANGES.items():
        model = base()
        change(model)
        hashes[name] = model.build().content_hash
    for option in ({"ranking": "per-slot"}, {"unlisted": "last"}):
        hashes[str(option)] = base().build().with_options(**option).content_hash  # type: ignore[arg-type]
    assert len(set(hashes.values())) == len(hashes) == len(CHANGES) + 3


def test_a_limit_that_is_the_default_is_none() -> None:
    model = base()
    model.add_facilitator("teacher", most_sessions=1, most_participants=3)
    assert model.build() == base().build()
    assert base().build().most_sessions.tolist() == [1]
    assert base().build().most_participants.tolist() == [3]


def test_the_content_hash_is_that_of_every_machine() -> None:
    expected = "30072fdf66fa94d225cea579d5892b6da5ccb4894c6769687721f8def87f1a7a"
    assert base().build().content_hash == expected


def test_explicit_numbered_ids_equal_implicit_ones() -> None:
    by_number = Problem.from_arrays([0, 1], [1, 0], [1, 1], [1, 1])
    by_name = Problem.from_rankings({"0": ["1"], "1": ["0"]}, capacity={"0": 1, "1": 1})
    assert by_number == by_name


@given(labels=st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=6))
def test_labels_find_what_they_hold_and_nothing_else(labels: list[str]) -> None:
    try:
        made = Labels(labels, "participant")
    except ProblemError:
        return
    assert list(made) == labels
    assert [made.index(label) for label in labels] == list(range(len(labels)))
    assert made.get("no such label") is None


def test_numbered_labels_hold_only_canonical_numbers() -> None:
    labels = Labels.numbered(12)
    assert labels[11] == "11"
    assert labels[-2:] == ("10", "11")
    assert [label for label in ("11", "12", "011", "-1", "1.0", "²", "", "x") if label in labels] == ["11"]


@given(rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(-3, 3)), max_size=12))
def test_ranks_follow_ratings_densely_within_each_list(rows: list[tuple[int, int, int]]) -> None:
    participant, slot, rating = (
        (np.array(column, float) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 3
    )
    ranks = ranks_from_ratings(participant.astype(int), slot.astype(int), rating)
    for row, rank in zip(rows, ranks.tolist(), strict=True):
        better = {other[2] for other in rows if other[:2] == row[:2] and other[2] > row[2]}
        assert rank == len(better) + 1


def test_ratings_become_ranks_per_slot_or_per_day() -> None:
    ratings = [[1, 5, 3, np.nan]]
    per_day = Problem.from_ratings(ratings, [1] * 4, slot=[0, 0, 1, 1])
    per_slot = Problem.from_ratings(ratings, [1] * 4, slot=[0, 0, 1, 1], ranking="per-slot")
    assert dict(zip(per_day.choices.session.tolist(), per_day.choices.rank.tolist(), strict=True)) == {0: 3, 1: 1, 2: 2}
    assert dict(zip(per_slot.choices.session.tolist(), per_slot.choices.rank.tolist(), strict=True)) == {
        0: 2,
        1: 1,
        2: 1,
    }
    assert (per_day.longest_list, per_slot.longest_list) == (3, 2)


BAD_ARRAYS: list[tuple[dict[str, Any], str]] = [
    ({"participant": [0, 2]}, "choice 1: participant number 2 is not in 0 to 1"),
    ({"session": [0, -1]}, "choice 1: session number -1 is not in 0 to 1"),
    ({"rank": [1, 0]}, "participant '1', session '1': rank 0 is not in 1 to 1,000,000; rank 1 is best"),
    ({"rank": [1, 2**31]}, "rank 2147483648 is not in 1 to 1,000,000"),
    ({"rank": [1, 1.5]}, "rank[1] is 1.5; give whole numbers"),
    ({"rank": [1, float("nan")]}, "rank[1] is nan; give whole numbers"),
    ({"rank": ["1", "2"]}, "rank has dtype <U1; give whole numbers"),
    ({"rank": [1]}, "the columns of the choices have lengths [2, 2, 1]; give one entry per choice in each"),
    ({"participant": [[0, 1]]}, "participant has 2 dimensions; give one"),
    ({"participant": [0, 0], "session": [1, 1]}, "participant '0', session '1': the session is chosen twice"),
    ({"capacity": [1, -1]}, "session '1': capacity -1 is not in 0 to 2,147,483,647"),
    ({"capacity": [1, 1.5]}, "capacity[1] is 1.5; give whole numbers"),
    ({"capacity": [1, float("inf")]}, "capacity[1] is inf; give whole numbers"),
    ({"capacity": np.array([1, 2**63], np.uint64)}, "capacity[1] is 9223372036854775808; give whole numbers up to"),
    ({"slot": [0]}, "slot has 1 entries but there are 2 capacities; give one a session"),
    ({"slot": [0, -2]}, "session '1': slot -2 is below -1; -1 means no slot"),
    ({"rating": [1, float("inf")]}, "participant '1', session '1': rating inf is not finite"),
    ({"rating": [1]}, "the columns of the choices have lengths [2, 2, 2, 1]"),
    ({"rating": ["a", "b"]}, "rating has 1 dimensions and dtype <U1; give one column of numbers"),
    ({"ranking": "slot"}, "ranking is 'slot'; it is one of 'per-day', 'per-slot'"),
    ({"unlisted": "yes"}, "unlisted is 'yes'; it is one of 'forbidden', 'last'"),
    ({"participants": -1}, "participants is -1; give how many there are"),
    ({"participants": 2.5}, "participants is 2.5; give how many there are"),
    (
        {"participants": None, "participant": [0, 10**13]},
        "participants is 10000000000001; give how many there are, at most",
    ),
    ({"slot": [0, 10_000]}, "session '1': slot 10000 is not below 10,000; number slots from 0"),
    ({"participants": 0, "participant": [], "session": [], "rank": []}, "there is no participant; a problem needs"),
    (
        {"capacity": [], "participant": [], "session": [], "rank": [], "participants": 1},
        "there is no session; a problem",
    ),
]


@pytest.mark.parametrize(("change", "message"), BAD_ARRAYS)
def test_bad_arrays_are_refused_by_name(change: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "participant": [0, 1], "session": [0, 1], "rank": [1, 1], "capacity": [1, 1], "participants": 2
    }  # fmt: skip
    with pytest.raises(ProblemError, match=re.escape(message)):
        Problem.from_arrays(**good | change)


@pytest.mark.parametrize(
    ("ratings", "capacity", "message"),
    [
        ([1, 2], [1], "ratings have 1 dimensions; give a matrix of participants x sessions"),
        ([[1, 2]], [1], "ratings have 2 columns but there are 1 capacities; give one a session"),
        ([["a"]], [1], "ratings are not a matrix of numbers; give rows of equal length, nan for none"),
        ([[1], [1, 2]], [1], "ratings are not a matrix of numbers; give rows of equal length, nan for none"),
        ([[1, float("inf")]], [1, 1], "participant '0', session '1': rating inf is not finite; leave the choice out"),
    ],
)
def test_bad_ratings_are_refused_by_name(ratings: Any, capacity: Any, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        Problem.from_ratings(ratings, capacity)


def test_rankings_name_unknown_sessions_and_participants() -> None:
    with pytest.raises(ProblemError, match="unknown session 'reeding'; did you mean 'reading'"):
        Problem.from_rankings({"t001": ["reeding"]}, capacity={"reading": 1})
    with pytest.raises(ProblemError, match="unknown participant 't002'; did you mean 't001'"):
        Problem.from_rankings({"t001": ["x"]}, capacity={"x": 1}, priorities={"x": ["t002"]})
    with pytest.raises(ProblemError, match="slots name session 'y', which has no capacity"):
        Problem.from_rankings({"t001": ["x"]}, capacity={"x": 1}, slots={"y": "a"})


def test_ties_slots_and_priorities_of_rankings_arrive() -> None:
    problem = Problem.from_rankings(
        {"t001": [["x", "y"], "z"], "t002": []},
        capacity={"x": 1, "y": 2, "z": 3},
        slots={"x": "am", "y": ["am", "pm"]},
        priorities={"x": ["t002", "t001"], "z": [["t001", "t002"]]},
    )
    assert problem.choices.rank.tolist() == [1, 1, 2]
    assert list(problem.slots) == ["am", "pm"]
    assert problem.session_slots.count.tolist() == [1, 2, 0]
    assert problem.priorities.participant.tolist() == [1, 0, 0, 1]
    assert problem.priorities.level.tolist() == [1, 2, 1, 1]


def test_no_id_looks_like_a_count() -> None:
    by_number = Problem.from_rankings({"0": ["x"]}, capacity={"x": 1})
    by_name = [Problem.from_rankings({label: ["x"]}, capacity={"x": 1}) for label in ("numbered 1", "#1", "=0")]
    assert len({problem.content_hash for problem in (by_number, *by_name)}) == 4


def test_equal_ratings_hash_alike_and_wild_ones_do_no_harm() -> None:
    zeros = [Problem.from_ratings([[zero]], capacity=[1]) for zero in (0.0, -0.0)]
    assert zeros[0] == zeros[1]
    assert Problem.from_ratings([[1e308, -1e308]], capacity=[1, 1]).choices.rank.tolist() == [1, 2]


def test_a_long_session_is_ranked_in_its_first_slot_however_its_slots_are_named() -> None:
    problems = []
    for slots in (["am", "pm"], ["pm", "am"]):
        model = Model(ranking="per-slot")
        for slot in ("am", "pm"):
            model.add_slot(slot)
        model.add_session("x", capacity=1, slots=["am"])
        model.add_session("long", capacity=1, slots=slots)
        model.add_participant("p")
        model.add_choice("p", "x", rating=2)
        model.add_choice("p", "long", rating=1)
        problems.append(model.build())
    assert problems[0] == problems[1]
    assert problems[0].choices.rank.tolist() == [1, 2]


def test_replacing_a_field_keeps_the_problem_frozen_and_checked() -> None:
    problem = Problem.from_arrays([0, 1], [0, 1], [1, 1], [1, 1])
    capacity = np.array([5, 5], np.int32)
    other = replace(problem, capacity=capacity)  # type: ignore[arg-type]
    capacity[0] = 0
    assert other == Problem.from_arrays([0, 1], [0, 1], [1, 1], [5, 5])
    with pytest.raises(ProblemError, match=r"capacity has shape \(1,\), not \(2,\)"):
        replace(problem, capacity=np.array([5]))


def test_rankings_and_capacities_are_mappings() -> None:
    with pytest.raises(ProblemError, match="capacity is a list; give a mapping such as"):
        Problem.from_rankings({"p": ["x"]}, capacity=[1])  # type: ignore[arg-type]
    with pytest.raises(ProblemError, match="participant 'p': ranking None is not a list"):
        Problem.from_rankings({"p": None}, capacity={"x": 1})  # type: ignore[dict-item]
