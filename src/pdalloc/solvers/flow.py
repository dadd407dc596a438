"""Transportation problems, slot by slot: the fast exact solver for days whose slots are separate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.arrays import Int32Array
from pdalloc.context import Context
from pdalloc.errors import OptionError
from pdalloc.objectives import Objective, get_objective
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import SLOT_BY_SLOT
from pdalloc.solvers.lexicographic import lexicographic
from pdalloc.solvers.markets import Market, MarketCosts
from pdalloc.solvers.slot_by_slot import Levels, solve_slot_by_slot
from pdalloc.solvers.unlisted import SpelledOut, fill_unlisted, listed_alone

__all__ = ["Flow"]

ENGINES = ("transport", "ortools")
TIE_BREAKS = ("order", "lottery")
MAX_SPELLED_OUT = 2**23
RANDOM_COST = 2**20


@dataclass(frozen=True)
class Flow:
    """Minimum-cost flow from participants to seats, one transportation problem a slot.

    Its linear program has an integral optimum, found exactly in integers: one level of the objective after the other,
    each among the optima of the levels before.

    Parameters
    ----------
    objective : str, Objective or sequence of these
        A name of `OBJECTIVES`, such as "rank-sum" or "generous", an object, or a chain.
    engine : {"transport", "ortools"}
        The kernel of `pdalloc.kernels.transport` (prices and blocking flows), or cost scaling as
        OR-Tools has it (Goldberg 1997), with all levels in one cost. Both reach the optimum; where several allocations
        do, they may choose different ones.
    tie_break : {"order", "lottery"}
        With "lottery" the seed chooses among all optima: every choice draws a cost, and the sum of these is made least.
        Equal lists have equal chances; not all optima have.

    Notes
    -----
    The kernel takes two passes over the choices of participants at overfull sessions for every rise of prices; rises
    are few where costs are small. No engine can be interrupted: time limit and stop flag are looked at between slots.
    """

    objective: str | Objective | Sequence[str | Objective] = "rank-sum"
    engine: str = "transport"
    tie_break: str = "order"

    name: ClassVar[str] = "flow"
    features: ClassVar[frozenset[Feature]] = SLOT_BY_SLOT | {
        Feature.SEVERAL_PLACES,
        Feature.WEIGHTS,
        Feature.HISTORY,
    }
    objectives: ClassVar[frozenset[str]] = frozenset({"rank-sum", "welfare", "greedy", "generous", "rank-maximal"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", get_objective(self.objective))
        for option, values in (("engine", ENGINES), ("tie_break", TIE_BREAKS)):
            if getattr(self, option) not in values:
                known = ", ".join(map(repr, values))
                raise OptionError(f"{option} is {getattr(self, option)!r}; it is one of {known}")
        if self.engine == "ortools" and self.tie_break == "lottery":
            raise OptionError("engine 'ortools' has no tie_break 'lottery'; use engine 'transport'")

    @property
    def uses_chance(self) -> bool:
        """Whether the seed matters."""
        return self.tie_break == "lottery"

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        rng = context.rng if self.uses_chance else None

        def match(market: Market, levels: Levels) -> tuple[Int32Array, Int32Array]:
            return _networked(market, levels) if self.engine == "ortools" else _transported(market, levels, rng)

        return solve_slot_by_slot(problem, get_objective(self.objective), match, self, context)


def _transported(market: Market, levels: Levels, rng: np.random.Generator | None) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an optimum; a random one if there is a generator."""
    if not market.allows_unlisted:
        return lexicographic(market, _with_lottery(market, levels(), rng))
    alone = (listed_alone(costs) for costs in levels())
    if all(costs is not None for costs in alone):
        listed = (costs for costs in map(listed_alone, levels()) if costs is not None)
        pairs = lexicographic(market, _with_lottery(market, listed, rng))
        order = np.arange(len(market.supply)) if rng is None else rng.permutation(len(market.supply))
        filled = fill_unlisted(market, *pairs, order)
        if filled is not None:
            return filled
    if (entries := len(market.supply) * len(market.seller)) > MAX_SPELLED_OUT:
        if rng is not None:
            raise OptionError(
                f"tie_break 'lottery' would have to draw for {entries:,} pairs of participant and session, above "
                f"{MAX_SPELLED_OUT:,}, because unlisted places are closed to some; use tie_break 'order'"
            )
        return _networked(market, levels)
    every = SpelledOut(market)
    return lexicographic(every.market, _with_lottery(every.market, map(every.costs, levels()), rng))


def _with_lottery(
    market: Market, levels: Iterator[MarketCosts], rng: np.random.Generator | None
) -> Iterator[MarketCosts]:
    """Yield the levels, then one of random costs, which chooses among all optima."""
    yield from levels
    if rng is not None:
        listed, empty = (rng.integers(RANDOM_COST, size=len(part)) for part in (market.buyer, market.supply))
        yield MarketCosts(listed, empty, empty)


def _networked(market: Market, levels: Levels) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an optimum by OR-Tools, which is imported only here."""
    from pdalloc.solvers.network import cheapest_flow

    return cheapest_flow(market, list(levels()))
