"""Whole days that look like real ones. All people and choices in them are synthetic."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.generators.inputs import require_whole
from pdalloc.problem import Model, Problem

__all__ = ["lexington"]

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


def lexington(seed: int, repeats: int = 0, *, minimum: int = 0, list_length: int = 5) -> Problem:
    """Return a district's learning day: 1,000 educators, 138 sessions in 3 slots, run by 208 of the educators.

    The shape is that of a real day; every person, session and choice is synthetic.

    - Each slot has 46 sessions. Five of the 138 are mindfulness courses, which far more people want than fit.
    - Every session has a facilitator, 70 of them a second one; all are among the 1,000, run one session and are busy in
      its slot.
    - Capacities are 12 to 40, together about 1.15 seats for each educator who is free in the slot.
    - Everybody ranks `list_length` sessions in each slot where they are free: a Plackett-Luce draw from popularities
      that fall like rank^-0.9, times 12 for mindfulness, times a taste that the educators of a school share (ten
      schools of unequal size, standard deviation 0.8 on the log scale).
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
        ("seed", seed, 0, 2**63),
        ("repeats", repeats, 0, SESSIONS_A_SLOT),
        ("minimum", minimum, 0, MOST_SEATS),
        ("list_length", list_length, 1, SESSIONS_A_SLOT),
    ):
        require_whole("lexington", name, value, low, high)
    rng = np.random.default_rng(seed)
    slot = np.repeat(np.arange(len(SLOTS)), SESSIONS_A_SLOT)
    popularity = _popularity(rng)
    partner = _repeat_topics(popularity, repeats)
    runs = _facilitated_sessions(rng)
    capacity = _capacities(rng, popularity, slot, runs)
    school = rng.choice(SCHOOLS, PARTICIPANTS, p=_school_shares())
    chosen = _choices(rng, popularity, school, list_length, partner)

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
            if runs[who] < 0 or slot[runs[who]] != s:
                model.add_ranking(participant, [f"s{session + 1:03d}" for session in chosen[who, s]])
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
    rng: np.random.Generator, popularity: FloatArray, school: Int64Array, list_length: int, partner: Int64Array
) -> Int64Array:
    """Sessions that each participant would choose, best first: shape (participants, slots, list_length)."""
    taste = rng.normal(0, SCHOOL_TASTE, (SCHOOLS, popularity.size))
    repeated = np.flatnonzero((partner >= 0) & (partner != np.arange(partner.size)))
    taste[:, repeated] = taste[:, partner[repeated]]
    # the order of log weight plus Gumbel noise is a Plackett-Luce ranking
    score = np.log(popularity) + taste[school] + rng.gumbel(size=(PARTICIPANTS, popularity.size))
    by_slot = score.reshape(PARTICIPANTS, len(SLOTS), SESSIONS_A_SLOT)
    best = np.argsort(-by_slot, axis=2, kind="stable")[:, :, :list_length]
    return best + (np.arange(len(SLOTS)) * SESSIONS_A_SLOT)[None, :, None]
