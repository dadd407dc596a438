"""The JSON document of a certificate; which fields one has depends on its claim."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from pdalloc.problem.json import Document

__all__ = ["CertificateDocument"]


class ObjectiveEntry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An objective of a chain."""

    name: str
    rank_costs: list[int] = []


class LevelEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One level of the objective: whole numbers in units of 1 / scale; no bound after the first that is open."""

    name: str
    maximise: bool
    scale: Annotated[int, msgspec.Meta(ge=1)]
    value: int
    bound: int | None


class ProofEntry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Multipliers in whole numbers, those that are 0 left out."""

    weights: list[int]
    """Of the levels."""
    seats: dict[str, int] = {}
    """Price of a seat, by session."""
    links: list[tuple[str, str, int]] = []
    """Participant, session that may be cancelled, and what the participant pays besides for a place there."""
    running: list[tuple[str, str, int]] = []
    """Participant, session they run, and what they pay if it runs."""
    session_limits: dict[str, int] = {}
    participant_limits: dict[str, int] = {}
    rules: list[tuple[int, int, int]] = []
    """Number of a rule of rules.toml, of one of its inequalities, and its price: below 0 for a lower bound."""
    without: list[int] = []
    """Earlier levels, counted from 0, whose proofs exclude schedules."""


class NeedsEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Sessions that must run, and everybody who could come to any of them."""

    sessions: list[str]
    participants: list[str]


class ShortageEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Participants who have only these sessions in a slot; null on a day without slots."""

    slot: str | None
    participants: list[str]
    sessions: list[str]


class BetterEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is different in a better allocation: the schedules that change, and all sessions that are cancelled."""

    schedules: dict[str, list[str]]
    cancelled: list[str]


class CertificateDocument(Document, kw_only=True, omit_defaults=True):
    """A claim, with what is needed to check it against the tables."""

    format: Literal["pdalloc/certificate"]
    version: Literal[2]
    # version 2 adds the prices of rules, optional
    tables: str
    """SHA-256 of all cells of the plain tables."""
    claim: Literal["optimal", "bounded", "improvable", "infeasible", "efficient", "inefficient", "stable", "unstable"]
    digest: str
    """SHA-256 of everything else in the document."""
    schedules: dict[str, list[str]] = msgspec.field(default_factory=dict)
    cancelled: list[str] = msgspec.field(default_factory=list)
    objective: list[ObjectiveEntry] = msgspec.field(default_factory=list)
    levels: list[LevelEntry] = msgspec.field(default_factory=list)
    proofs: list[ProofEntry | None] = msgspec.field(default_factory=list)
    """A proof of each bound; null where a count cannot be below 0."""
    shortages: list[ShortageEntry] = msgspec.field(default_factory=list)
    proof: ProofEntry | None = None
    prices: dict[str, int] | None = None
    """Prices of sessions that show efficiency, one place each."""
    needs: NeedsEntry | None = None
    better: BetterEntry | None = None
    pair: tuple[str, str] | None = None
    """A participant and a session that block the allocation."""
