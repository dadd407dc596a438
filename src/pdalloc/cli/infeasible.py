"""What subcommands say where no allocation keeps all the rules."""

from __future__ import annotations

from pdalloc.errors import InfeasibleError, SolveStoppedError
from pdalloc.problem import Problem

__all__ = ["explained"]


def explained(error: InfeasibleError, problem: Problem, time_limit: float | None) -> InfeasibleError:
    """Return the error with what cannot hold together and what to give up, if that is found in time."""
    from pdalloc.auditing.conflict import explain_infeasible

    try:
        conflict = explain_infeasible(problem, time_limit=time_limit)
    except SolveStoppedError:
        return error
    return error if conflict is None else InfeasibleError(str(conflict))
