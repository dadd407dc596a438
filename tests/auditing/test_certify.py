"""Certificates against brute force: what is said to be proved is true, what is refuted can be improved."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pdalloc import Allocation, Certificate, Claim, Model, Problem, certify, generators, metrics, solve, verifier
from pdalloc.errors import InfeasibleError, OptionError, ProblemError
from pdalloc.objectives import get_objective
from pdalloc.problem.table_writer import table_texts
from tests import oracle
from tests.strategies import allocations, problems

SUMS = ("rank-sum", "welfare", "greedy", "generous", "rank-maximal")
SEPARATE = st.one_of(problems(coupled=False), problems(coupled=False, rated=True))
TOGETHER = st.one_of(problems(minimums=True), problems(minimums=True, facilitator_limits=True, rated=True))


def verified(certificate: Certificate) -> str:
    """What the verifier, which is given nothing but JSON and tables, says of a certificate."""
    return verifier.verify(certificate.to_json(), table_texts(certificate.problem))


def cost(problem: Problem, objective: str, value: tuple[int, ...]) -> tuple[int, ...]:
    return oracle.less_is_better(problem, objective, value)


def draw_objective(data: st.DataObject, problem: Problem, names: tuple[str, ...]) -> str:
    refused = [name for name in names if get_objective(name).refuses & set(problem.features)]
    usable = [
        name for name in names if name not in refused and (name != "welfare" or problem.choices.rating is not None)
    ]
    return data.draw(st.sampled_from(usable))


def check_refutation(certificate: Certificate, objective: str) -> None:
    better = certificate.better
    assert better is not None
    assert certificate.allocation is not None
    assert better.violations() == ()
    value = get_objective(objective).value
    problem = certificate.problem
    assert cost(problem, objective, value(better)) < cost(problem, objective, value(certificate.allocation))


# ---- the best ----------------------------------------------------------------------------------------------------


@given(problem=SEPARATE, data=st.data())
def test_separate_slots_are_proved_exactly_where_nothing_is_better(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, objective)
    is_best = get_objective(objective).value(allocation) == oracle.best(problem, objective)
    assert certificate.claim is (Claim.OPTIMAL if is_best else Claim.IMPROVABLE)
    if not is_best:
        check_refutation(certificate, objective)
    verified(certificate)


@given(problem=SEPARATE, data=st.data())
def test_what_a_solver_returns_is_proved(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    certificate = certify(solve(problem, "flow", objective=objective))
    assert certificate.claim is Claim.OPTIMAL
    assert certificate.value == certificate.bound == oracle.best(problem, objective)
    verified(certificate)


@given(problem=TOGETHER, data=st.data())
def test_whole_days_are_bounded_truly(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, (*SUMS, "leximin"))
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, objective)
    best, value = oracle.best(problem, objective), get_objective(objective).value(allocation)
    assert certificate.value == value
    if certificate.claim is Claim.IMPROVABLE:
        check_refutation(certificate, objective)
    else:
        assert value == best  # the search of mip is exact
        bound, reached = (cost(problem, objective, part) for part in (certificate.bound, best))
        assert bound[:-1] == reached[: len(bound) - 1]
        assert bound[-1:] <= reached[len(bound) - 1 : len(bound)]
        assert certificate.claim is (Claim.OPTIMAL if bound == reached else Claim.BOUNDED)
    verified(certificate)


@given(problem=problems(coupled=False, single=False), data=st.data())
def test_no_shorter_trade_improves(problem: Problem, data: st.DataObject) -> None:
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation)
    assume(certificate.claim is Claim.IMPROVABLE)
    assert certificate.better is not None

    def moved(schedules: list[oracle.Schedule]) -> int:
        """Places that participants give up or gain, whichever are more."""
        now = [set(allocation.session[allocation.participant == who].tolist()) for who in range(len(schedules))]
        return sum(
            max(len(before - set(then)), len(set(then) - before)) for before, then in zip(now, schedules, strict=True)
        )

    runs = oracle.all_run(problem)
    value = cost(problem, "rank-sum", certificate.value)
    better = [
        moved(schedules)
        for schedules in oracle.allocations(problem, runs)
        if cost(problem, "rank-sum", oracle.value(problem, "rank-sum", schedules)) < value
    ]
    trade = [
        tuple(certificate.better.session[certificate.better.participant == who].tolist())
        for who in range(len(problem.participants))
    ]
    assert moved(trade) == min(better)


def test_a_trade_within_a_slot_is_found_on_tied_days_too() -> None:
    day = generators.day(60, 12, 3, 3, minimum=4, repeats=2, seed=3)
    allocation = solve(day, objective="greedy").allocation
    certificate = certify(allocation, "generous")
    check_refutation(certificate, "generous")
    assert len(certificate.moves) == 2
    assert all(len(set(move.before) - set(move.after)) == 1 for move in certificate.moves)
    verified(certificate)


def test_rank_costs_and_chains_are_certified() -> None:
    options: dict[str, Any]
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x", "y"]}, capacity={"x": 1, "y": 1})
    for options in ({"rank_costs": [0, 7]}, {"objective": "rank-sum,generous"}):
        certificate = certify(solve(problem, "flow", **options))
        assert certificate.claim is Claim.OPTIMAL
        assert certificate.value[1] == (7 if "rank_costs" in options else 1)
        verified(certificate)


def test_a_result_is_certified_for_what_it_was_made_for() -> None:
    day = generators.day(40, 9, 3, 3, seed=1)
    certificate = certify(solve(day, objective="generous"))
    assert [part["name"] for part in certificate.objective] == ["generous"]
    assert certificate.claim is Claim.OPTIMAL
    verified(certificate)


def test_no_welfare_at_all_is_not_taken_for_a_count_that_cannot_be_less() -> None:
    day = Model()
    day.add_slot("am")
    # a session without a slot ties the day together
    day.add_session("x", capacity=1)
    day.add_participant("p")
    day.add_choice("p", "x", 1, 0.25)
    nobody = Allocation.from_schedules(day.build(), {})
    certificate = certify(nobody, "welfare")
    assert certificate.claim is Claim.IMPROVABLE
    verified(certificate)
    level = {"name": "welfare", "maximise": True, "scale": 100, "value": 0, "bound": 0}
    forged = json.loads(certificate.to_json()) | {"claim": "optimal", "levels": [level], "proofs": [None]}
    del forged["better"]
    forged["shortages"] = []
    forged["digest"] = verifier.digest_of({name: part for name, part in forged.items() if name != "digest"})
    with pytest.raises(verifier.RejectedError, match="welfare needs a proof"):
        verifier.verify(forged, table_texts(nobody.problem))


def test_a_fixed_place_of_several_makes_no_shortage() -> None:
    day = Model()
    day.add_session("x", capacity=1)
    day.add_participant("p", limit=2)
    day.fix("p", "x")
    certificate = certify(solve(day.build()))
    assert certificate.claim is Claim.OPTIMAL
    assert certificate.shortages == ()
    verified(certificate)


def test_a_result_with_rank_costs_is_certified_for_these() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x", "y"]}, capacity={"x": 1, "y": 1})
    for objective in ("rank-sum", "rank-sum,generous"):
        result = solve(problem, "flow", objective=objective, rank_costs=[0, 7])
        assert certify(result).value == result.objective
        verified(certify(result))


# ---- shortages ---------------------------------------------------------------------------------------------------


@given(problem=problems(coupled=False))
def test_shortages_account_for_every_empty_place(problem: Problem) -> None:
    assume(problem.unlisted == "forbidden" and (len(problem.slots) or problem.limit.max() <= 1))
    certificate = certify(solve(problem, "flow"))
    empty = 0
    for shortage in certificate.shortages:
        empty += len(shortage.participants) - shortage.seats
    assert empty == metrics.empty_places(certificate.allocation)  # type: ignore[arg-type]
    verified(certificate)


def test_a_shortage_names_people_and_sessions() -> None:
    problem = Problem.from_rankings(
        {"p": ["x"], "q": ["x"], "r": ["x", "y"], "s": ["z"], "t": []}, capacity={"x": 1, "y": 1, "z": 1}
    )
    certificate = certify(solve(problem, "flow"))
    assert [str(shortage) for shortage in certificate.shortages] == [
        "1 chose nothing that they could attend",
        "2 want only 1 session with 1 seat",
    ]
    assert certificate.shortages[1].participants == ("p", "q")
    assert verified(certificate).endswith("2 want only 1 sessions with 1 seats")


# ---- efficiency --------------------------------------------------------------------------------------------------


def improvements(allocation: Allocation) -> Iterator[list[oracle.Schedule]]:
    """Every reallocation that makes somebody better off and nobody worse off while the same sessions run."""
    problem, runs = allocation.problem, tuple(allocation.runs.tolist())
    now = [
        oracle.day_key(problem, who, tuple(allocation.session[allocation.participant == who].tolist()), runs)
        for who in range(len(problem.participants))
    ]
    for schedules in oracle.allocations(problem, runs):
        then = [oracle.day_key(problem, who, day, runs) for who, day in enumerate(schedules)]
        if then != now and all(after <= before for after, before in zip(then, now, strict=True)):
            yield schedules


@given(problem=st.one_of(problems(minimums=True, facilitator_limits=True), problems(coupled=False)), data=st.data())
def test_efficiency_is_what_brute_force_says(problem: Problem, data: st.DataObject) -> None:
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, "efficiency")
    can_improve = next(improvements(allocation), None) is not None
    assert certificate.claim in ((Claim.INEFFICIENT,) if can_improve else (Claim.EFFICIENT, Claim.OPEN))
    if certificate.claim is not Claim.OPEN:
        verified(certificate)


def test_slots_that_are_each_efficient_do_not_make_an_efficient_day() -> None:
    day = Model(ranking="per-day")
    for slot, sessions in (("morning", "ab"), ("afternoon", "cd")):
        for session in sessions:
            day.add_session(session, capacity=1, slots=[slot])
    for who, ranks in (("p", {"a": 1, "b": 2, "c": 1, "d": 5}), ("q", {"a": 2, "b": 5, "c": 1, "d": 1})):
        day.add_participant(who)
        for session, rank in ranks.items():
            day.add_choice(who, session, rank)
    problem = day.build()
    # ranks (1, 5) and (5, 1); (2, 1) and (2, 1) are possible
    allocation = Allocation.from_schedules(problem, {"p": ["a", "d"], "q": ["b", "c"]})
    assert metrics.slot_efficiency(allocation)[0].is_efficient
    certificate = certify(allocation, "efficiency")
    assert certificate.claim is Claim.INEFFICIENT
    assert certificate.better is not None
    assert certificate.better.schedule_of("p") == ("b", "c")
    assert certificate.better.schedule_of("q") == ("a", "d")
    verified(certificate)


# ---- stability and feasibility -----------------------------------------------------------------------------------


@given(problem=TOGETHER, data=st.data())
def test_stability_is_certified_by_two_codes_alike(problem: Problem, data: st.DataObject) -> None:
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, "stability")
    assert (certificate.claim is Claim.STABLE) == (len(metrics.blocking_pairs(allocation)) == 0)
    verified(certificate)


@given(problem=TOGETHER)
def test_infeasible_problems_are_proved_so_and_no_others(problem: Problem) -> None:
    certificate = certify(problem)
    try:
        solve(problem)
    except InfeasibleError:
        assert certificate.claim in (Claim.INFEASIBLE, Claim.OPEN)
    else:
        assert certificate.claim is Claim.OPEN
    if certificate.claim is Claim.INFEASIBLE:
        verified(certificate)


def test_a_need_names_people_and_sessions() -> None:
    day = Model()
    day.add_session("x", capacity=5, minimum=3, must_run=True)
    for who in ("p", "q", "r"):
        day.add_participant(who)
    day.add_ranking("p", ["x"])
    day.add_ranking("q", ["x"])
    certificate = certify(day.build())
    assert str(certificate) == (
        "proved: no allocation keeps all the rules; "
        "1 session must run and need 3 participants; only 2 could come to any of them"
    )
    assert verified(certificate) == "1 sessions must run and need 3 participants; only 2 could come to any"


# ---- bad input ---------------------------------------------------------------------------------------------------


def test_errors_name_what_is_wrong() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, capacity={"x": 1})
    broken = Allocation.from_schedules(problem, {"p": ["x"], "q": ["x"]})
    message = "the allocation breaks a rule, so there is nothing to certify; capacity: session 'x' has 2 participants"
    with pytest.raises(ProblemError, match=re.escape(message)):
        certify(broken)
    fine = Allocation.from_schedules(problem, {"p": ["x"]})
    with pytest.raises(OptionError, match="objective 'nash' cannot be certified; these can: rank-sum, welfare"):
        certify(fine, "nash")
    with pytest.raises(OptionError, match="objective 'welfare' needs ratings"):
        certify(fine, "welfare")
    for wrong in (None, "day", [fine], fine.to_frame()):
        with pytest.raises(OptionError, match=f"cannot certify a {type(wrong).__name__}; give allocations or results"):
            certify(wrong)  # type: ignore[arg-type]
    unknown: list[Any] = ["", [], 3, fine.to_frame()]
    for objective in unknown:
        with pytest.raises(OptionError, match="objective"):
            certify(fine, objective)
    with pytest.raises(OptionError, match="time_limit is nan; give seconds above 0"):
        certify(fine, time_limit=math.nan)
    with pytest.raises(OptionError, match="objective 'rank-sum' needs an allocation"):
        certify(problem, "rank-sum")
    with pytest.raises(OptionError, match="nothing is proved and nothing refuted"):
        certify(problem).to_json()
