"""The JSON document of a conflict."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from pdalloc.allocation_json import require_problem
from pdalloc.auditing.conflict import Conflict
from pdalloc.auditing.remedies import Remedy
from pdalloc.problem import Problem
from pdalloc.problem.json import Document, decode, encode, require_text
from pdalloc.solvers.mip.members import Kind
from pdalloc.solvers.mip.told import ConflictMember

__all__ = ["ConflictDocument", "conflict_from_json", "conflict_to_json"]

Count = Annotated[int, msgspec.Meta(ge=0)]


class Entry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a member or a remedy is about."""

    kind: Kind
    rule: Count | None = None
    """Number of the rule, from 0."""
    participants: list[str] = []
    sessions: list[str] = []
    slot: str | None = None
    facilitator: str | None = None
    text: str


class MemberEntry(Entry, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One of the things that cannot hold together."""

    amount: Count | None = None


class RemedyEntry(Entry, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing to give up."""

    amount: Count
    cost: Count


class ConflictDocument(Document, kw_only=True):
    """Why no allocation keeps all the rules, and what to give up."""

    format: Literal["pdalloc/conflict"] = "pdalloc/conflict"
    version: Literal[1] = 1
    problem_hash: str
    members: list[MemberEntry]
    is_irreducible: bool
    structure: list[Literal["slot", "topic", "conflict"]]
    remedies: list[RemedyEntry]
    is_least: bool
    text: str


def conflict_to_json(conflict: Conflict) -> str:
    """See `Conflict.to_json`."""
    return encode(
        ConflictDocument(
            problem_hash=conflict.problem.content_hash,
            members=msgspec.convert(conflict.members, list[MemberEntry], from_attributes=True),
            is_irreducible=conflict.is_irreducible,
            structure=list(conflict.structure),  # type: ignore[arg-type]
            remedies=msgspec.convert(conflict.remedies, list[RemedyEntry], from_attributes=True),
            is_least=conflict.is_least,
            text=str(conflict),
        )
    )


def conflict_from_json(text: str | bytes, problem: Problem) -> Conflict:
    """See `Conflict.from_json`."""
    document = decode(text, ConflictDocument)
    require_problem(document.problem_hash, problem)
    conflict = Conflict(
        problem,
        msgspec.convert(document.members, tuple[ConflictMember, ...], from_attributes=True),
        document.is_irreducible,
        tuple(document.structure),
        msgspec.convert(document.remedies, tuple[Remedy, ...], from_attributes=True),
        document.is_least,
    )
    require_text("pdalloc/conflict", conflict, document.text)
    return conflict
