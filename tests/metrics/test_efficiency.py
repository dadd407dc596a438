"""Trades inside a slot against all reallocations of it."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Forbidden, Model, Problem, audit, metrics, solve
from pdalloc.errors import UnsupportedError
from pdalloc.metrics import Move
from pdalloc.problem.labels import Labels
from tests import oracle
from tests.depth import examples
from tests.strategies import allocations, problems

Day = tuple[oracle.Schedule, ...]


def rank(problem: Problem, participant: int, session: int | None) -> int:
    """How good a place is: the rank, then an unlisted place, then an empty one."""
    last = oracle.longest_list(problem) + 1
    return last + 1 if session is None else oracle.listed(problem, participant).get(session, last)


def options(allocation: Allocation, participant: int, here: list[int]) -> list[tuple[oracle.Schedule, bool]]:
    """The schedules after a move inside the slot that costs the participant nothing, and whether they gain."""
    problem, runs = allocation.problem, allocation.runs.tolist()
    mine = oracle.schedule_of(allocation, participant)
    now = next((session for session in mine if session in here), None)
    days = [(mine, False)]
    for session in here:
        day = tuple(sorted({*mine, session} - {now}))
        if (
            session not in mine
            and oracle.could_attend(problem, participant, session, runs)
            and oracle.may_have(problem, participant, day, runs)
            and rank(problem, participant, session) <= rank(problem, participant, now)
        ):
            days.append((day, rank(problem, participant, session) < rank(problem, participant, now)))
    return days


def can_be_improved(allocation: Allocation, here: list[int]) -> bool:
    """Whether some reallocation of the sessions of one slot makes somebody better off and nobody worse."""
    problem = allocation.problem
    every = [options(allocation, participant, here) for participant in range(len(problem.participants))]
    return any(
        any(gains for _, gains in moves)
        and oracle.keeps_rules(problem, [day for day, _ in moves], allocation.runs.tolist())
        for moves in product(*every)
    )


def assert_improves(allocation: Allocation, trade: tuple[Move, ...], here: list[int]) -> None:
    """Carry a trade out: every move is one that costs nothing, somebody gains, and all rules are kept."""
    problem = allocation.problem
    chosen = [oracle.schedule_of(allocation, participant) for participant in range(len(problem.participants))]
    gained = False
    assert len({move.participant for move in trade}) == len(trade)
    for move in trade:
        who, target = number(problem.participants, move.participant), number(problem.sessions, move.target)
        left = {number(problem.sessions, move.source)} if move.source else set()
        day = tuple(sorted({*chosen[who], target} - left))
        now = next((session for session in chosen[who] if session in here), None)
        assert left == ({now} - {None})
        gains = dict(options(allocation, who, here))[day]
        gained, chosen[who] = gained or gains, day
    assert gained
    assert oracle.keeps_rules(problem, chosen, allocation.runs.tolist())


def number(labels: Labels, label: str) -> int:
    found = labels.get(label)
    assert found is not None
    return found


def sessions_at(problem: Problem, slots: tuple[str, ...]) -> list[int]:
    numbers = {number(problem.slots, slot) for slot in slots}
    return [s for s in range(len(problem.sessions)) if oracle.slots_of(problem, s) == numbers]


@settings(max_examples=examples(150))
@given(data=st.data())
def test_a_slot_is_efficient_exactly_if_no_reallocation_improves_it(data: st.DataObject) -> None:
    shapes = [problems(), problems(minimums=True), problems(single=True), problems(coupled=False)]
    problem = data.draw(st.one_of(*shapes, problems(rules=2, soft=True), problems(rules=2)))
    allocation = data.draw(allocations(problem))
    if not len(problem.slots) and (problem.limit > 1).any():
        return
    found = metrics.slot_efficiency(allocation)
    spans = {tuple(sorted(oracle.slots_of(problem, session))) for session in range(len(problem.sessions))}
    spans |= {(slot,) for slot in range(len(problem.slots))}
    expected = [span for span in spans if span] if len(problem.slots) else [()]
    assert {slot.slots for slot in found} == {tuple(problem.slots[slot] for slot in span) for span in expected}
    for slot in found:
        here = sessions_at(problem, slot.slots)
        if slot.is_efficient is None:
            assert any(rule.penalty is None for rule in problem.rules)
            assert slot.trade == ()
        else:
            assert slot.is_efficient != can_be_improved(allocation, here)
        if slot.trade:
            assert_improves(allocation, slot.trade, here)


def test_a_trade_that_breaks_a_rule_is_not_shown() -> None:
    problem = Problem.from_rankings(
        {"p": ["x", "y"], "q": ["y", "x"], "r": ["z", "w"]}, capacity={"x": 1, "y": 1, "z": 1, "w": 1}
    )
    traded = Allocation.from_schedules(problem, {"p": ["y"], "q": ["x"], "r": ["w"]})
    (day,) = metrics.slot_efficiency(traded)
    assert [move.participant for move in day.trade] == ["p", "q"]
    # all that is left is the move that the rule is not about
    ruled = problem.with_rules(Forbidden(["x"], participants=["p"]))
    (day,) = metrics.slot_efficiency(Allocation.from_schedules(ruled, {"p": ["y"], "q": ["x"], "r": ["w"]}))
    assert day.trade == (Move("r", "w", "z"),)
    (day,) = metrics.slot_efficiency(Allocation.from_schedules(ruled, {"p": ["y"], "q": ["x"], "r": ["z"]}))
    assert (day.trade, day.is_open, day.is_efficient) == ((), True, None)
    table = audit(Allocation.from_schedules(ruled, {"p": ["y"], "q": ["x"], "r": ["z"]}))
    assert math.isnan(table.columns[""][table.rows.index("Pareto efficient slots, of 1")])
    note = "Pareto efficient slots cannot be given: in 1 of 1, every improvement that was found breaks a rule"
    assert note in table.notes
    soft = problem.with_rules(Forbidden(["x"], participants=["p"], penalty=3))
    (day,) = metrics.slot_efficiency(Allocation.from_schedules(soft, {"p": ["y"], "q": ["x"], "r": ["z"]}))
    assert day.is_efficient is False


@given(problem=problems(coupled=False))
def test_least_ranks_leave_no_trade(problem: Problem) -> None:
    if len(problem.slots) or not (problem.limit > 1).any():
        assert all(slot.is_efficient for slot in metrics.slot_efficiency(solve(problem).allocation))


def test_slots_that_are_each_efficient_do_not_make_an_efficient_day() -> None:
    # both want a in the morning and d in the afternoon; ranks (1, 5) and (5, 1) where (2, 1) and (1, 2) are possible
    day = Model(ranking="per-slot")
    ranks = {"am": {"a": 1, "b": 2, "c": 5}, "pm": {"d": 1, "e": 2, "f": 5}}
    for slot, sessions in ranks.items():
        day.add_slot(slot)
        for session in sessions:
            day.add_session(session, capacity=1, slots=[slot])
    people = {"t001": {"a": 1, "b": 2, "d": 1, "f": 5}, "t002": {"a": 1, "c": 5, "d": 1, "e": 2}}
    for person, choices in people.items():
        day.add_participant(person)
        for session, value in choices.items():
            day.add_choice(person, session, rank=value)
    problem = day.build()
    bad = Allocation.from_schedules(problem, {"t001": ["a", "f"], "t002": ["c", "d"]})
    good = Allocation.from_schedules(problem, {"t001": ["b", "d"], "t002": ["a", "e"]})
    assert [slot.is_efficient for slot in metrics.slot_efficiency(bad)] == [True, True]
    assert (metrics.day_costs(bad).tolist(), metrics.day_costs(good).tolist()) == ([4, 4], [1, 1])
    assert metrics.popularity_margin(good, bad) == 2


def test_the_stable_outcome_of_three_schools_leaves_a_cycle() -> None:
    # example 1 of Abdulkadiroglu and Sonmez 2003: the only stable outcome; the first two would change places
    problem = Problem.from_rankings(
        {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
        capacity={"s1": 1, "s2": 1, "s3": 1},
    )
    (day,) = metrics.slot_efficiency(Allocation.from_schedules(problem, {"i1": ["s1"], "i2": ["s2"], "i3": ["s3"]}))
    assert sorted(day.trade) == [("i1", "s1", "s2"), ("i2", "s2", "s1")]


def test_a_chain_may_need_somebody_who_does_not_mind() -> None:
    problem = Problem.from_rankings({"t001": ["x"], "t002": [["x", "y"]]}, capacity={"x": 1, "y": 1})
    (day,) = metrics.slot_efficiency(Allocation.from_schedules(problem, {"t002": ["x"]}))
    assert day.trade == (("t001", None, "x"), ("t002", "x", "y"))
    assert day.slots == ()
    (day,) = metrics.slot_efficiency(Allocation.from_schedules(problem, {"t001": ["x"], "t002": ["y"]}))
    assert day.is_efficient


def test_a_session_at_its_minimum_is_not_left() -> None:
    day = Model()
    day.add_session("x", capacity=2)
    day.add_session("y", capacity=2, minimum=1)
    for person in ("t001", "t002"):
        day.add_participant(person)
    day.add_ranking("t001", ["x", "y"])
    day.add_ranking("t002", ["x", "y"])
    problem = day.build()
    (found,) = metrics.slot_efficiency(Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]}))
    assert found.is_efficient
    (found,) = metrics.slot_efficiency(Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["y"]}))
    assert len(found.trade) == 1


def test_the_rest_of_the_schedule_is_kept() -> None:
    day = Model()
    for slot in ("am", "pm", "night"):
        day.add_slot(slot)
    day.add_session("x", capacity=1, slots=["am"], topic="reading")
    day.add_session("y", capacity=1, slots=["am"])
    day.add_session("again", capacity=1, slots=["pm"], topic="reading")
    day.add_session("long", capacity=1, slots=["am", "pm"])
    day.add_participant("t001")
    day.add_ranking("t001", ["x", "y", "again", "long"])
    problem = day.build()
    for schedule, efficient in ((["y", "again"], True), (["long"], True), (["y"], False)):
        found = metrics.slot_efficiency(Allocation.from_schedules(problem, {"t001": schedule}))
        assert [slot.slots for slot in found] == [("am",), ("pm",), ("night",), ("am", "pm")]
        assert found[0].is_efficient is efficient


def test_several_places_without_slots_are_refused() -> None:
    day = Model()
    day.add_session("x", capacity=2)
    day.add_participant("t001", limit=2)
    message = "participant 't001' wants 2 places on a day without slots; trades slot by slot are about one place each"
    with pytest.raises(UnsupportedError, match=message):
        metrics.slot_efficiency(Allocation.from_schedules(day.build(), {}))


def test_a_hundred_people_in_a_circle_find_it() -> None:
    size = 100
    everyone = np.arange(size)
    problem = Problem.from_arrays(
        np.repeat(everyone, 2),
        np.stack([(everyone + 1) % size, everyone], axis=1).ravel(),
        np.tile([1, 2], size),
        np.ones(size),
    )
    (day,) = metrics.slot_efficiency(Allocation.from_pairs(problem, everyone, everyone))
    assert len(day.trade) == size
