"""The days of a personal plan are of the same people, and who was served badly weighs more."""

from __future__ import annotations

import numpy as np
import pytest

from pdalloc import generators, history, solve


@pytest.mark.parametrize("seed", range(3))
def test_the_days_are_of_the_same_people_but_for_one(seed: int) -> None:
    days = [generators.personal_plan(seed, day) for day in (1, 2, 3)]
    everybody = [f"t{number:03d}" for number in range(1, 25)]
    missing = [set(everybody) - set(day.participants) for day in days]
    assert missing == [{"t024"}, {"t005"}, set()]
    for day in days:
        assert np.bincount(day.session_slots.column).tolist() == [4, 4]
        assert set(np.diff(day.choices.indptr)) == {6}
        assert (day.capacity.tolist(), day.ranking) == ([4, 6, 8, 8] * 2, "per-slot")


def test_what_is_known_of_earlier_days_is_a_figure_that_weighs() -> None:
    first, second, third = (generators.personal_plan(1, day) for day in (1, 2, 3))
    assert np.isnan(first.history).all()
    assert np.flatnonzero(np.isnan(second.history)).tolist() == [second.participants.index("t024")]
    assert not np.isnan(third.history).any()
    # sums of 1, 2/3 and 1/3 over two slots, and over four
    assert set(np.round(second.history[:-1] * 6, 2)) <= {2, 3, 4, 5, 6}
    weights = second.integer_weights.values
    worst, best = np.nanargmin(second.history), np.nanargmax(second.history)
    assert second.history[worst] < second.history[best]
    assert weights[worst] > weights[best]


def test_those_after_the_favourites_were_served_worse() -> None:
    figures = np.array([generators.personal_plan(seed, 3).history for seed in range(20)])
    assert figures[:, :12].mean() < figures[:, 12:].mean() - 0.1
    wanted = np.zeros(4)
    for seed in range(20):
        day = generators.personal_plan(seed, 1)
        first = day.choices.session[(day.choices.rank == 1) & (day.choices.participant < 12)]
        wanted += np.bincount(first % 4, minlength=4)
    assert wanted / wanted.sum() == pytest.approx([8 / 14, 4 / 14, 1 / 14, 1 / 14], abs=0.06)


def test_without_history_the_days_are_as_before_any_was_allocated() -> None:
    bare = [generators.personal_plan(1, day, history=False) for day in (1, 2)]
    assert np.isnan(bare[1].history).all()
    figures = {f"t{number:03d}": 1.0 for number in range(1, 25)}
    assert bare[1].with_history(figures) == generators.personal_plan(1, 2).with_history(figures)
    earned = bare[1].with_history(history(solve(bare[0])))
    assert solve(earned).allocation.violations() == ()
