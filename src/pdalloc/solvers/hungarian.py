"""The assignment problem on single seats: slow, simple, and a check of everything faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int32Array
from pdalloc.context import Context
from pdalloc.errors import OptionError
from pdalloc.objectives import Objective, get_objective
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import SLOT_BY_SLOT
from pdalloc.solvers.markets import Market, MarketCosts, combined
from pdalloc.solvers.slot_by_slot import Levels, solve_slot_by_slot

__all__ = ["Hungarian"]

MAX_ENTRIES = 2**28


@dataclass(frozen=True)
class Hungarian:
    """Assignment of participants to single seats, one dense matrix a slot (Kuhn 1955; Crouse 2016, as scipy has it).

    Optimal for the sum of costs over one place a participant and slot. All sums are whole numbers below 2^53, so that
    floating point is exact; a problem beyond that is refused.

    Parameters
    ----------
    objective : {"rank-sum", "welfare"}, Objective or sequence of these

    Notes
    -----
    O(participants^2 x seats) time, 8 bytes for each participant and seat of a slot: for days of a few thousand.
    """

    objective: str | Objective | Sequence[str | Objective] = "rank-sum"

    name: ClassVar[str] = "hungarian"
    features: ClassVar[frozenset[Feature]] = SLOT_BY_SLOT | {Feature.WEIGHTS, Feature.HISTORY}
    objectives: ClassVar[frozenset[str]] = frozenset({"rank-sum", "welfare"})
    uses_chance: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", get_objective(self.objective))

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        return solve_slot_by_slot(problem, get_objective(self.objective), _assign, self, context)


def _assign(market: Market, levels: Levels) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an optimal assignment."""
    from scipy.optimize import linear_sum_assignment

    if len(market.participant) * len(market.seller) > MAX_ENTRIES:
        raise _too_large(len(market.participant), len(market.seller))
    gain, possible = _gains(market, list(levels()))
    # no session can use more seats than there are buyers who could take one
    seats = np.minimum(market.capacity, possible.sum(axis=0))
    if len(gain) * int(seats.sum()) > MAX_ENTRIES:
        raise _too_large(len(gain), int(seats.sum()))
    seller_of_seat = np.repeat(np.arange(len(seats), dtype=np.int32), seats)
    buyer, seat = linear_sum_assignment(gain[:, seller_of_seat], maximize=True)
    seller = seller_of_seat[seat]
    taken = possible[buyer, seller]
    return buyer[taken].astype(np.int32), seller[taken]


def _gains(market: Market, levels: Sequence[MarketCosts]) -> tuple[FloatArray, BoolArray]:
    """Return what each (buyer, seller) pair gains over an empty place, and whether it is possible and loses nothing."""
    shape = len(market.participant), len(market.seller)
    # any number of the buyers may move in an exchange, and all costs are added up
    costs = combined(levels, shape[0] + 1, 2**52 // (shape[0] + 1))
    if costs is None:
        raise OptionError(
            "hungarian is exact only for sums below 2^53; use 'flow', or smaller costs, weights or ratings"
        )
    empty = np.broadcast_to(costs.empty, shape[0])
    gain = np.full(shape, -np.inf)
    if market.allows_unlisted:
        gain[:] = (empty - costs.unlisted)[:, None]
    gain[market.buyer, market.at] = empty[market.buyer] - costs.listed
    gain[market.barred[:, 0], market.barred[:, 1]] = -np.inf
    possible = gain >= 0
    gain[~possible] = 0.0
    return gain, possible


def _too_large(rows: int, columns: int) -> OptionError:
    return OptionError(f"hungarian needs a matrix of {rows:,} x {columns:,}, above {MAX_ENTRIES:,} entries; use 'flow'")
