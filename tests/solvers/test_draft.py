"""The course draft: pick by pick as defined, its chances, what it guarantees and how it is gamed."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, generators, solve
from pdalloc.errors import OptionError, SolveStoppedError
from tests import oracle
from tests.depth import examples
from tests.pickers import two_pickers
from tests.strategies import problems

DIRECTIONS = st.sampled_from(["snake", "round-robin"])
ROUNDS = st.sampled_from(["picks", "slots"])


def days(allocation: Allocation) -> list[oracle.Schedule]:
    return [oracle.schedule_of(allocation, who) for who in range(len(allocation.problem.participants))]


@given(
    problem=st.one_of(
        problems(most_participants=3, most_sessions=6), problems(single=True, most_participants=4, most_sessions=7)
    ),
    direction=DIRECTIONS,
    rounds=ROUNDS,
    data=st.data(),
)
@settings(max_examples=examples(200))
def test_everybody_picks_the_best_session_that_goes_with_what_they_hold(
    problem: Problem, direction: str, rounds: str, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(problem.participants))))
    labels = [problem.participants[who] for who in order]
    result = solve(problem, "draft", order=labels, direction=direction, rounds=rounds)
    assert days(result.allocation) == oracle.draft(problem, order, direction, rounds)
    assert result.provenance.seed is None


@given(problem=problems(coupled=False), direction=DIRECTIONS, rounds=ROUNDS, data=st.data())
def test_with_one_place_each_it_is_a_serial_dictatorship(
    problem: Problem, direction: str, rounds: str, data: st.DataObject
) -> None:
    assume(problem.wanted.max() <= 1)
    order = data.draw(st.permutations(list(problem.participants)))
    drafted = solve(problem, "draft", order=order, direction=direction, rounds=rounds).allocation
    assert drafted == solve(problem, "serial-dictatorship", order=order).allocation


@given(problem=problems(coupled=False), direction=DIRECTIONS, rounds=ROUNDS, seed=st.integers(0, 99))
def test_with_one_slot_it_is_the_lottery_of_the_same_seed(
    problem: Problem, direction: str, rounds: str, seed: int
) -> None:
    assume(len(problem.slots) <= 1 and problem.wanted.max() <= 1)
    drafted = solve(problem, "draft", seed=seed, direction=direction, rounds=rounds, draws=3)
    lottery = solve(problem, "lottery", seed=seed, draws=3)
    assert drafted.allocation == lottery.allocation
    ours, theirs = drafted.random_assignment, lottery.random_assignment
    assert ours is not None
    assert theirs is not None
    assert ours.to_frame().equals(theirs.to_frame())


@given(problem=problems(), rounds=ROUNDS, seed=st.integers(0, 99), draws=st.integers(1, 7))
def test_chances_are_the_average_of_drafts_made_one_by_one(
    problem: Problem, rounds: str, seed: int, draws: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pdalloc.solvers.draft.PICKS_A_CALL", 3 * len(problem.participants))
        result = solve(problem, "draft", seed=seed, draws=draws, rounds=rounds)
    chances = result.random_assignment
    assert chances is not None
    rng = np.random.default_rng(seed)
    drafts = [
        oracle.draft(problem, rng.permutation(len(problem.participants)).tolist(), "snake", rounds)
        for _ in range(draws)
    ]
    count = Counter((who, session) for one in drafts for who, day in enumerate(one) for session in day)
    assert list(zip(chances.participant.tolist(), chances.session.tolist(), strict=True)) == sorted(count)
    assert chances.probability.tolist() == [count[pair] / draws for pair in sorted(count)]
    assert days(result.allocation) == drafts[0]
    assert days(chances.sample(seed)) == drafts[0]


def best_first(problem: Problem, who: int, day: oracle.Schedule, rounds: str) -> list[float]:
    """What a day is compared by: the ranks of its sessions, best first; or those of each slot, the first slot first."""
    ranks = oracle.listed(problem, who)
    day = tuple(session for session in day if [who, session] not in problem.fixed.tolist())
    if rounds == "slots":
        first = [
            [ranks[session] for session in day if slot in oracle.slots_of(problem, session)]
            for slot in range(len(problem.slots))
        ]
        parts = [*first, sorted(ranks[session] for session in day if not oracle.slots_of(problem, session))]
    else:
        parts = [sorted(ranks[session] for session in day)]
    # having nothing more is worse than anything on the list
    return [rank for part in parts for rank in [*part, float("inf")]]


@given(problem=problems(most_participants=3), direction=DIRECTIONS, rounds=ROUNDS, data=st.data())
@settings(max_examples=examples(80))
def test_nobody_could_have_a_better_day_compared_by_its_best_session_first(
    problem: Problem, direction: str, rounds: str, data: st.DataObject
) -> None:
    lists = [list(oracle.listed(problem, who).values()) for who in range(len(problem.participants))]
    assume(problem.unlisted == "forbidden")
    assume(all(len(ranks) == len(set(ranks)) for ranks in lists))
    order = data.draw(st.permutations(list(problem.participants)))
    drafted = days(solve(problem, "draft", order=order, direction=direction, rounds=rounds).allocation)
    own = [best_first(problem, who, day, rounds) for who, day in enumerate(drafted)]
    for other in oracle.allocations(problem, oracle.all_run(problem)):
        theirs = [best_first(problem, who, day, rounds) for who, day in enumerate(other)]
        nobody_worse = all(new <= old for new, old in zip(theirs, own, strict=True))
        assert not nobody_worse or theirs == own


@given(problem=problems(), rounds=ROUNDS, seed=st.integers(0, 9))
def test_no_seat_is_left_that_somebody_could_still_take(problem: Problem, rounds: str, seed: int) -> None:
    allocation = solve(problem, "draft", seed=seed, rounds=rounds).allocation
    free = np.flatnonzero(allocation.attendance < problem.capacity).tolist()
    for who, day in enumerate(days(allocation)):
        for session in set(free) - set(day):
            assert not oracle.may_have(problem, who, (*day, session), oracle.all_run(problem))


def test_every_other_round_goes_back_unless_all_go_in_the_same_order() -> None:
    model = Model()
    for session in "abcdef":
        model.add_session(session, capacity=1)
    for who in "12":
        model.add_participant(who, limit=3)
        model.add_ranking(who, list("abcdef"))
    held: dict[Literal["snake", "round-robin"], tuple[str, ...]] = {
        "snake": ("a", "d", "e"),
        "round-robin": ("a", "c", "e"),
    }
    for direction, expected in held.items():
        result = solve(model.build(), "draft", order=["1", "2"], direction=direction)
        assert result.allocation.schedule_of("1") == expected


def test_a_round_for_each_slot_fills_the_slots_in_table_order() -> None:
    model = Model()
    model.add_session("early", capacity=1, slots=["am"])
    model.add_session("late", capacity=1, slots=["pm"])
    model.add_session("long", capacity=1, slots=["am", "pm"])
    for who, ranking in (("1", ["late", "early"]), ("2", ["late", "long", "early"])):
        model.add_participant(who)
        model.add_ranking(who, ranking)
    problem = model.build()
    by_picks = solve(problem, "draft", order=["2", "1"]).allocation
    assert (by_picks.schedule_of("1"), by_picks.schedule_of("2")) == (("early",), ("late",))
    by_slots = solve(problem, "draft", order=["2", "1"], rounds="slots").allocation
    assert (by_slots.schedule_of("1"), by_slots.schedule_of("2")) == (("early", "late"), ("long",))


def test_many_drafts_stop_when_told_and_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 4

    monkeypatch.setattr("pdalloc.solvers.draft.PICKS_A_CALL", 1)
    day = generators.lexington(seed=2)
    seen: list[tuple[int, int, str]] = []
    solve(day, "draft", seed=1, draws=5, progress=lambda progress: seen.append(progress[:3]))
    assert [report for report in seen if report[2] == "draws"] == [(done, 5, "draws") for done in range(1, 6)]
    with pytest.raises(SolveStoppedError, match="stopped by the stop flag after"):
        solve(day, "draft", seed=1, draws=5, stop=Stop())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "zigzag"}, "direction is 'zigzag'; it is one of 'snake', 'round-robin'"),
        ({"rounds": 2}, "rounds is 2; it is one of 'picks', 'slots'"),
        ({"draws": 0}, "draws is 0; give a whole number from 1"),
        ({"order": ["1"]}, "order leaves out participant '2'; give every participant once"),
        ({"order": ["1", "2"], "draws": 3}, "draws are orders drawn at random, and an order is given; leave one"),
    ],
)
def test_other_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        solve(two_pickers(), "draft", **options)
