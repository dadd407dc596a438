"""Whole days that look like real ones. All people and choices in them are synthetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.generators.draws import plackett_luce_draws
from pdalloc.generators.inputs import MAX_COUNT, Seed, require_number, require_whole, stream, whole_day_stream
from pdalloc.generators.markets import MAX_SLACK, capacities
from pdalloc.generators.preferences import zipf_log_weights
from pdalloc.problem import Labels, Model, Problem

__all__ = ["day", "lexington"]

MAX_SLOTS = 1_000

PARTICIPANTS = 1_000
FACILITATORS = 208
SLOTS = ("morning", "midday", "afternoon")
SESSIONS_A_SLOT = 46
MINDFULNESS = (0, 1, SESSIONS_A_SLOT, SESSIONS_A_SLOT + 1, 2 * SESSIONS_A_SLOT)
"""Session numbers of the five mindfulness courses: two in the morning, two at midday, one in the afternoon."""

SCHOOLS = 10
SCHOOL_TASTE = 0.8
ZIPF = 0.9
MINDFULNESS_PULL = 2.5
SEATS_A_PARTICIPANT = 1.15
FEWEST_SEATS, MOST_SEATS = 12, 40


def day(
    participants: int,
    sessions: int,
    slots: int,
    list_length: int,
    *,
    slack: float = 1.1,
    zipf: float = 0.8,
    minimum: int = 0,
    repeats: int = 0,
    seed: Seed,
) -> Problem:
    """Make a day on which everybody wants one place in every slot, of any size.

    The sessions are shared out to the slots as evenly as possible. In each slot everybody has a `plackett_luce` list,
    and the sessions have `capacities`, all the same.

    Parameters
    ----------
    participants : int
        From 1.
    sessions : int
        From `slots`.
    slots : int
        1 to 1,000.
    list_length : int
        Choices in each slot, from 1 to the sessions of the smallest.
    slack : float
        Seats in each slot a participant, from 0 to 1,000; see `capacities`.
    zipf : float
        The r-th most popular session of a slot has weight r^-zipf; which one is the r-th is drawn. 0 to 100.
    minimum : int
        With fewer participants a session is cancelled, from 0 for none. A session with fewer seats has their number as
        its minimum.
    repeats : int
        The r-th most popular session of the second slot is a repeat of the r-th of the first, for so many; a
        participant takes such a topic once. From 0 to the sessions of the smallest slot. 0 and no minimum leave the
        slots of the day separate.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same day.

    Returns
    -------
    Problem
        Ranked per slot; ids are the numbers as text.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Notes
    -----
    Time and memory are those of `plackett_luce` in each slot and of `Problem.from_arrays`.

    Examples
    --------
    >>> day(200, 20, 2, 5, minimum=8, repeats=3, seed=1)
    <Problem: 200 participants, 20 sessions, 2 slots, 2,000 choices>
    """
    slots = require_whole("day", "slots", slots, 1, MAX_SLOTS)
    sessions = require_whole("day", "sessions", sessions, slots, MAX_COUNT)
    smallest = sessions // slots
    participants = require_whole("day", "participants", participants, 1, MAX_COUNT)
    list_length = require_whole("day", "list_length", list_length, 1, smallest)
    minimum = require_whole("day", "minimum", minimum, 0, MAX_COUNT)
    repeats = require_whole("day", "repeats", repeats, 0, smallest if slots > 1 else 0)
    slack = require_number("day", "slack", slack, 0, MAX_SLACK)
    rng = stream("day", seed)
    lists, capacity, by_popularity = [], [], []
    for here in np.array_split(np.arange(sessions), slots):
        log_weight = zipf_log_weights("day", rng, len(here), zipf)
        lists.append(here[plackett_luce_draws(rng, log_weight, participants, list_length)])
        capacity.append(capacities(participants, len(here), slack=slack, seed=rng))
        by_popularity.append(here[np.argsort(-log_weight, kind="stable")])
    seats = np.concatenate(capacity)
    # participant by participant and rank by rank, which needs no sorting
    problem = Problem.from_arrays(
        np.repeat(np.arange(participants), list_length * slots),
        np.stack(lists, axis=2).ravel(),
        np.tile(np.repeat(np.arange(list_length) + 1, slots), participants),
        seats,
        np.repeat(np.arange(slots), [len(part) for part in capacity]),
        participants=participants,
        ranking="per-slot",
    )
    # in table order, as topics are numbered when they are read
    order = np.argsort(by_popularity[0][:repeats])
    topic = np.full(sessions, -1)
    for popular in by_popularity[:2]:
        topic[popular[:repeats][order]] = np.arange(repeats)
    topics = Labels(map(str, range(repeats)), "topic")
    return replace(problem, minimum=np.minimum(minimum, seats), topic=topic, topics=topics)


def lexington(seed: int, repeats: int = 0, *, minimum: int = 0, list_length: int = 5) -> Problem:
    """Return a district's learning day: 1,000 educators, 138 sessions in 3 slots, run by 208 of the educators.

    The shape is that of a real day; every person, session and choice is synthetic.

    - Each slot has 46 sessions. Five of the 138 are mindfulness courses, which far more people want than fit.
    - Every session has a facilitator, 70 of them a second one; all are among the 1,000, run one session and are busy in
      its slot.
    - Capacities are 12 to 40, together about 1.15 seats for each educator who is free in the slot.
    - Everybody ranks `list_length` sessions in each slot where they are free: a Plackett-Luce draw from popularities
      that fall like rank^-0.9, times 12 for mindfulness, times a taste that the educators of a school share (ten
      schools of unequal size, standard deviation 0.8 on the log scale). With a minimum, facilitators also rank sessions
      other than their own in the slot of that one, for if it is cancelled.
    - Arrival is uniform within the half hour of sign-up, in seconds.

    Parameters
    ----------
    seed : int
        From 0; the same seed gives the same day.
    repeats : int
        Of the most popular topics so many are offered in the morning and again at midday, 0 to 46; a participant takes
        such a topic once. 0 leaves the slots of the day separate.
    minimum : int
        With fewer participants a session is cancelled, 0 to 40; 0 for none. A session with fewer seats has their
        number as its minimum. 8 is plausible, above 10 some sessions cannot run.
    list_length : int
        Choices in each slot, 1 to 46.

    Raises
    ------
    OptionError
        If a parameter is out of its range.
    """
    for name, value, low, high in (
        ("repeats", repeats, 0, SESSIONS_A_SLOT),
        ("minimum", minimum, 0, MOST_SEATS),
        ("list_length", list_length, 1, SESSIONS_A_SLOT),
    ):
        require_whole("lexington", name, value, low, high)
    rng = whole_day_stream("lexington", seed)
    slot = np.repeat(np.arange(len(SLOTS)), SESSIONS_A_SLOT)
    popularity = _popularity(rng)
    partner = _repeat_topics(popularity, repeats)
    runs = _facilitated_sessions(rng)
    capacity = _capacities(rng, popularity, slot, runs)
    school = rng.choice(SCHOOLS, PARTICIPANTS, p=_school_shares())
    chosen = _choices(rng, popularity, school, list_length, partner, runs)

    model = Model(ranking="per-slot")
    for session in range(len(slot)):
        model.add_session(
            f"s{session + 1:03d}",
            title=_title(session),
            capacity=int(capacity[session]),
            minimum=min(minimum, int(capacity[session])),
            slots=[SLOTS[slot[session]]],
            topic=f"topic {partner[session] + 1:03d}" if partner[session] >= 0 else None,
            facilitators=[f"p{who + 1:04d}" for who in np.flatnonzero(runs == session)],
            room=f"room {session % SESSIONS_A_SLOT + 1:02d}",
        )
    arrival = np.round(rng.uniform(0, 1800, PARTICIPANTS), 3)
    for who in range(PARTICIPANTS):
        participant = f"p{who + 1:04d}"
        model.add_participant(
            participant, arrival=float(arrival[who]), groups={"school": f"school {school[who] + 1:02d}"}
        )
        for s in range(len(SLOTS)):
            if minimum or runs[who] < 0 or slot[runs[who]] != s:
                others = chosen[who, s][chosen[who, s] != runs[who]]
                model.add_ranking(participant, [f"s{session + 1:03d}" for session in others])
    return model.build()


def _title(session: int) -> str:
    if session in MINDFULNESS:
        return f"Mindfulness {MINDFULNESS.index(session) + 1}"
    return f"Workshop {session + 1 - sum(earlier < session for earlier in MINDFULNESS)}"


def _popularity(rng: np.random.Generator) -> FloatArray:
    """Weight of each session in a draw: shape (sessions,)."""
    weight = np.arange(1, SESSIONS_A_SLOT + 1) ** -ZIPF
    popularity = np.concatenate([rng.permutation(weight) for _ in SLOTS])
    popularity[list(MINDFULNESS)] = np.exp(MINDFULNESS_PULL)
    return popularity


def _repeat_topics(popularity: FloatArray, repeats: int) -> Int64Array:
    """Give each of the most popular topics a morning and a midday session: the morning one's number, -1 for none."""
    partner = np.full(popularity.size, -1)
    morning, midday = (
        np.argsort(-popularity[first : first + SESSIONS_A_SLOT], kind="stable")[:repeats] + first
        for first in (0, SESSIONS_A_SLOT)
    )
    partner[morning] = morning
    partner[midday] = morning
    return partner


def _facilitated_sessions(rng: np.random.Generator) -> Int64Array:
    """Session that each participant runs, -1 for none: every session one facilitator, 70 of them a second."""
    sessions = len(SLOTS) * SESSIONS_A_SLOT
    second = rng.choice(sessions, FACILITATORS - sessions, replace=False)
    runs = np.full(PARTICIPANTS, -1)
    runs[rng.permutation(PARTICIPANTS)[:FACILITATORS]] = np.concatenate([np.arange(sessions), second])
    return runs


def _capacities(rng: np.random.Generator, popularity: FloatArray, slot: Int64Array, runs: Int64Array) -> Int64Array:
    """Seats by room size, somewhat larger where more is expected, scaled to the people free in each slot."""
    raw = rng.uniform(0.7, 1.3, slot.size) * np.minimum(popularity / np.median(popularity), 3) ** 0.25
    capacity = np.zeros(slot.size, np.int64)
    for s in range(len(SLOTS)):
        free = PARTICIPANTS - np.count_nonzero(slot[runs[runs >= 0]] == s)
        here = slot == s
        capacity[here] = np.clip(
            np.round(raw[here] / raw[here].sum() * free * SEATS_A_PARTICIPANT), FEWEST_SEATS, MOST_SEATS
        )
    return capacity


def _school_shares() -> FloatArray:
    size: FloatArray = np.linspace(2.0, 0.5, SCHOOLS)
    return size / float(size.sum())


def _choices(
    rng: np.random.Generator,
    popularity: FloatArray,
    school: Int64Array,
    list_length: int,
    partner: Int64Array,
    runs: Int64Array,
) -> Int64Array:
    """Sessions that each participant would choose, best first: shape (participants, slots, list_length).

    Their own comes after all others.
    """
    taste = rng.normal(0, SCHOOL_TASTE, (SCHOOLS, popularity.size))
    repeated = np.flatnonzero((partner >= 0) & (partner != np.arange(partner.size)))
    taste[:, repeated] = taste[:, partner[repeated]]
    # the order of log weight plus Gumbel noise is a Plackett-Luce ranking
    score = np.log(popularity) + taste[school] + rng.gumbel(size=(PARTICIPANTS, popularity.size))
    facilitators = np.flatnonzero(runs >= 0)
    score[facilitators, runs[facilitators]] = -np.inf
    by_slot = score.reshape(PARTICIPANTS, len(SLOTS), SESSIONS_A_SLOT)
    best = np.argsort(-by_slot, axis=2, kind="stable")[:, :, :list_length]
    return best + (np.arange(len(SLOTS)) * SESSIONS_A_SLOT)[None, :, None]
