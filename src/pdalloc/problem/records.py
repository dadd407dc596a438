"""What a model has been told, name by name, before anything is resolved or checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from pdalloc.errors import Finding
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.rules import Rule

__all__ = [
    "ChoiceRecord",
    "FacilitatorRecord",
    "PairRecord",
    "ParticipantRecord",
    "PriorityRecord",
    "Records",
    "SessionRecord",
]


@dataclass
class SessionRecord:
    """A session as it was added."""

    capacity: int
    minimum: int
    must_run: bool
    slots: tuple[str, ...]
    topic: str | None
    facilitators: tuple[str, ...]
    tags: tuple[str, ...]
    title: str
    room: str
    place: str


@dataclass
class FacilitatorRecord:
    """What was added about a facilitator."""

    most_sessions: int | None
    most_participants: int | None
    place: str


@dataclass
class ParticipantRecord:
    """A participant as they were added."""

    name: str
    away: tuple[str, ...]
    limit: int | None
    weight: float
    arrival: float
    history: float
    groups: dict[str, str]
    place: str


class ChoiceRecord(NamedTuple):
    """A choice by names; rank, rating or both."""

    participant: str
    session: str
    rank: int | None
    rating: float | None
    place: str


class PairRecord(NamedTuple):
    """Two ids that belong together."""

    first: str
    second: str
    place: str


class PriorityRecord(NamedTuple):
    """A participant's place in a session's order; smaller values first."""

    session: str
    participant: str
    value: float
    place: str


@dataclass
class Records:
    """Everything a model has been told; `place` in each record says where it was read."""

    ranking: Ranking
    unlisted: Unlisted
    slots: list[str] = field(default_factory=list)
    sessions: dict[str, SessionRecord] = field(default_factory=dict)
    facilitators: dict[str, FacilitatorRecord] = field(default_factory=dict)
    participants: dict[str, ParticipantRecord] = field(default_factory=dict)
    choices: list[ChoiceRecord] = field(default_factory=list)
    priorities: list[PriorityRecord] = field(default_factory=list)
    conflicts: list[PairRecord] = field(default_factory=list)
    fixed: list[PairRecord] = field(default_factory=list)
    forbidden: list[PairRecord] = field(default_factory=list)
    rules: list[tuple[Rule, str]] = field(default_factory=list)
    """Each with its place."""
    findings: list[Finding] = field(default_factory=list)
