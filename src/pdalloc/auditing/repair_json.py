"""The JSON document of a repair."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from pdalloc.auditing.repaired import MoveReason, Repair
from pdalloc.problem.json import Document, PairEntry, encode

__all__ = ["RepairDocument", "repair_to_json"]

Count = Annotated[int, msgspec.Meta(ge=0)]


class MoveEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Somebody whose schedule is another one than was published."""

    participant: str
    before: list[str]
    after: list[str]
    counts: bool
    reason: MoveReason
    text: str


class RepairDocument(Document, kw_only=True):
    """Who moves and why; the new schedules are in the document of the result."""

    format: Literal["pdalloc/repair"] = "pdalloc/repair"
    version: Literal[1] = 1
    problem_hash: str
    """Of the changed problem, with the kept pairs fixed."""
    changed: Count
    fewest: Count
    """No allocation changes fewer published schedules."""
    moves: list[MoveEntry]
    left: list[str]
    free: list[str]
    kept: list[PairEntry]


def repair_to_json(repair: Repair) -> str:
    """See `Repair.to_json`."""
    return encode(
        RepairDocument(
            problem_hash=repair.allocation.problem.content_hash,
            changed=repair.changed,
            fewest=repair.fewest,
            moves=[
                MoveEntry(
                    participant=move.participant,
                    before=list(move.before),
                    after=list(move.after),
                    counts=move.counts,
                    reason=move.reason,
                    text=move.text,
                )
                for move in repair.moves
            ],
            left=list(repair.left),
            free=list(repair.changes.free),
            kept=[PairEntry(participant=who, session=what) for who, what in repair.kept],
        )
    )
