"""What can be proved of an allocation: that it is the best, efficient or stable, or how to improve it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pdalloc.allocation import Allocation
from pdalloc.auditing.by_day import certify_day
from pdalloc.auditing.by_slots import certify_slots
from pdalloc.auditing.certificate import Certificate, Claim
from pdalloc.auditing.efficiency import certify_efficiency
from pdalloc.auditing.given import allocation_of
from pdalloc.auditing.infeasible import certify_infeasible
from pdalloc.errors import OptionError, ProblemError
from pdalloc.metrics import blocking_pairs
from pdalloc.objectives import EMPTY_PLACES, Chained, Level, LevelCosts, Objective, RankSum, get_objective
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result, Status
from pdalloc.result_json import stored_objective
from pdalloc.solvers.base import SLOT_BY_SLOT, unsupported_by

__all__ = ["certify"]

SEPARATE = SLOT_BY_SLOT | {Feature.SEVERAL_PLACES, Feature.WEIGHTS, Feature.HISTORY}
"""What leaves the slots of a day separate; a day without slots is one."""

KNOWN = ("rank-sum", "welfare", "greedy", "generous", "rank-maximal", "leximin")


def certify(
    subject: Allocation | Result | Problem,
    objective: str | Objective | Sequence[str | Objective] | None = None,
    *,
    time_limit: float | None = None,
) -> Certificate:
    """Prove what is true of an allocation, from the allocation alone, whatever made it; or refute it.

    Parameters
    ----------
    subject : Allocation, Result or Problem
        Of a problem it is proved that no allocation keeps all rules, if that can be.
    objective : str, Objective or sequence of these, optional
        What the allocation may be the best for: as `solve` takes it, without "nash"; or "places" (as many as possible),
        "efficiency" (nobody can be better off without another being worse off) or "stability" (no participant and
        session would both rather have each other, by the sessions' priorities). By default what the result was made
        for, else "rank-sum".
    time_limit : float, optional
        Seconds for the search for something better where no bound settles it.

    Returns
    -------
    Certificate
        Where slots are separate: prices that prove the optimum of any sum over places, or an improving trade of fewest
        moves (among all sessions of a slot with up to 400, else among those of the first found). Elsewhere such a trade
        within a slot, or a bound for each level, computed again from multipliers in whole numbers. Nothing is said to
        be proved that was not computed again from the allocation. Hard rules of several participants or sessions are
        kept by whatever is compared; soft ones are not looked at, and the objective "penalties" is refused. With hard
        rules, a pair that blocks leaves "stability" open: a rule may keep it apart.

    Raises
    ------
    ProblemError
        If the allocation breaks a rule.
    OptionError
        If it is no allocation, the objective is not known here, or there are too many schedules for it.

    Notes
    -----
    Separate slots: some passes over the choices. Otherwise linear programs, about as long as solving takes; where they
    leave a gap, `mip` searches for a better allocation, unless its own result is to be certified.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> print(certify(Allocation.from_schedules(problem, {"t001": ["x"]})))
    not the best for rank-sum (1 empty places, 2 rank cost): moving 2 participants is better
      t001: x -> y
      t002: nothing -> x
    """
    if isinstance(subject, Problem):
        if objective is not None:
            raise OptionError(f"objective {objective!r} needs an allocation; certify one, or the problem without it")
        return certify_infeasible(subject)
    if time_limit is not None and not (isinstance(time_limit, int | float) and 0 < time_limit < math.inf):
        raise OptionError(f"time_limit is {time_limit!r}; give seconds above 0")
    # a solver that has proved its optimum has looked everywhere
    search = objective is not None or not (isinstance(subject, Result) and subject.status is Status.OPTIMAL)
    if objective is None:
        objective = _made_for(subject) if isinstance(subject, Result) and subject.objective_name else "rank-sum"
    subject = allocation_of(subject, "certify")
    if broken := subject.violations():
        raise ProblemError(f"the allocation breaks a rule, so there is nothing to certify; {broken[0]}")
    name = objective if isinstance(objective, str) else None
    if name == "efficiency":
        return certify_efficiency(subject, time_limit)
    if name == "stability":
        return _certify_stability(subject)
    if name is not None and "," not in name and name not in (*KNOWN, "places", "nash"):
        raise OptionError(f"unknown objective {name!r}; there are {', '.join(KNOWN)}, places, efficiency and stability")
    chosen: Objective = MostPlaces() if name == "places" else get_objective(objective)
    named = _named(chosen)
    if refused := [str(feature) for feature in chosen.refuses if feature in subject.problem.features]:
        raise OptionError(f"objective {chosen.name!r} has no meaning with {', '.join(sorted(refused))}")
    if "leximin" in chosen.name or unsupported_by(SEPARATE, subject.problem):
        return certify_day(subject, chosen, named, time_limit, search=search)
    return certify_slots(subject, chosen, named)


@dataclass(frozen=True)
class MostPlaces:
    """As many places as possible."""

    name: str = "places"
    refuses: frozenset[Feature] = frozenset()

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (EMPTY_PLACES.level,)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        return (EMPTY_PLACES.value(allocation),)

    def costs(self, problem: Problem) -> Iterator[LevelCosts]:
        """See `Objective.costs`."""
        yield EMPTY_PLACES

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()


def _made_for(result: Result) -> Objective:
    """Return what a result was optimised for, with its rank costs."""
    stored = stored_objective(result.provenance.options.get("objective"))
    return get_objective(str(result.objective_name)) if stored is None else stored


def _named(objective: Objective) -> tuple[dict[str, Any], ...]:
    """Return the name and options of each part of an objective, as the verifier takes them."""
    parts = objective.objectives if isinstance(objective, Chained) else (objective,)
    for part in parts:
        if part.name not in (*KNOWN, "places"):
            raise OptionError(f"objective {part.name!r} cannot be certified; these can: {', '.join(KNOWN)}")
    return tuple(
        {"name": part.name, "rank_costs": list(part.rank_costs)}
        if isinstance(part, RankSum) and part.rank_costs
        else {"name": part.name}
        for part in parts
    )


def _certify_stability(allocation: Allocation) -> Certificate:
    found = blocking_pairs(allocation)
    if not len(found):
        return Certificate(Claim.STABLE, allocation.problem, allocation)
    problem = allocation.problem
    if problem.hard_rules:
        # a rule may be what keeps the pair apart
        return Certificate(Claim.OPEN, problem, allocation)
    pair = problem.participants[int(found.participant[0])], problem.sessions[int(found.session[0])]
    return Certificate(Claim.UNSTABLE, problem, allocation, pair=pair)
