"""Metrics on days small enough to count by hand."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, metrics, solve
from pdalloc.errors import OptionError
from tests import oracle
from tests.strategies import allocations, problems

NAN = pytest.approx(math.nan, nan_ok=True)


def day(*, unlisted: bool = False, ranking: str = "per-day") -> Allocation:
    """p has a long session (rank 2, two places), q rank 1 and an empty slot, r an unlisted place or nothing."""
    model = Model(unlisted="last" if unlisted else "forbidden", ranking=ranking)  # type: ignore[arg-type]
    for slot in ("am", "pm"):
        model.add_slot(slot)
    model.add_session("x", capacity=2, slots=["am"])
    model.add_session("both", capacity=1, slots=["am", "pm"])
    model.add_session("y", capacity=1, slots=["pm"])
    model.add_participant("p")
    model.add_participant("q")
    model.add_participant("r", away=["pm"])
    model.add_ranking("p", ["x", "both", "y"])
    model.add_ranking("q", ["x", "y"])
    return Allocation.from_schedules(model.build(), {"p": ["both"], "q": ["x"]} | ({"r": ["x"]} if unlisted else {}))


def test_places() -> None:
    assert metrics.filled_places(day()) == 3
    assert metrics.empty_places(day()) == 2  # q in the afternoon, r in the morning
    assert metrics.seats_filled(day()) == 2 / 4
    assert metrics.empty_places(day(unlisted=True)) == 1


def test_ranks() -> None:
    assert metrics.profile(day()).tolist() == [1, 2, 0]
    assert metrics.profile(day(unlisted=True)).tolist() == [1, 2, 0, 1]
    assert metrics.mean_rank(day()) == (2 + 2 + 1) / 3
    assert metrics.mean_rank(day(unlisted=True)) == (2 + 2 + 1 + 4) / 4


def test_the_cumulative_profile_and_the_median() -> None:
    assert metrics.cumulative_profile(day()).tolist() == [1, 3, 3]
    assert metrics.median_rank(day()) == 2  # of 1, 2, 2
    assert metrics.median_rank(day(unlisted=True)) == 2  # of 1, 2, 2, 4
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x", "y"]}, capacity={"x": 1, "y": 1})
    assert metrics.median_rank(Allocation.from_schedules(problem, {"p": ["x"], "q": ["y"]})) == 1.5


def test_sessions_that_do_not_run_or_that_nobody_attends() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity=dict.fromkeys("xyz", 1))
    allocation = Allocation.from_schedules(problem, {"p": ["x"]}, cancelled=["y"])
    assert (metrics.cancelled_sessions(allocation), metrics.unattended_sessions(allocation)) == (1, 1)


def test_day_costs() -> None:
    assert metrics.day_costs(day()).tolist() == [2, 0 + 3, 3]
    assert metrics.day_costs(day(unlisted=True)).tolist() == [2, 3, 3]
    assert metrics.rank_cost(day()) == 8


def test_share_in_top_counts_lists() -> None:
    # one list a participant; r listed nothing and is not served
    assert metrics.share_in_top(day(), 1) == 1 / 3
    assert metrics.share_in_top(day(), 2) == 2 / 3
    # one list in each slot where a place is wanted: five in all, p's long session serves both of hers
    assert metrics.share_in_top(day(ranking="per-slot"), 1) == 1 / 5
    assert metrics.share_in_top(day(ranking="per-slot"), 2) == 3 / 5
    with pytest.raises(OptionError, match="k is 0; it counts choices from 1"):
        metrics.share_in_top(day(), 0)


def test_nobody_placed_gives_no_number() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 0})
    nobody = solve(problem).allocation
    assert math.isnan(metrics.mean_rank(nobody))
    assert math.isnan(metrics.median_rank(nobody))
    assert math.isnan(metrics.seats_filled(nobody))
    assert metrics.share_in_top(nobody) == 0
    assert metrics.profile(nobody).tolist() == [0]


@given(problem=problems())
def test_metrics_agree_with_the_definitions(problem: Problem) -> None:
    allocation = solve(problem, "lottery", seed=1).allocation
    days = [
        tuple(allocation.session[allocation.participant == participant].tolist())
        for participant in range(len(problem.participants))
    ]
    keys = [oracle.day_key(problem, participant, chosen) for participant, chosen in enumerate(days)]
    assert metrics.day_costs(allocation).tolist() == [key[2] for key in keys]
    assert metrics.empty_places(allocation) == sum(key[0] for key in keys)
    assert metrics.rank_cost(allocation) == sum(key[2] for key in keys)
    assert metrics.profile(allocation).sum() == metrics.filled_places(allocation)
    last = problem.unlisted_rank
    ranks = [
        oracle.listed(problem, participant).get(session, last)
        for participant, chosen in enumerate(days)
        for session in chosen
        for _ in range(oracle.places(problem, [session]))
    ]
    if ranks:
        assert metrics.median_rank(allocation) == statistics.median(ranks)
    for rank, count in enumerate(metrics.cumulative_profile(allocation).tolist(), 1):
        assert count == sum(given <= rank for given in ranks)


@given(data=st.data())
def test_counts_agree_with_loops_over_participants_and_sessions(data: st.DataObject) -> None:
    problem = data.draw(problems(minimums=True))
    allocation = data.draw(allocations(problem))
    runs, people, last = allocation.runs.tolist(), range(len(problem.participants)), problem.unlisted_rank
    chosen = [oracle.schedule_of(allocation, participant) for participant in people]
    lists = [oracle.listed(problem, participant) for participant in people]
    # the rank of every place; a long session fills several
    ranks = [
        [lists[who].get(session, last) for session in chosen[who] for _ in range(oracle.places(problem, [session]))]
        for who in people
    ]
    every = [rank for row in ranks for rank in row]
    there = [sum(session in schedule for schedule in chosen) for session in range(len(problem.sessions))]
    assert metrics.filled_places(allocation) == len(every)
    assert metrics.mean_rank(allocation) == (pytest.approx(statistics.mean(every)) if every else NAN)
    assert metrics.cancelled_sessions(allocation) == runs.count(False)
    assert metrics.unattended_sessions(allocation) == sum(run and not n for run, n in zip(runs, there, strict=True))
    seats = sum(seats for run, seats in zip(runs, problem.capacity.tolist(), strict=True) if run)
    assert metrics.seats_filled(allocation) == (sum(there) / seats if seats else NAN)

    wanted = [oracle.wanted(problem, participant, tuple(runs)) for participant in people]
    for k in (1, 2, 3):
        # an unlisted place is nobody's choice, even where the longest list is shorter than k
        served = [sum(rank <= k and rank != last for rank in row) for row in ranks]
        if problem.ranking == "per-slot" and len(problem.slots):
            share = sum(served) / sum(wanted) if sum(wanted) else NAN
        else:
            share = sum(map(bool, served)) / sum(map(bool, wanted)) if sum(wanted) else NAN
        assert metrics.share_in_top(allocation, k) == share

    choices = problem.choices
    for entry, worth in enumerate(metrics.choice_values(problem).tolist()):
        participant, session = int(choices.participant[entry]), int(choices.session[entry])
        if choices.rating is not None:
            assert worth == oracle.rating(problem, participant, session)
        else:
            lost = lists[participant][session] - 1
            assert worth == (oracle.longest_list(problem) - lost) * oracle.places(problem, [session])


def test_the_summary_shows_allocations_side_by_side() -> None:
    summary = metrics.summary({"one": day(), "<two>": day(unlisted=True)})
    frame = summary.to_frame()
    assert list(frame.loc["places filled"]) == [3, 4]
    assert list(frame.loc["unlisted places"]) == [0, 1]
    text = str(summary)
    assert [len(line) for line in text.splitlines()] == [len(text.splitlines()[0])] * len(text.splitlines())
    assert "mean rank" in text
    assert "60.0%" not in text
    assert "&lt;two&gt;" in summary._repr_html_()


def test_one_allocation_needs_no_name() -> None:
    assert metrics.summary(day()).columns.keys() == {""}


def test_values_are_points_by_rank_or_ratings() -> None:
    # the longest list has three choices; the long session fills two places
    assert metrics.choice_values(day().problem).tolist() == [3, 4, 1, 3, 2]
    assert metrics.utilities(day()).tolist() == [4, 3, 0]
    rated = Problem.from_ratings([[11, 22], [33, 44]], capacity=[1, 1])
    assert metrics.utilities(Allocation.from_schedules(rated, {"0": ["0"], "1": ["1"]})).tolist() == [11, 44]


@given(problem=problems())
def test_points_lost_are_the_cost_of_the_day(problem: Problem) -> None:
    allocation = solve(problem, "lottery", seed=1).allocation
    if problem.choices.rating is None:
        lost = problem.longest_list * allocation.wanted - metrics.utilities(allocation)
        assert lost.tolist() == metrics.day_costs(allocation).tolist()
