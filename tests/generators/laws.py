"""What the tests of random lists share: laws by enumeration, and a comparison with what was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

import numpy as np
from scipy import stats

from pdalloc.arrays import Int32Array

Law = Mapping[tuple[int, ...], float]


def plackett_luce_law(weights: Sequence[float], length: int) -> Law:
    """The probability of each list, from the definition."""

    def probability(ranking: tuple[int, ...]) -> float:
        product, left = 1.0, sum(weights)
        for session in ranking:
            product *= weights[session] / left
            left -= weights[session]
        return product

    return {ranking: probability(ranking) for ranking in permutations(range(len(weights)), length)}


def kendall_distance(first: Sequence[int], second: Sequence[int]) -> int:
    """Pairs that the two rankings put in different orders."""
    return sum(
        (first.index(a) < first.index(b)) != (second.index(a) < second.index(b))
        for a, b in combinations(range(len(first)), 2)
    )


def mallows_law(reference: Sequence[int], phi: float, length: int) -> Law:
    """The probability of each beginning of a ranking: that of all rankings that begin so, from the definition."""
    law: Counter[tuple[int, ...]] = Counter()
    for ranking in permutations(range(len(reference))):
        law[ranking[:length]] += phi ** kendall_distance(ranking, reference)  # type: ignore[assignment]
    total = sum(law.values())
    return {ranking: weight / total for ranking, weight in law.items()}


def assert_follows(lists: Int32Array, law: Law) -> None:
    """Hold what was drawn against a law, by a chi-square test at one in a thousand."""
    drawn = Counter(map(tuple, lists.tolist()))
    assert drawn.keys() <= {ranking for ranking, probability in law.items() if probability > 0}
    likely = [ranking for ranking, probability in law.items() if probability > 0]
    expected = np.array([law[ranking] for ranking in likely]) * len(lists)
    assert expected.min() >= 5
    assert stats.chisquare([drawn[ranking] for ranking in likely], expected).pvalue > 0.001


def assert_no_session_twice(lists: Int32Array, sessions: int) -> None:
    """Every list names different sessions, and nothing behind its end."""
    assert lists.dtype == np.int32
    assert lists.min(initial=0) >= -1
    assert lists.max(initial=-1) < sessions
    for row in np.sort(lists, axis=1):
        listed = row[row >= 0]
        assert (np.diff(listed) > 0).all()
