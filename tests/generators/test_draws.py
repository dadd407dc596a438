"""Draws from weights are exact, however they are made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc.arrays import FloatArray, Int32Array
from pdalloc.generators import draws
from pdalloc.generators.draws import WeightedDraw, plackett_luce_draws
from tests.generators.laws import assert_follows, assert_no_session_twice, plackett_luce_law

Sampler = Callable[[np.random.Generator, FloatArray, int, int], Int32Array]


def with_replacement(rng: np.random.Generator, log_weight: FloatArray, lists: int, length: int) -> Int32Array:
    return draws._draw_with_replacement(rng, np.exp(log_weight), lists, length)


SAMPLERS = [with_replacement, draws._draw_by_keys, plackett_luce_draws]


@given(
    st.lists(st.sampled_from([0.0, 1e-12, 0.25, 1.0, 3.0]) | st.floats(0, 1e6), min_size=1, max_size=40).filter(any),
    st.lists(st.floats(0, 1, exclude_max=True), max_size=20),
)
def test_a_weighted_draw_is_inversion(weights: list[float], uniform: list[float]) -> None:
    draw = WeightedDraw(np.array(weights))
    edges = draw.bound[draw.bound < 1]
    numbers = np.concatenate([uniform, edges, np.nextafter(edges, 0), [np.nextafter(1, 0)]])
    outcome = draw(numbers)
    assert outcome.tolist() == [int(np.flatnonzero(draw.bound > number)[0]) for number in numbers]
    assert all(weights[number] > 0 for number in outcome)


def test_a_weighted_draw_needs_no_more_cells_for_more_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    uniform = np.random.default_rng(1).random(1000)
    weight = np.random.default_rng(2).random(300)
    many = WeightedDraw(weight)(uniform)
    monkeypatch.setattr(draws, "MOST_CELLS", 8)
    assert (WeightedDraw(weight)(uniform) == many).all()


@pytest.mark.parametrize("sample", SAMPLERS)
@pytest.mark.parametrize(
    ("weights", "length"),
    [([5, 3, 1], 3), ([5, 3, 1, 1], 2), ([1, 1, 1, 1], 4), ([8, 1, 1, 2], 3)],
)
def test_lists_follow_plackett_luce_by_either_way(sample: Sampler, weights: list[float], length: int) -> None:
    lists = sample(np.random.default_rng(5), np.log(weights), 30_000, length)
    assert_follows(lists, plackett_luce_law(weights, length))


@pytest.mark.parametrize("sample", SAMPLERS)
def test_blocks_make_no_difference_to_the_law(sample: Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "LISTS_A_BLOCK", 700)
    monkeypatch.setattr(draws, "KEYS_A_BLOCK", 1000)
    lists = sample(np.random.default_rng(6), np.log([5, 3, 1]), 20_000, 2)
    assert_follows(lists, plackett_luce_law([5, 3, 1], 2))


@pytest.mark.parametrize(
    ("log_weight", "length"),
    [
        (np.zeros(200), 200),  # whole rankings
        (-5 * np.log(np.arange(1.0, 1001)), 20),  # popularities that fall like rank^-5
        (np.array([0.0, -1e5, -2e5, -3e5] * 10), 8),  # weights that are 0 as floating-point numbers
    ],
)
def test_what_rejection_would_take_long_for_is_drawn_by_keys(
    log_weight: FloatArray, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "_draw_with_replacement", None)
    lists = plackett_luce_draws(np.random.default_rng(7), log_weight, 300, length)
    assert_no_session_twice(lists, len(log_weight))


def test_weights_of_any_size_keep_their_order() -> None:
    lists = plackett_luce_draws(np.random.default_rng(8), np.array([-1e5, 0.0, -3e5, -2e5]), 50, 4)
    assert (lists == [1, 0, 3, 2]).all()


def test_short_lists_out_of_many_sessions_are_not_drawn_by_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "_draw_by_keys", None)
    lists = plackett_luce_draws(np.random.default_rng(9), -0.8 * np.log(np.arange(1.0, 1001)), 2_000, 10)
    assert_no_session_twice(lists, 1000)
