"""Certificates for days whose slots are separate: prices for each slot, or the shortest trade in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import among_pairs
from pdalloc.auditing.certificate import Certificate, Claim
from pdalloc.auditing.places import Places, places_by_slot
from pdalloc.auditing.prices import Move, find_prices
from pdalloc.auditing.proofs import SlotProof
from pdalloc.auditing.shortages import Shortage, find_shortages
from pdalloc.objectives import EMPTY_PLACES, LevelCosts, Objective

__all__ = ["certify_slots", "differences", "moved"]


def certify_slots(allocation: Allocation, objective: Objective, named: tuple[dict[str, Any], ...]) -> Certificate:
    """Return prices that prove an allocation the best for a sum over places, or a trade that improves it.

    Parameters
    ----------
    allocation : Allocation
        Of a problem in which nothing ties slots together.
    objective : Objective
        All of its levels are sums over places.
    named : tuple of dict
        How the certificate calls the objective.
    """
    problem = allocation.problem
    levels, value = objective.levels(problem), objective.value(allocation)
    unlisted = problem.unlisted == "last"
    one_place_each = bool(problem.slots) or problem.limit.max() <= 1
    prices = [np.zeros(len(problem.sessions), np.int64) for _ in levels]
    trades: list[Allocation] = []
    shortages: list[Shortage] = []
    for slot, places in zip(problem.slots or (None,), places_by_slot(allocation, unlisted=unlisted), strict=True):
        costs = (places.costs(level) for level in objective.costs(problem) if isinstance(level, LevelCosts))
        found = find_prices(places, costs)
        if found.trade:
            trades.append(moved(allocation, places, found.trade))
            continue
        for price, of_slot in zip(prices, found.by_level, strict=True):
            price[places.session] = of_slot
        if EMPTY_PLACES.level in levels[:1] and not unlisted and one_place_each:
            shortages.extend(find_shortages(problem, slot, places))
    if trades:
        better = min(trades, key=lambda trade: differences(allocation, trade))
        return Certificate(Claim.IMPROVABLE, problem, allocation, named, levels, value, better=better)
    return Certificate(
        Claim.OPTIMAL,
        problem,
        allocation,
        named,
        levels,
        value,
        value,
        SlotProof(problem, objective, prices),
        shortages=tuple(shortages),
    )


def moved(allocation: Allocation, places: Places, trade: Sequence[Move]) -> Allocation:
    """Return the allocation after a trade."""
    people, sessions = places.participant, np.append(places.session, -1)
    left = [(people[move.person], sessions[move.origin]) for move in trade]
    new = [(people[move.person], sessions[move.target]) for move in trade if move.target != places.outside]
    gone = among_pairs(allocation.participant, allocation.session, np.array(left), len(sessions) + len(allocation.runs))
    pairs = np.concatenate(
        [
            np.stack([allocation.participant, allocation.session], axis=1)[~gone],
            np.array(new, np.int32).reshape(-1, 2),
        ]
    )
    return Allocation.from_pairs(allocation.problem, pairs[:, 0], pairs[:, 1], allocation.runs)


def differences(one: Allocation, other: Allocation) -> int:
    """Return how many pairs of the second allocation are not in the first."""
    pairs = np.stack([one.participant, one.session], axis=1)
    return int(np.count_nonzero(~among_pairs(other.participant, other.session, pairs, len(one.runs))))
