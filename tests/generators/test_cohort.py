"""The cohort's day has common sessions for all, and more groups than its facilitators can run."""

from __future__ import annotations

import numpy as np
import pytest

from pdalloc import Feature, generators


@pytest.mark.parametrize("seed", range(3))
def test_the_day_has_the_shape_it_claims(seed: int) -> None:
    day = generators.cohort(seed)
    assert (len(day.participants), len(day.sessions)) == (90, 36)
    assert np.bincount(day.session_slots.column).tolist() == [1, 11, 1, 11, 11, 1]
    common = np.flatnonzero(day.must_run)
    assert [day.sessions[session] for session in common.tolist()] == ["opening", "plenary", "closing"]
    assert (day.capacity[common] >= 90).all()
    groups = np.flatnonzero(~day.must_run)
    assert set(day.capacity[groups]) <= {8, 12}
    assert set(day.minimum[groups]) == {5}
    assert {Feature.MINIMUMS, Feature.TOPICS, Feature.FACILITATORS, Feature.FACILITATOR_LIMITS} < set(day.features)
    # two of the three groups of a facilitator are on one topic
    assert sorted(np.bincount(day.topic[groups]).tolist()) == [1] * 11 + [2] * 11


def test_facilitators_offer_more_than_they_can_do() -> None:
    day = generators.cohort(1)
    over = day.facilitator_sessions - day.most_sessions
    assert over.sum() == np.count_nonzero(over) == 6
    assert np.count_nonzero(day.most_participants < day.facilitator_seats) <= 1
    assert np.count_nonzero(day.facilitator_participant >= 0) == 5


def test_everybody_ranks_what_is_offered_while_they_are_there() -> None:
    day = generators.cohort(1, list_length=3)
    in_slot = np.zeros((90, 6), np.int64)
    np.add.at(in_slot, (day.choices.participant, day.session_slots.column[day.choices.session]), 1)
    there = ~day.away.mask()
    assert np.array_equal(in_slot, np.where(there, [1, 3, 1, 3, 3, 1], 0))
    assert np.count_nonzero(~there) == 4
    own = {tuple(pair) for pair in day.facilitated.tolist()}
    assert own.isdisjoint(zip(day.choices.participant.tolist(), day.choices.session.tolist(), strict=True))
