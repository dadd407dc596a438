"""How participants were served on earlier days, and what it changes on the days after."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings

import pdalloc as pa
from pdalloc import Allocation, Model, Problem, history, solve
from pdalloc.errors import OptionError, ProblemError
from pdalloc.generators import plackett_luce
from tests.depth import examples
from tests.strategies import problems

PEOPLE, DAYS, SESSIONS, LIST = 60, 10, 10, 4


def day(*served: str, absent: str = "") -> Allocation:
    """Sessions x and y, each in the morning and the afternoon, ranked in this order; p, q and r want two places."""
    model = Model(ranking="per-slot")
    for slot in ("am", "pm"):
        for session in ("x", "y"):
            model.add_session(f"{session}-{slot}", capacity=3, slots=[slot])
    for participant in ("p", "q", "r"):
        if participant != absent:
            model.add_participant(participant)
            model.add_ranking(participant, ["x-am", "y-am"])
            model.add_ranking(participant, ["x-pm", "y-pm"])
    return Allocation.from_schedules(model.build(), {who: what.split() for who, what in map(day_of, served)})


def day_of(served: str) -> tuple[str, str]:
    who, _, what = served.partition(" ")
    return who, what


def test_the_figure_of_a_day_is_the_share_of_the_best_that_somebody_could_have_had() -> None:
    # rank 1 is worth 2 and rank 2 is worth 1, so that the best day is worth 4
    first = day("p x-am x-pm", "q x-am y-pm", "r")
    assert history(first) == {"p": 1, "q": 0.75, "r": 0}
    assert history(day("p y-am y-pm", "q x-am", "r y-pm")) == {"p": 0.5, "q": 0.5, "r": 0.25}


def test_several_days_count_by_their_mean_over_the_days_that_somebody_was_there() -> None:
    first, second, third = day("p x-am x-pm", "q x-am y-pm"), day("q y-am y-pm", absent="p"), day("p y-am", "r x-am")
    assert history(first, second, third) == {"p": 0.625, "q": 0.4167, "r": 0.1667}
    assert history(third, second, first) == history(first, second, third)
    assert history() == {}


def test_who_could_have_had_nothing_has_no_figure() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    for participant in ("p", "lists nothing", "wants nothing"):
        model.add_participant(participant, limit=0 if participant == "wants nothing" else None)
    model.add_choice("p", "x", 1)
    model.add_choice("wants nothing", "x", 1)
    assert history(solve(model.build())) == {"p": 1}


@settings(max_examples=examples(50))
@given(problem=problems(weights=True))
def test_figures_are_the_shares_of_an_audit_and_can_be_used(problem: Problem) -> None:
    result = solve(problem)
    figures = history(result)
    share = pa.metrics.share_of_own_maximum(result.allocation)
    for participant, known in zip(problem.participants, share.tolist(), strict=True):
        assert (participant in figures) == (not math.isnan(known))
        if participant in figures:
            assert figures[participant] == pytest.approx(min(max(known, 0), 1), abs=1e-4)
    assert solve(problem.with_history(figures)).status is pa.Status.OPTIMAL


def test_what_is_no_day_is_refused() -> None:
    with pytest.raises(OptionError, match="cannot take a history from a list; give allocations or results"):
        history([day()])  # type: ignore[arg-type]
    broken = Allocation.from_schedules(day().problem, {"p": ["x-am", "y-am"]})
    with pytest.raises(ProblemError, match="no history can be taken from an allocation that breaks a rule; "):
        history(broken)


# ---- ten days ----------------------------------------------------------------------------------------------------


def gaps(seed: int) -> tuple[float, float]:
    """Mean figure of the best tenth minus that of the worst after ten days, without history and with it.

    A third of the people are always after what is popular, a third are half as keen on it, and a third do not care;
    what they list is drawn anew every day, and the same in both runs. One place each, and 70 seats for 60.
    """
    rng = np.random.default_rng(seed)
    popular = 1 / np.arange(1, SESSIONS + 1)
    tastes = (popular**2, popular, np.ones(SESSIONS))
    without: list[pa.Result] = []
    with_it: list[pa.Result] = []
    for _ in range(DAYS):
        lists = [plackett_luce(PEOPLE // 3, SESSIONS, LIST, weights=taste, seed=rng) for taste in tastes]
        today = Problem.from_arrays(
            np.repeat(np.arange(PEOPLE), LIST),
            np.concatenate(lists).ravel(),
            np.tile(np.arange(LIST) + 1, PEOPLE),
            capacity=np.full(SESSIONS, 7),
        )
        without.append(solve(today, "flow"))
        with_it.append(solve(today.with_history(history(*with_it)), "flow"))
    return gap(without), gap(with_it)


def gap(days: list[pa.Result]) -> float:
    figures = np.sort(list(history(*days).values()))
    tenth = len(figures) // 10
    return float(figures[-tenth:].mean() - figures[:tenth].mean())


def test_over_ten_days_the_gap_between_the_best_and_the_worst_served_shrinks() -> None:
    without, with_it = np.array([gaps(seed) for seed in range(20)]).T
    less = without - with_it
    # the t-interval of a mean of 20 pairs: 2.093 standard errors on each side leave 2.5%
    half = 2.093 * less.std(ddof=1) / math.sqrt(len(less))
    assert less.mean() - half > 0
    # and it is no accident of size: at least a fifth of the gap goes
    assert less.mean() - half > without.mean() / 5
