"""The one call that allocates a day."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.context import Context, Progress, StopFlag
from pdalloc.errors import OptionError, SolverError
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver
from pdalloc.solvers.registry import choose, make_solver, require_support

__all__ = ["checked_seed", "checked_time_limit", "chosen_solver", "solve"]


def solve(
    problem: Problem,
    solver: str | Solver = "auto",
    *,
    seed: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: StopFlag | None = None,
    start: Allocation | None = None,
    **options: Any,
) -> Result:
    """Allocate a day.

    Parameters
    ----------
    problem : Problem
    solver : str or Solver
        A name from `solver_names`, "auto" for the cheapest exact solver that handles every feature of the problem and
        optimises the objective, or a solver with its options.
    seed : int, optional
        From 0. The same seed gives the same result. Where chance is used and none is given, one is made up and recorded
        in `Result.provenance`.
    time_limit : float, optional
        Seconds, positive.
    progress : callable, optional
        Called with a `Progress` now and then.
    stop : StopFlag, optional
        Such as a `threading.Event`, set from elsewhere to end the solve.
    start : Allocation, optional
        Of the same problem, for solvers that can begin from one.
    **options
        Of the solver, such as ``objective="welfare"``.

    Raises
    ------
    UnsupportedError
        If the solver does not handle a feature that the problem uses; raised before any work.
    OptionError
        If there is no such solver or option.
    InfeasibleError
        If it is proved that no allocation keeps all the rules.
    SolveStoppedError
        If time or stop flag came before there was an allocation.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> result = solve(problem)
    >>> result.allocation.schedule_of("t001"), result.objective
    (('y',), (0, 1))
    """
    chosen = chosen_solver(problem, solver, options)
    time_limit, seed = checked_time_limit(time_limit), checked_seed(seed)
    if start is not None and not (isinstance(start, Allocation) and start.problem == problem):
        raise OptionError("start is not an allocation of this problem")
    require_support(chosen, problem)
    if seed is None and chosen.uses_chance:
        seed = secrets.randbits(32)
    context = Context(
        np.random.default_rng(seed if chosen.uses_chance else 0),
        seed,
        time_limit,
        progress,
        stop,
        start,
    )
    result = chosen.solve(problem, context)
    if not isinstance(result, Result) or result.allocation.problem is not problem:
        raise SolverError(f"solver {chosen.name!r} did not return a Result of the problem it was given")
    return result


def checked_time_limit(time_limit: Any) -> float | None:
    """Return a time limit in seconds.

    Raises
    ------
    OptionError
        If it is neither None nor a positive finite number.
    """
    if time_limit is not None and not (isinstance(time_limit, int | float) and 0 < time_limit < math.inf):
        raise OptionError(f"time_limit is {time_limit!r}; give seconds above 0")
    return time_limit


def checked_seed(seed: Any) -> int | None:
    """Return a seed as an int.

    Raises
    ------
    OptionError
        If it is neither None nor a whole number from 0.
    """
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise OptionError(f"seed is {seed!r}; give a whole number from 0")
    return int(seed)


def chosen_solver(problem: Problem, solver: str | Solver, options: dict[str, Any]) -> Solver:
    """Return the solver that `solve` uses for these arguments.

    Raises
    ------
    OptionError
        If the problem is none, or there is no such solver or option.
    UnsupportedError
        If none is named and no exact solver handles every feature of the problem.
    """
    if not isinstance(problem, Problem):
        raise OptionError(
            f"problem is a {type(problem).__name__}; make a Problem with read_tables, Model or Problem.from_..."
        )
    if isinstance(solver, str):
        return choose(problem, options) if solver == "auto" else make_solver(solver, options)
    if options:
        raise OptionError(
            f"options {', '.join(options)} were given beside a solver that has its own; make it with them"
        )
    if isinstance(solver, type) or not isinstance(solver, Solver):
        raise OptionError(f"solver is {solver!r}; give a name or an object such as Flow()")
    return solver
