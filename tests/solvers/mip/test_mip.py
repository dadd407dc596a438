"""The solver `mip`: against brute force, on known cases, and when it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Feature, Model, Problem, Progress, Result, Status, generators, metrics, solve
from pdalloc.errors import InfeasibleError, OptionError
from pdalloc.objectives import OBJECTIVES
from pdalloc.solvers.mip import days as mip_days
from pdalloc.solvers.mip import relaxation, sums
from pdalloc.solvers.mip.engine import ENGINES
from tests import oracle
from tests.depth import examples
from tests.strategies import problems

RATED = ("welfare", "nash")
WEIGHING = {Feature.WEIGHTS, Feature.HISTORY}


def days(objective: str) -> st.SearchStrategy[Problem]:
    rated = objective in RATED
    drawn = [
        problems(minimums=True, facilitator_limits=limits, rated=rated or None, weights=objective == "rank-sum")
        for limits in (False, True)
    ]
    return st.one_of(drawn).filter(lambda problem: not rated or problem.choices.rating is not None)


def check(problem: Problem, objective: str, engine: str) -> None:
    if not any(True for _ in oracle.outcomes(problem)):
        with pytest.raises(InfeasibleError, match="no allocation keeps all the rules"):
            solve(problem, "mip", objective=objective, engine=engine)
        return
    result = solve(problem, "mip", objective=objective, engine=engine)
    assert result.status is Status.OPTIMAL
    assert result.objective == result.bound == oracle.best(problem, objective)


Outcome = tuple[list[oracle.Schedule], tuple[bool, ...]]


def result_of(result: Result) -> Outcome:
    allocation = result.allocation
    people = range(len(allocation.problem.participants))
    return (
        [tuple(allocation.session[allocation.participant == person].tolist()) for person in people],
        tuple(allocation.runs.tolist()),
    )


def key(problem: Problem, objectives: tuple[str, ...], outcome: Outcome) -> tuple[tuple[int, ...], ...]:
    """What an outcome is worth to objectives, one after the other; less is better."""
    return tuple(oracle.less_is_better(problem, name, oracle.value(problem, name, *outcome)) for name in objectives)


@contextmanager
def relaxations_first() -> Iterator[None]:
    """Small models are relaxed before they go to an engine, as large ones are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "FEW_COLUMNS", 0)
        yield


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_every_engine_agrees_with_brute_force(objective: str, data: st.DataObject) -> None:
    problem = data.draw(days(objective))
    for engine in ENGINES:
        check(problem, objective, engine)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_agrees_with_brute_force_where_relaxations_come_first(objective: str, data: st.DataObject) -> None:
    problem = data.draw(days(objective))
    with relaxations_first():
        check(problem, objective, "highs")


@pytest.mark.parametrize("objectives", [("leximin",), ("generous", "leximin"), ("nash", "rank-sum")])
@settings(max_examples=examples(25))
@given(data=st.data())
def test_agrees_with_brute_force_where_schedules_are_looked_at_one_by_one(
    objectives: tuple[str, ...], data: st.DataObject
) -> None:
    problem = data.draw(days(objectives[0]).filter(lambda problem: not WEIGHING & set(problem.features)))
    every = list(oracle.outcomes(problem))
    if not every:
        return
    with relaxations_first(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "ALL_AT_ONCE", 0)
        patch.setattr(relaxation, "A_ROUND", 1)
        patch.setattr(mip_days, "FIRST_SCHEDULES", 1)
        result = solve(problem, "mip", objective=list(objectives))
    assert result.status is Status.OPTIMAL
    assert key(problem, objectives, result_of(result)) == min(key(problem, objectives, outcome) for outcome in every)


@pytest.mark.long
@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=examples(200))
@given(data=st.data())
def test_agrees_with_brute_force_on_200_days(objective: str, data: st.DataObject) -> None:
    problem = data.draw(days(objective))
    for engine in ENGINES:
        check(problem, objective, engine)
    with relaxations_first():
        check(problem, objective, "highs")


@pytest.mark.parametrize("objectives", [("generous", "rank-sum"), ("leximin", "rank-sum"), ("greedy", "leximin")])
@settings(max_examples=examples(25))
@given(problem=problems(minimums=True))
def test_a_chain_is_best_for_the_first_and_among_those_for_the_next(
    objectives: tuple[str, str], problem: Problem
) -> None:
    every = list(oracle.outcomes(problem))
    if not every:
        return

    result = solve(problem, "mip", objective=list(objectives))
    assert result.status is Status.OPTIMAL
    assert key(problem, objectives, result_of(result)) == min(key(problem, objectives, outcome) for outcome in every)


# ---- known cases -----------------------------------------------------------------------------------------------------


def three_people_two_slots() -> Problem:
    """A day whose linear relaxation is worth 6.5, and no allocation more than 6 (issue 4 of the project)."""
    ratings = [[[0, 0], [3, 2]], [[1, 2], [2, 0]], [[0, 2], [1, 1]]]
    model = Model(ranking="per-slot")
    for slot in range(2):
        for topic in range(2):
            model.add_session(f"s{slot}{topic}", capacity=1, slots=[f"slot {slot}"], topic=f"topic {topic}")
    for person, by_slot in enumerate(ratings):
        model.add_participant(f"p{person}")
        for slot, by_topic in enumerate(by_slot):
            for topic, rating in enumerate(by_topic):
                model.add_choice(f"p{person}", f"s{slot}{topic}", rating=rating)
    return model.build()


@pytest.mark.parametrize("engine", ENGINES)
def test_topics_once_make_a_gap_to_the_relaxation_that_is_closed(engine: str) -> None:
    problem = three_people_two_slots()
    result = solve(problem, "mip", objective="welfare", engine=engine)
    assert (result.status, result.objective) == (Status.OPTIMAL, (6,))
    with relaxations_first():
        assert solve(problem, "mip", objective="welfare", engine=engine).objective == (6,)


def facilitators_want_each_other() -> Problem:
    model = Model()
    model.add_session("A", capacity=10, minimum=1, slots=["morning"], facilitators=["F1"])
    model.add_session("B", capacity=10, minimum=1, slots=["morning"], facilitators=["F2"])
    for person, ranking in {
        "p1": "AB", "p2": "AB", "p3": "BA", "p4": "BA", "F1": "B", "F2": "A",
    }.items():  # fmt: skip
        model.add_participant(person)
        model.add_ranking(person, list(ranking))
    return model.build()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("objective", ["rank-sum", "greedy", "generous", "leximin"])
def test_nothing_healthy_is_cancelled_to_gain_a_place(objective: str, engine: str) -> None:
    result = solve(facilitators_want_each_other(), "mip", objective=objective, engine=engine)
    assert result.allocation.runs.all()
    # four places at rank 1: the sum of ranks is 4, that of place costs 0
    assert result.allocation.rank.tolist() == [1, 1, 1, 1]


def test_a_facilitator_of_a_cancelled_session_takes_a_place() -> None:
    model = Model()
    model.add_session("A", capacity=10, minimum=2, slots=["morning"], facilitators=["F1"])
    model.add_session("B", capacity=10, minimum=2, slots=["morning"])
    for person, ranking in {"p1": "AB", "p2": "B", "F1": "B"}.items():
        model.add_participant(person)
        model.add_ranking(person, list(ranking))
    result = solve(model.build(), "mip")
    assert result.allocation.runs.tolist() == [False, True]
    assert result.allocation.roster("B") == ("p1", "p2", "F1")
    assert result.objective == (0, 1)


def test_a_session_that_must_run_takes_whom_it_needs() -> None:
    model = Model()
    model.add_session("A", capacity=2, minimum=2, must_run=True)
    model.add_session("B", capacity=2)
    for person in ("p1", "p2"):
        model.add_participant(person)
        model.add_ranking(person, ["B", "A"])
    assert solve(model.build(), "mip").allocation.roster("A") == ("p1", "p2")


def test_a_supervisor_has_no_more_participants_than_they_can_take() -> None:
    model = Model()
    for project in ("x", "y", "z"):
        model.add_session(project, capacity=1, facilitators=["S"] if project != "z" else [])
    model.add_facilitator("S", most_participants=1)
    for person, ranking in {"p1": "xz", "p2": "yz"}.items():
        model.add_participant(person)
        model.add_ranking(person, list(ranking))
    result = solve(model.build(), "mip")
    assert result.objective == (0, 1)
    assert result.allocation.attendance.sum() == 2


@pytest.mark.parametrize("objective", ["rank-sum", "leximin"])
def test_says_why_no_allocation_keeps_all_the_rules(objective: str) -> None:
    model = Model()
    model.add_session("A", capacity=2, minimum=2, must_run=True)
    model.add_session("B", capacity=2, minimum=1, must_run=True)
    model.add_participant("p1")
    model.add_ranking("p1", ["A", "B"])
    remedy = "lower its minimum, or take must_run and fixed pairs off it"
    too_few = rf"session 'A' has to run with at least 2 participants, but only 1 could take it; {remedy}$"
    with pytest.raises(InfeasibleError, match=f"^no allocation keeps all the rules: {too_few}"):
        solve(model.build(), "mip", objective=objective)
    model.add_participant("p2")
    model.add_ranking("p2", ["A", "B"])
    together = rf"such as 'A', 'B', cannot all have as many participants as they need; {remedy}$"
    with pytest.raises(InfeasibleError, match=f"^no allocation keeps .* the sessions that have to run, {together}"):
        solve(model.build(), "mip", objective=objective)


def test_begins_from_an_allocation_that_it_is_given() -> None:
    day, optimum, _ = too_few()
    result = solve(day, "mip", start=optimum.allocation, stop=StopAfter(1))
    assert result.allocation == optimum.allocation


def test_leximin_lets_one_wait_less_rather_than_many_get_more() -> None:
    model = Model()
    for session in "abcd":
        model.add_session(session, capacity=1)
    for person, ranking in {"p1": "abcd", "p2": "abcd", "p3": "bc"}.items():
        model.add_participant(person)
        model.add_ranking(person, list(ranking))
    problem = model.build()
    # with rank-sum p3 may have b; then one of the others is at rank 3, and nobody is at rank 2
    leximin = solve(problem, "mip", objective="leximin")
    assert sorted(leximin.allocation.rank.tolist()) == [1, 2, 2]


# ---- larger days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["rank-sum", "greedy", "generous", "rank-maximal"])
def test_agrees_with_flow_where_slots_are_separate(objective: str) -> None:
    day = generators.lexington(seed=7, list_length=3)
    by_flow, by_mip = (solve(day, solver, objective=objective) for solver in ("flow", "mip"))
    assert by_mip.status is Status.OPTIMAL
    assert by_mip.objective == by_flow.objective


@pytest.mark.parametrize(
    "make",
    [
        partial(generators.day, 300, 46, 3, 5, minimum=14, repeats=5, seed=7),
        # the same of a day three times as large, with facilitators
        pytest.param(partial(generators.lexington, 7, 5, minimum=8), marks=pytest.mark.long),
    ],
)
def test_bundles_and_the_compact_model_agree_on_a_sum(make: Callable[[], Problem]) -> None:
    day = make()
    leximin = solve(day, "mip", objective="leximin,rank-sum")
    assert leximin.status is Status.OPTIMAL
    assert leximin.objective is not None
    worst = next(cost for cost in range(15, 0, -1) if leximin.objective[1 + 15 - cost])
    # among the days on which nobody's costs more, and as few as that have each cost, none has a smaller sum
    by_cost = {cost: leximin.objective[1 + 15 - cost] for cost in range(1, 16)}
    assert leximin.objective[-1] == sum(cost * count for cost, count in by_cost.items())
    assert 0 < worst < 15


def test_auto_takes_flow_where_it_is_exact_and_mip_elsewhere() -> None:
    day = generators.day(60, 12, 3, 4, seed=7)
    assert solve(day).provenance.solver == "flow"
    assert solve(day, objective="leximin").provenance.solver == "mip"
    assert solve(facilitators_want_each_other()).provenance.solver == "mip"


def test_the_same_day_gives_the_same_bytes() -> None:
    day, first, _ = too_few()
    assert solve(day, "mip").to_json(runtime=False) == first.to_json(runtime=False)


def test_bounds_hold_whatever_the_prices() -> None:
    problem = three_people_two_slots()
    bounds: list[float] = []
    priced = relaxation.Relaxation._priced

    def noisy(self: relaxation.Relaxation, cost: np.ndarray, prices: np.ndarray, *helped: Any) -> Any:
        noise = np.random.default_rng(len(bounds)).normal(size=len(prices))
        bounds.append(priced(self, cost, prices + noise, *helped)[0])
        return priced(self, cost, prices, *helped)

    with pytest.MonkeyPatch.context() as patch, relaxations_first():
        patch.setattr(relaxation.Relaxation, "_priced", noisy)
        for _ in range(20):
            solve(problem, "mip", objective="welfare")
    assert len(bounds) >= 20
    assert max(bounds) <= -6
    assert min(bounds) < max(bounds)


# ---- stopping --------------------------------------------------------------------------------------------------------


class StopAfter(threading.Event):
    """A stop flag that is set when it has been looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def is_honest(result: Result) -> bool:
    """Whether a result keeps all rules and its bound is no worse than its value."""
    assert result.objective is not None
    assert result.bound is not None
    signs = [-1 if level.maximise else 1 for level in result.levels]
    bound, value = (tuple(s * v for s, v in zip(signs, part, strict=True)) for part in (result.bound, result.objective))
    return not result.allocation.violations() and bound <= value


@cache
def too_few() -> tuple[Problem, Result, list[Progress]]:
    """A day on which some sessions cannot run, its least rank sum, and what was told while it was sought."""
    day = generators.lexington(seed=7, repeats=5, minimum=15, list_length=3)
    told: list[Progress] = []
    return day, solve(day, "mip", progress=told.append), told


@pytest.mark.parametrize(("objective", "looks"), [("rank-sum", 1), ("rank-sum", 10), ("generous", 50), ("leximin", 3)])
def test_the_stop_flag_gives_the_best_found_with_a_bound(objective: str, looks: int) -> None:
    day, optimum, _ = too_few()
    result = solve(day, "mip", objective=objective, stop=StopAfter(looks))
    assert is_honest(result)
    assert result.status is Status.FEASIBLE
    # empty places come first in each of these
    empty = [part[0] for part in (result.bound, optimum.objective, result.objective) if part is not None]
    assert empty == sorted(empty)
    assert len(empty) == 3


def test_a_worst_day_that_is_refuted_counts_in_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    day = generators.day(300, 46, 3, 4, seed=7)
    optimum = solve(day, "mip", objective="leximin").objective
    stop, serve = threading.Event(), relaxation.Relaxation.serve

    def serve_and_stop(self: relaxation.Relaxation) -> float:
        missing = serve(self)
        stop.set()
        return missing

    # the smallest bound on the day cost at which everybody has a schedule does not give everybody one
    monkeypatch.setattr(relaxation.Relaxation, "serve", serve_and_stop)
    stopped = solve(day, "mip", objective="leximin", stop=stop)
    assert stopped.status is Status.FEASIBLE
    assert optimum is not None
    assert stopped.bound is not None
    assert (0,) * len(optimum) < stopped.bound <= optimum


@pytest.mark.parametrize("engine", ENGINES)
def test_the_time_limit_gives_the_best_found_with_a_bound(engine: str) -> None:
    day = replace(generators.lexington(seed=7, repeats=20), minimum=np.full(138, 12))
    result = solve(day, "mip", objective="generous", engine=engine, time_limit=0.3)
    assert is_honest(result)


def test_ctrl_c_gives_the_best_found() -> None:
    program = """
import os, signal, threading
import pdalloc
day = pdalloc.generators.lexington(seed=7, repeats=5, minimum=15, list_length=3)
sent = threading.Event()
def progress(progress):
    if progress.done and not sent.is_set():
        sent.set()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
result = pdalloc.solve(day, "mip", objective="leximin", progress=progress)
print(result.status, len(result.allocation.violations()), sent.is_set())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "feasible 0 True\n"
    assert done.stderr == ""


def test_progress_tells_best_and_bound_of_the_level() -> None:
    _, result, seen = too_few()
    assert [report.done for report in seen] == sorted(report.done for report in seen)
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (2, 2, "levels")
    told = [report for report in seen if report.done == 0 and report.best is not None]
    assert told
    assert result.objective is not None
    for report in told:
        assert report.best is not None
        assert report.bound is None or report.bound <= result.objective[0] <= report.best


def test_too_many_schedules_are_refused_with_a_remedy() -> None:
    day = generators.lexington(seed=7, list_length=1).with_options(unlisted="last")
    with pytest.raises(OptionError, match=r"participants have more than 16,777,216 schedules .* shorten the lists"):
        solve(day, "mip", objective="leximin")


@pytest.mark.parametrize("objective", RATED)
def test_ratings_are_asked_for_by_the_objective_that_needs_them(objective: str) -> None:
    with pytest.raises(OptionError, match=f"^objective '{objective}' needs ratings; give a rating with every choice"):
        solve(facilitators_want_each_other(), "mip", objective=objective)


def test_unknown_engine_is_refused() -> None:
    with pytest.raises(OptionError, match="engine is 'cplex'; it is one of 'highs', 'scip', 'cp-sat'"):
        solve(three_people_two_slots(), "mip", engine="cplex")


def test_signal_handlers_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    solve(facilitators_want_each_other(), "mip")
    assert signal.getsignal(signal.SIGINT) is before


def test_long_lists_of_people_who_want_one_place_are_no_obstacle_to_leximin() -> None:
    lists = generators.impartial_culture(30, 40, 40, seed=1)
    problem = generators.market(lists, np.ones(40, np.int64))
    fairest, generous = (solve(problem, "mip", objective=objective) for objective in ("leximin", "generous"))
    assert fairest.status is generous.status is Status.OPTIMAL
    # a day cost is a rank there, so both make the same profile
    assert metrics.profile(fairest.allocation).tolist() == metrics.profile(generous.allocation).tolist()
