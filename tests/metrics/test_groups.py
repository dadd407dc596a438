"""Group figures against resampling written out in plain Python, and cases counted by hand."""

from __future__ import annotations

import math
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import metrics
from pdalloc.errors import OptionError
from pdalloc.problem.groups import Group


def group(*value: int, values: tuple[str, ...] = ("Hill", "Lake", "Bay")) -> Group:
    return Group("school", values, np.array(value, np.int32))


def test_means_counts_and_small_cells() -> None:
    quantity = np.array([1.0, 3, 10, np.nan, 20, 7])
    gap = metrics.group_gap(quantity, group(0, 0, 1, 0, 1, -1), 1, small=2)
    assert gap.count.tolist() == [2, 2, 0]
    assert gap.mean[:2].tolist() == [2, 15]
    assert np.isnan([gap.mean[2], gap.lower[2], gap.upper[2]]).all()
    assert gap.small.tolist() == [False, False, True]
    assert gap.gap == 13
    frame = gap.to_frame()
    assert frame.index.name == "school"
    assert frame.loc["Lake", "mean"] == 15


def test_small_groups_do_not_make_the_gap() -> None:
    quantity = np.array([1.0, 3, 2, 2, 100])
    gap = metrics.group_gap(quantity, group(0, 0, 1, 1, 2), 1, small=2)
    assert (gap.gap, gap.small.tolist()) == (0, [False, False, True])
    alone = metrics.group_gap(quantity, group(0, 0, 1, 1, 2), 1, small=3)
    assert math.isnan(alone.gap)
    assert math.isnan(alone.gap_by_chance)
    assert metrics.group_gap(quantity, group(0, 0, 1, 1, 2), 1, small=1).gap == 98


def test_intervals_are_the_percentiles_of_every_bootstrap_sample() -> None:
    quantity = np.array([0.0, 1, 5, 2, 4])
    means = [sorted(sum(sample) / size for sample in product(cell, repeat=size)) for cell, size in CELLS]
    gap = metrics.group_gap(quantity, group(0, 0, 0, 1, 1, values=("a", "b")), 3, resamples=40_000, small=1)
    for cell, every in enumerate(means):
        assert gap.lower[cell] == pytest.approx(np.quantile(every, 0.025, method="inverted_cdf"), abs=0.01)
        assert gap.upper[cell] == pytest.approx(np.quantile(every, 0.975, method="inverted_cdf"), abs=0.01)


CELLS = [((0.0, 1.0, 5.0), 3), ((2.0, 4.0), 2)]


def test_the_gap_by_chance_is_the_mean_over_all_permutations() -> None:
    quantity = [0.0, 1, 5, 2, 4, 4]
    exact = np.mean([np.ptp([(a + b) / 2, (c + d) / 2, (e + f) / 2]) for a, b, c, d, e, f in permutations(quantity)])
    gap = metrics.group_gap(np.array(quantity), group(0, 1, 2, 0, 1, 2), 4, resamples=40_000, small=2)
    assert gap.gap_by_chance == pytest.approx(exact, abs=0.03)
    assert gap.gap_by_chance > 0  # the upward bias of largest minus smallest


@pytest.mark.parametrize("values", [6, 10**9])
def test_intervals_hold_the_truth_as_often_as_they_say(values: int) -> None:
    # few different values are resampled by their counts, many one by one: both are the same bootstrap
    rng = np.random.default_rng(7)
    held = 0
    for seed in range(100):
        quantity = rng.integers(values, size=60) / values
        gap = metrics.group_gap(quantity, group(*[0] * 60, values=("all",)), seed, resamples=300, confidence=0.9)
        held += bool(gap.lower[0] <= (values - 1) / values / 2 <= gap.upper[0])
    assert 80 <= held <= 98


def test_the_same_seed_gives_the_same_figures_whatever_the_order_of_the_table() -> None:
    rng = np.random.default_rng(1)
    quantity, value = rng.normal(size=50), rng.integers(3, size=50)
    first = metrics.group_gap(quantity, group(*value), 9)
    again = metrics.group_gap(quantity, group(*value), np.random.default_rng(9))
    assert (first.gap_lower, first.gap_upper, first.gap_by_chance) == (
        again.gap_lower,
        again.gap_upper,
        again.gap_by_chance,
    )
    assert first.lower.tolist() == again.lower.tolist()
    assert metrics.group_gap(quantity, group(*value), 10).lower.tolist() != first.lower.tolist()


def test_options_out_of_range_are_refused() -> None:
    good = np.ones(2)
    for options, text in (
        ({"resamples": 0}, "resamples is 0; it is at least 1, and 1,000 for steady intervals"),
        ({"confidence": 1.0}, "confidence 1.0 is not between 0 and 1"),
    ):
        with pytest.raises(OptionError) as error:
            metrics.group_gap(good, group(0, 1), 1, **options)
        assert str(error.value) == text
    with pytest.raises(OptionError) as error:
        metrics.group_gap(np.ones(3), group(0, 1), 1)
    assert str(error.value) == "quantity has shape (3,), but group 'school' has (2,)"


@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12))
def test_the_correlation_is_that_of_mid_ranks(pairs: list[tuple[int, int]]) -> None:
    def mid_ranks(values: list[int]) -> list[float]:
        return [sum(other < value for other in values) + (values.count(value) + 1) / 2 for value in values]

    first, second = mid_ranks([a for a, _ in pairs]), mid_ranks([b for _, b in pairs])
    real = metrics.history_correlation(*np.array(pairs, float).T)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert math.isnan(real)
    else:
        assert real == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-9)


def test_who_has_no_history_is_left_out() -> None:
    history = np.array([1.0, np.nan, 2, 3])
    assert metrics.history_correlation(np.array([9.0, 0, 8, 7]), history) == -1
    assert math.isnan(metrics.history_correlation(np.array([9.0, 0, np.nan, np.nan]), history))
    assert math.isnan(metrics.history_correlation(np.zeros(0), np.zeros(0)))
