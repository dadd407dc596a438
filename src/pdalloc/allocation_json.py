"""The JSON document of an allocation."""

from __future__ import annotations

from typing import Literal

from pdalloc.allocation import Allocation
from pdalloc.errors import ProblemError
from pdalloc.problem import Problem
from pdalloc.problem.json import Document, decode, encode

__all__ = ["AllocationDocument", "allocation_from_json", "allocation_to_json"]


class AllocationDocument(Document, kw_only=True):
    """Schedules by participant; those without a place are left out."""

    format: Literal["pdalloc/allocation"] = "pdalloc/allocation"
    version: Literal[1] = 1
    problem_hash: str
    schedules: dict[str, list[str]]
    cancelled: list[str]


def allocation_to_json(allocation: Allocation) -> str:
    """See `Allocation.to_json`."""
    return encode(
        AllocationDocument(
            problem_hash=allocation.problem.content_hash,
            schedules=schedules(allocation),
            cancelled=cancelled(allocation),
        )
    )


def allocation_from_json(text: str | bytes, problem: Problem) -> Allocation:
    """See `Allocation.from_json`."""
    document = decode(text, AllocationDocument)
    require_problem(document.problem_hash, problem)
    return Allocation.from_schedules(problem, document.schedules, document.cancelled)


def schedules(allocation: Allocation) -> dict[str, list[str]]:
    """Return the session ids of every participant who has some, in table order."""
    people, sessions = allocation.problem.participants, allocation.problem.sessions
    found: dict[str, list[str]] = {}
    for participant, session in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
        found.setdefault(people[participant], []).append(sessions[session])
    return found


def cancelled(allocation: Allocation) -> list[str]:
    """Return the ids of the sessions that do not run."""
    return [allocation.problem.sessions[session] for session in (~allocation.runs).nonzero()[0].tolist()]


def require_problem(problem_hash: str, problem: Problem) -> None:
    """Refuse a document that belongs to another problem."""
    if problem_hash != problem.content_hash:
        raise ProblemError(
            f"the document belongs to problem {problem_hash[:12]}..., not to this one, {problem.content_hash[:12]}...; "
            "read it with the problem it was made from"
        )
