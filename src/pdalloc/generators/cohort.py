"""A day of a cohort with too few facilitators. All people and choices in it are synthetic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pdalloc.generators.inputs import require_whole, whole_day_stream
from pdalloc.problem import Model, Problem

__all__ = ["cohort"]

TEACHERS = 90
SCHOOLS = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Oak")
SLOTS = ("opening", "block 1", "plenary", "block 2", "block 3", "closing")
COMMON = {"opening": "guest-1", "plenary": "guest-2", "closing": "guest-1"}
"""Slots in which everybody is together, and who runs them."""

BLOCKS = tuple(slot for slot in SLOTS if slot not in COMMON)
FACILITATORS = ("guest-2", "guest-3", "guest-4", "guest-5", "guest-6", "guest-7", "t06", "t17", "t29", "t41", "t83")
SEATS = (8, 12, 12, 12)
MOST_SESSIONS = {"guest-7": 2, "t06": 2, "t17": 2, "t29": 2, "t41": 2, "t83": 2}
MOST_PARTICIPANTS = {"guest-5": 24}
AWAY = {"t12": ["block 3", "closing"], "t35": ["opening", "block 1"]}

Groups = Mapping[str, list[tuple[str, str]]]
"""The groups of each block with their topics, in the order of their facilitators."""


def cohort(seed: int, *, minimum: int = 5, list_length: int = 4) -> Problem:
    """Return a day of 90 teachers: common sessions for all, and small choice groups with too few facilitators.

    - Six slots: an opening, a plenary and a closing, each with one session that must run, has seats for all and is
      ranked 1 by all who are there; and three blocks between them.
    - In every block each of eleven facilitators offers a group of 8 or 12 seats, which is cancelled below a minimum.
      Two of their three groups, which ones is drawn, are on one topic. Five of the eleven are teachers of the cohort.
    - They offer more than they can do: six of them run two groups at most, and one has at most 24 participants in all.
    - Everybody ranks groups of each block: a Plackett-Luce draw from topics of which the most popular weighs about six
      times as much as the least. Two teachers are away for two slots.

    Parameters
    ----------
    seed : int
        From 0; the same seed gives the same day.
    minimum : int
        Participants without whom a group is cancelled, 0 to 8; 0 for none.
    list_length : int
        Groups on each list of a block, 1 to 10.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Examples
    --------
    >>> cohort(seed=3)
    <Problem: 90 participants, 36 sessions, 6 slots, 1,340 choices>
    """
    minimum = require_whole("cohort", "minimum", minimum, 0, min(SEATS))
    list_length = require_whole("cohort", "list_length", list_length, 1, len(FACILITATORS) - 1)
    rng = whole_day_stream("cohort", seed)
    model = Model(ranking="per-slot")
    for slot in SLOTS:
        model.add_slot(slot)
    for slot, facilitator in COMMON.items():
        title = f"{slot.title()} for all"
        model.add_session(slot, title=title, capacity=100, must_run=True, slots=[slot], facilitators=[facilitator])
    _add_teachers(model, _add_groups(model, rng, minimum), rng, list_length)
    return model.build()


def _add_groups(model: Model, rng: np.random.Generator, minimum: int) -> Groups:
    groups: dict[str, list[tuple[str, str]]] = {block: [] for block in BLOCKS}
    for number, facilitator in enumerate(FACILITATORS):
        seats = SEATS[int(rng.integers(len(SEATS)))]
        other = int(rng.integers(len(BLOCKS)))
        for place, block in enumerate(BLOCKS):
            group = f"group-{len(BLOCKS) * number + place + 1:02d}"
            topic = f"topic-{2 * number + (place == other) + 1:02d}"
            model.add_session(
                group, capacity=seats, minimum=minimum, slots=[block], topic=topic, facilitators=[facilitator]
            )
            groups[block].append((group, topic))
        if facilitator in MOST_SESSIONS or facilitator in MOST_PARTICIPANTS:
            model.add_facilitator(
                facilitator,
                most_sessions=MOST_SESSIONS.get(facilitator),
                most_participants=MOST_PARTICIPANTS.get(facilitator),
            )
    return groups


def _add_teachers(model: Model, groups: Groups, rng: np.random.Generator, list_length: int) -> None:
    topics = sorted({topic for offered in groups.values() for _, topic in offered})
    appeal = dict(zip(topics, 1 / (1 + rng.permutation(len(topics)) / 4), strict=True))
    for number in range(1, TEACHERS + 1):
        teacher = f"t{number:02d}"
        away = AWAY.get(teacher, [])
        model.add_participant(teacher, away=away, groups={"school": SCHOOLS[number % len(SCHOOLS)]})
        for slot in SLOTS:
            if slot in away:
                continue
            if slot in COMMON:
                model.add_choice(teacher, slot, rank=1)
                continue
            own = FACILITATORS.index(teacher) if teacher in FACILITATORS else -1
            offered = [offer for place, offer in enumerate(groups[slot]) if place != own]
            # the order in which exponential clocks ring is a Plackett-Luce ranking
            rings = -np.log(rng.random(len(offered))) / [appeal[topic] for _, topic in offered]
            model.add_ranking(teacher, [offered[place][0] for place in np.argsort(rings)[:list_length].tolist()])
