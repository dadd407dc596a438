"""Integer programs for whole days, with all that ties their slots together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pdalloc.context import Context
from pdalloc.errors import OptionError, SolveStoppedError
from pdalloc.objectives import Objective, get_objective, penalties_first
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.base import WHOLE_DAY
from pdalloc.solvers.mip.days import decide_days
from pdalloc.solvers.mip.engine import ENGINES, Engine
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.standing import Standing
from pdalloc.solvers.mip.sums import decide_sums

__all__ = ["Mip"]


@dataclass(frozen=True)
class Mip:
    """Integer programs: exact for whole days with all that couples their slots, or the best found with a bound.

    Objectives that are sums over places are decided level by level in a compact model, with a 0/1 column for each
    participant and session (Nemhauser and Wolsey 1988, section I.1.5). Those that judge each participant's whole day
    have a column for each schedule, which makes the linear relaxation nearly exact; of very many, only those that can
    improve it are looked at (Barnhart et al. 1998, section 2).

    Parameters
    ----------
    objective : str, Objective or sequence of these
        A name of `OBJECTIVES`, such as "rank-sum" or "leximin", an object, or a chain.
    engine : {"highs", "scip", "cp-sat"}
        What searches by branch and bound where a linear relaxation leaves something open. All reach the optimum; where
        several allocations do, they may choose different ones.

    Notes
    -----
    Linear relaxations come first, and their bounds are computed again in exact arithmetic: where such a bound, rounded
    up, meets the value of an allocation, that is a proof. Elsewhere it rests on the engine's search.

    When time limit, stop flag or Ctrl-C ends the search, the result is the best allocation found by then, with what is
    proved of it; a `KeyboardInterrupt` goes no further if there is one.

    Where the problem has soft rules, `Penalties` comes before the objective unless that names it.
    """

    objective: str | Objective | Sequence[str | Objective] = "rank-sum"
    engine: str = "highs"

    name: ClassVar[str] = "mip"
    features: ClassVar[frozenset[Feature]] = WHOLE_DAY | {
        Feature.MINIMUMS,
        Feature.FACILITATOR_LIMITS,
        Feature.WEIGHTS,
        Feature.HISTORY,
        Feature.RULES,
    }
    objectives: ClassVar[frozenset[str]] = frozenset(
        {"rank-sum", "welfare", "greedy", "generous", "rank-maximal", "leximin", "nash", "changes", "penalties"}
    )
    uses_chance: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", get_objective(self.objective))
        if self.engine not in ENGINES:
            raise OptionError(f"engine is {self.engine!r}; it is one of {', '.join(map(repr, ENGINES))}")

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`.

        Raises
        ------
        InfeasibleError
            If no allocation keeps all rules.
        """
        given = get_objective(self.objective)
        if (objective := penalties_first(given, problem)) != given:
            return replace(self, objective=objective).solve(problem, context)
        standing = Standing(problem, objective, context)
        context.check()
        try:
            with Engine(self.engine, context, standing.hear) as engine, LinearSolver(context, standing.beat) as linear:
                decide_sums(standing, engine, linear)
                if not standing.is_stopped:
                    decide_days(standing, engine, linear)
        except (SolveStoppedError, KeyboardInterrupt):
            if not standing.has_allocation():
                raise
        if not standing.has_allocation():
            context.check()
        return standing.result(self)
