"""The JSON document of a participant's own record."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from pdalloc.allocation import Allocation
from pdalloc.auditing.explanation import Explanation
from pdalloc.auditing.explanation_json import Count, PlaceEntry, Rank, ReasonEntry, places, reasons
from pdalloc.problem.json import Document, encode
from pdalloc.result import Result

__all__ = ["RecordDocument", "own_sessions", "record_text"]


class ChoiceEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A choice; the rating is null where ranks were given alone."""

    session: str
    title: str
    slots: list[str]
    rank: Rank
    rating: float | None


class GivenEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the participant, or somebody for them, gave."""

    choices: list[ChoiceEntry]
    away: list[str]
    limit: Count
    weight: float
    arrival: float | None
    history: float | None
    groups: dict[str, str]
    fixed: list[str]
    forbidden: list[str]


class RecordDocument(Document, kw_only=True):
    """A participant's own record; others enter as counts alone."""

    format: Literal["pdalloc/record"] = "pdalloc/record"
    version: Literal[2] = 2
    problem_hash: str
    solver: str | None
    status: Literal["optimal", "feasible", "rule"] | None
    participant: str
    name: str
    given: GivenEntry
    schedule: list[PlaceEntry]
    facilitates: list[str]
    wanted: Count
    empty: Count
    turn: Rank | None
    turns: Rank | None
    reasons: list[ReasonEntry]
    text: str


def record_text(given: Allocation | Result, explanation: Explanation) -> str:
    """Return the record of the participant of an explanation that names nobody else."""
    result = given if isinstance(given, Result) else None
    allocation = given.allocation if isinstance(given, Result) else given
    number = explanation.problem.participants.index(explanation.participant)
    return encode(
        RecordDocument(
            problem_hash=explanation.problem.content_hash,
            solver=result.provenance.solver if result else None,
            status=result.status.value if result else None,
            participant=explanation.participant,
            name=explanation.name,
            given=_given(explanation, number),
            schedule=places(explanation),
            facilitates=[explanation.problem.sessions[s] for s in own_sessions(allocation, number)[1]],
            wanted=explanation.wanted,
            empty=explanation.empty,
            turn=explanation.turn,
            turns=explanation.turns,
            reasons=reasons(explanation),
            text=str(explanation),
        )
    )


def own_sessions(allocation: Allocation, participant: int) -> tuple[list[int], list[int]]:
    """Return the sessions that a participant attends, and those that they facilitate and that run."""
    attends = allocation.session[allocation.participant == participant].tolist()
    facilitated = allocation.problem.facilitated
    leads = facilitated[facilitated[:, 0] == participant, 1].tolist()
    return attends, [session for session in leads if allocation.runs[session]]


def _given(explanation: Explanation, number: int) -> GivenEntry:
    problem = explanation.problem
    choices = problem.choices
    return GivenEntry(
        choices=[
            ChoiceEntry(
                session=problem.sessions[session],
                title=problem.title[session] if problem.title else "",
                slots=[problem.slots[slot] for slot in problem.session_slots[session].tolist()],
                rank=int(choices.rank[entry]),
                rating=None if choices.rating is None else float(choices.rating[entry]),
            )
            for entry in range(choices.indptr[number], choices.indptr[number + 1])
            for session in [int(choices.session[entry])]
        ],
        away=[problem.slots[slot] for slot in problem.away[number].tolist()],
        limit=int(problem.limit[number]),
        weight=float(problem.weight[number]),
        arrival=_known(problem.arrival[number]),
        history=_known(problem.history[number]),
        groups={group.name: group.values[group.value[number]] for group in problem.groups if group.value[number] >= 0},
        fixed=[problem.sessions[s] for p, s in problem.fixed.tolist() if p == number],
        forbidden=[problem.sessions[s] for p, s in problem.forbidden.tolist() if p == number],
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
