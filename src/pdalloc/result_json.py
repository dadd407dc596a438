"""The JSON document of a result."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from pdalloc.allocation import Allocation
from pdalloc.allocation_json import cancelled, require_problem, schedules
from pdalloc.errors import OptionError, ProblemError, SolverError
from pdalloc.objectives import OBJECTIVES, Changes, Level, Objective, get_objective
from pdalloc.problem import Problem
from pdalloc.problem.json import Document, decode, encode
from pdalloc.result import Provenance, Result, Status

__all__ = ["ResultDocument", "result_from_json", "result_to_json", "stored_objective"]


class LevelEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One level of the objective: its value and bound are whole numbers, in units of 1 / scale."""

    name: str
    maximise: bool
    scale: Annotated[int, msgspec.Meta(ge=1)]
    value: int
    bound: int | None


class ProvenanceEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a result came from."""

    problem_hash: str
    solver: str
    options: dict[str, Any]
    seed: int | None
    versions: dict[str, str]
    runtime: float | None


class ResultDocument(Document, kw_only=True):
    """A result with its allocation."""

    format: Literal["pdalloc/result"] = "pdalloc/result"
    version: Literal[1] = 1
    status: Literal["optimal", "feasible", "rule"]
    objective: str | None
    levels: list[LevelEntry]
    notes: list[str]
    provenance: ProvenanceEntry
    schedules: dict[str, list[str]]
    cancelled: list[str]


def result_to_json(result: Result, *, runtime: bool) -> str:
    """See `Result.to_json`."""
    origin = msgspec.convert(result.provenance, ProvenanceEntry, from_attributes=True)
    if not runtime:
        origin.runtime = None
    bounds = result.bound or (None,) * len(result.levels)
    levels = [
        LevelEntry(name=level.name, maximise=level.maximise, scale=level.scale, value=value, bound=bound)
        for level, value, bound in zip(result.levels, result.objective or (), bounds, strict=True)
    ]
    return encode(
        ResultDocument(
            status=result.status.value,
            objective=result.objective_name,
            levels=levels,
            notes=list(result.notes),
            provenance=origin,
            schedules=schedules(result.allocation),
            cancelled=cancelled(result.allocation),
        )
    )


def result_from_json(text: str | bytes, problem: Problem) -> Result:
    """See `Result.from_json`."""
    document = decode(text, ResultDocument)
    origin = document.provenance
    require_problem(origin.problem_hash, problem)
    has_value = document.objective is not None or bool(document.levels)
    bounds = [entry.bound for entry in document.levels if entry.bound is not None]
    has_bound = has_value and len(bounds) == len(document.levels)
    try:
        result = Result(
            allocation=Allocation.from_schedules(problem, document.schedules, document.cancelled),
            status=Status(document.status),
            provenance=Provenance(problem, origin.solver, origin.options, origin.seed, origin.versions, origin.runtime),
            objective_name=document.objective,
            levels=tuple(Level(entry.name, entry.maximise, entry.scale) for entry in document.levels),
            objective=tuple(entry.value for entry in document.levels) if has_value else None,
            bound=tuple(bounds) if has_bound else None,
            notes=tuple(document.notes),
        )
        _check_value(result)
    except (OptionError, SolverError) as error:
        raise ProblemError(f"the document contradicts the problem or itself: {error}") from None
    return result


def _check_value(result: Result) -> None:
    """Refuse a value, or levels, that are not those of the objective in the options."""
    objective = stored_objective(result.provenance.options.get("objective"))
    if result.objective is None or objective is None:
        return
    real = objective.value(result.allocation)
    if real != result.objective:
        raise ProblemError(f"the document claims the value {result.objective}, but its allocation has {real}")
    if (objective.name, objective.levels(result.allocation.problem)) != (result.objective_name, result.levels):
        raise ProblemError(f"the document's objective or levels are not those of its option, {objective.name!r}")


def stored_objective(options: Any) -> Objective | None:
    """Return the objective whose options a result or its document has, None if it is not one of this library."""
    parts = options.get("objectives", [options]) if isinstance(options, dict) else None
    # a name may be of any JSON type here, and not all of these can be looked up in a mapping
    known = (*OBJECTIVES, Changes.name)
    if not isinstance(parts, list) or not all(isinstance(part, dict) and part.get("name") in known for part in parts):
        return None
    return get_objective([_stored_part(part) for part in parts])


def _stored_part(part: dict[str, Any]) -> Objective:
    if part["name"] == Changes.name:
        free = part.get("free", ())
        return Changes(part.get("before", ()), part.get("places_first") is True, free if isinstance(free, list) else ())
    return get_objective(part["name"], part.get("rank_costs"))
