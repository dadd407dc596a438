"""Boston, deferred acceptance and top trading cycles: as a textbook has them, and what they promise."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from pdalloc import Allocation, Problem, generators, metrics, solve, solver_class
from pdalloc.errors import OptionError
from pdalloc.kernels.lots import LOT_BITS, lot
from pdalloc.problem import Feature
from pdalloc.solvers.base import unsupported_by
from pdalloc.solvers.lots import Lots
from tests import textbook
from tests.depth import examples
from tests.strategies import problems

Rule = Callable[[textbook.Market], textbook.Placed]

RULES: list[tuple[str, dict[str, Any], Rule]] = [
    ("boston", {}, textbook.boston),
    ("deferred-acceptance", {}, textbook.deferred_acceptance),
    ("deferred-acceptance", {"proposing": "sessions"}, textbook.deferred_acceptance_by_sessions),
    ("top-trading-cycles", {}, textbook.top_trading_cycles),
]
NAMES = ["boston", "deferred-acceptance", "top-trading-cycles"]

rules = pytest.mark.parametrize(("solver", "options", "rule"), RULES)


def separate(**allowed: Any) -> st.SearchStrategy[Problem]:
    """Problems that these rules accept."""
    handled = solver_class("boston").features
    return problems(coupled=False, **allowed).filter(lambda problem: not unsupported_by(handled, problem))


def orders(problem: Problem) -> st.SearchStrategy[list[str]]:
    return st.permutations(list(problem.participants))


def expected(problem: Problem, rule: Rule, lots: Callable[[int], Sequence[int]]) -> set[tuple[int, int]]:
    pairs = {(participant, session) for participant, session in problem.fixed.tolist()}
    for market in textbook.markets(problem, lots):
        pairs |= set(rule(market).items())
    return pairs


def pairs(allocation: Allocation) -> set[tuple[int, int]]:
    return set(zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True))


@rules
@given(problem=separate(most_participants=6, most_sessions=5), data=st.data())
@settings(max_examples=examples(60))
def test_is_what_a_textbook_says(
    solver: str, options: Mapping[str, Any], rule: Rule, problem: Problem, data: st.DataObject
) -> None:
    order = data.draw(orders(problem))
    numbers = [problem.participants.index(participant) for participant in order]
    result = solve(problem, solver, order=order, **options)
    assert pairs(result.allocation) == expected(problem, rule, lambda session: numbers)
    assert result.provenance.seed is None


@rules
@given(problem=separate(most_participants=6, most_sessions=5), seed=st.integers(0, 2**32))
@settings(max_examples=examples(60))
def test_an_own_lottery_of_each_session_breaks_its_ties(
    solver: str, options: Mapping[str, Any], rule: Rule, problem: Problem, seed: int
) -> None:
    salt = Lots.own_orders(np.random.default_rng(seed)).salt
    people = range(len(problem.participants))
    slots = list(textbook.markets(problem, lambda session: list(people)))
    number_of_lot = {
        (buyer, session): lot(lot(salt, slot), row * len(market.seats) + column)
        for slot, market in enumerate(slots)
        for row, buyer in enumerate(market.lists)
        for column, session in enumerate(market.seats)
    }

    def lots(session: int) -> list[int]:
        return sorted(people, key=lambda participant: number_of_lot.get((participant, session), 0))

    result = solve(problem, solver, seed=seed, lottery="multiple", **options)
    assert pairs(result.allocation) == expected(problem, rule, lots)


@given(problem=separate(most_participants=4, most_sessions=3), data=st.data())
@settings(max_examples=examples(60))
def test_of_all_stable_allocations_it_is_the_best_or_the_worst_for_everybody(
    problem: Problem, data: st.DataObject
) -> None:
    order = data.draw(orders(problem))
    numbers = [problem.participants.index(participant) for participant in order]
    best, worst = (
        pairs(solve(problem, "deferred-acceptance", order=order, proposing=side).allocation)
        for side in ("participants", "sessions")
    )
    for market in textbook.markets(problem, lambda session: numbers):
        found = list(textbook.stable(market))
        assert found
        for placed, choose in ((best, min), (worst, max)):
            here = {p: s for p, s in placed if p in market.lists and s in market.seats}
            for participant, listed in market.lists.items():
                place = [listed.index(one[participant]) for one in found if participant in one]
                # in all of them the same participants are placed (Roth 1986)
                assert len(place) in (0, len(found))
                assert (participant in here) == bool(place)
                assert not place or listed.index(here[participant]) == choose(place)


@given(problem=separate(most_participants=6, most_sessions=5), seed=st.integers(0, 2**32), data=st.data())
@settings(max_examples=examples(60))
def test_deferred_acceptance_leaves_no_blocking_pair(problem: Problem, seed: int, data: st.DataObject) -> None:
    options: dict[str, Any] = {
        "lottery": data.draw(st.sampled_from(["single", "multiple"])),
        "proposing": data.draw(st.sampled_from(["participants", "sessions"])),
    }
    assert len(metrics.blocking_pairs(solve(problem, "deferred-acceptance", seed=seed, **options).allocation)) == 0


@pytest.mark.parametrize("solver", ["boston", "top-trading-cycles"])
@given(problem=separate(most_participants=6, most_sessions=5), seed=st.integers(0, 2**32))
@settings(max_examples=examples(60))
def test_nobody_could_trade_within_a_slot_if_lists_are_strict(solver: str, problem: Problem, seed: int) -> None:
    assume(Feature.TIES not in problem.features)
    assert all(slot.is_efficient for slot in metrics.slot_efficiency(solve(problem, solver, seed=seed).allocation))


@pytest.mark.parametrize("solver", ["deferred-acceptance", "top-trading-cycles"])
def test_with_one_lottery_and_no_priorities_it_is_the_lottery(solver: str) -> None:
    day = generators.lexington(2016)
    for seed in range(3):
        assert solve(day, solver, seed=seed).allocation == solve(day, "lottery", seed=seed).allocation


@pytest.mark.parametrize("solver", NAMES)
def test_strict_priorities_leave_nothing_to_lots(solver: str) -> None:
    problem = random_market(60, 8, 5, np.random.default_rng(5), strict=True)
    first, *others = (
        solve(problem, solver, seed=seed, lottery=lottery).allocation
        for seed in range(3)
        for lottery in ("single", "multiple")
    )
    assert all(other == first for other in others)


def random_market(
    people: int, sessions: int, length: int, rng: np.random.Generator, *, strict: bool, levels: int = 3
) -> Problem:
    lists = np.argsort(rng.random((people, sessions)), axis=1)[:, :length]
    level = (
        np.argsort(rng.random((sessions, people)), axis=1) if strict else rng.integers(levels, size=(sessions, people))
    )
    names = [f"p{number}" for number in range(people)]
    priorities = {
        f"s{number}": (
            [names[p] for p in row]
            if strict
            else [[names[p] for p in np.flatnonzero(row == k)] for k in range(levels) if (row == k).any()]
        )
        for number, row in enumerate(level)
    }
    return Problem.from_rankings(
        {name: [f"s{s}" for s in row] for name, row in zip(names, lists.tolist(), strict=True)},
        capacity={f"s{s}": people // sessions for s in range(sessions)},
        priorities=priorities,
    )


@rules
@pytest.mark.parametrize("lottery", ["single", "multiple"])
def test_compiled_kernels_give_what_interpreted_ones_do(
    solver: str, options: Mapping[str, Any], rule: Rule, lottery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for levels in (1, 3):
        problem = random_market(400, 12, 6, np.random.default_rng(levels), strict=False, levels=levels)
        found = []
        for work in (10**18, 0):
            monkeypatch.setattr("pdalloc.kernels.kernel.WORK_OF_LOADING", work)
            monkeypatch.setattr("pdalloc.kernels.kernel.WORK_OF_COMPILING", work - 1)
            found.append(solve(problem, solver, seed=1, lottery=lottery, **options).allocation)
        assert found[0] == found[1]


@pytest.mark.parametrize("solver", NAMES)
def test_chances_are_those_of_all_orders(solver: str) -> None:
    lists = {"a": ["x", "y"], "b": ["x", "z"], "c": ["y", "x"]}
    problem = Problem.from_rankings(lists, capacity={"x": 1, "y": 1, "z": 1}, priorities={"y": ["b"]})
    count: Counter[tuple[str, str]] = Counter()
    for order in permutations(lists):
        allocation = solve(problem, solver, order=order).allocation
        count.update((person, session) for person in lists for session in allocation.schedule_of(person))
    chances = solve(problem, solver, seed=3, draws=4_000).random_assignment
    assert chances is not None
    lower, upper = chances.interval(0.9999)
    assert len(chances.participant) == len(count)
    for number, (participant, session) in enumerate(zip(chances.participant, chances.session, strict=True)):
        pair = problem.participants[int(participant)], problem.sessions[int(session)]
        assert lower[number] <= count[pair] / 6 <= upper[number]
    again = pickle.loads(pickle.dumps(chances))
    assert again.sample(5) == chances.sample(5) == solve(problem, solver, seed=5).allocation


@pytest.mark.parametrize("solver", NAMES)
@pytest.mark.parametrize("lottery", ["single", "multiple"])
def test_the_first_draw_is_the_allocation(solver: str, lottery: str) -> None:
    day = generators.lexington(2016)
    plain = solve(day, solver, seed=4, lottery=lottery)
    drawn = solve(day, solver, seed=4, lottery=lottery, draws=3)
    assert plain.random_assignment is None
    assert drawn.allocation == plain.allocation
    assert drawn.random_assignment is not None
    assert drawn.random_assignment.draws == 3
    placed = np.bincount(drawn.random_assignment.participant, drawn.random_assignment.probability)
    assert (placed <= day.wanted + 1e-9).all()


def test_lots_are_fair_and_those_of_two_sessions_have_nothing_to_do_with_each_other() -> None:
    people, draws = 7, 20_000
    rng = np.random.default_rng(11)
    numbers = np.arange(people, dtype=np.int64)
    wins = np.zeros((people, people))
    for _ in range(draws):
        salt = Lots.own_orders(rng).salt
        wins[np.argmin(lot(salt, 2 * numbers)), np.argmin(lot(salt, 2 * numbers + 1))] += 1
    assert chisquare(wins.ravel()).pvalue > 0.001


def test_compiled_lots_are_those_of_python_and_of_numpy() -> None:
    numbers = [0, 1, 2**31, 2**40 + 1, 2**62 - 2]
    for salt in (0, 1, 2**62 - 1):
        by_python = [lot(salt, number) for number in numbers]
        assert by_python == lot(salt, np.array(numbers)).tolist()
        assert by_python == [lot.compiled(salt, number) for number in numbers]
        assert all(0 <= value < 2**LOT_BITS for value in by_python)


@pytest.mark.parametrize(
    ("solver", "options", "message"),
    [
        ("boston", {"lottery": "double"}, "lottery is 'double'; it is one of 'single', 'multiple'"),
        ("boston", {"order": ["a"], "lottery": "multiple"}, "an order is one for all sessions; leave it out, or lott"),
        ("boston", {"order": "abc"}, "order is 'abc'; give the ids of all participants, first first, such as "),
        ("boston", {"order": ["a", 2]}, "order has 2; participants are given by their ids, which are strings"),
        ("boston", {"order": ["a", "a"]}, "order has participant 'a' twice; give every participant once"),
        ("boston", {"order": ["a", "bb"]}, "order has 'bb', who is no participant; did you mean 'b'"),
        ("boston", {"order": ["b"]}, "order leaves out participant 'a'; give every participant once"),
        ("top-trading-cycles", {"draws": 0}, "draws is 0; give a whole number from 1"),
        ("deferred-acceptance", {"proposing": "x"}, "proposing is 'x'; it is one of 'participants', 'sessions'"),
    ],
)
def test_bad_options_are_refused(solver: str, options: dict[str, Any], message: str) -> None:
    problem = Problem.from_rankings({"a": ["x"], "b": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match=message):
        solve(problem, solver, **options)


@pytest.mark.parametrize("solver", NAMES)
def test_too_many_unlisted_pairs_are_refused(solver: str) -> None:
    people = sessions = 2**15
    problem = Problem.from_arrays(
        np.arange(people), np.arange(people), np.ones(people, int), np.ones(sessions, int), unlisted="last"
    )
    with pytest.raises(OptionError, match=r'unlisted = "last" makes 32,768 x 32,768 pairs, above 268,435,456'):
        solve(problem, solver)


def test_too_many_orders_are_refused() -> None:
    people = sessions = 2**15
    problem = Problem.from_arrays(np.arange(people), np.arange(people), np.ones(people, int), np.ones(sessions, int))
    with pytest.raises(OptionError, match="an own order for each of 32,768 sessions among 32,768 participants makes"):
        solve(problem, "top-trading-cycles", lottery="multiple")


@rules
@pytest.mark.parametrize("lottery", ["single", "multiple"])
def test_seats_beyond_all_wishes_cost_nothing(
    solver: str, options: Mapping[str, Any], rule: Rule, lottery: str
) -> None:
    lists = {"a": ["x", "y"], "b": ["x"], "c": ["y", "x"]}
    huge, enough = (
        Problem.from_rankings(lists, capacity={"x": seats, "y": 1}, priorities={"y": ["b", "c"]})
        for seats in (2**31 - 1, 3)
    )
    found = solve(huge, solver, seed=1, lottery=lottery, **options).allocation
    assert pairs(found) == pairs(solve(enough, solver, seed=1, lottery=lottery, **options).allocation)
