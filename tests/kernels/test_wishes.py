"""The kernels of one pass over all choices: compiled and interpreted alike, and what their docstrings say."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, freeze
from pdalloc.kernels.wishes import GAINS, TIED, choices_before, count_envied, mark_moves

SESSIONS = 6
Lists = tuple[Int64Array, Int32Array, Int32Array, BoolArray]


def lists(seed: int, people: int = 40) -> Lists:
    """Row pointers, sessions, ranks with ties, and a mask of the choices; some lists are empty."""
    rng = np.random.default_rng(seed)
    length = rng.integers(SESSIONS + 1, size=people)
    session = np.concatenate([rng.permutation(SESSIONS)[:number] for number in length]).astype(np.int32)
    rank = np.concatenate([np.sort(rng.integers(1, 5, size=number)) for number in length]).astype(np.int32)
    indptr = np.append(0, np.cumsum(length))
    return freeze(indptr), freeze(session), freeze(rank), freeze(rng.random(len(session)) < 0.8)


def rows(given: Lists) -> list[list[tuple[int, int, int, bool]]]:
    """Of each participant: position, session, rank and mark of every choice."""
    indptr, session, rank, mask = (array.tolist() for array in given)
    entries = list(zip(range(len(session)), session, rank, mask, strict=True))
    return [entries[first:end] for first, end in pairwise(indptr)]


@pytest.mark.parametrize("seed", range(5))
def test_the_envied_are_those_in_sessions_that_are_worth_more(seed: int) -> None:
    given = lists(seed)
    indptr, session, rank, could = given
    rng = np.random.default_rng(seed)
    value = freeze(3 - rank.astype(np.int64))
    own, there = freeze(rng.integers(-2, 3, size=40)), freeze(rng.integers(3, size=SESSIONS))
    worth = [[(3 - r, int(there[s])) for _, s, r, open_ in row if open_] for row in rows(given)]
    more = [[(v - mine, n) for v, n in row if v > mine] for row, mine in zip(worth, own.tolist(), strict=True)]
    expected = [sum(n for _, n in row) for row in more], [max((v for v, n in row if n), default=0) for row in more]
    for run, falling in product((count_envied.py_func, count_envied.compiled), (False, True)):
        found = run(indptr, session, value, could, falling, own, there)
        assert tuple(column.tolist() for column in found) == expected


@pytest.mark.parametrize("seed", range(5))
def test_choices_before_a_bound_are_marked(seed: int) -> None:
    given = lists(seed)
    indptr, session, rank, _ = given
    rng = np.random.default_rng(seed)
    bound, counts = freeze(rng.integers(7, size=40).astype(np.int32)), freeze(rng.random(SESSIONS) < 0.5)
    expected = [bool(r < bound[who] and counts[s]) for who, row in enumerate(rows(given)) for _, s, r, _ in row]
    for run in (choices_before.py_func, choices_before.compiled):
        assert run(indptr, session, rank, bound, counts).tolist() == expected


@pytest.mark.parametrize("seed", range(5))
def test_moves_are_those_that_somebody_would_not_mind(seed: int) -> None:
    given = lists(seed)
    indptr, session, rank, could = given
    rng = np.random.default_rng(seed)
    seat = np.array([0, 1, -1, 2, 3, -1], np.int32)
    node = freeze(rng.integers(-1, 5, size=40).astype(np.int32))
    bound = freeze(rng.integers(1, 6, size=40).astype(np.int32))
    expected = np.zeros((5, 5), np.uint8)
    for who, row in enumerate(rows(given)):
        for _, s, r, open_ in row:
            if node[who] >= 0 and seat[s] >= 0 and seat[s] != node[who] and open_ and r <= bound[who]:
                kind = GAINS if r < bound[who] else TIED
                expected[node[who], seat[s]] = max(expected[node[who], seat[s]], kind)
    for run in (mark_moves.py_func, mark_moves.compiled):
        assert run(indptr, session, rank, could, node, bound, freeze(seat), 5).tolist() == expected.tolist()
