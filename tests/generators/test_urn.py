"""Lists from the urn copy each other as often as the scheme of Polya and Eggenberger says."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest

from pdalloc.generators import urn
from tests.generators.laws import Law, assert_follows


def urn_law(participants: int, sessions: int, length: int, contagion: float) -> Law:
    """The probability of each sequence of lists, from the definition: balls of every kind, counted."""
    rankings = list(permutations(range(sessions)))
    law: Counter[tuple[int, ...]] = Counter()
    for profile in product(rankings, repeat=participants):
        balls = dict.fromkeys(rankings, 1.0)
        probability = 1.0
        for ranking in profile:
            probability *= balls[ranking] / sum(balls.values())
            balls[ranking] += contagion * len(rankings)
        law[sum((ranking[:length] for ranking in profile), ())] += probability  # type: ignore[assignment]
    return law


@pytest.mark.parametrize(
    ("participants", "sessions", "length", "contagion"),
    [(4, 2, 1, 0.2), (2, 3, 3, 0.5), (3, 3, 1, 1.5), (2, 3, 2, 0.0)],
)
def test_every_profile_has_the_probability_of_the_urn(
    participants: int, sessions: int, length: int, contagion: float
) -> None:
    rng = np.random.default_rng(1)
    profiles = [urn(participants, sessions, length, contagion=contagion, seed=rng) for _ in range(3_000)]
    law = urn_law(participants, sessions, length, contagion)
    assert_follows(np.array([profile.ravel() for profile in profiles], np.int32), law)


@pytest.mark.parametrize("contagion", [0.0, 0.3, 1 / 6, 2.0])
def test_the_definition_agrees_with_the_closed_form(contagion: float) -> None:
    # Berg (1985): with a = contagion * m!, the profile in which ranking r comes c[r] times has the probability
    # n! / (m! (m! + a) (m! + 2 a) ...) times the product over r of 1 (1 + a) (1 + 2 a) ... / c[r]!
    def rising(start: float, factors: int) -> float:
        return math.prod(start + factor * 6 * contagion for factor in range(factors))

    anonymous: Counter[tuple[tuple[int, ...], ...]] = Counter()
    for profile, probability in urn_law(3, 3, 3, contagion).items():
        rankings = sorted(profile[first : first + 3] for first in (0, 3, 6))
        anonymous[tuple(rankings)] += probability  # type: ignore[assignment]
    for rankings_drawn, probability in anonymous.items():
        times = Counter(rankings_drawn).values()
        ways = math.factorial(3) / math.prod(map(math.factorial, times))
        assert probability == pytest.approx(ways * math.prod(rising(1, count) for count in times) / rising(6, 3))
    if contagion == 1 / 6:  # then all anonymous profiles are equally likely
        assert list(anonymous.values()) == pytest.approx([1 / len(anonymous)] * len(anonymous))


def test_without_contagion_nobody_copies_and_with_an_infinite_one_everybody_does() -> None:
    assert len(np.unique(urn(2_000, 40, 10, contagion=0, seed=1), axis=0)) == 2_000
    assert len(np.unique(urn(2_000, 40, 10, contagion=float("inf"), seed=1), axis=0)) == 1
    assert len(np.unique(urn(1, 40, 10, contagion=float("inf"), seed=1), axis=0)) == 1


@pytest.mark.parametrize("contagion", [0.001, 0.05])
def test_as_many_rankings_are_drawn_as_the_urn_has_fresh_draws(contagion: float) -> None:
    fresh = 1 / (1 + contagion * np.arange(20_000))
    different = len(np.unique(urn(20_000, 40, 8, contagion=contagion, seed=1), axis=0))
    assert different == pytest.approx(fresh.sum(), abs=4 * np.sqrt((fresh * (1 - fresh)).sum()))
