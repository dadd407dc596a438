"""How much more those weigh who were served badly before."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Feature, Model, Problem, generators, solve
from pdalloc.errors import OptionError, ProblemError, UnsupportedError
from pdalloc.problem.history import history_weights

HISTORY = st.lists(st.one_of(st.just(math.nan), st.floats(0, 1)), min_size=1, max_size=6)


def two_people(first: float | None, second: float | None, **weights: float) -> Problem:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_session("y", capacity=1)
    for participant, history in (("p", first), ("q", second)):
        model.add_participant(participant, history=history, weight=weights.get(participant, 1))
        model.add_ranking(participant, ["x", "y"])
    return model.build()


def test_the_weight_is_the_inverse_of_the_history_in_tenths() -> None:
    history = np.array([1, 0.9, 0.8, 0.75, 2 / 3, 0.5, 0.4, 0.25, 0.2, 0.1, 0.05, 0])
    assert history_weights(history).tolist() == [1, 1.1, 1.2, 1.3, 1.5, 2, 2.5, 4, 5, 10, 10, 10]


@given(HISTORY)
def test_weights_follow_the_exact_quotient_and_never_rise_with_the_history(values: list[float]) -> None:
    known = [Fraction(value) for value in values if not math.isnan(value)]
    mean = sum(known) / len(known) if known else Fraction(1)
    weights = history_weights(np.array(values))
    exact = [1 / max(mean if math.isnan(value) else Fraction(value), Fraction(0.1)) for value in values]
    assert all(abs(Fraction(weight) - quotient) <= Fraction(1, 20) + Fraction(1, 10**9)
               for weight, quotient in zip(weights.tolist(), exact, strict=True))  # fmt: skip
    order = np.argsort(exact)
    assert (np.diff(weights[order]) >= 0).all()


@given(HISTORY, st.randoms(use_true_random=False))
def test_the_order_of_the_participants_does_not_matter(values: list[float], random: object) -> None:
    order = np.random.default_rng(random.randrange(2**32)).permutation(len(values))  # type: ignore[attr-defined]
    history = np.array(values)
    assert (history_weights(history[order]) == history_weights(history)[order]).all()


def test_who_is_unknown_weighs_as_the_mean_of_the_known() -> None:
    assert history_weights(np.array([1, math.nan, 0.6])).tolist() == [1, 1.2, 1.7]
    assert history_weights(np.array([math.nan, math.nan])).tolist() == [1, 1]


@pytest.mark.parametrize("solver", ["flow", "hungarian", "mip"])
def test_who_was_served_badly_before_comes_first_now(solver: str) -> None:
    for first, second, winner in ((1, 0.4, "q"), (0.4, 1, "p"), (0, 0.5, "p")):
        result = solve(two_people(first, second), solver)
        assert result.allocation.roster("x") == (winner,)
        assert result.levels[-1].name == "weighted rank cost"


def test_a_weight_is_divided_by_the_history_exactly() -> None:
    problem = two_people(1, 0.4, p=0.3)
    # 0.3 x 1.0 and 1 x 2.5, each in tenths: hundredths
    assert (problem.integer_weights.values.tolist(), problem.integer_weights.scale) == ([30, 250], 100)
    assert solve(problem).value == (Fraction(0), Fraction(3, 10))
    assert solve(two_people(1, 0.4, p=9.0)).value == (Fraction(0), Fraction(5, 2))
    with pytest.raises(OptionError, match=re.escape("weight 1e+18 with a history does not fit 62 bits; use smaller")):
        _ = two_people(1, 0.1, p=1e18).integer_weights


def test_history_is_a_feature_only_where_it_can_change_the_answer() -> None:
    for first, second in ((None, None), (0.4, 0.4), (0.4, None), (0.02, 0.1), (0.999, 1)):
        assert Feature.HISTORY not in two_people(first, second).features
    text = "participant 'q' has another history than the first"
    assert two_people(1, 0.5).features == {Feature.HISTORY: text}


@pytest.mark.parametrize("objective", ["greedy", "generous", "rank-maximal", "leximin", "welfare", "nash"])
def test_objectives_that_weigh_nobody_refuse_a_history(objective: str) -> None:
    for chain in (objective, f"rank-sum,{objective}"):
        text = f"objective '{chain}' does not handle history (here: participant 'q' has another history than the first)"
        with pytest.raises(UnsupportedError, match=re.escape(text)):
            solve(two_people(1, 0.5), "mip", objective=chain)


def test_a_history_is_taken_by_id() -> None:
    problem = two_people(0.3, 0.3)
    again = problem.with_history({"q": 0.5, "somebody who is not there today": 0.1})
    assert np.array_equal(again.history, [math.nan, 0.5], equal_nan=True)
    assert again == replace(problem, history=np.array([math.nan, 0.5]))
    assert problem.with_history({}) == two_people(None, None)
    whole = generators.lexington(seed=1)
    assert whole.with_history({}) == whole


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (1.01, "participant 'q': history 1.01 is not in 0 (had nothing) to 1 (had the best they could have); leave it"),
        (-0.1, "participant 'q': history -0.1 is not in 0 (had nothing) to 1"),
        (math.inf, "participant 'q': history inf is not in 0 (had nothing) to 1"),
        ("half", "participant 'q': history 'half' is not a number from 0 to 1"),
    ],
)
def test_what_is_no_history_is_refused(figure: float, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        two_people(None, None).with_history({"q": figure})
