"""The JSON document of an explanation."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from pdalloc.auditing.explanation import Explanation, ReasonKind, Standing, TradeSearch
from pdalloc.problem.json import Document, encode

__all__ = ["ExplanationDocument", "PlaceEntry", "ReasonEntry", "explanation_to_json", "places", "reasons"]

Count = Annotated[int, msgspec.Meta(ge=0)]
Rank = Annotated[int, msgspec.Meta(ge=1)]


class PlaceEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A session of the schedule; the rank is null if it was not chosen."""

    session: str
    title: str
    slots: list[str]
    rank: Rank | None


class MoveEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One participant's part in a trade; who and between which sessions only where names were asked for."""

    from_rank: Standing
    to_rank: Standing
    participant: str | None
    from_session: str | None
    to_session: str | None


class TradeEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A trade that would have given the session; the cost is in units of 1 / scale."""

    moves: list[MoveEntry]
    places: Literal[-1, 0, 1]
    cost: int
    scale: Annotated[int, msgspec.Meta(ge=1)]


class RankCount(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How many gave a session one rank."""

    rank: Rank
    count: Count


class ReasonEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why the participant did not get a session that they ranked higher."""

    session: str
    title: str
    slots: list[str]
    rank: Rank
    kind: ReasonKind
    text: str
    slot: str | None
    other: str | None
    other_rank: Rank | None
    rule: str | None
    numbers: dict[str, Count]
    by_rank: list[RankCount]
    people: list[str]
    search: TradeSearch
    trade: TradeEntry | None


class ExplanationDocument(Document, kw_only=True):
    """Why a participant has the schedule they have."""

    format: Literal["pdalloc/explanation"] = "pdalloc/explanation"
    version: Literal[2] = 2
    problem_hash: str
    participant: str
    name: str
    schedule: list[PlaceEntry]
    wanted: Count
    empty: Count
    turn: Rank | None
    turns: Rank | None
    reasons: list[ReasonEntry]
    text: str


def places(explanation: Explanation) -> list[PlaceEntry]:
    """Return the entries of the schedule."""
    return msgspec.convert(explanation.schedule, list[PlaceEntry], from_attributes=True)


def reasons(explanation: Explanation) -> list[ReasonEntry]:
    """Return the entries of the reasons."""
    return [
        msgspec.convert(
            vars(reason) | {"by_rank": [RankCount(rank=r, count=c) for r, c in reason.by_rank.items()]},
            ReasonEntry,
            from_attributes=True,
        )
        for reason in explanation.reasons
    ]


def explanation_to_json(explanation: Explanation) -> str:
    """See `Explanation.to_json`."""
    return encode(
        ExplanationDocument(
            problem_hash=explanation.problem.content_hash,
            participant=explanation.participant,
            name=explanation.name,
            schedule=places(explanation),
            wanted=explanation.wanted,
            empty=explanation.empty,
            turn=explanation.turn,
            turns=explanation.turns,
            reasons=reasons(explanation),
            text=str(explanation),
        )
    )
