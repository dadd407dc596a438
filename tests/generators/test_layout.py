"""Sessions are laid into slots so that few wanted pairs clash."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc.arrays import Int64Array
from pdalloc.generators.layout import clashes, lay_out


def wanted_pairs(votes: list[list[int]]) -> Int64Array:
    wanted = np.zeros((6, 6), np.int64)
    for topics in votes:
        for one, other in combinations(topics, 2):
            wanted[one, other] += 1
            wanted[other, one] += 1
    return wanted


def layouts(sessions: tuple[int, ...], slots: int, each: int) -> Iterator[list[tuple[int, ...]]]:
    """Every way to share sessions out, whatever the slots are called."""
    if slots == 0:
        yield []
        return
    for others in combinations(sessions[1:], each - 1):
        first = (sessions[0], *others)
        left = tuple(session for session in sessions if session not in first)
        for rest in layouts(left, slots - 1, each):
            yield [first, *rest]


VOTES = st.lists(st.lists(st.integers(0, 5), unique=True, max_size=4), max_size=12)


@given(VOTES, st.sampled_from([1, 2, 3, 6]))
def test_no_exchange_of_two_sessions_helps_and_every_slot_is_full(votes: list[list[int]], slots: int) -> None:
    wanted = wanted_pairs(votes)
    slot = lay_out(wanted, slots)
    assert np.bincount(slot, minlength=slots).tolist() == [6 // slots] * slots
    count = clashes(wanted, slot)
    assert count == sum(wanted[a, b] for a, b in combinations(range(6), 2) if slot[a] == slot[b])
    for one, other in combinations(range(6), 2):
        exchanged = slot.copy()
        exchanged[[one, other]] = exchanged[[other, one]]
        assert clashes(wanted, exchanged) >= count


@pytest.mark.parametrize("slots", [2, 3])
def test_clashes_are_nearly_as_few_as_they_can_be(slots: int) -> None:
    rng = np.random.default_rng(1)
    found = best = 0
    typical = 0.0
    for _ in range(50):
        wanted = wanted_pairs([rng.choice(6, 3, replace=False).tolist() for _ in range(10)])
        slot = lay_out(wanted, slots)
        all_counts = [
            sum(int(wanted[a, b]) for together in layout for a, b in combinations(together, 2))
            for layout in layouts(tuple(range(6)), slots, 6 // slots)
        ]
        found += clashes(wanted, slot)
        best += min(all_counts)
        typical += float(np.mean(all_counts))
    assert best <= found <= best + 0.05 * (typical - best)
