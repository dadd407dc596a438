"""Transportation problems, slot by slot: the fast exact solver for days whose slots are separate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from pdalloc.arrays import Int32Array, row_pointers
from pdalloc.context import Context
from pdalloc.errors import OptionError, UnsupportedError
from pdalloc.kernels.transport import transport
from pdalloc.objectives import ByRank, Objective, get_objective
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import SLOT_BY_SLOT
from pdalloc.solvers.lexicographic import lexicographic
from pdalloc.solvers.markets import Market
from pdalloc.solvers.slot_by_slot import solve_slot_by_slot

__all__ = ["Flow"]

ENGINES = ("transport", "ortools")
LARGEST_COST = 2**60


@dataclass(frozen=True)
class Flow:
    """Minimum-cost flow from participants to seats, one transportation problem a slot.

    Its linear program has an integral optimum, found exactly in integers. Places come first by a penalty that no
    exchange of places can outweigh, refused where it would not fit 60 bits.

    Parameters
    ----------
    objective : {"rank-sum", "welfare", "greedy", "generous", "rank-maximal"} or Objective
    engine : {"transport", "ortools"}
        The kernel of `pdalloc.kernels.transport` (prices that only rise, with blocking flows), or cost scaling as
        OR-Tools has it (Goldberg 1997). Both reach the optimum; where several allocations do, they may choose different
        ones. The kernel leaves two rare cases to OR-Tools: several places a participant, and unlisted places where some
        pairs are forbidden.

    Notes
    -----
    The kernel takes two passes over the choices of participants at overfull sessions for every rise of prices; rises
    are few where costs are small. No engine can be interrupted: time limit and stop flag are looked at between slots.
    """

    objective: str | Objective = "rank-sum"
    engine: str = "transport"

    name: ClassVar[str] = "flow"
    features: ClassVar[frozenset[Feature]] = SLOT_BY_SLOT | {Feature.SEVERAL_PLACES, Feature.WEIGHTS}
    objectives: ClassVar[frozenset[str]] = frozenset({"rank-sum", "welfare", "greedy", "generous", "rank-maximal"})
    uses_chance: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", get_objective(self.objective))
        if self.engine not in ENGINES:
            raise OptionError(f"engine is {self.engine!r}; it is one of {', '.join(map(repr, ENGINES))}")

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        objective = get_objective(self.objective)
        match = _transported if self.engine == "transport" else _networked
        if isinstance(objective, ByRank):
            _require_levels(problem, objective, self.engine)
            match = partial(_by_levels, objective)
        return solve_slot_by_slot(problem, objective, match, self, context)


def _transported(market: Market) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an optimum, by the kernel where it can."""
    several = bool((market.supply > 1).any())
    if several or (market.allows_unlisted and len(market.barred)):
        return _networked(market)
    buyers, sellers = len(market.participant), len(market.seller)
    # an unlisted place costs what an empty one does, and anybody can have any: they are given out afterwards
    _, for_empty = replace(market, allows_unlisted=False).penalties(sellers + 1)
    largest = max(int(np.abs(part).max(initial=0)) for part in (market.cost, market.empty))
    if largest + for_empty >= LARGEST_COST:
        from pdalloc.solvers.network import too_large

        raise too_large(market)
    held, _ = transport(
        row_pointers(market.buyer, buyers),
        market.at,
        market.cost.astype(np.int32) if largest < 2**31 else market.cost,
        market.empty + for_empty,
        market.capacity,
    )
    return _with_unlisted(market, held)


def _by_levels(objective: ByRank, market: Market) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an allocation that is best level by level; costs are ranks."""
    return _with_unlisted(market, lexicographic(market, objective.steps(market.cost)))


def _with_unlisted(market: Market, held: Int32Array) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs, with unlisted places given out in table order where they are allowed."""
    sellers = len(market.seller)
    if market.allows_unlisted:
        without = np.flatnonzero(held == sellers)
        free = market.capacity - np.bincount(held, minlength=sellers + 1)[:sellers]
        seats = np.repeat(np.arange(sellers, dtype=np.int32), free)[: len(without)]
        held[without[: len(seats)]] = seats
    placed = np.flatnonzero(held < sellers).astype(np.int32)
    return placed, held[placed]


def _require_levels(problem: Problem, objective: ByRank, engine: str) -> None:
    """Refuse what only OR-Tools' engine can do, which knows one level."""
    if engine != "transport":
        raise OptionError(f"engine {engine!r} does not optimise {objective.name!r}; use 'transport'")
    barred = Feature.FORBIDDEN in problem.features
    # on a day without slots a facilitator wants a place, but not in their own session
    barred |= Feature.FACILITATORS in problem.features and Feature.SLOTS not in problem.features
    if barred and Feature.UNLISTED in problem.features:
        raise UnsupportedError(
            f"objective {objective.name!r} does not handle unlisted places where some pairs cannot be, forbidden or "
            "facilitated; leave out one of the two"
        )


def _networked(market: Market) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an optimum by OR-Tools, which is imported only here."""
    from pdalloc.solvers.network import cheapest_flow

    return cheapest_flow(market)
