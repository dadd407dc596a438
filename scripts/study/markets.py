"""Known results on uniform markets: as many participants as sessions of one seat, complete lists in uniform order."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import permutations
from typing import NamedTuple

import numpy as np

from pdalloc import Problem, Study, StudyResults, solve
from pdalloc.arrays import FloatArray
from pdalloc.generators import random_market
from pdalloc.metrics import ordinal_exchanges

__all__ = ["SIZES", "Growth", "compared_chances", "expected_rank", "growth", "inefficient_lotteries", "markets"]

SIZES = (10, 30, 100, 300, 1000)
SEEDS = 60
SMALL, SMALL_MARKETS = 4, 300
DRAWS, DRAWN_MARKETS, DRAWN_SIZES = 2_000, 40, (3, 5, 10, 20)


def markets() -> Study:
    """Return the study of how the mean rank grows with the market."""
    problems = {f"{size:,}": partial(uniform_market, size) for size in SIZES}
    return Study(problems, {"lottery": "lottery", "rank-sum": "flow"}, SEEDS, ["mean rank"])


def uniform_market(size: int, seed: int) -> Problem:
    """Make a uniform market."""
    return random_market(size, size, size, slack=1.0, seed=seed)


def expected_rank(size: int) -> float:
    """Return the expected mean rank of random serial dictatorship on a uniform market.

    Who picks when r sessions are left gets the best of r, whose expected rank is (n+1)/(r+1); the mean over all r is
    ((n+1)/n)(H(n+1) - 1).
    """
    return (size + 1) / size * float(np.sum(1 / np.arange(2, size + 2)))


class Growth(NamedTuple):
    """Mean ranks of markets of one size, with the ends of their 95% intervals."""

    size: int
    expected: float
    lottery: tuple[float, float, float]
    rank_sum: tuple[float, float, float]


def growth(results: StudyResults) -> list[Growth]:
    """Return the mean ranks by size."""
    table = results.summary(["mean rank"])
    found = []
    for number, size in enumerate(SIZES):
        lottery, rank_sum = (
            (
                float(table.mean[number, 0, solver]),
                float(table.lower[number, 0, solver]),
                float(table.upper[number, 0, solver]),
            )
            for solver in range(2)
        )
        found.append(Growth(size, expected_rank(size), lottery, rank_sum))
    return found


def compared_chances() -> Counter[str]:
    """Return in how many small markets probabilistic serial ordinally dominates random serial dictatorship.

    Both are exact: every order of the participants is played. One dominates the other where everybody's chances of a
    place at rank r or better are at least as large for every r, and somebody's are larger (Bogomolnaia and Moulin
    2001).
    """
    found: Counter[str] = Counter()
    for seed in range(SMALL_MARKETS):
        problem = uniform_market(SMALL, seed)
        serial, dictatorship = _eating(problem), _dictatorship(problem)
        larger, smaller = bool((serial > dictatorship + 1e-9).any()), bool((serial < dictatorship - 1e-9).any())
        found[
            {(False, False): "equal", (True, False): "PS", (False, True): "RSD"}.get((larger, smaller), "neither")
        ] += 1
    return found


def inefficient_lotteries() -> dict[int, int]:
    """Return in how many markets of each size random serial dictatorship is ordinally inefficient.

    An exchange of chances that helps somebody and hurts nobody needs only to know which chances are above 0; found in
    chances that were counted over draws, it exists. What is returned is therefore a lower bound.
    """
    counts = {}
    for size in DRAWN_SIZES:
        lotteries = (
            solve(uniform_market(size, seed), "lottery", seed=seed, draws=DRAWS).random_assignment
            for seed in range(DRAWN_MARKETS)
        )
        counts[size] = sum(bool(ordinal_exchanges(chances)) for chances in lotteries if chances is not None)
    return counts


def _dictatorship(problem: Problem) -> FloatArray:
    """Return everybody's chance of a place at each rank or better, over all orders: shape (participants, ranks)."""
    counts = np.zeros((SMALL, SMALL))
    orders = list(permutations(problem.participants))
    for order in orders:
        allocation = solve(problem, "serial-dictatorship", order=order).allocation
        counts[allocation.participant, allocation.rank - 1] += 1
    return (counts / len(orders)).cumsum(axis=1)


def _eating(problem: Problem) -> FloatArray:
    """Return the same of probabilistic serial."""
    chances = solve(problem, "probabilistic-serial", seed=0).random_assignment
    assert chances is not None
    found = np.zeros((SMALL, SMALL))
    rank = problem.choices.rank[problem.choices.find(chances.participant, chances.session)]
    found[chances.participant, rank - 1] = chances.probability
    return found.cumsum(axis=1)
