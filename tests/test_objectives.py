"""Objectives: integers exactly, whatever the ratings, weights and rank costs."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, RankSum, Welfare, solve
from pdalloc.errors import OptionError, UnsupportedError
from pdalloc.integers import to_integers
from pdalloc.objectives import Greedy, Level, get_objective


@given(numbers=st.lists(st.decimals(-1000, 1000, places=6).map(float), max_size=5))
def test_decimals_become_integers_exactly_at_the_smallest_scale(numbers: list[float]) -> None:
    values, scale, rounded = to_integers(np.array(numbers))
    assert not rounded
    exact = [Fraction(repr(number)) for number in numbers]
    assert [Fraction(value, scale) for value in values.tolist()] == exact
    assert scale == 1 or any((number * (scale // 10)).denominator != 1 for number in exact)


def test_finer_numbers_are_rounded_and_it_is_said() -> None:
    values, scale, rounded = to_integers(np.array([1 / 3, 0.5]))
    assert (values.tolist(), scale, rounded) == ([333333, 500000], 10**6, True)
    problem = Problem.from_ratings([[1 / 3]], capacity=[1])
    result = solve(problem, objective="welfare")
    assert result.notes == ("ratings were rounded to units of 1/1,000,000",)
    assert result.headline() == "flow: optimal, welfare (0.333333 welfare)"


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(OptionError, match=r"number 1e\+18 times scale 10 does not fit 62 bits; use smaller numbers"):
        to_integers(np.array([1e18, 0.5]))
    with pytest.raises(OptionError, match=r"number 1e\+300 times scale 1 does not fit 62 bits"):
        to_integers(np.array([1e300]))


@pytest.mark.parametrize(
    ("level", "value", "text"),
    [
        (Level("cost"), -1234, "-1,234"),
        (Level("cost", scale=10), 9065, "906.5"),
        (Level("cost", scale=100), -5, "-0.05"),
        (Level("cost", scale=1000), 1234000, "1,234"),
    ],
)
def test_values_print_exactly(level: Level, value: int, text: str) -> None:
    assert level.text(value) == text


def weighted() -> Problem:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_session("y", capacity=1)
    for participant, weight in (("p", 1.0), ("q", 2.5), ("r", 1.0)):
        model.add_participant(participant, weight=weight)
        model.add_ranking(participant, ["x", "y"])
    return model.build()


@pytest.mark.parametrize("solver", ["flow", "hungarian"])
def test_weights_decide_who_gets_the_seat(solver: str) -> None:
    result = solve(weighted(), solver)
    assert result.allocation.schedule_of("q") == ("x",)
    # q at no cost, one of the others at rank 2 (cost 1), the last one empty (cost 2, the longest list), in tenths
    assert result.objective == (1, 30)
    assert result.headline() == f"{solver}: optimal, rank-sum (1 empty places, 3 weighted rank cost)"


@pytest.mark.parametrize("solver", ["flow", "hungarian"])
def test_rank_costs_replace_ranks(solver: str) -> None:
    # by ranks, two second places cost as much as a first and a third; by squares they cost less
    problem = Problem.from_rankings({"p": ["x", "y", "z"], "q": ["x", "y", "z"]}, capacity={"x": 1, "y": 0, "z": 1})
    assert solve(problem, solver).objective == (0, 2)
    assert solve(problem, solver, rank_costs=[0, 1, 4]).objective == (0, 4)
    assert solve(problem, solver, objective=RankSum((0, 1, 9))).objective == (0, 9)


def test_an_empty_place_costs_the_longest_list_or_one_more_than_the_last_rank_cost() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x"]}, capacity={"x": 1, "y": 0})
    assert solve(problem).objective == (1, 2)
    assert solve(problem, rank_costs=[0, 7]).objective == (1, 8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank_costs": [0]}, "rank_costs has 1 entries but the longest list or largest rank is 2; give 2"),
        ({"rank_costs": [1, 0]}, "rank_costs (1, 0) fall or are negative; a worse rank cannot cost less"),
        ({"rank_costs": [-1, 0]}, "rank_costs (-1, 0) fall or are negative"),
        ({"rank_costs": [0, 0.5]}, "rank_costs is [0, 0.5]; give whole numbers, one for each rank"),
        ({"rank_costs": 5}, "rank_costs is 5; give whole numbers, one for each rank"),
        ({"rank_costs": []}, "rank_costs is []; give whole numbers, one for each rank"),
        (
            {"rank_costs": [0, 2**58 // 25]},
            "costs from 0 to 288,230,376,151,711,750, with 2 sessions, do not fit 60 bits; use smaller rank_costs,",
        ),
        ({"rank_costs": [0, 2**80]}, "beyond 62 bits; use smaller rank_costs, weights or limits"),
        ({"objective": "happiness"}, "unknown objective 'happiness'; there are rank-sum, welfare"),
        ({"objective": "welfare", "rank_costs": [0, 1]}, "objective 'welfare' takes no rank_costs; only rank-sum does"),
        ({"objective": "rank-sum,"}, "unknown objective ''; there are rank-sum, welfare"),
        (
            {"objective": "greedy,greedy"},
            "a chain of objectives is ['greedy', 'greedy']; give two or more different ones",
        ),
        ({"objective": []}, "objective is []; give a name, an object such as RankSum(), or a list of these"),
        (
            {"objective": ["greedy", 3]},
            "objective is ['greedy', 3]; give a name, an object such as RankSum(), or a list",
        ),
        ({"objective": RankSum}, "objective is <class 'pdalloc.objectives.rank_sum.RankSum'>; give a name, an object"),
        ({"objective": [RankSum()], "rank_costs": [0, 1]}, "which has its own; give one of the two"),
    ],
)
def test_bad_objectives_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        solve(weighted(), "flow", **options)


def test_a_weight_that_would_round_to_nothing_is_refused() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_participant("p", weight=4e-7)
    model.add_choice("p", "x", 1)
    with pytest.raises(OptionError, match="weight 4e-07 is below half of 1/1,000,000, the finest unit; use larger"):
        solve(model.build())


def test_welfare_needs_ratings() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match="objective 'welfare' needs ratings; give a rating with every choice, or use"):
        solve(problem, objective="welfare")


def test_welfare_refuses_weights_by_name() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    for participant, weight in (("p", 1.0), ("q", 2.0)):
        model.add_participant(participant, weight=weight)
        model.add_choice(participant, "x", rating=1)
    with pytest.raises(UnsupportedError, match="objective 'welfare' does not handle participant weights"):
        solve(model.build(), objective="welfare")


def test_a_value_is_that_of_any_allocation_not_only_a_solved_one() -> None:
    problem = Problem.from_ratings([[4.0, 1.5], [3.0, 2.0]], capacity=[1, 1])
    worse = Allocation.from_schedules(problem, {"0": ["1"]})
    assert RankSum().value(worse) == (1, 1 + 2)
    assert Welfare().value(worse) == (15,)
    assert Welfare().levels(problem) == (Level("welfare", maximise=True, scale=10),)
    assert get_objective("welfare") == Welfare()


def test_a_chain_is_the_same_however_it_is_written() -> None:
    chain = get_objective("rank-sum, greedy,generous")
    assert chain == get_objective(["rank-sum", Greedy(), "generous"]) == get_objective((chain,))
    assert chain == get_objective([get_objective("rank-sum,greedy"), "generous"])
    assert chain.name == "rank-sum,greedy,generous"
    assert chain.refuses == Greedy().refuses
    assert get_objective(["rank-sum"], [0, 5]) == RankSum([0, 5])  # type: ignore[arg-type]


def test_a_chain_counts_each_level_once() -> None:
    problem = Problem.from_ratings([[4.0, 1.5], [3.0, 2.0]], capacity=[1, 1])
    chain = get_objective("rank-sum,welfare,greedy")
    names = ["empty places", "rank cost", "welfare", "places at rank 1", "places at rank 2"]
    assert [level.name for level in chain.levels(problem)] == names
    for solver in ("flow", "hungarian"):
        assert solve(problem, solver, objective=["rank-sum", "welfare"]).objective == (0, 1, 60)


def test_sums_beyond_64_bits_stay_exact() -> None:
    ratings = np.full((40, 40), 2.0**52)
    problem = Problem.from_ratings(ratings, capacity=[1] * 40)
    allocation = Allocation.from_sessions(problem, np.arange(40))
    assert Welfare().value(allocation) == (40 * 2**52,)


def test_many_empty_places_do_not_wrap_around() -> None:
    model = Model()
    for session, seats in (("x", 2**31 - 1), ("y", 2)):
        model.add_session(session, capacity=seats)
    model.add_participant("p", limit=2**31 - 1)
    model.add_ranking("p", ["x", "y"])
    problem = model.build()
    assert solve(problem, "flow").objective == (2**31 - 3, 0 + 1 + 2 * (2**31 - 3))
    with pytest.raises(OptionError, match="a day could cost 2361183240337458462719, beyond 62 bits; use smaller"):
        solve(problem, "flow", rank_costs=[0, 2**40])


@pytest.mark.parametrize("engine", ["transport", "ortools"])
def test_ratings_beyond_the_engine_are_refused_as_options(engine: str) -> None:
    problem = Problem.from_arrays([0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 1, 2], [1, 1], rating=[2e18] * 4)
    with pytest.raises(
        OptionError, match=r"with 2 sessions,? do not fit.* 6[04] bits; use smaller rank_costs, weights"
    ):
        solve(problem, "flow", objective="welfare", engine=engine)


def test_a_value_comes_in_its_own_units_too() -> None:
    result = solve(Problem.from_ratings([[0.5], [0.25]], capacity=[2]), objective="welfare")
    assert (result.objective, result.value) == ((75,), (Fraction(3, 4),))
    assert solve(Problem.from_rankings({"p": ["x"]}, capacity={"x": 1}), "lottery").value is None
