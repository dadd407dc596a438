"""Lotteries: efficiency against a linear program, envy and gaps against their definitions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pdalloc import Allocation, Model, Problem, RandomAssignment, Together, metrics, solve
from pdalloc.errors import UnsupportedError
from tests import oracle
from tests.depth import examples
from tests.strategies import problems


def lottery(problem: Problem, chances: dict[str, dict[str, float]]) -> RandomAssignment:
    """An assignment of exact chances."""
    rows = [
        (problem.participants.index(who), problem.sessions.index(what), chance)
        for who, row in chances.items()
        for what, chance in row.items()
    ]
    rows.sort()
    participant, session, chance = zip(*rows, strict=True) if rows else ((), (), ())
    return RandomAssignment(
        problem,
        np.array(participant, np.int32),
        np.array(session, np.int32),
        np.array(chance, float),
        None,
        lambda rng: Allocation.from_schedules(problem, {}),
    )


def bogomolnaia_and_moulin() -> Problem:
    """Bogomolnaia and Moulin 2001, section 1: two prefer a to b, two prefer b to a."""
    lists = {"1": ["a", "b", "c", "d"], "2": ["a", "b", "c", "d"], "3": ["b", "a", "d", "c"], "4": ["b", "a", "d", "c"]}
    return Problem.from_rankings(lists, capacity=dict.fromkeys("abcd", 1))


def test_random_priority_is_inefficient_and_probabilistic_serial_is_not() -> None:
    problem = bogomolnaia_and_moulin()
    first, second = {"a": 5 / 12, "b": 1 / 12}, {"a": 1 / 12, "b": 5 / 12}
    third, fourth = {"c": 5 / 12, "d": 1 / 12}, {"c": 1 / 12, "d": 5 / 12}
    priority = lottery(problem, {"1": first | third, "2": first | third, "3": second | fourth, "4": second | fourth})
    exchanges = metrics.ordinal_exchanges(priority)
    assert len(exchanges) == 2
    assert all(exchange.strictly for exchange in exchanges)
    check_exchanges(priority, exchanges)
    serial = lottery(problem, {who: dict.fromkeys("ac" if who in "12" else "bd", 0.5) for who in "1234"})
    assert metrics.ordinal_exchanges(serial) == ()
    assert metrics.sd_envy(serial) == (12, 0, 0)


def test_a_chance_left_over_is_found() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["y"]}, capacity={"x": 1, "y": 1})
    wasteful = lottery(problem, {"p": {"x": 0.5}, "q": {"y": 1}})
    assert metrics.ordinal_exchanges(wasteful) == (metrics.Exchange("p", None, "x", True),)
    assert metrics.ordinal_exchanges(lottery(problem, {"p": {"x": 1}, "q": {"y": 1}})) == ()


def test_ties_may_be_exchanged_on_the_way() -> None:
    # p ties x and y; q wants x: p could move to y for nothing
    problem = Problem.from_rankings({"p": [["x", "y"]], "q": ["x", "y"]}, capacity={"x": 1, "y": 1})
    exchanges = metrics.ordinal_exchanges(lottery(problem, {"p": {"x": 1}, "q": {"y": 1}}))
    assert {(e.participant, e.gives, e.gets, e.strictly) for e in exchanges} == {
        ("p", "x", "y", False),
        ("q", "y", "x", True),
    }
    assert metrics.ordinal_exchanges(lottery(problem, {"p": {"y": 1}, "q": {"x": 1}})) == ()


def test_envy_that_is_possible_and_envy_that_is_certain() -> None:
    problem = Problem.from_rankings({"p": ["x", "y", "z"], "q": ["x", "y", "z"]}, capacity=dict.fromkeys("xyz", 1))
    certain = lottery(problem, {"p": {"x": 0.5, "y": 0.5}, "q": {"y": 0.5, "z": 0.5}})
    assert metrics.sd_envy(certain) == (2, 1, 1)
    possible = lottery(problem, {"p": {"x": 0.5, "z": 0.5}, "q": {"y": 1}})
    assert metrics.sd_envy(possible) == (2, 2, 0)
    assert metrics.sd_envy(possible, tolerance=0.5) == (2, 0, 0)
    # q never listed z, so a chance of z is worth nothing to q
    other = Problem.from_rankings({"p": ["z"], "q": ["x"]}, capacity=dict.fromkeys("xyz", 1))
    assert metrics.sd_envy(lottery(other, {"p": {"z": 1}})) == (2, 0, 0)


def test_the_gap_between_equals() -> None:
    lists: dict[str, Sequence[str]] = {"p": ["x", "y"], "q": ["x", "y"], "r": ["y", "x"]}
    problem = Problem.from_rankings(lists, capacity={"x": 1, "y": 1})
    gap = metrics.probability_gap(lottery(problem, {"p": {"x": 0.5, "y": 0.25}, "q": {"y": 0.5}, "r": {"x": 0.5}}))
    assert gap == (0.5, "x", "p", "q")
    both = metrics.probability_gap(lottery(problem, {"p": {"x": 0.75}, "q": {"x": 0.25}}))
    assert both == (0.5, "x", "p", "q")
    assert metrics.probability_gap(lottery(problem, {"r": {"x": 0.5}})) == (0.0, None, None, None)
    alone = Problem.from_rankings({"p": ["x"], "r": ["y", "x"]}, capacity={"x": 1, "y": 1})
    assert math.isnan(metrics.probability_gap(lottery(alone, {"p": {"x": 1}})).gap)


def test_days_that_tie_places_together_are_refused() -> None:
    model = Model()
    model.add_session("both", capacity=1, slots=["am", "pm"])
    model.add_participant("p")
    model.add_ranking("p", ["both"])
    for function, notion in ((metrics.ordinal_exchanges, "ordinal efficiency"), (metrics.sd_envy, "SD-envy")):
        with pytest.raises(UnsupportedError) as error:
            function(lottery(model.build(), {"p": {"both": 1}}))
        assert str(error.value) == (
            f"{notion} is defined for one place in each slot by itself, and this day has sessions over several slots "
            "(here: session 'both' has 2 slots); use probability_gap, or audit allocations drawn from the lottery"
        )


def test_days_with_rules_are_refused() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, capacity={"x": 2}).with_rules(Together(["p", "q"]))
    for function in (metrics.ordinal_exchanges, metrics.sd_envy):
        with pytest.raises(UnsupportedError, match=r"this day has rules \(here: participants 'p' and 'q' take"):
            function(lottery(problem, {"p": {"x": 1}, "q": {"x": 1}}))


# ---- against definitions -----------------------------------------------------------------------------------------


def options(problem: Problem, who: int, slot: int | None) -> dict[int, int]:
    """Rank of every session that somebody could have in a slot by itself."""
    runs = oracle.all_run(problem)
    fixed = {s for p, s in problem.fixed.tolist() if p == who}
    inside = {s for s in range(len(problem.sessions)) if slot is None or slot in oracle.slots_of(problem, s)}
    fixed_here = fixed & inside
    listed, last = oracle.listed(problem, who), oracle.longest_list(problem) + 1
    possible = [s for s in inside if oracle.may_have(problem, who, tuple(sorted((fixed - fixed_here) | {s})), runs)]
    return {s: listed.get(s, last) for s in (fixed_here or possible)}


def slots(problem: Problem) -> list[int | None]:
    return list(range(len(problem.slots))) or [None]


def chance(assignment: RandomAssignment, who: int, what: int) -> float:
    return assignment.probability_of(assignment.problem.participants[who], assignment.problem.sessions[what])


def can_be_improved(assignment: RandomAssignment, slot: int | None) -> bool:
    """By a linear program: chances that dominate everybody's own, with the largest sum of improvements."""
    problem = assignment.problem
    people = range(len(problem.participants))
    pairs = [(who, what, rank) for who in people for what, rank in options(problem, who, slot).items()]
    if not pairs:
        return False
    rows, most = [], []
    for who in people:
        rows.append([float(pair[0] == who) for pair in pairs])
        most.append(1.0)
        for rank in {pair[2] for pair in pairs if pair[0] == who}:
            rows.append([-float(pair[0] == who and pair[2] <= rank) for pair in pairs])
            most.append(-sum(chance(assignment, who, s) for p, s, r in pairs if p == who and r <= rank))
    for session in range(len(problem.sessions)):
        rows.append([float(pair[1] == session) for pair in pairs])
        most.append(float(problem.capacity[session]))
    # the improvement is the sum of all cumulative chances
    gain = -np.array([row for row in rows if min(row) < 0]).sum(axis=0)
    own = sum(-bound for row, bound in zip(rows, most, strict=True) if min(row) < 0)
    best = linprog(-gain, A_ub=np.array(rows), b_ub=np.array(most) + 1e-12, bounds=(0, None), method="highs-ds")
    assert best.status == 0
    assert best.fun is not None
    return bool(-best.fun > own + 1e-6)


def check_exchanges(assignment: RandomAssignment, exchanges: tuple[metrics.Exchange, ...]) -> None:
    """Everybody gives what they have for something as good, one of them for something better, and it adds up."""
    problem = assignment.problem
    change = dict.fromkeys(problem.sessions, 0)
    for who, gives, gets, strictly in exchanges:
        number = problem.participants.index(who)
        last = oracle.longest_list(problem) + 1
        rank = {problem.sessions[s]: r for s, r in oracle.listed(problem, number).items()}
        if gives is not None:
            assert assignment.probability_of(who, gives) > 0
            assert rank.get(gets, last) < rank.get(gives, last) if strictly else rank.get(gets) == rank.get(gives)
            change[gives] -= 1
        change[gets] += 1
    assert any(exchange.strictly for exchange in exchanges)
    for label, more in change.items():
        number = problem.sessions.index(label)
        there = sum(chance(assignment, who, number) for who in range(len(problem.participants)))
        assert more <= 0 or there < problem.capacity[number] - 1e-9


@st.composite
def assignments(draw: st.DrawFn) -> RandomAssignment:
    """Chances from a few allocations, each drawn by turns that leave a place empty now and then."""
    problem = draw(problems(coupled=False, most_participants=4, most_sessions=4))
    assume(len(problem.slots) or problem.limit.max() <= 1)
    draws = draw(st.integers(1, 3))
    total: dict[tuple[int, int], float] = {}
    for _ in range(draws):
        allocation = solve(problem, "lottery", seed=draw(st.integers(0, 9))).allocation
        fixed = set(map(tuple, problem.fixed.tolist()))
        for pair in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
            if pair in fixed or draw(st.sampled_from([True, True, True, False])):
                total[pair] = total.get(pair, 0) + 1 / draws
    rows = sorted(total)
    return RandomAssignment(
        problem,
        np.array([p for p, _ in rows], np.int32),
        np.array([s for _, s in rows], np.int32),
        np.array([total[row] for row in rows], float),
        draws,
        lambda rng: solve(problem, "lottery", seed=1).allocation,
    )


@settings(max_examples=examples(150))
@given(assignment=assignments())
def test_exchanges_are_found_exactly_where_a_linear_program_improves(assignment: RandomAssignment) -> None:
    exchanges = metrics.ordinal_exchanges(assignment)
    assert bool(exchanges) == any(can_be_improved(assignment, slot) for slot in slots(assignment.problem))
    if exchanges:
        check_exchanges(assignment, exchanges)


@settings(max_examples=examples(100))
@given(assignment=assignments())
def test_envy_agrees_with_stochastic_dominance(assignment: RandomAssignment) -> None:
    problem = assignment.problem
    runs = oracle.all_run(problem)
    pairs = possible = certain = 0
    for slot in slots(problem):
        people = [
            who
            for who in range(len(problem.participants))
            if oracle.wanted(problem, who, runs) and (slot is None or slot not in oracle.busy(problem, who, runs))
        ]
        for who in people:
            ranks = options(problem, who, slot)
            for other in people:
                if other == who:
                    continue
                own, theirs = (
                    [
                        sum(chance(assignment, p, s) for s, r in ranks.items() if r <= rank)
                        for rank in sorted(ranks.values())
                    ]
                    for p in (who, other)
                )
                better = any(b > a + 1e-9 for a, b in zip(own, theirs, strict=True))
                worse = any(b < a - 1e-9 for a, b in zip(own, theirs, strict=True))
                pairs, possible, certain = pairs + 1, possible + better, certain + (better and not worse)
    assert metrics.sd_envy(assignment) == (pairs, possible, certain)


@given(assignment=assignments())
def test_the_gap_agrees_with_the_definition(assignment: RandomAssignment) -> None:
    problem = assignment.problem
    runs = oracle.all_run(problem)

    def kind(who: int) -> object:
        special = [
            sorted(s for p, s in pairs.tolist() if p == who)
            for pairs in (problem.fixed, problem.forbidden, problem.facilitated)
        ]
        return oracle.listed(problem, who), oracle.busy(problem, who, runs), int(problem.limit[who]), special

    people = range(len(problem.participants))
    equal = [(p, q) for p in people for q in people if p != q and kind(p) == kind(q)]
    gaps = [chance(assignment, p, s) - chance(assignment, q, s) for p, q in equal for s in range(len(problem.sessions))]
    found = metrics.probability_gap(assignment)
    if not gaps:
        assert math.isnan(found.gap)
        return
    assert found.gap == pytest.approx(max(gaps))
    if found.session is not None:
        assert found.most is not None
        assert found.least is not None
        chances = [assignment.probability_of(who, found.session) for who in (found.most, found.least)]
        assert chances[0] - chances[1] == pytest.approx(found.gap)


def test_an_estimated_lottery_can_be_judged() -> None:
    drawn = solve(bogomolnaia_and_moulin(), "lottery", seed=3, draws=500).random_assignment
    assert drawn is not None
    assert metrics.ordinal_exchanges(drawn)
    assert metrics.sd_envy(drawn, tolerance=0.1).certain == 0
    assert metrics.probability_gap(drawn).gap < 0.1
