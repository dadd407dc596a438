"""The kernel of turns: every turn is the best there is, whatever the lists; compiled and interpreted alike."""

from __future__ import annotations

from itertools import chain, product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc.arrays import Int64Array, freeze
from pdalloc.kernels.picking import EMPTY, Lists, pick
from tests.depth import examples

FOREVER = 10**9


class Day(NamedTuple):
    """A day as plain lists, and the arguments of the kernel made of it."""

    slot: list[int]
    listed: list[dict[int, int]]  # of each participant: rank of each session
    exclusions: list[set[int]]
    barred: list[set[int]]
    wants: list[bool]  # of each participant and slot; nobody has unlisted sessions if it is empty
    seats: Int64Array
    lists: Lists

    @property
    def people(self) -> int:
        return len(self.listed)


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Small days with ties, empty lists, full sessions, topics and conflicts, and bits that exclusions share."""
    slots, people = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    sessions = slots * draw(st.integers(1, 3))
    slot = [session % slots for session in range(sessions)]
    ranks = st.lists(st.integers(0, 3), min_size=sessions, max_size=sessions)
    listed = [{s: rank for s, rank in enumerate(draw(ranks)) if rank} for _ in range(people)]
    if draw(st.booleans()):
        listed = [listed[0]] * people
    some = st.sets(st.integers(0, sessions - 1), max_size=3)
    exclusions = draw(st.lists(some, max_size=6))
    barred = draw(st.lists(some, min_size=people, max_size=people))
    wants = draw(st.lists(st.booleans(), min_size=people * slots, max_size=people * slots))
    if draw(st.booleans()):
        wants = []
    seats = np.array(draw(st.lists(st.integers(0, 4), min_size=sessions, max_size=sessions)), np.int64)
    bits = draw(st.sampled_from([1, 1, 2, 6]))

    rows = [
        sorted((rank, session) for session, rank in listed[who].items() if slot[session] == at)
        for who in range(people)
        for at in range(slots)
    ]
    anybody = [[session for session in range(sessions) if slot[session] == at and wants] for at in range(slots)]
    of_session = [[n for n, group in enumerate(exclusions) if session in group] for session in range(sessions)]
    lists = Lists(
        slots=slots,
        indptr=freeze(np.cumsum([0, *map(len, rows), *map(len, anybody)])),
        session=freeze(np.array([s for row in rows for _, s in row] + list(chain(*anybody)), np.uint32)),
        rank=freeze(np.array([rank for row in rows for rank, _ in row], np.int32)),
        exclusion_bits=freeze(np.array([sum({1 << n % bits for n in mine}) for mine in of_session], np.int64)),
        exclusion_start=freeze(np.cumsum([0, *map(len, of_session)])),
        exclusion=freeze(np.array(list(chain(*of_session)), np.int32)),
        may_be_unlisted=freeze(np.array(wants, np.bool_)),
        barred_start=freeze(np.cumsum([0, *map(len, barred)])),
        barred=freeze(np.array([s for pairs in barred for s in sorted(pairs)], np.int32)),
        unlisted=100,
        empty=1_000,
    )
    return Day(slot, listed, exclusions, barred, wants, seats, lists)


def best_day(day: Day, who: int, seats: list[int]) -> tuple[int, ...]:
    """The session in each slot, -1 for none, of the best day that is left; by looking at all."""
    slots = day.lists.slots

    def cost(session: int) -> tuple[int, int, int]:
        return (session < 0, session >= 0 and session not in day.listed[who], day.listed[who].get(session, 0))

    def may(session: int, at: int) -> bool:
        if not seats[session] or day.slot[session] != at:
            return False
        if session in day.listed[who]:
            return True
        return bool(day.wants) and day.wants[who * slots + at] and session not in day.barred[who]

    options = [[-1, *(s for s in range(len(seats)) if may(s, at))] for at in range(slots)]
    together = [
        chosen for chosen in product(*options) if all(len(group.intersection(chosen)) <= 1 for group in day.exclusions)
    ]
    return min(together, key=lambda chosen: (*np.sum([cost(s) for s in chosen], axis=0), sorted(set(chosen) - {-1})))


def sessions_of(day: Day, taken: Int64Array) -> list[int]:
    return [int(day.lists.session[place]) if place != EMPTY else -1 for place in taken.tolist()]


@given(day=days(), data=st.data())
@settings(max_examples=examples(600))
def test_everybody_takes_the_best_day_that_is_left(day: Day, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(day.people)))
    taken, left, played = pick.run(1, np.array(order), day.people, day.seats, FOREVER, *day.lists)
    seats = day.seats.tolist()
    expected: list[int] = []
    for who in order:
        chosen = best_day(day, who, seats)
        for session in set(chosen) - {-1}:
            seats[session] -= 1
        expected += chosen
    assert played == day.people
    assert sessions_of(day, taken) == expected
    assert list(left) == seats


@given(day=days(), data=st.data())
@settings(max_examples=examples(100))
def test_compiled_and_interpreted_give_the_same(day: Day, data: st.DataObject) -> None:
    orders = np.array([data.draw(st.permutations(range(day.people))) for _ in range(2)]).ravel()
    patience = data.draw(st.sampled_from([FOREVER, 3]))
    given_ = (orders, day.people, day.seats, patience, *day.lists)
    taken, left, played = pick.py_func(*given_)
    for same in (pick.compiled(*given_), pick.run(1, *given_)):
        assert same[2] == played
        assert np.array_equal(same[0][: played * day.lists.slots], taken[: played * day.lists.slots])
        assert np.array_equal(same[1], left)


@given(day=days(), data=st.data())
@settings(max_examples=examples(100))
def test_draws_after_one_another_are_those_played_one_by_one(day: Day, data: st.DataObject) -> None:
    orders = [np.array(data.draw(st.permutations(range(day.people)))) for _ in range(3)]
    single = [pick.run(1, order, day.people, day.seats, FOREVER, *day.lists)[0] for order in orders]
    taken, _, played = pick.run(1, np.concatenate(orders), day.people, day.seats, FOREVER, *day.lists)
    assert played == 3 * day.people
    assert np.array_equal(taken, np.concatenate(single))


@given(day=days(), data=st.data())
@settings(max_examples=examples(200))
def test_turns_go_on_where_patience_ended(day: Day, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(day.people))))
    patience = data.draw(st.integers(0, 12))
    whole, left, _ = pick.run(1, order, day.people, day.seats, FOREVER, *day.lists)
    parts, seats, turn = [], day.seats, 0
    while turn < day.people:
        taken, seats, played = pick.run(1, order[turn:], day.people, np.asarray(seats), patience, *day.lists)
        parts.append(taken[: played * day.lists.slots])
        turn += played
        patience += 1
    assert np.array_equal(np.concatenate(parts), whole)
    assert list(seats) == list(left)


@pytest.mark.parametrize("length", [0, 11])
def test_lists_that_are_read_ahead_are_played_alike(length: int) -> None:
    # more entries than lie near; every third list is empty, those at the beginning and at the end among them
    people, sessions = 24_001, 50
    rng = np.random.default_rng(8)
    row = np.where(np.arange(people) % 3 == 0, 0, length)
    session = np.argsort(rng.random((people, sessions)), axis=1)[:, :11][row > 0].astype(np.uint32)[:, :length]
    capacity = np.full(sessions, people // sessions - 9)
    nothing, none = freeze(np.zeros(0, np.int64)), freeze(np.zeros(0, np.int32))
    lists = Lists(
        slots=1,
        indptr=freeze(np.cumsum([0, *row, 0])),
        session=freeze(session.ravel()),
        rank=freeze(np.ones(session.size, np.int32)),
        exclusion_bits=freeze(np.zeros(sessions, np.int64)),
        exclusion_start=nothing,
        exclusion=none,
        may_be_unlisted=freeze(np.zeros(0, np.bool_)),
        barred_start=nothing,
        barred=none,
        unlisted=100,
        empty=1_000,
    )
    order = rng.permutation(people)
    taken, left, _ = pick.compiled(order, people, capacity, FOREVER, *lists)
    seats, start = capacity.tolist(), lists.indptr.tolist()
    for who, place in zip(order.tolist(), taken.tolist(), strict=True):
        entries = range(start[who], start[who + 1])
        assert place == next((entry for entry in entries if seats[lists.session[entry]]), EMPTY)
        if place != EMPTY:
            seats[lists.session[place]] -= 1
    assert left.tolist() == seats
