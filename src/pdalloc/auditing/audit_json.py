"""The JSON document of an audit."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from pdalloc.allocation_json import require_problem
from pdalloc.auditing.figures import Better
from pdalloc.auditing.table import Audit
from pdalloc.errors import ProblemError
from pdalloc.problem import Problem
from pdalloc.problem.json import Document, decode, encode

__all__ = ["AuditDocument", "audit_from_json", "audit_to_json"]


class FigureEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One figure: a value for each allocation, null where it is not defined."""

    name: str
    better: Better
    form: str
    """How a value is written, as a format specification of Python."""
    values: list[int | float | None]


class AuditDocument(Document, kw_only=True):
    """Figures of allocations side by side."""

    format: Literal["pdalloc/audit"] = "pdalloc/audit"
    version: Literal[1] = 1
    problem_hash: str
    title: str
    allocations: list[str]
    figures: list[FigureEntry]
    notes: list[str]


def audit_to_json(audit: Audit) -> str:
    """See `Audit.to_json`."""
    entries = [
        FigureEntry(name=name, better=better, form=form, values=[None if math.isnan(value) else value for value in row])
        for name, better, form, row in zip(
            audit.rows, audit.better, audit.forms, zip(*audit.columns.values(), strict=True), strict=True
        )
    ]
    return encode(
        AuditDocument(
            problem_hash=audit.problem.content_hash,
            title=audit.title,
            allocations=list(audit.columns),
            figures=entries,
            notes=list(audit.notes),
        )
    )


def audit_from_json(text: str | bytes, problem: Problem) -> Audit:
    """See `Audit.from_json`."""
    document = decode(text, AuditDocument)
    require_problem(document.problem_hash, problem)
    for entry in document.figures:
        if len(entry.values) != len(document.allocations):
            raise ProblemError(
                f"figure {entry.name!r} has {len(entry.values)} values for {len(document.allocations)} allocations"
            )
    return Audit(
        rows=tuple(entry.name for entry in document.figures),
        columns={
            name: tuple(_value(entry.values[column]) for entry in document.figures)
            for column, name in enumerate(document.allocations)
        },
        title=document.title,
        problem=problem,
        better=tuple(entry.better for entry in document.figures),
        forms=tuple(entry.form for entry in document.figures),
        notes=tuple(document.notes),
    )


def _value(value: int | float | None) -> int | float:
    return float("nan") if value is None else value
