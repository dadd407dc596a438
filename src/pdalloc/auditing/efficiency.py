"""Pareto efficiency: that nobody can be better off without another being worse off, or how somebody can."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from pdalloc import verifier
from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array, IntegerArray
from pdalloc.auditing.by_slots import moved
from pdalloc.auditing.certificate import Certificate, Claim
from pdalloc.auditing.day_proofs import written
from pdalloc.auditing.places import NEVER, PlaceCosts, Places, places_by_slot
from pdalloc.auditing.prices import find_prices
from pdalloc.auditing.proofs import WrittenProof
from pdalloc.auditing.relaxation import Relaxation
from pdalloc.context import Context
from pdalloc.objectives import EMPTY_PLACES, UNLISTED_PLACES, Level, LevelCosts
from pdalloc.problem import Problem
from pdalloc.problem.table_writer import table_texts
from pdalloc.solvers.base import SLOT_BY_SLOT, unsupported_by
from pdalloc.solvers.mip.engine import Engine
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.schedules import Items, Schedules, enumerate_schedules

__all__ = ["certify_efficiency"]

NEARLY = 1e-6


def certify_efficiency(allocation: Allocation, time_limit: float | None = None) -> Certificate:
    """Return a proof that no reallocation makes somebody better off and nobody worse off, or such a reallocation.

    A participant is better off with fewer empty places, then fewer unlisted ones, then at less day cost. The same
    sessions run. Where everybody wants one place, prices show it, or a trading cycle or a chain into a free seat
    (Shapley and Scarf 1974; Abdulkadiroglu and Sonmez 1998). On other days slots that are each efficient do not make an
    efficient day, and an integer program looks for a reallocation of whole schedules; the bound of its relaxation is
    the proof.

    Raises
    ------
    OptionError
        If there are too many schedules.
    """
    problem = allocation.problem
    if not unsupported_by(SLOT_BY_SLOT, problem) and allocation.wanted.max() <= 1:
        return _by_prices(allocation)
    return _by_schedules(allocation, time_limit)


# ---- one place each ----------------------------------------------------------------------------------------------


def _by_prices(allocation: Allocation) -> Certificate:
    problem = allocation.problem
    prices: dict[str, int] = {}
    for places in places_by_slot(allocation, unlisted=problem.unlisted == "last"):
        found = find_prices(places, [_steps(allocation, places)])
        if found.trade:
            better = moved(allocation, places, found.trade)
            return Certificate(Claim.INEFFICIENT, problem, allocation, better=better)
        (price,) = found.by_level
        prices |= {problem.sessions[int(places.session[s])]: int(price[s]) for s in np.flatnonzero(price).tolist()}
    return Certificate(Claim.EFFICIENT, problem, allocation, prices=prices)


def _steps(allocation: Allocation, places: Places) -> PlaceCosts:
    """Return costs at which a place that is liked better saves 1, one that is liked as well nothing."""
    problem = allocation.problem
    nothing = problem.unlisted_rank + 1
    rank = np.full(len(places.held), nothing, np.int64)
    listed = places.held_choice >= 0
    rank[~listed & (places.held < places.outside)] = problem.unlisted_rank
    rank[listed] = problem.choices.rank[places.held_choice[listed]]
    now = np.full(len(places.participant), nothing, np.int64)
    now[places.holder] = rank
    choice = slice(None) if places.option_choice is None else places.option_choice

    def cost(then: IntegerArray, before: IntegerArray) -> Int64Array:
        return np.where(then > before, NEVER, (then == before).astype(np.int64))

    return PlaceCosts(
        held=np.ones(len(rank), np.int64),
        option=cost(problem.choices.rank[choice], now[places.chooser]),
        empty=cost(np.full(len(now), nothing), now),
        unlisted=cost(np.full(len(now), problem.unlisted_rank), now),
    )


# ---- whole days --------------------------------------------------------------------------------------------------


def _by_schedules(allocation: Allocation, time_limit: float | None) -> Certificate:
    with LinearSolver(Context.from_seed(0), lambda: None) as solver:
        return _Reallocation(allocation, solver).certificate(time_limit)


class _Reallocation:
    """The schedules that leave nobody worse off, and what they add up to.

    Empty places, unlisted places and day costs make one number, in which each counts more than the later ones can.
    """

    def __init__(self, allocation: Allocation, solver: LinearSolver) -> None:
        problem = self.problem = allocation.problem
        self.allocation = allocation
        items = Items(problem, possible_pairs(problem, unlisted=problem.unlisted == "last"))
        every = enumerate_schedules(items)
        levels = _standing(problem)
        now = [level.by_participant(allocation) for level in levels]
        costs = [every.costs(level) for level in levels]
        kept = _as_decided(every, allocation.runs) & _no_worse(costs, [part[every.owner] for part in now])
        self.schedules = Schedules(items, every.owner[kept], every.item[kept], every.wanted[kept], every.empty[kept])
        most = problem.longest_list * max(1, int(problem.limit.max())) + 1
        self.weights = np.array([(most + 2) * most + 1, most + 1, 1])
        self.cost = self.weights @ np.stack([part[kept] for part in costs])
        self.total = int(self.weights @ [part.sum() for part in now])
        taken = np.flatnonzero(
            (np.stack([part[kept] for part in costs]) == [p[self.schedules.owner] for p in now]).all(0)
        )
        self.relaxation = Relaxation(items, solver, self.schedules, taken, cancelled=~allocation.runs)

    def certificate(self, time_limit: float | None) -> Certificate:
        """Return what is found."""
        allocation, problem = self.allocation, self.problem
        dual = self.relaxation.solve(self.cost, [], self.total)
        column = np.arange(len(self.cost))
        if dual is not None:
            proof = written(problem, self.schedules.items, self.weights.astype(np.float64), dual.multipliers)
            if self._is_proved(proof):
                return Certificate(Claim.EFFICIENT, problem, allocation, proof=WrittenProof((proof,)))
            column = np.flatnonzero(dual.dearer <= self.total - 1 - dual.bound + NEARLY)
        values = self._search(column, time_limit)
        if values is not None and self.cost[column] @ values < self.total:
            item = self.schedules.item[column[values > 0]]
            item = item[item >= 0]
            items = self.schedules.items
            item = item[items.is_place[item]]
            better = Allocation.from_pairs(problem, items.participant[item], items.session[item], allocation.runs)
            return Certificate(Claim.INEFFICIENT, problem, allocation, better=better)
        return Certificate(Claim.OPEN, problem, allocation)

    def _search(self, column: Int64Array, time_limit: float | None) -> Int64Array | None:
        """Return which schedules a reallocation has that saves as much as can be found, None without one."""
        program = dataclasses.replace(self.relaxation.whole(column), cost=self.cost[column].astype(np.float64))
        with Engine("highs", Context(np.random.default_rng(0), time_limit=time_limit)) as engine:
            found = engine.minimise(program).values
        return None if found is None else np.rint(found).astype(np.int64)

    def _is_proved(self, proof: dict[str, Any]) -> bool:
        """Return whether the verifier finds no room for an improvement."""
        try:
            day = verifier.Day(table_texts(self.problem))
            verifier.check_no_improvement(day, proof, *_numbered(self.allocation))
        except verifier.RejectedError:
            return False
        return True


def _numbered(allocation: Allocation) -> tuple[list[list[int]], set[int]]:
    """Return everybody's sessions, and those that are cancelled, as the verifier has them."""
    schedules: list[list[int]] = [[] for _ in allocation.problem.participants]
    for who, what in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
        schedules[who].append(what)
    return schedules, set(np.flatnonzero(~allocation.runs).tolist())


def _standing(problem: Problem) -> tuple[LevelCosts, LevelCosts, LevelCosts]:
    """Return what a participant compares days by: the first decides."""
    choices, last = problem.choices, problem.longest_list
    listed = (choices.rank - 1).astype(np.int64) * problem.session_size[choices.session]
    return EMPTY_PLACES, UNLISTED_PLACES, LevelCosts(Level("day cost"), listed, last, last)


def _as_decided(schedules: Schedules, runs: BoolArray) -> BoolArray:
    """Return which schedules are those of a day on which these sessions run."""
    items = schedules.items
    own = ~items.is_place & runs[items.session]
    number = np.bincount(items.participant, own, len(items.problem.participants))
    is_wrong = ~runs[items.session]
    decided: BoolArray = schedules.sums(own.astype(np.int64)) == number[schedules.owner]
    decided &= schedules.sums(is_wrong.astype(np.int64)) == 0
    return decided


def _no_worse(costs: list[Int64Array], now: list[Int64Array]) -> BoolArray:
    """Return where costs, the first deciding, are not above others."""
    no_worse = np.ones(len(costs[0]), np.bool_)
    for cost, before in zip(reversed(costs), reversed(now), strict=True):
        no_worse = (cost < before) | ((cost == before) & no_worse)
    return no_worse
