"""Certificates for days whose slots are tied together: a bound for each level, or a better allocation."""

from __future__ import annotations

from typing import Any

from pdalloc import verifier
from pdalloc.allocation import Allocation
from pdalloc.auditing.by_slots import differences, moved
from pdalloc.auditing.certificate import Certificate, Claim
from pdalloc.auditing.day_proofs import prove_day
from pdalloc.auditing.places import places_in_tied_slots
from pdalloc.auditing.prices import find_prices
from pdalloc.auditing.proofs import WrittenProof
from pdalloc.errors import SolveStoppedError
from pdalloc.objectives import Chained, Level, LevelCosts, Objective, Penalties
from pdalloc.problem.table_writer import table_texts
from pdalloc.solvers.mip.solver import Mip
from pdalloc.solvers.solve import solve

__all__ = ["certify_day"]


def certify_day(
    allocation: Allocation,
    objective: Objective,
    named: tuple[dict[str, Any], ...],
    time_limit: float | None,
    *,
    search: bool,
) -> Certificate:
    """Return a trade within one slot that improves an allocation, or else what linear programs prove of it.

    Where they leave a gap, `mip` looks for a better allocation.

    Parameters
    ----------
    allocation : Allocation
    objective : Objective
    named : tuple of dict
        How the certificate calls the objective.
    time_limit : float or None
        Seconds for the search.
    search : bool
        Whether to look for a better allocation where the bounds leave a gap.
    """
    problem = allocation.problem
    levels, value = objective.levels(problem), objective.value(allocation)

    def improvable(better: Allocation) -> Certificate:
        return Certificate(Claim.IMPROVABLE, problem, allocation, named, levels, value, better=better)

    if (trade := _trade(allocation, objective)) is not None:
        return improvable(trade)
    day = verifier.Day(table_texts(problem))
    bounds = prove_day(allocation, day, list(named), list(objective.costs(problem)), _costs(levels, value))
    bound = _costs(levels, bounds.costs)
    if bound != value and search and (found := _search(allocation, objective, time_limit)) is not None:
        return improvable(found)
    claim = Claim.OPTIMAL if bound == value else Claim.BOUNDED
    return Certificate(claim, problem, allocation, named, levels, value, bound, WrittenProof(bounds.entries))


def _costs(levels: tuple[Level, ...], value: tuple[int, ...]) -> tuple[int, ...]:
    """Return values so that less is better, or costs as values."""
    return tuple(-part if level.maximise else part for level, part in zip(levels, value, strict=False))


def _trade(allocation: Allocation, objective: Objective) -> Allocation | None:
    """Return the allocation after the shortest trade within one slot that improves it, None if there is none."""
    problem = allocation.problem
    costs = list(objective.costs(problem))
    sums = [level for level in costs if isinstance(level, LevelCosts)]
    if len(sums) < len(costs):
        return None
    found = ((places, find_prices(places, map(places.costs, sums))) for places in places_in_tied_slots(allocation))
    trades = [moved(allocation, places, prices.trade) for places, prices in found if prices.trade]
    levels, value = objective.levels(problem), objective.value
    # two who move into sessions of one facilitator may be too many for their limit
    trades = [
        trade
        for trade in trades
        if _costs(levels, value(trade)) < _costs(levels, value(allocation)) and not trade.violations()
    ]
    return min(trades, key=lambda trade: differences(allocation, trade), default=None)


def _search(allocation: Allocation, objective: Objective, time_limit: float | None) -> Allocation | None:
    """Return a better allocation if the search finds one."""
    problem = allocation.problem
    levels = objective.levels(problem)
    wanted = objective
    if len(problem.hard_rules) < len(problem.rules):
        # else penalties would come first
        wanted = Chained((objective, Penalties()))
    try:
        found = solve(problem, Mip(wanted), start=allocation, time_limit=time_limit).allocation
    except SolveStoppedError:
        return None
    now, then = (_costs(levels, objective.value(one)) for one in (allocation, found))
    return found if then < now else None
