from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from pdalloc import Allocation, Problem, generators, solve
from pdalloc.errors import OptionError
from pdalloc.plots import rank_curves
from tests.plots.drawn import legend_texts, lines, points, two_days
from tests.strategies import problems


def test_a_curve_counts_places_at_each_rank_or_better_among_the_wanted_ones() -> None:
    _, allocations = two_days()
    axes = rank_curves(allocations)
    drawn = lines(axes)
    assert points(drawn["one"]) == [(1, 0.25), (2, 0.5), (3, 0.75)]
    assert points(drawn["two"]) == [(1, 0.25), (2, 0.75), (3, 0.75)]
    assert legend_texts(axes) == ["one", "two"]
    assert axes.yaxis.get_major_formatter()(0.55) == "55%"


@settings(max_examples=15)
@given(problems())
def test_curves_are_those_counted_by_hand(problem: Problem) -> None:
    if not problem.wanted.sum() or not problem.longest_list:
        return
    allocation = solve(problem, seed=1).allocation
    ranks = np.repeat(allocation.rank, allocation.size).tolist()
    [line] = rank_curves(allocation).get_lines()
    for rank, share in points(line):
        assert share == pytest.approx(sum(there <= rank for there in ranks) / int(problem.wanted.sum()))


def test_unlisted_places_come_after_the_last_rank() -> None:
    problem = Problem.from_rankings({"ann": ["x"], "bob": ["x"]}, capacity={"x": 1, "y": 1}, unlisted="last")
    axes = rank_curves(Allocation.from_schedules(problem, {"ann": ["x"], "bob": ["y"]}))
    assert points(axes.get_lines()[0]) == [(1, 0.5), (2, 1)]
    assert axes.get_xlabel() == "rank (2: unlisted)"
    assert axes.get_legend() is None


def test_eight_lines_differ_without_their_colours() -> None:
    _, allocations = two_days()
    axes = rank_curves([allocations["one"]] * 8)
    styles = {(line.get_marker(), line.get_linestyle()) for line in axes.get_lines()}
    assert len(styles) == 8
    assert {line.get_marker() for line in axes.get_lines()} >= {"o", "s", "^", "D"}


def test_results_go_by_the_names_of_their_solvers() -> None:
    day = generators.market(generators.impartial_culture(20, 4, 3, seed=1), np.full(4, 5))
    axes = rank_curves([solve(day, "lottery", seed=1), solve(day, "flow")])
    assert legend_texts(axes) == ["lottery", "flow"]


def test_a_day_without_ranks_is_refused() -> None:
    problem = Problem.from_rankings({"ann": []}, capacity={"x": 1})
    with pytest.raises(OptionError, match="allocation 'nobody' is of a day on which nobody wants anything"):
        rank_curves({"nobody": Allocation.from_schedules(problem, {})})


def test_curves_of_allocations_without_unlisted_places_go_on_beside_one_that_has_them() -> None:
    problem = Problem.from_rankings({"ann": ["x"], "bob": ["x"]}, capacity={"x": 1, "y": 1})
    listed = Allocation.from_schedules(problem, {"ann": ["x"]})
    unlisted = Allocation.from_schedules(problem, {"ann": ["x"], "bob": ["y"]})
    drawn = lines(rank_curves({"listed": listed, "unlisted": unlisted}))
    assert points(drawn["listed"]) == [(1, 0.5), (2, 0.5)]
    assert points(drawn["unlisted"]) == [(1, 0.5), (2, 1)]


def test_a_name_that_begins_with_an_underscore_is_in_the_legend() -> None:
    _, allocations = two_days()
    named = rank_curves({"_mine": allocations["one"], "$": allocations["two"]})
    assert [text.strip() for text in legend_texts(named)] == ["_mine", r"\$"]


def test_one_rank_has_one_tick() -> None:
    problem = Problem.from_rankings({"ann": ["x"], "bob": ["x"]}, capacity={"x": 1})
    axes = rank_curves(solve(problem))
    low, high = axes.get_xlim()
    assert [tick for tick in axes.get_xticks() if low <= tick <= high] == [1]
