"""Whole days have the shape they claim, and the Lexington day is hard."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pdalloc import Feature, Problem, generators, metrics, read_tables, solve, write_tables
from pdalloc.errors import OptionError
from pdalloc.generators.days import MINDFULNESS

SEEDS = range(5)

lexington = cache(generators.lexington)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_day_has_the_shape_it_claims(seed: int) -> None:
    day = lexington(seed)
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
    day = lexington(seed)
    first = np.bincount(day.choices.session[day.choices.rank == 1], minlength=138)
    assert all(day.title[session].startswith("Mindfulness") for session in MINDFULNESS)
    assert (first[list(MINDFULNESS)] > 4 * day.capacity[list(MINDFULNESS)]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_first_come_first_served_is_visibly_worse_than_the_optimum(seed: int) -> None:
    day = lexington(seed)
    first, best = (solve(day, solver).allocation for solver in ("first-come", "flow"))
    assert metrics.share_in_top(first, 3) < 0.85
    assert metrics.share_in_top(best, 3) > metrics.share_in_top(first, 3) + 0.05
    assert metrics.empty_places(first) > metrics.empty_places(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_one_school_choose_alike(seed: int) -> None:
    day = lexington(seed)
    [school] = day.groups
    listed = np.zeros((1000, 138))
    listed[day.choices.participant, day.choices.session] = 1
    alike = np.asarray(np.corrcoef(listed))
    same = school.value[:, None] == school.value[None, :]
    off_diagonal = ~np.eye(1000, dtype=bool)
    assert alike[same & off_diagonal].mean() > alike[~same].mean() + 0.03


def test_repeated_topics_are_offered_in_two_slots() -> None:
    day = lexington(seed=1, repeats=5)
    assert len(day.topics) == 5
    for topic in range(5):
        assert day.session_slots.column[np.flatnonzero(day.topic == topic)].tolist() == [0, 1]
    assert Feature.TOPICS in day.features
    assert solve(day, "lottery", seed=1).allocation.violations() == ()


def test_minimums_and_list_length_are_options() -> None:
    day = lexington(seed=1, minimum=8, list_length=10)
    assert day.minimum.tolist() == [8] * 138
    assert day.longest_list == 10
    assert set(day.features) == {Feature.SLOTS, Feature.FACILITATORS, Feature.MINIMUMS}


@pytest.mark.parametrize(("minimum", "list_length"), [(8, 5), (1, 46)])
def test_facilitators_rank_others_beside_their_own_session_where_it_can_be_cancelled(
    minimum: int, list_length: int
) -> None:
    day = lexington(seed=1, minimum=minimum, list_length=list_length)
    ranked = np.zeros((1000, 138), bool)
    ranked[day.choices.participant, day.choices.session] = True
    assert not ranked[day.facilitated[:, 0], day.facilitated[:, 1]].any()
    in_slot = ranked @ day.session_slots.mask().astype(int)
    expected = np.full((1000, 3), list_length)
    own_slot = day.session_slots.column[day.facilitated[:, 1]]
    expected[day.facilitated[:, 0], own_slot] = min(list_length, 45)
    assert np.array_equal(in_slot, expected)


def test_a_minimum_changes_nothing_else_on_the_lexington_day() -> None:
    without, day = (lexington(seed=1, minimum=minimum) for minimum in (0, 8))
    assert np.array_equal(without.capacity, day.capacity)
    assert np.array_equal(without.facilitated, day.facilitated)
    free = day.available[day.choices.participant, day.session_slots.column[day.choices.session]]
    for name in ("participant", "session", "rank"):
        assert np.array_equal(getattr(without.choices, name), getattr(day.choices, name)[free])


def test_a_minimum_is_never_above_the_seats() -> None:
    day = lexington(seed=1, minimum=20)
    assert day.minimum.tolist() == [min(20, seats) for seats in day.capacity.tolist()]
    assert day.capacity.min() < 20 < day.capacity.max()


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


# ---- days of any size ------------------------------------------------------------------------------------------------


def test_a_day_is_a_market_in_each_slot() -> None:
    day = generators.day(300, 20, 3, 4, slack=1.2, seed=1)
    assert np.bincount(day.session_slots.column).tolist() == [7, 7, 6]
    assert (np.diff(day.session_slots.column) >= 0).all()
    # in each slot as many seats as are asked for, rounded up by less than one a session
    assert day.capacity.tolist() == [52] * 14 + [60] * 6
    assert (day.ranking, day.longest_list) == ("per-slot", 4)
    assert list(day.features) == [Feature.SLOTS]
    for choices in day.choices_by_slot()[:-1]:
        assert np.bincount(day.choices.participant[choices]).tolist() == [4] * 300
        assert np.bincount(day.choices.rank[choices])[1:].tolist() == [300] * 4
    assert len(np.unique(day.choices.participant * 20 + day.choices.session)) == 300 * 3 * 4


def test_the_choices_of_a_slot_follow_its_popularity() -> None:
    day = generators.day(20_000, 12, 2, 1, zipf=0.8, repeats=6, seed=1)
    weight = np.arange(1, 7) ** -0.8
    first = np.bincount(day.choices.session)
    for sessions in (np.arange(6), np.arange(6, 12)):
        shares = first[sessions] / 20_000
        assert sorted(shares, reverse=True) == pytest.approx(weight / weight.sum(), abs=0.015)
        # a repeated topic is as popular in one slot as in the other
        by_topic = shares[np.argsort(day.topic[sessions])]
        assert by_topic == pytest.approx(first[np.argsort(day.topic[:6])] / 20_000, abs=0.015)


def test_repeats_tie_the_first_two_slots_together() -> None:
    day = generators.day(100, 30, 3, 5, repeats=4, seed=1)
    slot = day.session_slots.column
    assert [slot[day.topic == topic].tolist() for topic in range(4)] == [[0, 1]] * 4
    assert (day.topic >= 0).sum() == 8
    assert list(day.features) == [Feature.SLOTS, Feature.TOPICS]


def test_the_minimum_of_a_day_is_never_above_the_seats() -> None:
    day = generators.day(100, 11, 2, 5, slack=1, minimum=18, seed=1)
    assert day.capacity.tolist() == [17] * 6 + [20] * 5
    assert day.minimum.tolist() == [17] * 6 + [18] * 5
    assert list(day.features) == [Feature.SLOTS, Feature.MINIMUMS]


def test_a_large_day_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    day = generators.day(200, 20, 2, 5, minimum=8, repeats=3, seed=1)
    write_tables(day, tmp_path)
    assert read_tables(tmp_path) == day
    assert Problem.from_json(day.to_json()) == day


def test_the_seed_decides_a_day_of_any_size() -> None:
    seeds = (1, 1, 2, np.random.default_rng(1), np.random.default_rng(1))
    hashes = [generators.day(50, 12, 3, 4, seed=seed).content_hash for seed in seeds]
    assert hashes[0] == hashes[1] != hashes[2] != hashes[3] == hashes[4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"slots": 0}, "day: slots is 0; give a whole number from 1 to 1000"),
        ({"sessions": 1}, "day: sessions is 1; give a whole number from 2 to 100000000"),
        ({"participants": 0}, "day: participants is 0; give a whole number from 1 to 100000000"),
        ({"list_length": 6}, "day: list_length is 6; give a whole number from 1 to 5"),
        ({"slack": -1}, "day: slack is -1; give a number from 0 to 1000"),
        ({"zipf": 101}, "day: zipf is 101; give a number from 0 to 100"),
        ({"minimum": 2.5}, "day: minimum is 2.5; give a whole number from 0 to 100000000"),
        ({"repeats": 6}, "day: repeats is 6; give a whole number from 0 to 5"),
        ({"slots": 1, "repeats": 1}, "day: repeats is 1; give a whole number from 0 to 0"),
        ({"seed": None}, "day: seed is None; give a whole number from 0 or a numpy.random.Generator"),
    ],
)
def test_options_of_a_day_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    given = {"participants": 20, "sessions": 11, "slots": 2, "list_length": 3, "seed": 1}
    with pytest.raises(OptionError, match=re.escape(message)):
        generators.day(**given | options)
