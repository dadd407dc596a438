"""Transportation problems, slot by slot: the fast exact solver for days whose slots are separate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pdalloc.arrays import Int32Array, row_pointers
from pdalloc.context import Context
from pdalloc.errors import OptionError
from pdalloc.kernels.transport import transport
from pdalloc.objectives import Objective, get_objective
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import SLOT_BY_SLOT
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
    objective : {"rank-sum", "welfare"} or Objective
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
    objectives: ClassVar[frozenset[str]] = frozenset({"rank-sum", "welfare"})
    uses_chance: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", get_objective(self.objective))
        if self.engine not in ENGINES:
            raise OptionError(f"engine is {self.engine!r}; it is one of {', '.join(map(repr, ENGINES))}")

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        match = _transported if self.engine == "transport" else _networked
        return solve_slot_by_slot(problem, get_objective(self.objective), match, self, context)


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
    held, _ = transport.run(
        len(market.cost) + buyers,
        row_pointers(market.buyer, buyers),
        market.at,
        market.cost.astype(np.int32) if largest < 2**31 else market.cost,
        market.empty + for_empty,
        market.capacity,
    )
    if market.allows_unlisted:
        without = np.flatnonzero(held == sellers)
        free = market.capacity - np.bincount(held, minlength=sellers + 1)[:sellers]
        seats = np.repeat(np.arange(sellers, dtype=np.int32), free)[: len(without)]
        held[without[: len(seats)]] = seats
    placed = np.flatnonzero(held < sellers).astype(np.int32)
    return placed, held[placed]


def _networked(market: Market) -> tuple[Int32Array, Int32Array]:
    from pdalloc.solvers.network import cheapest_flow

    return cheapest_flow(market)
