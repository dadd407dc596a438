"""Probabilistic serial against an eating simulation from the definition, and against what it guarantees."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pdalloc import Model, Problem, Quota, RandomAssignment, Result, metrics, solve
from pdalloc.errors import OptionError, UnsupportedError
from pdalloc.solvers.probabilistic_serial import ProbabilisticSerial
from tests import eating_oracle, oracle
from tests.depth import examples
from tests.eating_oracle import Bound, Pair
from tests.strategies import problems

NAME = "probabilistic-serial"
CLOSE = 1e-12
"""Far more than the rounding of a dozen moments at which something ends."""


def serial(problem: Problem, **options: Any) -> RandomAssignment:
    chances = solve(problem, NAME, seed=1, **options).random_assignment
    assert chances is not None
    return chances


def pairs_of(chances: RandomAssignment) -> list[Pair]:
    return list(zip(chances.participant.tolist(), chances.session.tolist(), strict=True))


def fractions(problem: Problem, **options: Any) -> dict[Pair, Fraction]:
    chances = serial(problem, exact=True, **options)
    assert chances.exact is not None
    return dict(zip(pairs_of(chances), chances.exact, strict=True))


def floats(problem: Problem, **options: Any) -> dict[Pair, float]:
    chances = serial(problem, **options)
    return dict(zip(pairs_of(chances), chances.probability.tolist(), strict=True))


def expected(problem: Problem, bounds: list[Bound] | None = None) -> dict[Pair, Fraction]:
    """What a problem with strict lists gives by the definition."""
    found = {(p, s): Fraction(1) for p, s in problem.fixed.tolist()}
    for sessions in eating_oracle.slots(problem):
        here = [*eating_oracle.seats(problem, sessions), *(bounds or [])]
        found |= eating_oracle.eat(eating_oracle.lists(problem, sessions), here)
    return found


def has_ties(problem: Problem) -> bool:
    return any(
        len(tied) > 1
        for sessions in eating_oracle.slots(problem)
        for classes in eating_oracle.lists(problem, sessions).values()
        for tied in classes
    )


def accepted() -> st.SearchStrategy[Problem]:
    days = problems(coupled=False, most_participants=6)
    return days.filter(lambda day: set(day.features) <= ProbabilisticSerial.features)


def strict() -> st.SearchStrategy[Problem]:
    return accepted().filter(lambda problem: not has_ties(problem))


def assert_close(found: dict[Pair, float], exact: dict[Pair, Fraction]) -> None:
    for pair in found.keys() | exact.keys():
        assert abs(found.get(pair, 0.0) - exact.get(pair, 0)) < CLOSE


# ---- the chances ---------------------------------------------------------------------------------------------------


@settings(max_examples=examples(50))
@given(problem=strict())
def test_strict_lists_give_what_the_simulation_gives(problem: Problem) -> None:
    assert fractions(problem) == expected(problem)
    chances = serial(problem)
    assert_close(dict(zip(pairs_of(chances), chances.probability.tolist(), strict=True)), expected(problem))
    # the probabilities are multiples of a power of two, and so are added up without rounding
    taken = np.bincount(chances.session, chances.probability, minlength=len(problem.sessions))
    had = np.bincount(chances.participant, chances.probability, minlength=len(problem.participants))
    assert (taken <= problem.capacity).all()
    assert (had <= problem.wanted).all()
    assert (chances.probability > 0).all()


@settings(max_examples=examples(50))
@given(problem=accepted())
def test_ties_give_every_class_what_the_bottlenecks_of_all_groups_give_it(problem: Problem) -> None:
    found = fractions(problem)
    assert_close(floats(problem), found)
    for sessions in eating_oracle.slots(problem):
        wishes = eating_oracle.lists(problem, sessions)
        left = dict(zip(sorted(sessions), [b.most for b in eating_oracle.seats(problem, sessions)], strict=True))
        for who, amounts in eating_oracle.eat_with_ties(wishes, left).items():
            own = [sum(found.get((who, s), Fraction(0)) for s in tied) for tied in wishes[who]]
            assert own == amounts


@settings(max_examples=examples(50))
@given(problem=accepted())
def test_the_chances_are_efficient_and_equals_have_equal_chances(problem: Problem) -> None:
    chances = serial(problem)
    if problem.unlisted == "forbidden":
        # unlisted sessions count as equally good there, and are eaten in table order
        assert metrics.ordinal_exchanges(chances) == ()
    gap = metrics.probability_gap(chances).gap
    assert np.isnan(gap) or gap < CLOSE


@settings(max_examples=examples(50))
@given(data=st.data())
def test_nobody_envies_anybody_chances(data: st.DataObject) -> None:
    ids = "abcd"
    ranks = st.lists(st.integers(1, 3), min_size=4, max_size=4)
    lists = {
        str(who): [
            tied for level in (1, 2, 3) if (tied := [s for s, rank in zip(ids, own, strict=True) if rank == level])
        ]
        for who, own in enumerate(data.draw(st.lists(ranks, min_size=2, max_size=6)))
    }
    seats = data.draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    chances = serial(Problem.from_rankings(lists, dict(zip(ids, seats, strict=True))))
    assert metrics.sd_envy(chances).possible == 0
    assert metrics.ordinal_exchanges(chances) == ()


def test_no_misreport_is_better_for_all_utilities_on_strict_lists() -> None:
    # Bogomolnaia and Moulin 2001, proposition 1: PS is weakly strategy-proof
    orders = ["".join(order) for order in permutations("abc")]
    for own in orders:
        for others in [(first, second) for first in orders for second in orders]:
            truth = serial_row([own, *others])
            for lie in orders:
                told = serial_row([lie, *others])
                sums = [(sum(told[s] for s in own[:top]), sum(truth[s] for s in own[:top])) for top in (1, 2, 3)]
                dominates = all(one >= other for one, other in sums)
                assert not dominates or all(one == other for one, other in sums)


def serial_row(orders: list[str]) -> dict[str, Fraction]:
    wishes = {who: [["abc".index(s)] for s in order] for who, order in enumerate(orders)}
    bounds = [Bound(frozenset((who, s) for who in wishes), 1) for s in range(3)]
    eaten = eating_oracle.eat(wishes, bounds)
    return {s: eaten.get((0, number), Fraction(0)) for number, s in enumerate("abc")}


# ---- allocations ---------------------------------------------------------------------------------------------------


def by_size(problem: Problem, quotas: list[Bound]) -> list[frozenset[Pair]]:
    people = range(len(problem.participants))
    places = [frozenset((who, s) for s in sessions) for sessions in eating_oracle.slots(problem) for who in people]
    rooms = [frozenset((who, s) for who in people) for s in range(len(problem.sessions))]
    return [*places, *rooms, *(bound.pairs for bound in quotas)]


def assert_is_a_lottery_of(chances: RandomAssignment, quotas: list[Bound]) -> None:
    lottery = chances.lottery()
    exact = chances.exact or tuple(map(Fraction, chances.probability.tolist()))
    mixture: dict[Pair, Fraction] = {}
    for probability, allocation in lottery:
        assert probability > 0
        assert allocation.violations() == ()
        for pair in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
            mixture[pair] = mixture.get(pair, Fraction(0)) + Fraction(probability)
    assert sum(Fraction(probability) for probability, _ in lottery) == 1
    assert mixture == dict(zip(pairs_of(chances), exact, strict=True))
    drawn = [chances.sample(seed) for seed in range(3)]
    for bound in by_size(chances.problem, quotas):
        total = sum(
            (chance for pair, chance in zip(pairs_of(chances), exact, strict=True) if pair in bound), Fraction()
        )
        for allocation in [*drawn, *(allocation for _, allocation in lottery)]:
            placed = sum(
                pair in bound for pair in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True)
            )
            assert abs(placed - total) < 1


def test_the_mean_of_many_samples_is_what_the_chances_say() -> None:
    rng = np.random.default_rng(5)
    lists = {str(who): [f"s{s}" for s in rng.permutation(5)[:4]] for who in range(8)}
    problem = Problem.from_rankings(lists, {f"s{s}": 1 + s % 2 for s in range(5)})
    chances, draws = serial(problem), 1_000
    count = np.zeros((8, 5))
    for _ in range(draws):
        allocation = chances.sample(rng)
        count[allocation.participant, allocation.session] += 1
    exact = np.zeros((8, 5))
    exact[chances.participant, chances.session] = chances.probability
    # a deviation of 4.5 has a chance of about 7 in a million for each of 40 pairs
    assert (np.abs(count / draws - exact) <= 4.5 * np.sqrt(exact * (1 - exact) / draws)).all()


def test_a_draw_depends_on_the_seed_and_the_chances_do_not() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, {"x": 1})
    results = [solve(problem, NAME, seed=seed) for seed in range(20)]
    assert {result.allocation.roster("x") for result in results} == {("p",), ("q",)}
    assert all(floats_of(result) == {(0, 0): 0.5, (1, 0): 0.5} for result in results)


def floats_of(result: Result) -> dict[Pair, float]:
    assert result.random_assignment is not None
    return dict(zip(pairs_of(result.random_assignment), result.random_assignment.probability.tolist(), strict=True))


# ---- quotas --------------------------------------------------------------------------------------------------------


@st.composite
def days_with_quotas(draw: st.DrawFn) -> tuple[Problem, list[Quota]]:
    """Quotas for parts of one session within each other, and quotas around whole sessions within each other."""
    problem = draw(accepted())
    quotas = []
    rooms = draw(st.sampled_from(eating_oracle.slots(problem)))
    assume(rooms)
    ids = [problem.sessions[s] for s in sorted(rooms)]
    for size in draw(st.lists(st.integers(1, len(ids)), max_size=2)):
        quotas.append(Quota(draw(st.integers(0, 4)), tuple(ids[:size])))
    people = list(problem.participants)
    for _ in range(draw(st.integers(0, 2))):
        some = people[: draw(st.integers(1, len(people)))]
        quotas.append(Quota(draw(st.integers(0, 2)), (draw(st.sampled_from(ids)),), participants=tuple(some)))
    if problem.groups and len(quotas) < 3 and draw(st.sampled_from([True, False])):
        group = problem.groups[0]
        quotas = [quota for quota in quotas if quota.participants is None]
        quotas += [Quota(draw(st.integers(0, 1)), (ids[-1],), group=(group.name, value)) for value in group.values]
    assume(all(fixed_in(problem, bound) <= bound.most for bound in bounds_of(problem, quotas)))
    return problem, quotas


def bounds_of(problem: Problem, quotas: list[Quota]) -> list[Bound]:
    bounds = []
    for quota in quotas:
        people = set(range(len(problem.participants)))
        if quota.participants is not None:
            people = {problem.participants.index(label) for label in quota.participants}
        if quota.group is not None:
            group = next(group for group in problem.groups if group.name == quota.group[0])
            people = {who for who in people if group.value[who] == group.values.index(quota.group[1])}
        rooms = [problem.sessions.index(label) for label in quota.sessions]
        bounds.append(Bound(frozenset((who, s) for who in people for s in rooms), quota.most))
    return bounds


def fixed_in(problem: Problem, bound: Bound) -> int:
    return sum(tuple(pair) in bound.pairs for pair in problem.fixed.tolist())


@given(day=days_with_quotas(), exact=st.booleans())
def test_quotas_are_eaten_as_the_simulation_eats_them_and_every_allocation_keeps_them(
    day: tuple[Problem, list[Quota]], exact: bool
) -> None:
    problem, quotas = day
    bounds = bounds_of(problem, quotas)
    found = fractions(problem, quotas=quotas)
    assert_close(floats(problem, quotas=quotas), found)
    assert_is_a_lottery_of(serial(problem, quotas=quotas, exact=exact), bounds)
    if not has_ties(problem):
        left = [bound._replace(most=bound.most - fixed_in(problem, bound)) for bound in bounds]
        assert found == expected(problem, left)
    for bound in bounds:
        assert sum((chance for pair, chance in found.items() if pair in bound.pairs), Fraction(0)) <= bound.most


def schools() -> Problem:
    day = Model()
    for session in "xyz":
        day.add_session(session, capacity=2)
    for number, school in enumerate(["Hill", "Hill", "Lake", "Lake"]):
        day.add_participant(f"t{number}", groups={"school": school})
        day.add_ranking(f"t{number}", ["x", "y", "z"])
    return day.build()


def test_a_school_with_a_quota_of_one_seat_goes_on_when_it_has_eaten_that() -> None:
    found = fractions(schools(), quotas=[Quota(1, ("x",), group=("school", "Hill"))])
    # x: all four eat until 1/2, when Hill's one seat and the other one are gone
    assert {s: found[0, s] for s in (0, 1)} == {0: Fraction(1, 2), 1: Fraction(1, 2)}
    found = fractions(schools(), quotas=[Quota(0, ("x",), group=("school", "Hill"))])
    # Lake alone has the two seats of x; Hill has those of y
    assert found == {(0, 1): 1, (1, 1): 1, (2, 0): 1, (3, 0): 1}


def test_a_quota_over_two_sessions_sends_everybody_elsewhere_when_it_ends() -> None:
    found = fractions(schools(), quotas=[Quota(3, ("x", "y"))])
    # x until 1/2; one place of the quota is left, which four people eat in a quarter; then z
    assert {s: found[0, s] for s in range(3)} == {0: Fraction(1, 2), 1: Fraction(1, 4), 2: Fraction(1, 4)}


@pytest.mark.parametrize(
    ("quotas", "message"),
    [
        (
            [Quota(1, ("x", "y")), Quota(1, ("y", "z"))],
            r"quota 1 \(at most 1 in 'x', 'y'\) and quota 2 \(at most 1 in 'y', 'z'\) cross: they count some places "
            r"together, and neither counts all of the other's; a quota for part of the participants must be for one",
        ),
        (
            [Quota(1, ("x", "y"), participants=("t0", "t1"))],
            r"the capacity of 'x' and quota 1 \(at most 1 of 't0', 't1' in 'x', 'y'\) cross",
        ),
        (
            [Quota(1, ("x",), participants=("t0", "t1")), Quota(1, ("x",), participants=("t1", "t2"))],
            r"quota 1 .* and quota 2 .* cross",
        ),
        ([Quota(1, ("w",))], r"quota 1 \(at most 1 in 'w'\): unknown session 'w'"),
        ([Quota(1, ("x",), participants=("t9",))], r"unknown participant 't9'"),
        ([Quota(1, ("x",), group=("grade", "3"))], r"there is no group 'grade'; the groups are: school"),
        ([Quota(1, ("x",), group=("school", "Sea"))], r"nobody has school 'Sea'; its values are: 'Hill', 'Lake'"),
        ([{"most": 1}], r"quota {'most': 1} is not one: "),
        (["x"], r"quotas has 'x'; give a Quota\(most, sessions\)"),
        ("x", r"quotas is 'x'; give a tuple of Quota"),
    ],
)
def test_wrong_quotas_are_refused(quotas: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        solve(schools(), NAME, quotas=quotas)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most": -1, "sessions": ("x",)}, "most is -1; give a whole number from 0"),
        ({"most": 1.5, "sessions": ("x",)}, r"most is 1\.5; give a whole number from 0"),
        ({"most": 1, "sessions": "x"}, "sessions is 'x'; give a tuple of texts, at least one"),
        ({"most": 1, "sessions": ()}, r"sessions is \(\); give a tuple of texts, at least one"),
        ({"most": 1, "sessions": (3,)}, "sessions has 3, which is not a text"),
        ({"most": 1, "sessions": ("x",), "group": ("school",)}, r"group is \('school',\); give a column and a value"),
        (
            {"most": 1, "sessions": ("x",), "group": ("school", "Hill"), "participants": ("t0",)},
            "both a group and participants are given; give one of them",
        ),
    ],
)
def test_wrong_fields_of_a_quota_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Quota(**options)


def test_a_quota_over_two_slots_and_one_that_fixed_pairs_exceed_are_refused() -> None:
    day = Model()
    day.add_session("x", capacity=2, slots=["morning"])
    day.add_session("y", capacity=2, slots=["noon"])
    day.add_participant("p")
    day.fix("p", "x")
    with pytest.raises(OptionError, match=r"its sessions are in several slots \('morning', 'noon'\), and each slot is"):
        solve(day.build(), NAME, quotas=[Quota(1, ("x", "y"))])
    with pytest.raises(OptionError, match="1 are fixed there; allow as many, or fix fewer"):
        solve(day.build(), NAME, quotas=[Quota(0, ("x",))])


# ---- the face ------------------------------------------------------------------------------------------------------


def test_options_are_recorded_so_that_the_result_can_be_made_again() -> None:
    quota = Quota(1, ["x"], group=["school", "Hill"])  # type: ignore[arg-type]
    result = solve(schools(), NAME, seed=3, quotas=[quota])
    assert Result.from_json(result.to_json(), schools()).provenance.options == result.provenance.options
    assert result.provenance.options == {
        "exact": False,
        "quotas": [{"most": 1, "sessions": ["x"], "group": ["school", "Hill"], "participants": None}],
    }
    assert solve(schools(), NAME, seed=3, **result.provenance.options) == result


def test_repeated_topics_are_refused_by_name() -> None:
    day = Model()
    for slot in ("morning", "noon"):
        day.add_session(slot, capacity=1, slots=[slot], topic="reading")
    day.add_participant("p")
    day.add_ranking("p", ["morning", "noon"])
    with pytest.raises(
        UnsupportedError, match=r"'probabilistic-serial' does not handle topics repeated in several slots"
    ):
        solve(day.build(), NAME)


def test_it_says_that_it_does_not_use_priorities() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, {"x": 1}, priorities={"x": ["q", "p"]})
    result = solve(problem, NAME, seed=1)
    assert result.notes == ("probabilistic-serial does not use the sessions' priorities",)
    assert floats_of(result) == {(0, 0): 0.5, (1, 0): 0.5}


def test_too_much_for_fractions_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdalloc.solvers.probabilistic_serial.MOST_EXACT", 3)
    tied = Problem.from_rankings({"p": [["x", "y"]], "q": [["x", "y"]]}, {"x": 1, "y": 1})
    with pytest.raises(OptionError, match="and here are 4; leave out exact, break the ties, or use 'lottery'"):
        solve(tied, NAME)
    with pytest.raises(OptionError, match=r"exact is 1; give True or False"):
        solve(tied, NAME, exact=1)


def test_chances_from_draws_have_no_lottery() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, {"x": 1})
    chances = solve(problem, "lottery", seed=1, draws=10).random_assignment
    assert chances is not None
    with pytest.raises(OptionError, match="the chances were estimated from 10 draws, so that no lottery is known"):
        chances.lottery()
    with pytest.raises(OptionError, match="this rule writes out no lottery; draw allocations with sample"):
        replace(chances, draws=None).lottery()
    assert oracle.places(problem, chances.sample(1).session.tolist()) == 1
