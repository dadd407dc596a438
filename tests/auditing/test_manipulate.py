"""Profitable misreports: found where they are, none where truth is best, each confirmed by brute force."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import permutations
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Model, Problem, Progress, RandomAssignment, Result, generators, manipulate, solve, solver_names
from pdalloc.auditing.manipulation import Day
from pdalloc.auditing.misreports import demand_per_seat, misreports, with_report
from pdalloc.context import Context
from pdalloc.errors import InfeasibleError, OptionError, SolveStoppedError
from pdalloc.problem import Feature
from pdalloc.solvers.base import WHOLE_DAY, unsupported_by
from pdalloc.solvers.registry import solver_class
from tests import oracle
from tests.depth import examples
from tests.pickers import two_pickers
from tests.strategies import problems

SLOTS = {"a": "am", "b": "am", "c": "pm", "d": "pm", "e": "am"}


@st.composite
def rankings(draw: st.DrawFn, longest: int, people: int = 4) -> dict[str, list[str]]:
    lists = st.lists(st.sampled_from("abcde"), unique=True, max_size=longest)
    return {f"p{number}": draw(lists) for number in range(draw(st.integers(2, people)))}


def day_of(lists: dict[str, list[str]]) -> Problem:
    return Problem.from_rankings(lists, capacity=dict.fromkeys("abcde", 1), slots=SLOTS)


def outcome(true: Problem, said: dict[str, list[str]], who: str) -> tuple[int, int, int]:
    """What somebody gets from the draft in table order for these lists, judged by the true ones."""
    number = true.participants.index(who)
    chosen = oracle.draft(day_of(said), range(len(said)))
    return oracle.day_key(true, number, chosen[number])


# ---- what is found -----------------------------------------------------------------------------------------------


def test_it_finds_the_gain_in_the_draft_of_two() -> None:
    found = manipulate(two_pickers(), "draft", order=["1", "2"])
    [gain] = found.gains
    assert (gain.participant, gain.ranking) == ("1", ("b", "a", "c", "d"))
    assert gain.before == Day(("a", "d"), 0, 0, 3)
    assert gain.after == Day(("a", "b"), 0, 0, 1)
    assert (found.gaining.value, found.share.value, found.share.lower, found.share.upper) == (1, 0.5, 0.5, 0.5)
    assert found.looked_at == ("1", "2")
    assert found.seed is None
    assert str(found).splitlines()[0] == "draft: at least 1 of 2 participants gain by another list (50.0%)"
    assert "a, d (cost 3)" in str(found)
    assert str(found).splitlines()[-1].startswith(f"A lower bound: {found.tried} lists were tried")
    [row] = found.to_frame().to_dict("records")
    assert row == {
        "participant": "1", "ranking": "b;a;c;d",
        "schedule_before": "a;d", "empty_before": 0, "unlisted_before": 0, "cost_before": 3,
        "schedule_after": "a;b", "empty_after": 0, "unlisted_after": 0, "cost_after": 1,
    }  # fmt: skip


@given(
    problem=problems(), seed=st.integers(0, 9), solver=st.sampled_from(["lottery", "serial-dictatorship", "first-come"])
)
@settings(max_examples=examples(40))
def test_it_finds_nothing_where_truth_is_best(problem: Problem, seed: int, solver: str) -> None:
    found = manipulate(problem, solver, seed=seed)
    assert found.gains == ()
    assert found.share.value == 0
    assert str(found).splitlines()[0].endswith("gain by another list (0.0%)")


@given(lists=rankings(longest=4))
@settings(max_examples=20)
def test_every_gain_is_one_by_the_rule_itself(lists: dict[str, list[str]]) -> None:
    problem = day_of(lists)
    found = manipulate(problem, "draft", order=list(lists))
    for gain in found.gains:
        said = lists | {gain.participant: list(gain.ranking)}
        assert outcome(problem, lists, gain.participant) == gain.before[1:]
        assert outcome(problem, said, gain.participant) == gain.after[1:] < gain.before[1:]
        again = solve(day_of(said), "draft", order=list(lists)).allocation
        assert again.schedule_of(gain.participant) == gain.after.schedule


@given(lists=rankings(longest=2))
@settings(max_examples=examples(30))
def test_with_two_choices_each_every_list_is_tried(lists: dict[str, list[str]]) -> None:
    problem = day_of(lists)
    found = {gain.participant: gain.after[1:] for gain in manipulate(problem, "draft", order=list(lists)).gains}
    for who, true in lists.items():
        every = [list(said) for length in range(len(true) + 1) for said in permutations(true, length)]
        best = min(outcome(problem, lists | {who: said}, who) for said in every)
        truth = outcome(problem, lists, who)
        assert found.get(who, truth) == best
        assert (who in found) == (best < truth)


@pytest.mark.parametrize("solver", solver_names())
@given(problem=problems(most_participants=3, most_sessions=3), seed=st.integers(0, 9))
@settings(max_examples=12)
def test_with_any_solver_a_gain_is_a_better_day_by_the_true_list(solver: str, problem: Problem, seed: int) -> None:
    if unsupported_by(solver_class(solver).features, problem):
        return
    for gain in manipulate(problem, solver, seed=seed).gains:
        who = problem.participants.index(gain.participant)
        sessions = [tuple(map(problem.sessions.index, day.schedule)) for day in (gain.before, gain.after)]
        before, after = (oracle.day_key(problem, who, schedule) for schedule in sessions)
        assert (before, after) == (gain.before[1:], gain.after[1:])
        assert after < before
        assert set(gain.ranking) <= {problem.sessions[session] for session in oracle.listed(problem, who)}


def test_the_seed_is_held_and_makes_the_same_search_again() -> None:
    day = generators.lexington(seed=3)
    found = manipulate(day, "draft", 2, seed=5)
    assert found == manipulate(day, "draft", 2, seed=5)
    assert found.is_sample
    assert len(found.looked_at) == 2
    before = solve(day, "draft", seed=5).allocation
    assert all(gain.before.schedule == before.schedule_of(gain.participant) for gain in found.gains)
    share = found.share
    assert 0 <= share.lower <= share.value == len(found.gains) / 2 <= share.upper <= 1
    assert f"of all 1,000, by these lists alone: 95% interval {share.lower:.1%} to {share.upper:.1%}" in str(found)
    assert manipulate(two_pickers(), "draft", ["1"]).seed is not None


def test_a_list_that_makes_the_day_impossible_is_no_gain() -> None:
    model = Model()
    model.add_session("x", capacity=1, minimum=1, must_run=True)
    model.add_session("y", capacity=1)
    model.add_participant("p")
    model.add_ranking("p", ["y", "x"])
    model.add_participant("q")
    model.add_ranking("q", ["y"])
    problem = model.build()
    with pytest.raises(InfeasibleError):
        solve(with_report(problem, 0, misreports(problem, 0, demand_per_seat(problem))[1]), "mip")
    assert manipulate(problem, "mip", ["p"]).gains == ()


@dataclass(frozen=True)
class FirstOrNothing:
    """Everybody has an equal chance of the session they rank first, and of nothing else; exact chances."""

    name: ClassVar[str] = "first-or-nothing"
    features: ClassVar[frozenset[Feature]] = WHOLE_DAY
    objectives: ClassVar[frozenset[str]] = frozenset()
    uses_chance: ClassVar[bool] = False

    def solve(self, problem: Problem, context: Context) -> Result:
        first = [int(problem.choices.of(who)[0][0]) if len(problem.choices.of(who)[0]) else -1 for who in range(3)]
        who = np.flatnonzero(np.array(first) >= 0)
        session = np.array(first)[who]
        chance = np.array([1 / first.count(choice) for choice in session.tolist()])
        allocation = solve(problem, "lottery", seed=1).allocation
        pairs = (who.astype(np.int32), session.astype(np.int32))
        chances = RandomAssignment(problem, *pairs, chance, None, lambda rng: allocation)
        return Result.from_rule(allocation, self, context, random_assignment=chances)


def test_exact_chances_are_judged_by_their_expected_days() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x"], "r": ["x"]}, capacity={"x": 1, "y": 1})
    [gain] = manipulate(problem, FirstOrNothing(), ["p"]).gains
    assert gain.ranking == ("y", "x")
    # a third of x and otherwise nothing, which costs 2, against y for sure, which costs 1
    assert gain.before[1:] == pytest.approx((2 / 3, 0, 4 / 3))
    assert gain.after == Day((), 0, 0, 1)
    assert str(gain.after) == "cost 1"


# ---- the lists that are tried ------------------------------------------------------------------------------------


def ids(problem: Problem, who: int) -> list[str]:
    reports = misreports(problem, who, demand_per_seat(problem))
    return ["".join(problem.sessions[session] for session in report.session) for report in reports]


def test_the_family_of_a_list_of_four() -> None:
    # c has most points for each seat, then b
    others = {f"q{number}": ["c", "b"] for number in range(3)}
    problem = Problem.from_rankings({"p": list("abcd"), **others}, capacity=dict.fromkeys("abcd", 1))
    cut, exchanged, moved = ["", "a", "ab", "abc"], ["bacd", "acbd", "abdc", "cbad", "dbca"], ["cabd", "dabc"]
    left_out = ["bcd", "acd", "abd"]
    assert ids(problem, 0) == [*cut, *exchanged, *moved, *left_out, "ad", "d"]
    assert ids(problem, 1) == ["", "c", "bc", "b"]


def test_lists_of_slots_change_one_at_a_time() -> None:
    model = Model(ranking="per-slot")
    for session in "abcd":
        model.add_session(session, capacity=1, slots=[SLOTS[session]])
    model.add_participant("p")
    model.add_ranking("p", ["a", "b"])
    model.add_ranking("p", ["c", "d"])
    assert ids(model.build(), 0) == ["cd", "acd", "bcad", "bcd", "ab", "acb", "adbc", "adb"]


@given(problem=problems(), data=st.data())
@settings(max_examples=examples(60))
def test_a_report_changes_one_list_and_nothing_else(problem: Problem, data: st.DataObject) -> None:
    who = data.draw(st.integers(0, len(problem.participants) - 1))
    true_sessions, true_ranks = (column.tolist() for column in problem.choices.of(who))
    seen = set()
    for report in misreports(problem, who, demand_per_seat(problem)):
        changed = with_report(problem, who, report)
        for other in range(len(problem.participants)):
            if other != who:
                assert oracle.listed(changed, other) == oracle.listed(problem, other)
        sessions, ranks = (column.tolist() for column in changed.choices.of(who))
        assert sorted(zip(ranks, sessions, strict=True)) == list(zip(ranks, sessions, strict=True))
        assert set(sessions) <= set(true_sessions)
        assert not set(ranks) - set(true_ranks)
        assert (sessions, ranks) != (true_sessions, true_ranks)
        seen.add((tuple(sessions), tuple(ranks)))
        if problem.choices.rating is not None:
            assert changed.choices.rating is not None
            ratings = changed.choices.rating[changed.choices.participant == who]
            true_ratings = problem.choices.rating[problem.choices.participant == who]
            assert set(zip(ranks, ratings, strict=True)) <= set(zip(true_ranks, true_ratings, strict=True))
        assert Feature.TIES not in changed.features or Feature.TIES in problem.features
    assert len(seen) == len(misreports(problem, who, demand_per_seat(problem)))


# ---- stopping and bad input --------------------------------------------------------------------------------------


def test_it_tells_how_far_it_is_and_stops_when_told() -> None:
    seen: list[tuple[int, int, str]] = []
    manipulate(two_pickers(), "draft", order=["1", "2"], progress=lambda progress: seen.append(progress[:3]))
    assert seen == [(0, 2, "participants"), (1, 2, "participants"), (2, 2, "participants")]
    stop = threading.Event()

    def after_one(progress: Progress) -> None:
        if progress.done:
            stop.set()

    with pytest.raises(SolveStoppedError, match="the stop flag came after 1 of 2 participants; look at fewer of them"):
        manipulate(two_pickers(), "draft", order=["1", "2"], stop=stop, progress=after_one)
    with pytest.raises(
        SolveStoppedError, match=r"the time limit of 1e-09 s came after 0 of 2 participants; allow more time or look at"
    ):
        manipulate(two_pickers(), "draft", order=["1", "2"], time_limit=1e-9)


@pytest.mark.parametrize(
    ("participants", "message"),
    [
        (0, "participants is 0; give a number from 1 to 2, ids, or None for everybody"),
        (-1, "participants is -1; give a number from 1 to 2, ids, or None for everybody"),
        (3, "participants is 3; give a number from 1 to 2, ids, or None for everybody"),
        (["1", "3"], "participants has '3', who is no participant"),
        (["1", "1"], "participants has '1' twice; name everybody once"),
        ([1], "participants has 1, who is no participant"),
        ([], r"participants is \[\]; give ids such as \['t001'\], how many to draw, or None for everybody"),
        ("1", r"participants is '1'; give ids such as \['t001'\], how many to draw, or None for everybody"),
        (True, r"participants is True; give ids such as \['t001'\], how many to draw, or None for everybody"),
    ],
)
def test_wrong_participants_are_refused(participants: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        manipulate(two_pickers(), "lottery", participants)


@pytest.mark.parametrize(
    ("solver", "options", "message"),
    [
        ("drafts", {}, "unknown solver 'drafts'; did you mean 'draft'"),
        ("draft", {"rank": 1}, "solver 'draft' has no option 'rank'"),
        ("draft", {"seed": -1}, "seed is -1; give a whole number from 0"),
        ("draft", {"time_limit": 0}, "time_limit is 0; give seconds above 0"),
    ],
)
def test_wrong_solvers_and_options_are_refused(solver: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        manipulate(two_pickers(), solver, 1, **options)
