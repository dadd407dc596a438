"""One run: what is solved, measured and written down of it."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from pdalloc.errors import InfeasibleError, PdallocError, SolveStoppedError, UnsupportedError
from pdalloc.problem import Problem
from pdalloc.result import Result, Status, versions
from pdalloc.solvers.solve import solve
from pdalloc.study.measures import Measures
from pdalloc.study.solvers import StudySolver, options_text
from pdalloc.study.streams import stream_seed

__all__ = ["COLUMNS", "FAILURES", "TIMINGS", "Outcome", "Row", "failed_row", "outcome", "row_of"]

Row: TypeAlias = dict[str, Any]
"""A run as JSON values: one for each of `COLUMNS`, and "figures", a dict of name to number for each entry of the
measures, or none at all where there is no allocation."""

TIMINGS = {"runtime": "float64", "metrics_runtime": "float64"}

COLUMNS: dict[str, str] = {
    "problem": "string",
    "problem_hash": "string",
    "solver": "string",
    "method": "string",
    "options": "string",
    "seed": "int64",
    "solve_seed": "int64",
    "status": "string",
    "error": "string",
    "gap": "float64",
    **TIMINGS,
    "objective": "string",
    "value": "string",
    "bound": "string",
    "versions": "string",
}
"""The columns before the figures, with their types."""

FAILED = "failed"
FAILURES = (Exception, SystemExit)
"""What a solver, a metric or the making of a problem may raise without ending the study: also the exit of a program
that it wraps, but not an interrupt from the keyboard."""

STATUS_OF = {SolveStoppedError: "stopped", UnsupportedError: "unsupported", InfeasibleError: "infeasible"}


class Outcome(NamedTuple):
    """What a solver did with a problem: a result or an error, in so many seconds."""

    result: Result | BaseException
    runtime: float


def outcome(problem: Problem, solver: StudySolver, seed: int, time_limit: float | None) -> Outcome:
    """Solve; an error is an outcome."""
    found: Result | BaseException
    started = time.perf_counter()
    try:
        found = solve(problem, solver.solver, seed=seed, time_limit=time_limit, **solver.options)
    except FAILURES as error:
        # whatever a solver raises, also one of somebody else's, must not end the study
        found = error
    return Outcome(found, time.perf_counter() - started)


def row_of(
    problem_name: str, problem: Problem, solver: StudySolver, seed: int, found: Outcome, measures: Measures
) -> Row:
    """Return the row of an outcome, everything measured."""
    result = found.result
    if isinstance(result, BaseException):
        return failed_row(problem_name, problem, solver, seed, result) | {"runtime": found.runtime}
    started = time.perf_counter()
    try:
        figures = measures.of(result.allocation, stream_seed(problem.content_hash, seed, "metrics"))
    except FAILURES as error:
        return failed_row(problem_name, problem, solver, seed, error) | {"runtime": found.runtime}
    return _begun(problem_name, problem, solver, seed) | {
        "method": result.provenance.solver,
        "options": options_text(result.provenance.options),
        "status": str(result.status),
        "gap": gap(result),
        "runtime": found.runtime,
        "metrics_runtime": time.perf_counter() - started,
        "objective": result.objective_name,
        "value": None if result.objective is None else json.dumps(result.objective),
        "bound": None if result.bound is None else json.dumps(result.bound),
        "figures": figures,
    }


def failed_row(problem_name: str, problem: Problem | None, solver: StudySolver, seed: int, error: BaseException) -> Row:
    """Return the row of a run without figures, with its error; without a problem where that could not be made."""
    known = next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), FAILED)
    name = type(error).__name__ if isinstance(error, PdallocError) else type(error).__qualname__
    return _begun(problem_name, problem, solver, seed) | {"status": known, "error": f"{name}: {_text(error)}"}


def _text(error: BaseException) -> str:
    """Return what an error says, as far as it says it in text that files can hold."""
    try:
        return str(error).encode("utf-8", "backslashreplace").decode()
    except Exception as another:
        return f"(it has no text: {type(another).__name__})"


def _begun(problem_name: str, problem: Problem | None, solver: StudySolver, seed: int) -> Row:
    empty: Row = dict.fromkeys(COLUMNS)
    identity = "" if problem is None else problem.content_hash
    return empty | {
        "problem": problem_name,
        "problem_hash": identity or None,
        "solver": solver.name,
        "seed": seed,
        "solve_seed": solve_seed(identity, seed),
        "versions": _versions(),
        "figures": [],
    }


def solve_seed(problem_hash: str, seed: int) -> int:
    """Return the seed that a problem is solved with: the same for every solver."""
    return stream_seed(problem_hash, seed, "solve")


def gap(result: Result) -> float:
    """Return how far the first level that is not proved may be from its optimum, relative to its value.

    0 for an optimum, nan for a rule that optimises nothing, infinite where the value is 0 and the bound is not.
    """
    if result.status is Status.RULE or result.objective is None or result.bound is None:
        return float("nan")
    for value, bound in zip(result.objective, result.bound, strict=True):
        if value != bound:
            return abs(value - bound) / abs(value) if value else float("inf")
    return 0.0


@cache
def _versions() -> str:
    return ", ".join(f"{name} {version}" for name, version in versions().items())
