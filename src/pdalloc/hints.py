"""What somebody may have meant who wrote a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean"]


def did_you_mean(written: object, known: Iterable[str], *, similarity: float = 0.6) -> str:
    """Return "did you mean 'flow'?", or "" if no known name is that similar, from 0 (not at all) to 1 (equal)."""
    close = get_close_matches(str(written), list(known), 1, similarity)
    return f"did you mean {close[0]!r}?" if close else ""
