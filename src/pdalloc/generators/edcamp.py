"""An EdCamp: proposed and voted on the day, then laid into slots and rooms. All in it is synthetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array
from pdalloc.generators.inputs import require_whole, whole_day_stream
from pdalloc.generators.layout import lay_out
from pdalloc.problem import Model, Problem

__all__ = ["edcamp"]

STRANDS = 6
STRAND_TASTE = 1.0
ZIPF = 0.6
SEATS_A_PARTICIPANT = 1.15
LARGEST_ROOM, SMALLEST_ROOM = 1.5, 0.5
"""Seats against those of the average room."""

MAX_PARTICIPANTS, MAX_SESSIONS = 100_000, 300


def edcamp(
    seed: int,
    *,
    participants: int = 120,
    proposals: int = 40,
    slots: int = 4,
    rooms: int = 6,
    votes: int = 6,
    list_length: int = 3,
) -> Problem:
    """Return an EdCamp: topics are proposed, voted on, laid into slots and rooms, and then chosen.

    - Some participants propose a topic each. A topic belongs to one of six strands, and what it is worth to somebody is
      its popularity (falling like rank^-0.6), times their taste for the strand (standard deviation 1 on the log scale),
      times noise that makes their ranking a Plackett-Luce draw.
    - Everybody votes for the topics that are worth most to them, beside their own. Those with the most votes take
      place, as many as fill all rooms in all slots.
    - These are laid into slots so that few pairs clash: two topics in one slot that somebody voted for both of, or
      proposed and voted for. In each slot the topics with more votes have the larger rooms.
    - Who proposed a topic runs it. Everybody ranks sessions in each slot in which they run none.

    Parameters
    ----------
    seed : int
        From 0; the same seed gives the same day.
    participants : int
        From `proposals` to 100,000.
    proposals : int
        From `slots` times `rooms`, at most 300.
    slots, rooms : int
        From 1. In each slot there are 1.15 seats, or slightly more, for each participant who runs no session then; the
        largest room has three times the seats of the smallest.
    votes : int
        Of each participant, 0 to `proposals` - 1.
    list_length : int
        Choices in each slot, 1 to `rooms`.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Notes
    -----
    How clashes are kept few is said in `lay_out`; a grid of 24 topics takes milliseconds.

    Examples
    --------
    >>> edcamp(seed=1)
    <Problem: 120 participants, 24 sessions, 4 slots, 1,368 choices>
    """
    slots = require_whole("edcamp", "slots", slots, 1, MAX_SESSIONS)
    rooms = require_whole("edcamp", "rooms", rooms, 1, MAX_SESSIONS // slots)
    proposals = require_whole("edcamp", "proposals", proposals, slots * rooms, MAX_SESSIONS)
    participants = require_whole("edcamp", "participants", participants, proposals, MAX_PARTICIPANTS)
    votes = require_whole("edcamp", "votes", votes, 0, proposals - 1)
    list_length = require_whole("edcamp", "list_length", list_length, 1, rooms)
    board = _vote(whole_day_stream("edcamp", seed), participants, proposals, votes, slots * rooms)
    slot = lay_out(board.wanted, slots)

    model = Model(ranking="per-slot")
    room_of = _rooms(slot)
    seats = _seats(participants - rooms, rooms)
    for number in np.lexsort((room_of, slot)).tolist():
        topic, room = board.topic[number], room_of[number]
        model.add_session(
            _session(topic),
            title=f"Topic {topic + 1}",
            capacity=seats[room],
            slots=[f"slot {slot[number] + 1}"],
            facilitators=[_participant(board.proposer[number])],
            room=f"room {room + 1}",
        )
    for who in range(participants):
        model.add_participant(_participant(who))
        busy = slot[board.proposer == who]
        for here in range(slots):
            if here not in busy:
                offered = np.flatnonzero(slot == here)
                best = offered[np.argsort(-board.worth[who, offered], kind="stable")[:list_length]]
                model.add_ranking(_participant(who), [_session(topic) for topic in board.topic[best].tolist()])
    return model.build()


@dataclass(frozen=True)
class Board:
    """The topics that take place, those with the most votes first.

    Attributes
    ----------
    topic, proposer : int64 arrays, shape (sessions,)
        Numbers of the topics among all that were proposed, and of the participants who did.
    worth : float64 array, shape (participants, sessions)
    voted : bool array, shape (participants, sessions)
        Who voted for a topic, or proposed it.
    """

    topic: Int64Array
    proposer: Int64Array
    worth: FloatArray
    voted: BoolArray

    @property
    def wanted(self) -> Int64Array:
        """How many want both topics of each pair: shape (sessions, sessions), 0 on the diagonal."""
        voted = self.voted.astype(np.int64)
        both = voted.T @ voted
        np.fill_diagonal(both, 0)
        return both


def _vote(rng: np.random.Generator, participants: int, proposals: int, votes: int, sessions: int) -> Board:
    """Let participants propose topics and vote, and keep those with the most votes."""
    proposer = rng.permutation(participants)[:proposals]
    popularity = -ZIPF * np.log(rng.permutation(proposals) + 1.0)
    taste = rng.normal(0, STRAND_TASTE, (participants, STRANDS))[:, rng.integers(0, STRANDS, proposals)]
    worth = popularity + taste + rng.gumbel(size=(participants, proposals))
    own = (proposer, np.arange(proposals))
    worth[own] = -np.inf
    voted = np.zeros((participants, proposals), np.bool_)
    best = np.argsort(-worth, axis=1, kind="stable")[:, :votes]
    np.put_along_axis(voted, best, True, axis=1)
    topic = np.argsort(-voted.sum(axis=0), kind="stable")[:sessions]
    voted[own] = True
    return Board(topic, proposer[topic], worth[:, topic], voted[:, topic])


def _rooms(slot: Int64Array) -> Int64Array:
    """Room of each session: in every slot the first, which has the most votes, has room 0."""
    order = np.argsort(slot, kind="stable")
    room = np.empty(len(slot), np.int64)
    room[order] = np.arange(len(slot)) - np.searchsorted(slot[order], slot[order])
    return room


def _seats(people: int, rooms: int) -> list[int]:
    """Seats of each room, the largest first."""
    share = np.linspace(LARGEST_ROOM, SMALLEST_ROOM, rooms)
    each = SEATS_A_PARTICIPANT * people / share.sum()
    return [max(1, math.ceil(each * size)) for size in share.tolist()]


def _session(topic: int) -> str:
    return f"topic-{topic + 1:03d}"


def _participant(who: int) -> str:
    return f"p{who + 1:04d}"
