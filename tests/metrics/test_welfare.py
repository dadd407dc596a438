"""Welfare and inequality against their definitions, written out in plain Python."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Problem, metrics
from pdalloc.errors import OptionError

GOODS = st.lists(st.integers(0, 6).map(float) | st.floats(0, 100).map(lambda value: round(value, 3)), min_size=1)


def test_fairpyx_publishes_these_figures_for_its_own_example() -> None:
    # its documentation: A values the items 11 and 22, B 33 and 44; A gets the first one, B the second
    problem = Problem.from_ratings([[11, 22], [33, 44]], capacity=[1, 1])
    utility = metrics.utilities(Allocation.from_schedules(problem, {"0": ["0"], "1": ["1"]}))
    assert metrics.utilitarian_welfare(utility) / 2 == 27.5
    assert metrics.egalitarian_welfare(utility) == 11


def test_nash_counts_the_positive_before_it_multiplies() -> None:
    assert metrics.nash_welfare(np.array([0.0, 2, 8, -3])) == pytest.approx((2, 4.0))
    nobody = metrics.nash_welfare(np.zeros(2))
    assert nobody.positive == 0
    assert math.isnan(nobody.geometric_mean)
    # a product of 10**6 utilities would be beyond every float
    assert metrics.nash_welfare(np.full(10**6, 7.0)) == pytest.approx((10**6, 7.0))


@given(values=st.lists(st.integers(-3, 9).map(float) | st.floats(-5, 5), min_size=1))
def test_welfare_agrees_with_the_definitions(values: list[float]) -> None:
    utility = np.array(values)
    assert metrics.utilitarian_welfare(utility) == pytest.approx(math.fsum(values))
    assert metrics.egalitarian_welfare(utility) == min(values)
    assert metrics.leximin_vector(utility).tolist() == sorted(values)
    positive = [value for value in values if value > 0]
    nash = metrics.nash_welfare(utility)
    assert nash.positive == len(positive)
    if positive:
        assert nash.geometric_mean == pytest.approx(statistics.geometric_mean(positive))


def gini(x: list[float]) -> float:
    return sum(abs(a - b) for a in x for b in x) / (2 * len(x) * sum(x))


def jain(x: list[float]) -> float:
    return sum(x) ** 2 / (len(x) * sum(a * a for a in x))


def theil(x: list[float]) -> float:
    mean = sum(x) / len(x)
    return sum(a / mean * math.log(a / mean) for a in x if a > 0) / len(x)


def atkinson(x: list[float], epsilon: float) -> float:
    mean = sum(x) / len(x)
    if epsilon >= 1 and min(x) == 0:
        return 1
    if epsilon == 1:
        return 1 - math.exp(sum(map(math.log, x)) / len(x)) / mean
    return 1 - math.pow(sum(a ** (1 - epsilon) for a in x) / len(x), 1 / (1 - epsilon)) / mean


def hoover(x: list[float]) -> float:
    mean = sum(x) / len(x)
    return sum(abs(a - mean) for a in x) / (2 * sum(x))


@given(x=GOODS)
def test_inequality_agrees_with_the_definitions(x: list[float]) -> None:
    quantity = np.array(x)
    mean = sum(x) / len(x)
    assert metrics.variance(quantity) == pytest.approx(sum((a - mean) ** 2 for a in x) / len(x), abs=1e-9)
    if not sum(x):
        return
    for real, definition in (
        (metrics.gini(quantity), gini(x)),
        (metrics.gini(quantity, np.full(len(x), 3)), gini(x * 3)),
        (metrics.jain(quantity), jain(x)),
        (metrics.theil(quantity), theil(x)),
        (metrics.hoover(quantity), hoover(x)),
        *((metrics.atkinson(quantity, epsilon), atkinson(x, epsilon)) for epsilon in (0.5, 1, 2)),
    ):
        assert real == pytest.approx(definition, abs=1e-9)
        assert 0 <= real <= max(1, math.log(len(x)))


INEQUALITY: list[Callable[..., float]] = [
    metrics.gini,
    metrics.jain,
    metrics.theil,
    metrics.atkinson,
    metrics.hoover,
]


@pytest.mark.parametrize("measure", INEQUALITY)
def test_inequality_compares_with_the_mean_and_knows_its_extremes(measure: Callable[..., float]) -> None:
    n = 8
    one_has_all: dict[Callable[..., float], float] = {
        metrics.gini: 1 - 1 / n,
        metrics.jain: 1 / n,
        metrics.theil: math.log(n),
        metrics.atkinson: 1 - 1 / n,
        metrics.hoover: 1 - 1 / n,
    }
    assert measure(np.eye(n)[3] * 5) == pytest.approx(one_has_all[measure])
    assert measure(np.full(n, 0.1)) == pytest.approx(1 if measure is metrics.jain else 0)
    some = np.array([1.0, 4, 4, 0, 7.5])
    assert measure(some * 1000) == pytest.approx(measure(some))  # no unit
    assert measure(np.repeat(some, 3)) == pytest.approx(measure(some))  # no size
    assert math.isnan(measure(np.zeros(3)))
    assert math.isnan(measure(np.zeros(0)))
    assert measure(np.array([4.0, 0, 7.5, 1]), count=np.array([2, 1, 1, 1])) == pytest.approx(measure(some))
    with pytest.raises(OptionError) as error:
        measure(np.array([1.0, -2.5]))
    assert str(error.value) == (
        "quantity -2.5 is negative; inequality is measured on a good of which nobody has less than nothing"
    )
    with pytest.raises(OptionError) as error:
        measure(np.array([1.0, np.nan]))
    assert str(error.value) == "quantity nan is not a finite number; leave it out"


def test_golden_values_of_inequality() -> None:
    quantity = np.array([1.0, 2, 3, 4])
    # pairs differ by 1, 1, 1, 2, 2, 3, each counted twice: 20 / (2 * 16 * 2.5)
    assert metrics.gini(quantity) == pytest.approx(0.25)
    assert metrics.jain(quantity) == pytest.approx(100 / (4 * 30))
    assert metrics.hoover(quantity) == pytest.approx(2 / 10)
    assert metrics.variance(quantity) == 1.25
    assert metrics.atkinson(np.array([1.0, 4]), 1) == pytest.approx(1 - 2 / 2.5)
    assert metrics.atkinson(np.array([1.0, 4]), 2) == pytest.approx(1 - 1.6 / 2.5)


def test_atkinson_says_which_epsilon_it_takes() -> None:
    assert metrics.atkinson(np.array([1e-200, 1.0]), 10) == pytest.approx(1)
    for epsilon in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(OptionError) as error:
            metrics.atkinson(np.ones(2), epsilon)
        assert str(error.value) == f"epsilon is {epsilon}; it is a number above 0, such as 0.5"
    assert metrics.variance(np.array([-1.0, 1])) == 1
    assert math.isnan(metrics.variance(np.zeros(0)))
    assert math.isnan(metrics.egalitarian_welfare(np.zeros(0)))
