"""Certificates for days whose slots are tied together: a bound for each level, or a better allocation."""

from __future__ import annotations

from typing import Any

from pdalloc import verifier
from pdalloc.allocation import Allocation
from pdalloc.auditing.certificate import Certificate, Claim
from pdalloc.auditing.day_proofs import prove_day
from pdalloc.auditing.proofs import WrittenProof
from pdalloc.errors import SolveStoppedError
from pdalloc.objectives import Level, Objective
from pdalloc.problem.table_writer import table_texts
from pdalloc.solvers.mip.solver import Mip
from pdalloc.solvers.solve import solve

__all__ = ["certify_day"]


def certify_day(
    allocation: Allocation, objective: Objective, named: tuple[dict[str, Any], ...], time_limit: float | None
) -> Certificate:
    """Return what linear programs prove of an allocation; where they leave a gap, a better one if `mip` finds it.

    Parameters
    ----------
    allocation : Allocation
    objective : Objective
    named : tuple of dict
        How the certificate calls the objective.
    time_limit : float or None
        Seconds for the search.
    """
    problem = allocation.problem
    levels, value = objective.levels(problem), objective.value(allocation)
    day = verifier.Day(table_texts(problem))
    bounds = prove_day(allocation, day, list(named), list(objective.costs(problem)), _costs(levels, value))
    bound = _costs(levels, bounds.costs)
    if bound == value:
        claim = Claim.OPTIMAL
    else:
        better = _search(allocation, objective, time_limit)
        if better is not None:
            return Certificate(Claim.IMPROVABLE, problem, allocation, named, levels, value, better=better)
        claim = Claim.BOUNDED
    return Certificate(claim, problem, allocation, named, levels, value, bound, WrittenProof(bounds.entries))


def _costs(levels: tuple[Level, ...], value: tuple[int, ...]) -> tuple[int, ...]:
    """Return values so that less is better, or costs as values."""
    return tuple(-part if level.maximise else part for level, part in zip(levels, value, strict=False))


def _search(allocation: Allocation, objective: Objective, time_limit: float | None) -> Allocation | None:
    """Return a better allocation if the search finds one."""
    problem = allocation.problem
    levels = objective.levels(problem)
    try:
        found = solve(problem, Mip(objective), start=allocation, time_limit=time_limit).allocation
    except SolveStoppedError:
        return None
    now, then = (_costs(levels, objective.value(one)) for one in (allocation, found))
    return found if then < now else None
