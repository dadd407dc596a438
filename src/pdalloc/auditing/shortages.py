"""Why places stay empty: participants who want only sessions with fewer seats than they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pdalloc.auditing.places import Places
from pdalloc.problem import Problem

__all__ = ["Need", "Shortage", "find_shortages"]


@dataclass(frozen=True)
class Shortage:
    """Participants who, in one slot, could only be in these sessions, which have fewer seats (Hall 1935).

    Attributes
    ----------
    slot : str or None
        None on a day without slots.
    participants, sessions : tuple of str
    seats : int
    """

    slot: str | None
    participants: tuple[str, ...]
    sessions: tuple[str, ...]
    seats: int

    def __str__(self) -> str:
        people, sessions = len(self.participants), len(self.sessions)
        when = "" if self.slot is None else f" in slot {self.slot!r}"
        if not sessions:
            return f"{people:,} chose nothing that they could attend{when}"
        seats = f"{self.seats:,} {'seat' if self.seats == 1 else 'seats'}"
        return f"{people:,} want only {sessions:,} {'session' if sessions == 1 else 'sessions'} with {seats}{when}"


@dataclass(frozen=True)
class Need:
    """Sessions that must run and of which nobody can take two, and all who could come to any of them: too few.

    Attributes
    ----------
    sessions, participants : tuple of str
    least : int
        Participants that the sessions need.
    """

    sessions: tuple[str, ...]
    participants: tuple[str, ...]
    least: int

    def __str__(self) -> str:
        who, what = len(self.participants), len(self.sessions)
        noun = "session" if what == 1 else "sessions"
        return f"{what:,} {noun} must run and need {self.least:,} participants; only {who:,} could come to any of them"


def find_shortages(problem: Problem, slot: str | None, places: Places) -> Iterator[Shortage]:
    """Yield the shortages that leave places empty, one for each set of sessions that people share.

    From somebody without a place one gets to the sessions that they want, from these to who has their seats, and on to
    what these want. If all of these sessions are full, they are too few; if not, a trade would fill the place.

    Parameters
    ----------
    problem : Problem
    slot : str or None
    places : Places
        Of that slot, one place each; without unlisted places.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    people, outside = len(places.participant), places.outside
    held = np.full(people, outside)
    held[places.holder] = places.held
    short, reached = held == outside, np.zeros(outside + 1, np.bool_)
    if not short.any():
        return
    while True:
        reached[places.option[short[places.chooser]]] = True
        more = short | reached[held]
        if (more == short).all():
            break
        short = more
    among = np.flatnonzero(short[places.chooser])
    person, session = places.chooser[among], places.option[among]
    links = csr_array((np.ones(len(among)), (person, people + session)), shape=(people + outside,) * 2)
    _, part = connected_components(links, directed=False)
    # who could attend nothing is in one shortage, whatever the others
    part[:people][np.bincount(places.chooser, minlength=people) == 0] = -1
    taken = problem.capacity - np.bincount(problem.fixed[:, 1], minlength=len(problem.sessions))
    for number in np.unique(part[:people][short]).tolist():
        who = np.flatnonzero(short & (part[:people] == number))
        what = np.flatnonzero(reached[:-1] & (part[people:] == number))
        seats = int(taken[places.session[what]].sum())
        if len(who) > seats and places.is_full[what].all():
            yield Shortage(
                slot,
                tuple(problem.participants[p] for p in places.participant[who].tolist()),
                tuple(problem.sessions[s] for s in places.session[what].tolist()),
                seats,
            )
