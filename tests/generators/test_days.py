"""The Lexington day has the shape it claims, and is hard."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from pdalloc import Feature, generators, metrics, solve
from pdalloc.errors import OptionError
from pdalloc.generators.days import MINDFULNESS

SEEDS = range(5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_day_has_the_shape_it_claims(seed: int) -> None:
    day = generators.lexington(seed)
    assert (len(day.participants), len(day.sessions), list(day.slots)) == (
        1000,
        138,
        ["morning", "midday", "afternoon"],
    )
    assert np.bincount(day.session_slots.column).tolist() == [46] * 3
    assert len(day.facilitators) == len(day.facilitated) == 208
    assert (day.facilitator_participant >= 0).all()
    assert day.session_facilitators.count.min() >= 1
    assert (day.wanted.min(), day.wanted.max()) == (2, 3)
    assert day.wanted.sum() == 3 * 1000 - 208
    assert 12 <= day.capacity.min() <= day.capacity.max() <= 40
    assert 1.1 < day.capacity.sum() / day.wanted.sum() < 1.2
    assert (day.ranking, day.longest_list) == ("per-slot", 5)
    assert len(day.choices) == 5 * day.wanted.sum()
    assert set(day.features) == {Feature.SLOTS, Feature.FACILITATORS}


@pytest.mark.parametrize("seed", SEEDS)
def test_far_more_people_want_mindfulness_than_fit(seed: int) -> None:
    day = generators.lexington(seed)
    first = np.bincount(day.choices.session[day.choices.rank == 1], minlength=138)
    assert all(day.title[session].startswith("Mindfulness") for session in MINDFULNESS)
    assert (first[list(MINDFULNESS)] > 4 * day.capacity[list(MINDFULNESS)]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_first_come_first_served_is_visibly_worse_than_the_optimum(seed: int) -> None:
    day = generators.lexington(seed)
    first, best = (solve(day, solver).allocation for solver in ("first-come", "flow"))
    assert metrics.share_in_top(first, 3) < 0.85
    assert metrics.share_in_top(best, 3) > metrics.share_in_top(first, 3) + 0.05
    assert metrics.empty_places(first) > metrics.empty_places(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_one_school_choose_alike(seed: int) -> None:
    day = generators.lexington(seed)
    [school] = day.groups
    listed = np.zeros((1000, 138))
    listed[day.choices.participant, day.choices.session] = 1
    alike = np.asarray(np.corrcoef(listed))
    same = school.value[:, None] == school.value[None, :]
    off_diagonal = ~np.eye(1000, dtype=bool)
    assert alike[same & off_diagonal].mean() > alike[~same].mean() + 0.03


def test_repeated_topics_are_offered_in_two_slots() -> None:
    day = generators.lexington(seed=1, repeats=5)
    assert len(day.topics) == 5
    for topic in range(5):
        assert day.session_slots.column[np.flatnonzero(day.topic == topic)].tolist() == [0, 1]
    assert Feature.TOPICS in day.features
    assert solve(day, "lottery", seed=1).allocation.violations() == ()


def test_minimums_and_list_length_are_options() -> None:
    day = generators.lexington(seed=1, minimum=8, list_length=10)
    assert day.minimum.tolist() == [8] * 138
    assert day.longest_list == 10
    assert set(day.features) == {Feature.SLOTS, Feature.FACILITATORS, Feature.MINIMUMS}


def test_a_minimum_is_never_above_the_seats() -> None:
    day = generators.lexington(seed=1, minimum=20)
    assert day.minimum.tolist() == [min(20, seats) for seats in day.capacity.tolist()]
    assert day.capacity.min() < 20 < day.capacity.max()


def test_the_seed_decides_the_day() -> None:
    hashes = [generators.lexington(seed).content_hash for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "lexington: seed is -1; give a whole number from 0"),
        ({"seed": 1.5}, "lexington: seed is 1.5; give a whole number from 0"),
        ({"seed": 1, "repeats": 47}, "lexington: repeats is 47; give a whole number from 0 to 46"),
        ({"seed": 1, "minimum": 41}, "lexington: minimum is 41; give a whole number from 0 to 40"),
        ({"seed": 1, "list_length": 0}, "lexington: list_length is 0; give a whole number from 1 to 46"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        generators.lexington(**options)
