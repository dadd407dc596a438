"""First come, first served and the lottery: turn by turn as defined, and the chances of many draws."""

from __future__ import annotations

import math
import pickle
from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, generators, metrics, solve
from pdalloc.context import Context
from pdalloc.errors import OptionError, ProblemError, SolveStoppedError
from pdalloc.problem import Feature, Unlisted
from pdalloc.solvers.turns import Turns
from tests import oracle
from tests.depth import examples
from tests.strategies import problems


def days(allocation: Allocation) -> list[tuple[int, ...]]:
    people = range(len(allocation.problem.participants))
    return [tuple(allocation.session[allocation.participant == participant].tolist()) for participant in people]


@given(
    problem=st.one_of(
        problems(most_participants=3, most_sessions=6), problems(single=True, most_participants=4, most_sessions=7)
    ),
    data=st.data(),
)
@settings(max_examples=examples(300))
def test_everybody_takes_the_best_schedule_that_is_left(problem: Problem, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(problem.participants))))
    allocation = Turns(problem).allocate(np.array(order), Context.from_seed(0))
    assert days(allocation) == oracle.serial_dictatorship(problem, order)


def searched(turns: Turns, order: npt.NDArray[np.int64]) -> Allocation:
    """The allocation of an order with every turn searched by branch and bound, without the kernel."""
    participant, session = turns.search.play(order, turns.seats, Context.from_seed(0))
    fixed = turns.problem.fixed
    return Allocation.from_pairs(
        turns.problem, np.concatenate([fixed[:, 0], participant]), np.concatenate([fixed[:, 1], session])
    )


@given(problem=problems(single=True, most_participants=6, most_sessions=9), data=st.data())
@settings(max_examples=examples(200))
def test_the_kernel_gives_everybody_what_a_search_does(problem: Problem, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(len(problem.participants)))))
    turns = Turns(problem)
    assume(turns.lists is not None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pdalloc.solvers.turns.TURNS_A_CALL", data.draw(st.sampled_from([2, 100])))
        # without patience every turn that takes a search is left to the other code
        patch.setattr("pdalloc.solvers.turns.PATIENCE", data.draw(st.sampled_from([0, 20, 10**6])))
        allocation = turns.allocate(order, Context.from_seed(0))
    assert allocation == searched(turns, order)
    assert allocation.violations() == ()


@pytest.mark.parametrize("unlisted", ["forbidden", "last"])
@pytest.mark.parametrize("repeats", [0, 5, 46])
def test_a_whole_day_is_played_as_it_is_searched(repeats: int, unlisted: Unlisted) -> None:
    turns = Turns(generators.lexington(seed=4, repeats=repeats).with_options(unlisted=unlisted))
    order = np.random.default_rng(repeats).permutation(len(turns.problem.participants))
    assert turns.allocate(order, Context.from_seed(0)) == searched(turns, order)


@given(problem=st.one_of(problems(), problems(single=True)), seed=st.integers(0, 99), draws=st.integers(1, 7))
def test_chances_are_the_average_of_draws_made_one_by_one(problem: Problem, seed: int, draws: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pdalloc.solvers.lottery.TURNS_A_CALL", 3 * len(problem.participants))
        patch.setattr("pdalloc.solvers.turns.PATIENCE", 10 * (seed % 3))
        result = solve(problem, "lottery", seed=seed, draws=draws)
    chances = result.random_assignment
    assert chances is not None
    turns, rng = Turns(problem), np.random.default_rng(seed)
    allocations = [searched(turns, rng.permutation(len(problem.participants))) for _ in range(draws)]
    count = Counter(
        pair for one in allocations for pair in zip(one.participant.tolist(), one.session.tolist(), strict=True)
    )
    assert list(zip(chances.participant.tolist(), chances.session.tolist(), strict=True)) == sorted(count)
    assert chances.probability.tolist() == [count[pair] / draws for pair in sorted(count)]
    assert result.allocation == allocations[0]
    assert chances.sample(seed) == allocations[0]


def test_many_draws_stop_when_told_and_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        def __init__(self, after: int) -> None:
            self.looks = 0
            self.after = after

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > self.after

    monkeypatch.setattr("pdalloc.solvers.lottery.TURNS_A_CALL", 1_000)
    day = generators.lexington(seed=2, repeats=5)
    seen: list[tuple[int, int, str]] = []
    solve(day, "lottery", seed=1, draws=5, progress=lambda progress: seen.append(progress[:3]))
    assert [report for report in seen if report[2] == "draws"] == [(done, 5, "draws") for done in range(1, 6)]
    with pytest.raises(SolveStoppedError, match="stopped by the stop flag after"):
        solve(day, "lottery", seed=1, draws=5, stop=Stop(5))


def test_everybody_has_a_chance_of_an_unlisted_session_where_that_is_allowed() -> None:
    # one seat is wanted by all three, the other two go to those who come later, in table order
    problem = Problem.from_rankings(
        {"p": ["x"], "q": ["x"], "r": ["x"]}, capacity={"y": 1, "x": 1, "z": 1}, unlisted="last"
    )
    chances = solve(problem, "lottery", seed=3, draws=3_000).random_assignment
    assert chances is not None
    lower, upper = chances.interval(0.9999)
    assert len(chances.probability) == 9
    assert ((lower < 1 / 3) & (upper > 1 / 3)).all()


@given(problem=problems())
def test_first_come_follows_arrival_then_the_table(problem: Problem) -> None:
    def key(participant: int) -> tuple[float, int]:
        arrival = float(problem.arrival[participant])
        return (math.inf if math.isnan(arrival) else arrival, participant)

    order = sorted(range(len(problem.participants)), key=key)
    allocation = solve(problem, "first-come").allocation
    assert days(allocation) == oracle.serial_dictatorship(problem, order)


def test_a_repeated_topic_makes_a_participant_weigh_the_whole_day() -> None:
    # the best choice of each slot is of one topic; together the second choices of one slot must do
    model = Model(ranking="per-slot")
    for session, slot, topic in (("m1", "am", "m"), ("a", "am", None), ("m2", "pm", "m"), ("b", "pm", None)):
        model.add_session(session, capacity=1, slots=[slot], topic=topic)
    model.add_participant("p")
    model.add_ranking("p", ["m1", "a"])
    model.add_choice("p", "m2", 1)
    model.add_choice("p", "b", 3)
    assert solve(model.build(), "first-come").allocation.schedule_of("p") == ("a", "m2")


def test_many_equal_unlisted_schedules_are_searched_quickly() -> None:
    # all first choices are of one topic and everything unlisted costs the same: the search must not try all sets
    model = Model(unlisted="last", ranking="per-slot")
    for slot in ("am", "pm", "late"):
        for number in range(60):
            model.add_session(f"{slot}{number}", capacity=1, slots=[slot], topic="t" if number == 59 else None)
    model.add_participant("p")
    for slot in ("am", "pm", "late"):
        model.add_choice("p", f"{slot}59", 1)
    problem = model.build()
    assert Feature.TOPICS in problem.features
    assert solve(problem, "lottery", seed=1).allocation.schedule_of("p") == ("am0", "pm0", "late59")


def test_the_chances_of_two_participants_and_one_seat_are_even() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, capacity={"x": 1})
    result = solve(problem, "lottery", seed=11, draws=2_000)
    chances = result.random_assignment
    assert chances is not None
    assert chances.draws == 2_000
    assert chances.probability_of("p", "x") + chances.probability_of("q", "x") == 1
    lower, upper = chances.interval(0.999)
    assert (lower < 0.5).all()
    assert (upper > 0.5).all()
    assert solve(problem, "lottery", seed=11).allocation == result.allocation
    assert result.provenance.options == {"draws": 2_000}


def test_the_chances_are_those_of_all_orders() -> None:
    # Bogomolnaia and Moulin 2001, section 1: random serial dictatorship gives a and b with 5/12 and 1/12 here
    rankings = {
        "1": ["a", "b", "c", "d"],
        "2": ["a", "b", "c", "d"],
        "3": ["b", "a", "d", "c"],
        "4": ["b", "a", "d", "c"],
    }
    problem = Problem.from_rankings(rankings, capacity=dict.fromkeys("abcd", 1))
    chances = solve(problem, "lottery", seed=5, draws=20_000).random_assignment
    assert chances is not None
    lower, upper = chances.interval(0.9999)
    for participant in rankings:
        good, bad = ("a", "b") if participant in "12" else ("b", "a")
        for session, exact in ((good, 5 / 12), (bad, 1 / 12)):
            pair = (problem.participants.index(participant), problem.sessions.index(session))
            [at] = np.flatnonzero((chances.participant == pair[0]) & (chances.session == pair[1]))
            assert lower[at] < exact < upper[at]


def test_chances_can_be_sampled_pickled_and_asked() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x", "y"]}, capacity={"x": 1, "y": 1})
    chances = solve(problem, "lottery", seed=1, draws=50).random_assignment
    assert chances is not None
    same = pickle.loads(pickle.dumps(chances))
    sample = same.sample(np.random.default_rng(3))
    assert sample.violations() == ()
    assert sample == chances.sample(np.random.default_rng(3))
    assert repr(chances) == "<RandomAssignment: 3 pairs, from 50 draws>"
    assert chances.probability_of("p", "y") == 0
    with pytest.raises(ProblemError, match="unknown participant 'r'"):
        chances.probability_of("r", "x")
    with pytest.raises(ProblemError, match="unknown session 'z'"):
        chances.probability_of("p", "z")
    with pytest.raises(OptionError, match="confidence 1 is not between 0 and 1"):
        chances.interval(1)


@pytest.mark.parametrize("draws", [0, -1, 1.5, "many"])
def test_draws_are_counted_in_whole_numbers(draws: object) -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match=r"draws is .*; give a whole number from 1"):
        solve(problem, "lottery", draws=draws)


def test_a_made_up_seed_is_recorded_and_repeats_the_draw() -> None:
    day = generators.lexington(seed=2)
    result = solve(day, "lottery")
    assert result.provenance.seed is not None
    again = solve(day, "lottery", seed=result.provenance.seed)
    assert again.to_json(runtime=False) == result.to_json(runtime=False)
    assert solve(day, "first-come").provenance.seed is None


@given(problem=problems(coupled=False), seed=st.integers(0, 99))
def test_no_draw_leaves_a_seat_that_somebody_wants_more(problem: Problem, seed: int) -> None:
    # non-wastefulness: nobody could move to a free seat of a session they rank better in the same slot
    assume(not len(problem.fixed))
    allocation = solve(problem, "lottery", seed=seed).allocation
    mine = days(allocation)
    free = problem.capacity - allocation.attendance
    runs = [True] * len(problem.sessions)
    for participant, day in enumerate(mine):
        now = oracle.day_key(problem, participant, day)
        better = [
            schedule
            for schedule in oracle.schedules(problem, participant, runs)
            if oracle.day_key(problem, participant, schedule) < now
        ]
        assert all(any(free[session] == 0 for session in set(schedule) - set(day)) for schedule in better)


def test_first_come_on_the_lexington_day_leaves_many_without_a_first_choice() -> None:
    day = generators.lexington(seed=2016)
    allocation = solve(day, "first-come").allocation
    assert metrics.share_in_top(allocation, 3) < 0.85
    assert metrics.empty_places(allocation) > 100


def test_fewer_topics_than_slots_are_searched_quickly() -> None:
    # every session has one of three topics, so the fourth place stays empty, whatever is tried
    model = Model(unlisted="last")
    for number in range(120):
        model.add_session(f"s{number}", capacity=1, slots=[f"slot {number % 4}"], topic=f"t{number % 3}")
    model.add_participant("p")
    model.add_ranking("p", ["s0", "s12", "s1"])
    allocation = solve(model.build(), "lottery", seed=1).allocation
    assert metrics.empty_places(allocation) == 1
    assert allocation.schedule_of("p") == ("s0", "s1", "s2")


def test_a_long_search_stops_when_told() -> None:
    # conflicts between all sessions of two slots: one place stays empty, which only trying everything can show
    model = Model(unlisted="last")
    for slot in "abcd":
        for number in range(40):
            model.add_session(f"{slot}{number}", capacity=1, slots=[slot])
    for first in range(40):
        for second in range(40):
            model.add_conflict(f"c{first}", f"d{second}")
    model.add_participant("p")
    model.add_choice("p", "a0", 1)
    # a limit that binds keeps the day from the kernel
    model.add_participant("q", limit=1)
    with pytest.raises(SolveStoppedError, match=r"the time limit of 0\.05 s came before there was an allocation"):
        solve(model.build(), "lottery", seed=1, time_limit=0.05)
