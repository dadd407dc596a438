"""Choices from columns: the same in any order and integer type, repeats refused, pairs found again."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Problem
from pdalloc.arrays import Int64Array
from pdalloc.errors import ProblemError
from pdalloc.problem import Choices
from pdalloc.problem.choices import _sorted_columns

Row = tuple[int, int, int, int]  # participant, session, rank, rating


def rows_of(*, unique: bool) -> st.SearchStrategy[list[Row]]:
    """Choices of up to 5 participants among 4 sessions, with ties; no pair twice if `unique`."""
    row = st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 3), st.integers(-2, 2))
    return st.lists(row, max_size=14, unique_by=(lambda row: row[:2]) if unique else None)


def columns(rows: list[Row], dtype: Any = np.int64) -> dict[str, Any]:
    """Arguments of `Problem.from_arrays`."""
    array = np.array(rows, np.int64).reshape(-1, 4)
    names = ("participant", "session", "rank")
    return {name: array[:, column].astype(dtype) for column, name in enumerate(names)} | {
        "capacity": np.full(4, 2, dtype),
        "participants": 5,
    }


@given(rows=rows_of(unique=True), rated=st.booleans(), data=st.data())
def test_the_order_of_the_rows_does_not_matter(rows: list[Row], rated: bool, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    by_hand = sorted(rows, key=lambda row: (row[0], row[2], row[1]))
    problems = [
        Problem.from_arrays(**columns(given), rating=[row[3] for row in given] if rated else None)
        for given in (rows, shuffled, by_hand)
    ]
    assert problems[0] == problems[1] == problems[2]
    assert len({problem.content_hash for problem in problems}) == 1
    choices = problems[0].choices
    assert choices.participant.tolist() == [row[0] for row in by_hand]
    assert choices.session.tolist() == [row[1] for row in by_hand]
    assert choices.rank.tolist() == [row[2] for row in by_hand]
    if rated and rows:
        assert choices.rating is not None
        assert choices.rating.tolist() == [row[3] for row in by_hand]
    for array in (choices.indptr, choices.session, choices.rank):
        assert not array.flags.writeable


@given(rows=rows_of(unique=True), dtype=st.sampled_from(["i1", "u1", "<i4", ">i4", "u4", ">i8", "u8", "f8"]))
def test_the_type_of_the_numbers_does_not_matter(rows: list[Row], dtype: str) -> None:
    given = columns(rows, dtype)
    problem = Problem.from_arrays(**given)
    assert problem == Problem.from_arrays(**columns(rows))
    for name in ("participant", "session", "rank", "capacity"):
        given[name][:] = 0
    assert problem == Problem.from_arrays(**columns(rows)), "what was given is copied"


@given(rows=rows_of(unique=False))
def test_every_repeat_is_named_by_its_row(rows: list[Row]) -> None:
    pairs = [row[:2] for row in rows]
    repeated = [row for row, pair in enumerate(pairs) if pair in pairs[:row]]
    if not repeated:
        Problem.from_arrays(**columns(rows))
        return
    with pytest.raises(ProblemError) as caught:
        Problem.from_arrays(**columns(rows))
    assert [finding.row for finding in caught.value.findings] == repeated
    participant, session = pairs[repeated[0]]
    assert str(caught.value.findings[0]) == (
        f"participant '{participant}', session '{session}': the session is chosen twice; keep one of the two"
    )


def test_a_repeat_is_found_beyond_the_first_block_of_rows() -> None:
    participant = np.repeat(np.arange(5_000), 3)
    session = np.tile(np.arange(3), 5_000)
    rank = np.tile(np.arange(1, 4), 5_000)
    Problem.from_arrays(participant, session, rank, capacity=[1, 1, 1])
    for who in (0, 2_047, 2_048, 4_999):
        repeating = session.copy()
        repeating[3 * who + 2] = 0
        message = re.escape(f"participant '{who}', session '0': the session is chosen twice; keep one of the two")
        with pytest.raises(ProblemError, match=message):
            Problem.from_arrays(participant, repeating, rank, capacity=[1, 1, 1])


def test_neighbours_with_the_same_session_are_no_repeat_however_many_sessions_there_are() -> None:
    last = 2**31 - 3
    for session, repeats in (([0, last, 0, last], False), ([0, last, last, last], True)):
        rank = np.ones(4, np.int32)
        choices = Choices(np.array([0, 2, 4]), np.array(session, np.int32), rank)
        assert choices.repeat_a_session() is repeats


def test_repeats_are_named_beside_wrong_ranks_but_unknown_numbers_alone() -> None:
    with pytest.raises(ProblemError) as caught:
        Problem.from_arrays([0, 0, 1], [1, 1, 0], [1, 0, 1], capacity=[1, 1])
    assert [str(finding) for finding in caught.value.findings] == [
        "participant '0', session '1': rank 0 is not in 1 to 1,000,000; rank 1 is best",
        "participant '0', session '1': the session is chosen twice; keep one of the two",
    ]
    with pytest.raises(ProblemError, match=r"^choice 1: session number 2 is not in 0 to 1$"):
        Problem.from_arrays([0, 0, 1, 1], [1, 2, 9, 9], [0, 0, 1, 1], capacity=[1, 1])


def test_a_thousand_faults_are_listed_at_most() -> None:
    participant = np.zeros(3_000, np.int64)
    with pytest.raises(ProblemError) as caught:
        Problem.from_arrays(participant, participant, participant, capacity=[1])
    assert len(caught.value.findings) == 1_000
    with pytest.raises(ProblemError) as caught:
        Problem.from_arrays(participant, participant, participant + 1, capacity=[1])
    assert [finding.row for finding in caught.value.findings] == list(range(1, 1_001))


@given(data=st.data())
def test_columns_are_sorted_alike_whatever_the_size_of_their_numbers(data: st.DataObject) -> None:
    # participant numbers this large do not fit one number with the others, and take the other way to sort
    pairs = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True, min_size=1, max_size=8))
    ranks = data.draw(st.lists(st.integers(1, 5), min_size=len(pairs), max_size=len(pairs)))
    participant, session = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    rank, rating = np.array(ranks, np.int64), np.arange(len(pairs), dtype=np.float64)
    for factor in (1, 2**60):
        table = [participant * factor, session, rank, rating]
        by_hand = sorted(
            zip(*(column.tolist() for column in table), strict=True), key=lambda row: (row[0], *row[2:0:-1])
        )
        found = _sorted_columns(participant * factor, session, rank, rating)
        assert list(zip(*(column.tolist() for column in found if column is not None), strict=True)) == by_hand


@given(data=st.data())
def test_pairs_are_found_among_the_choices(data: st.DataObject) -> None:
    lists = data.draw(st.lists(st.lists(st.integers(0, 4), unique=True, max_size=5), min_size=1, max_size=6))
    indptr: Int64Array = np.cumsum([0, *map(len, lists)])
    listed = np.array([session for sessions in lists for session in sessions], np.int32)
    choices = Choices(indptr, listed, np.ones(len(listed), np.int32))
    pairs = data.draw(st.lists(st.tuples(st.integers(0, len(lists) - 1), st.integers(0, 4)), max_size=20))
    participant, session = np.array(pairs, np.int32).reshape(-1, 2).T
    expected = [int(indptr[who]) + lists[who].index(what) if what in lists[who] else -1 for who, what in pairs]
    assert choices.find(participant, session).tolist() == expected


def test_more_pairs_are_found_than_are_looked_for_at_once() -> None:
    rng = np.random.default_rng(3)
    ranked = np.argsort(rng.random((9_000, 6)), axis=1)[:, :4]
    who = np.repeat(np.arange(9_000), 4)
    problem = Problem.from_arrays(who, ranked.ravel(), np.tile([1, 2, 3, 4], 9_000), np.ones(6, int))
    participant, session = (np.repeat(np.arange(9_000), 6), np.tile(np.arange(6), 9_000))
    position = problem.choices.find(participant.astype(np.int32), session.astype(np.int32))
    there = position >= 0
    assert there.sum() == 4 * 9_000
    assert problem.choices.participant[position[there]].tolist() == participant[there].tolist()
    assert problem.choices.session[position[there]].tolist() == session[there].tolist()
