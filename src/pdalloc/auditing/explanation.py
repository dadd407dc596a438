"""What an explanation holds: the schedule, a reason for each session ranked higher, and what it would have taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from pdalloc.problem import Problem

__all__ = ["Explanation", "Move", "Place", "Reason", "ReasonKind", "Standing", "Trade", "TradeSearch"]

Standing: TypeAlias = int | Literal["not chosen", "no place"]
"""The rank of what somebody has in a slot, or why there is none."""


class ReasonKind(StrEnum):
    """Why somebody did not get a session; of several reasons that hold, the first in this order is given.

    First comes what nobody else could have changed: the session itself, then the participant, then the rest of their
    day. Then come the seats, then what taking a free seat would have cost, and last that nothing prevents it.
    """

    CANCELLED = "cancelled"
    NO_SEATS = "no-seats"
    FORBIDDEN = "forbidden"
    FACILITATES_IT = "facilitates-it"
    AWAY = "away"
    FACILITATING = "facilitating"
    FIXED = "fixed"
    TOPIC = "topic"
    CONFLICT = "conflict"
    OVERLAP = "overlap"
    LIMIT = "limit"
    RULE = "rule"
    FULL = "full"
    FACILITATOR_FULL = "facilitator-full"
    FEWER_PLACES = "fewer-places"
    MINIMUM = "minimum"
    FREE = "free"


class TradeSearch(StrEnum):
    """What is known of the trades that would have given somebody a session.

    `CHEAPEST`: no chain of moves within the slot costs less. `CHEAPEST_OF_FEW`: no chain that moves at most three
    others costs less; longer ones were not compared, because the allocation leaves gains in this slot, and then the
    least cost of a longer chain is a hard problem. `NONE`: there is no such chain. `NONE_OF_FEW`: none that moves at
    most three others. `NOT_SOUGHT`: no chain within one slot answers this, because what stands in the way is no
    question of seats, or lies in other slots.
    """

    CHEAPEST = "cheapest"
    CHEAPEST_OF_FEW = "cheapest-of-few"
    NONE = "none"
    NONE_OF_FEW = "none-of-few"
    NOT_SOUGHT = "not-sought"


@dataclass(frozen=True)
class Place:
    """A session of the schedule.

    Attributes
    ----------
    session, title : str
    slots : tuple of str
    rank : int or None
        None if it was not chosen.
    """

    session: str
    title: str
    slots: tuple[str, ...]
    rank: int | None


@dataclass(frozen=True)
class Move:
    """One participant's part in a trade.

    Attributes
    ----------
    from_rank, to_rank : int, "not chosen" or "no place"
    participant, from_session, to_session : str or None
        Given only where names were asked for, and for the participant who asks; None also for no place.
    """

    from_rank: Standing
    to_rank: Standing
    participant: str | None = None
    from_session: str | None = None
    to_session: str | None = None


@dataclass(frozen=True)
class Trade:
    """A chain of moves in one slot that gives the session and keeps every rule; it was applied and checked.

    Attributes
    ----------
    moves : tuple of Move
        The participant's own move first, then that of somebody who leaves the session they enter, and so on.
    places : int
        How many more places it fills: 1, 0 or -1.
    cost, scale : int
        Sum over the moves of weight x (new rank cost - old rank cost), times `scale`; rank cost as in
        `metrics.day_costs`: rank - 1, and the longest list for an empty or unlisted place. `scale` is 1 unless weights
        are fractions.
    """

    moves: tuple[Move, ...]
    places: int
    cost: int
    scale: int


@dataclass(frozen=True)
class Reason:
    """Why the participant did not get one session.

    Attributes
    ----------
    session, title : str
    slots : tuple of str
    rank : int
        The participant's own.
    kind : ReasonKind
    text : str
        The reason in words, with all the numbers below.
    slot : str or None
        In which the participant is away or facilitating.
    other : str or None
        The session that stands in the way: one they have, facilitate, or would have to leave.
    other_rank : int or None
        The participant's rank of it; None where they did not choose it.
    rule : str or None
        Name of the rule that the change alone would break; "..., soft" of one that may be broken for a penalty.
    numbers : dict of str to int
        By kind. cancelled: `minimum`, `chosen_by` and `could_come` (who chose it, and of these who is neither away nor
        facilitating then, nor barred from it), `facilitator_sessions` and `facilitator_limit` (where a facilitator has
        more sessions than they may run). limit: `places`, `wanted`. full: `seats`, `taken`, `not_chosen` (by who had
        not chosen it); `filled_at_turn` (0: before the first turn) under a rule of turns; `priority` and
        `last_priority` (of the participant and the last who got in; 1 is first, and whom it does not list comes last)
        where the session lists the participant. facilitator-full: `participants`, `most`. fewer-places: `places`,
        `instead`. minimum: `taken`, `minimum` of `other`. free: `seats`, `taken`.
    by_rank : dict of int to int
        How many got into a full session, by the rank they gave it.
    people : tuple of str
        Ids of who got into a full session, where names were asked for.
    search : TradeSearch
    trade : Trade or None
    """

    session: str
    title: str
    slots: tuple[str, ...]
    rank: int
    kind: ReasonKind
    text: str = ""
    slot: str | None = None
    other: str | None = None
    other_rank: int | None = None
    rule: str | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    by_rank: dict[int, int] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    search: TradeSearch = TradeSearch.NOT_SOUGHT
    trade: Trade | None = None


@dataclass(frozen=True)
class Explanation:
    """Why a participant has the schedule they have; `str` gives it in words.

    Attributes
    ----------
    problem : Problem
    participant, name : str
    schedule : tuple of Place
        By slot, then in table order.
    wanted, empty : int
        Places that the participant wants, and how many of these are empty.
    reasons : tuple of Reason
        One for each session ranked higher than what they got, best first: chosen, not in the schedule, and in one of
        its slots they have nothing, or something of a larger rank. For a session without a slot: a wanted place is
        empty, or some session of theirs has a larger rank.
    turn, turns : int or None
        The participant's turn, from 1, and how many there were; None where the allocation does not come from a rule of
        turns, or replaying them did not give it again.
    """

    problem: Problem = field(repr=False)
    participant: str
    name: str
    schedule: tuple[Place, ...]
    wanted: int
    empty: int
    reasons: tuple[Reason, ...]
    turn: int | None = None
    turns: int | None = None

    def __str__(self) -> str:
        from pdalloc.auditing.words import explanation_text

        return explanation_text(self)

    def to_json(self) -> str:
        """Return the explanation as a JSON document, "pdalloc/explanation" version 1."""
        from pdalloc.auditing.explanation_json import explanation_to_json

        return explanation_to_json(self)
