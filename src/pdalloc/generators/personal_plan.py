"""Several days of the same people, of whom each knows how they were served. All in them is synthetic."""

from __future__ import annotations

import numpy as np

from pdalloc.generators.inputs import require_whole, stream, whole_day_stream
from pdalloc.problem import Model, Problem

__all__ = ["personal_plan"]

PARTICIPANTS = 24
FAVOURITES = 12
DAYS = 3
SLOTS = ("morning", "afternoon")
APPEAL = {"technology": 8.0, "reading": 4.0, "assessment": 1.0, "outdoors": 1.0}
SEATS = {"technology": 4, "reading": 6, "assessment": 8, "outdoors": 8}
LISTED = 3
ABSENT = {1: "t024", 2: "t005"}
"""Who is not there on a day: t024 comes later, and t005 misses one day."""

SERVED = {True: (0.5, 0.3, 0.2), False: (0.8, 0.15, 0.05)}
"""Odds of a first, second and third choice on earlier days, for those after the two favourites and for the others."""


def personal_plan(seed: int, day: int = 2, *, history: bool = True) -> Problem:
    """Return one of three days of the same 24 teachers; who was served badly on the earlier ones weighs more.

    - In the morning and in the afternoon there is a session on each of four themes, with 4, 6, 8 and 8 seats.
    - Everybody ranks three of the four: half of the teachers by a Plackett-Luce draw in which the two themes with the
      fewest seats weigh 8 and 4 and the others 1, the other half uniformly.
    - One teacher comes on the second day for the first time, and one misses that day.
    - The `history` of a teacher is a figure such as `pdalloc.history` makes: the mean, over both slots of the earlier
      days on which they were there, of 1, 2/3 or 1/3 for a first, second or third choice. Which one they had is drawn,
      with worse odds for those who are after the favourites; on the first day nothing is known.

    Parameters
    ----------
    seed : int
        From 0; the same seed gives the same three days.
    day : int
        1 to 3.
    history : bool
        Whether the figures are in the problem. Leave them out where the earlier days are allocated as well, and give
        what came of these with `Problem.with_history`.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Examples
    --------
    >>> personal_plan(seed=3, day=2)
    <Problem: 23 participants, 8 sessions, 2 slots, 138 choices>
    """
    day = require_whole("personal_plan", "day", day, 1, DAYS)
    rng = whole_day_stream("personal_plan", seed)
    # the days are drawn one after the other, so that they are three days of one plan
    for number in range(1, day + 1):
        model = _draw(rng, number)
    problem = model.build()
    return problem.with_history(_history(stream("personal_plan", seed), day)) if history else problem


def _draw(rng: np.random.Generator, day: int) -> Model:
    model = Model(ranking="per-slot")
    for slot in SLOTS:
        for theme, seats in SEATS.items():
            model.add_session(f"{theme}-{slot}", capacity=seats, slots=[slot])
    for number in range(1, PARTICIPANTS + 1):
        participant = f"t{number:03d}"
        if participant == ABSENT.get(day):
            continue
        appeal = list(APPEAL.values()) if number <= FAVOURITES else [1.0] * len(APPEAL)
        model.add_participant(participant)
        for slot in SLOTS:
            # the order in which exponential clocks ring is a Plackett-Luce ranking
            rings = rng.exponential(size=len(appeal)) / appeal
            themes = [list(APPEAL)[place] for place in np.argsort(rings)[:LISTED].tolist()]
            model.add_ranking(participant, [f"{theme}-{slot}" for theme in themes])
    return model


def _history(rng: np.random.Generator, day: int) -> dict[str, float]:
    figures: dict[str, list[float]] = {}
    for earlier in range(1, day):
        for number in range(1, PARTICIPANTS + 1):
            rank = rng.choice(LISTED, len(SLOTS), p=SERVED[number <= FAVOURITES])
            if (participant := f"t{number:03d}") != ABSENT.get(earlier):
                figures.setdefault(participant, []).append(float((LISTED - rank).mean() / LISTED))
    return {participant: round(float(np.mean(of_days)), 4) for participant, of_days in figures.items()}
