"""The EdCamp has the grid, facilitators and seats that it claims, and few wanted pairs clash."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from pdalloc import Feature, Problem, generators, metrics, solve
from pdalloc.generators.edcamp import _vote
from pdalloc.generators.layout import clashes


@pytest.mark.parametrize("seed", range(3))
def test_the_day_has_the_grid_it_claims(seed: int) -> None:
    day = generators.edcamp(seed, participants=150, proposals=50, slots=3, rooms=8, list_length=4)
    assert (len(day.participants), len(day.sessions), len(day.slots)) == (150, 24, 3)
    assert np.bincount(day.session_slots.column).tolist() == [8] * 3
    for slot in range(3):
        here = np.flatnonzero(day.session_slots.column == slot)
        assert [day.room[session] for session in here] == [f"room {number}" for number in range(1, 9)]
        seats = day.capacity[here]
        assert (np.diff(seats) <= 0).all()
        assert 1.15 * (150 - 8) <= seats.sum() <= 1.15 * (150 - 8) + 8
        assert seats[0] == pytest.approx(3 * seats[-1], abs=3)
    assert set(day.features) == {Feature.SLOTS, Feature.FACILITATORS}


def test_who_proposed_a_topic_runs_it_and_the_others_choose() -> None:
    day = generators.edcamp(1)
    assert len(day.facilitated) == len({who for who, _ in day.facilitated.tolist()}) == 24
    in_slot = np.zeros((120, 4), np.int64)
    np.add.at(in_slot, (day.choices.participant, day.session_slots.column[day.choices.session]), 1)
    assert np.array_equal(in_slot, np.where(day.available, 3, 0))
    allocation = solve(day).allocation
    assert metrics.empty_places(allocation) == 0


def voted_pairs(day: Problem, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How many want both of two sessions, counted person by person, and the slot of each session."""
    board = _vote(np.random.default_rng(seed), 120, 40, 6, 24)
    wanted = np.zeros((24, 24), np.int64)
    for votes in board.voted:
        for one, other in combinations(np.flatnonzero(votes).tolist(), 2):
            wanted[one, other] += 1
            wanted[other, one] += 1
    assert np.array_equal(wanted, board.wanted)
    session = [day.sessions.index(f"topic-{topic + 1:03d}") for topic in board.topic.tolist()]
    return wanted, day.session_slots.column[session]


@pytest.mark.parametrize("seed", range(3))
def test_far_fewer_wanted_pairs_clash_than_in_any_of_many_random_grids(seed: int) -> None:
    wanted, slot = voted_pairs(generators.edcamp(seed), seed)
    rng = np.random.default_rng(1)
    random = [clashes(wanted, rng.permutation(slot)) for _ in range(500)]
    count = clashes(wanted, slot)
    assert count < min(random)
    assert count < 0.8 * np.mean(random)


def test_the_topics_with_the_most_votes_take_place_the_more_wanted_in_the_larger_room() -> None:
    board = _vote(np.random.default_rng(1), 120, 40, 6, 24)
    every = _vote(np.random.default_rng(1), 120, 40, 6, 40)
    # a proposal counts as a vote of one more, for all alike
    votes = every.voted.sum(axis=0)
    assert votes.sum() == 120 * 6 + 40
    assert (np.diff(votes) <= 0).all()
    assert board.topic.tolist() == every.topic[:24].tolist()
    day = generators.edcamp(1)
    of_topic = dict(zip((f"topic-{topic + 1:03d}" for topic in every.topic.tolist()), votes.tolist(), strict=True))
    for slot in range(4):
        here = np.flatnonzero(day.session_slots.column == slot)
        assert (np.diff([of_topic[day.sessions[session]] for session in here.tolist()]) <= 0).all()
