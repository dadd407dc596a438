"""The JSON documents of a lottery; docs/lottery.md says which are public and which secret.

Where a digest stands for a document, it is the SHA-256 of its bytes as `encode` writes them, so that any program that
hashes files can check it.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from pdalloc.problem.json import Document, FacilitatorEntry, ParticipantEntry, SessionEntry
from pdalloc.problem.options import Ranking, Unlisted

__all__ = ["CommitmentDocument", "CommonDocument", "DigestEntry", "OpeningDocument", "TranscriptDocument"]

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256, or a salt of as many bits, in hexadecimal digits."""


class CommonDocument(Document, kw_only=True):
    """What concerns everybody: the sessions and the rules, as in the document of a problem."""

    format: Literal["pdalloc/lottery-common"] = "pdalloc/lottery-common"
    version: Literal[1] = 1
    salt: Digest
    ranking: Ranking
    unlisted: Unlisted
    slots: list[str]
    sessions: list[SessionEntry]
    """Without priorities, which concern participants."""
    facilitators: list[FacilitatorEntry]
    conflicts: list[tuple[str, str]]


class OpeningDocument(Document, kw_only=True):
    """What concerns one participant, and the salt that hides it."""

    format: Literal["pdalloc/lottery-opening"] = "pdalloc/lottery-opening"
    version: Literal[1] = 1
    salt: Digest
    participant: ParticipantEntry
    fixed: list[str]
    forbidden: list[str]
    priorities: dict[str, int]
    """Class of the participant, from 1, by session that lists them."""


class DigestEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A participant and the digest of their opening."""

    participant: str
    digest: Digest


class CommitmentDocument(Document, kw_only=True):
    """What is published before the draw."""

    format: Literal["pdalloc/lottery-commitment"] = "pdalloc/lottery-commitment"
    version: Literal[1] = 1
    terms: str
    source: str
    common: Digest
    participants: Annotated[list[DigestEntry], msgspec.Meta(min_length=1)]


class TranscriptDocument(Document, kw_only=True):
    """What is published after the draw."""

    format: Literal["pdalloc/lottery-transcript"] = "pdalloc/lottery-transcript"
    version: Literal[1] = 1
    commitment: CommitmentDocument
    beacon: Annotated[str, msgspec.Meta(min_length=1)]
    seed: Digest
    order: list[str]
