"""What of a day somebody could give up, if not all of it can hold: each such thing is a member."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = ["Kind", "Member"]


class Kind(StrEnum):
    """What a member is; the numbers of each are those of `Problem`."""

    RULE = "rule"
    """A hard rule: its number."""
    FIXED = "fixed"
    """A participant is in a session: both."""
    MUST_RUN = "must-run"
    """A session is not cancelled though it may lack participants: the session."""
    MINIMUM = "minimum"
    """A session runs with so many participants: the session."""
    CAPACITY = "capacity"
    """A session has so many seats: the session."""
    MOST_SESSIONS = "most-sessions"
    """A facilitator runs at most so many sessions: the facilitator."""
    MOST_PARTICIPANTS = "most-participants"
    """A facilitator has at most so many participants: the facilitator."""
    FORBIDDEN = "forbidden"
    """A participant is not in a session: both."""
    LIMIT = "limit"
    """A participant takes at most so many places: the participant."""
    AWAY = "away"
    """A participant is away: the participant and the slot."""
    FACILITATES = "facilitates"
    """A participant is busy with what they facilitate: the participant."""
    UNLISTED = "unlisted"
    """Nobody is in a session that they did not choose: no number."""


class Member(NamedTuple):
    """One thing that could be given up.

    Attributes
    ----------
    kind : Kind
    numbers : tuple of int
        Which one, as the kind says.
    """

    kind: Kind
    numbers: tuple[int, ...] = ()
