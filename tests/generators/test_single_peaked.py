"""Single-peaked lists are single-peaked, and as likely as their laws say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
import pytest

from pdalloc.generators import single_peaked
from pdalloc.generators.single_peaked import Law as LawName
from tests.generators.laws import Law, assert_follows

LAWS: list[LawName] = ["conitzer", "walsh"]


def is_single_peaked(ranking: Sequence[int], axis: Sequence[int]) -> bool:
    """Of any three sessions along the axis the middle one is not the worst (Arrow 1951)."""
    place = {session: number for number, session in enumerate(ranking)}
    return all(place[middle] < max(place[left], place[right]) for left, middle, right in combinations(axis, 3))


def conitzer_law(axis: Sequence[int], length: int) -> Law:
    """The probability of each list: 1 / m for the peak, 1/2 for each step with sessions left on both sides."""
    law = {}
    for ranking in permutations(axis):
        if is_single_peaked(ranking, axis):
            reached_an_end = next(step for step, session in enumerate(ranking) if session in (axis[0], axis[-1]))
            law[ranking] = 0.5**reached_an_end / len(axis)
    return beginnings(law, length)


def walsh_law(axis: Sequence[int], length: int) -> Law:
    rankings = [ranking for ranking in permutations(axis) if is_single_peaked(ranking, axis)]
    assert len(rankings) == 2 ** (len(axis) - 1)
    return beginnings(dict.fromkeys(rankings, 1 / len(rankings)), length)


def beginnings(law: Law, length: int) -> Law:
    shortened: dict[tuple[int, ...], float] = {}
    for ranking, probability in law.items():
        shortened[ranking[:length]] = shortened.get(ranking[:length], 0) + probability
    assert sum(shortened.values()) == pytest.approx(1)
    return shortened


@pytest.mark.parametrize("length", [1, 2, 3, 5])
@pytest.mark.parametrize("axis", [[0, 1, 2, 3, 4], [3, 0, 4, 1, 2]])
def test_lists_follow_their_law(axis: list[int], length: int) -> None:
    draw = {law: single_peaked(20_000, 5, length, law=law, axis=axis, seed=1) for law in LAWS}
    assert_follows(draw["conitzer"], conitzer_law(axis, length))
    assert_follows(draw["walsh"], walsh_law(axis, length))


@pytest.mark.parametrize("law", LAWS)
def test_of_three_sessions_the_middle_one_is_never_last(law: LawName) -> None:
    axis = np.random.default_rng(1).permutation(12).tolist()
    lists = single_peaked(200, 12, 12, law=law, axis=axis, seed=1)
    assert all(is_single_peaked(ranking, axis) for ranking in lists.tolist())


@pytest.mark.parametrize("law", LAWS)
def test_a_short_list_is_a_stretch_of_the_axis(law: LawName) -> None:
    places = single_peaked(500, 60, 7, law=law, axis=np.arange(60), seed=1)
    assert (np.ptp(places, axis=1) == 6).all()
    assert all(len(set(row)) == 7 for row in places.tolist())


def test_the_axis_is_drawn_if_none_is_given() -> None:
    ends = {frozenset(single_peaked(60, 8, 8, seed=seed)[:, -1].tolist()) for seed in range(10)}
    assert all(len(pair) == 2 for pair in ends)
    assert len(ends) > 5
