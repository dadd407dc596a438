"""The readings of a problem that its owner chooses."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Ranking", "Unlisted"]

Ranking: TypeAlias = Literal["per-day", "per-slot"]
"""Whether ranks compare all choices of a participant, or only those in one slot."""

Unlisted: TypeAlias = Literal["forbidden", "last"]
"""Whether a place may be in a session that the participant did not choose: never, or rather than nowhere."""
