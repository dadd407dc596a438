"""The four waves have the seats and demands they claim, and the last one can always be kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from pdalloc import Forbidden, GroupQuota, Required, generators, solve


def test_all_leaders_have_a_place_in_the_first_wave() -> None:
    wave = generators.rollout_wave(1, 1)
    assert (len(wave.participants), wave.capacity.tolist()) == (34, [17, 17])
    [rule] = wave.rules
    assert isinstance(rule, Required)
    assert set(rule.participants) == set(wave.participants)
    assert solve(wave).allocation.filled.tolist() == [1] * 34


@pytest.mark.parametrize(("number", "seats", "share"), [(2, 20, 0.3), (3, 60, 0.6), (4, 77, 0.95)])
def test_volunteers_apply_and_every_school_has_its_share(number: int, seats: int, share: float) -> None:
    wave = generators.rollout_wave(5, number)
    assert (len(wave.participants), wave.capacity.sum()) == (34 * 7, seats)
    applied = np.diff(wave.choices.indptr) > 0
    assert applied.mean() == pytest.approx(share, abs=0.1)
    assert set(np.diff(wave.choices.indptr)[applied]) == {len(wave.sessions)}
    [rule] = wave.rules
    assert isinstance(rule, GroupQuota)
    schools = Counter(wave.group("school").value[solve(wave).allocation.participant].tolist())
    assert sum(schools.values()) == min(seats, 34 * (rule.at_most or 99))
    assert max(schools.values()) <= (rule.at_most or 99)
    assert number < 4 or (len(schools) == 34 and min(schools.values()) >= 2)


def test_at_least_two_of_every_school_apply_to_the_last_wave() -> None:
    applied = []
    for seed in range(30):
        wave = generators.rollout_wave(seed, volunteers=3)
        there = np.diff(wave.choices.indptr) > 0
        applied.append(np.bincount(wave.group("school").value[there]))
    assert np.min(applied) == 2  # by chance alone about seven of these 1,020 schools would have fewer
    assert solve(generators.rollout_wave(0, volunteers=2)).allocation.violations() == ()


def test_the_waves_of_a_seed_belong_together() -> None:
    waves = [generators.rollout_wave(2, number) for number in (2, 3, 4)]
    assert len({tuple(wave.participants) for wave in waves}) == 1
    placed: list[str] = []
    for wave in waves:
        again = [Forbidden(wave.sessions, participants=placed)] if placed else []
        allocation = solve(replace(wave, rules=(*wave.rules, *again))).allocation
        placed += [who for session in wave.sessions for who in allocation.roster(session)]
    assert len(placed) == len(set(placed)) == 20 + 60 + 77
