"""The JSON document of a result."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import msgspec

from pdalloc.allocation import Allocation
from pdalloc.allocation_json import cancelled, require_problem, schedules
from pdalloc.errors import ProblemError, SolverError
from pdalloc.objectives import OBJECTIVES, Level, get_objective
from pdalloc.problem import Problem
from pdalloc.problem.json import Document, decode, encode
from pdalloc.result import Provenance, Result, Status

__all__ = ["ResultDocument", "result_from_json", "result_to_json"]


class LevelEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One level of the objective: its value and bound are whole numbers, in units of 1 / scale."""

    name: str
    maximise: bool
    scale: int
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
    provenance = dataclasses.asdict(result.provenance)
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
            provenance=ProvenanceEntry(**provenance | ({} if runtime else {"runtime": None})),
            schedules=schedules(result.allocation),
            cancelled=cancelled(result.allocation),
        )
    )


def result_from_json(text: str | bytes, problem: Problem) -> Result:
    """See `Result.from_json`."""
    document = decode(text, ResultDocument)
    require_problem(document.provenance.problem_hash, problem)
    bound = tuple(entry.bound for entry in document.levels if entry.bound is not None)
    try:
        result = Result(
            allocation=Allocation.from_schedules(problem, document.schedules, document.cancelled),
            status=Status(document.status),
            provenance=Provenance(**msgspec.structs.asdict(document.provenance)),
            objective_name=document.objective,
            levels=tuple(Level(entry.name, entry.maximise, entry.scale) for entry in document.levels),
            objective=tuple(entry.value for entry in document.levels) or None,
            bound=bound or None,
            notes=tuple(document.notes),
        )
    except SolverError as error:
        raise ProblemError(f"the document contradicts the problem or itself: {error}") from None
    objective = document.provenance.options.get("objective")
    parts = objective.get("objectives", [objective]) if isinstance(objective, dict) else []
    if result.objective is not None and parts and all(part.get("name") in OBJECTIVES for part in parts):
        chain = [get_objective(part["name"], part.get("rank_costs")) for part in parts]
        real = get_objective(chain).value(result.allocation)
        if real != result.objective:
            raise ProblemError(f"the document claims the value {result.objective}, but its allocation has {real}")
    return result
