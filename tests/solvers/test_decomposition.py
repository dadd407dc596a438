"""Lotteries written out and drawn from, on chances that no rule made; and the maximum flows behind exact chances."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Problem
from pdalloc.errors import OptionError
from pdalloc.solvers.decomposition import Chances
from pdalloc.solvers.maximum_flow import MaximumFlow
from tests.depth import examples


def uniform(size: int) -> Chances:
    """Everybody has each of as many sessions with the same chance."""
    ids = [str(number) for number in range(size)]
    problem = Problem.from_rankings({f"p{who}": ids for who in ids}, dict.fromkeys(ids, 1))
    who, what = np.divmod(np.arange(size * size), size)
    return Chances(
        problem, who.astype(np.int32), what.astype(np.int32), np.full(size * size, 2**52 // size), 2**52,
        who, what.astype(np.int32), np.full(size, -1), tuple([Fraction(1, size)] * size**2),
    )  # fmt: skip


def test_a_uniform_square_is_a_lottery_of_as_many_permutations() -> None:
    lottery = uniform(7).lottery()
    assert [probability for probability, _ in lottery] == [Fraction(1, 7)] * 7
    together = sorted(chain(*(zip(a.participant.tolist(), a.session.tolist(), strict=True) for _, a in lottery)))
    assert together == [(who, what) for who in range(7) for what in range(7)]


@settings(max_examples=examples(60))
@given(
    size=st.integers(2, 5), weights=st.lists(st.integers(1, 1_000), min_size=1, max_size=6), seed=st.integers(0, 999)
)
def test_any_mixture_of_permutations_is_written_out_again_in_few_terms(
    size: int, weights: list[int], seed: int
) -> None:
    rng, total = np.random.default_rng(seed), sum(weights)
    matrix = [[0] * size for _ in range(size)]
    for weight in weights:
        for who, what in enumerate(rng.permutation(size).tolist()):
            matrix[who][what] += weight
    chances = uniform(size)
    amounts = tuple(Fraction(units, total) for row in matrix for units in row)
    share = np.array([amount.numerator * 2**52 // amount.denominator for amount in amounts])
    chances = Chances(
        chances.problem, chances.participant, chances.session, share, 2**52, chances.row, chances.quota,
        chances.parent, amounts,
    )  # fmt: skip
    lottery = chances.lottery()
    # Birkhoff: a face of dimension d is reached in d steps, of which every one makes an entry whole
    assert len(lottery) <= sum(0 < amount < 1 for amount in amounts) + 1
    mixture = [Fraction(0)] * size**2
    for probability, allocation in lottery:
        assert len(allocation) == size
        for who, what in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
            mixture[who * size + what] += Fraction(probability)
    assert tuple(mixture) == amounts
    assert len(chances.draw(np.random.default_rng(seed))) >= size - 1


def test_a_lottery_too_long_to_write_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdalloc.solvers.decomposition.MOST_OPEN", 8)
    with pytest.raises(OptionError, match=r"over 9 pairs that are neither .* \(at most 8\); draw .* with sample"):
        uniform(3).lottery()


@settings(max_examples=examples(60))
@given(data=st.data())
def test_a_maximum_flow_is_a_minimum_cut(data: st.DataObject) -> None:
    points = data.draw(st.integers(2, 6))
    arcs = data.draw(
        st.lists(st.tuples(st.integers(0, points - 1), st.integers(0, points - 1), st.integers(0, 10**30)), max_size=14)
    )
    arcs = [(tail, head, room) for tail, head, room in arcs if tail != head]
    network = MaximumFlow(points)
    numbers = [network.add(*arc) for arc in arcs]
    network.maximise()
    flows = [network.flow(number) for number in numbers]
    value = sum(f for f, (tail, _, _) in zip(flows, arcs, strict=True) if tail == 0)
    value -= sum(f for f, (_, head, _) in zip(flows, arcs, strict=True) if head == 0)
    inner = range(1, points - 1)
    cuts = [
        sum(room for tail, head, room in arcs if tail in side and head not in side)
        for chosen in chain.from_iterable(combinations(inner, size) for size in range(points - 1))
        for side in [{0, *chosen}]
    ]
    assert value == min(cuts)
    assert all(0 <= flow <= room for flow, (_, _, room) in zip(flows, arcs, strict=True))
    for side, inside in ((network.reached(), True), (network.reaching(), False)):
        source_side = {point for point in range(points) if side[point] == inside}
        assert sum(room for tail, head, room in arcs if tail in source_side and head not in source_side) == value
