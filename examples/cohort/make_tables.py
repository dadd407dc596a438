"""Writes the tables of this folder; kept so that anyone can see how they were drawn, and draw others.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import pdalloc as pa

SEED = 3
TEACHERS = 90
SCHOOLS = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Oak")
SLOTS = ("opening", "block 1", "plenary", "block 2", "block 3", "closing")
COMMON = {"opening": "guest-1", "plenary": "guest-2", "closing": "guest-1"}
BLOCKS = ("block 1", "block 2", "block 3")
FACILITATORS = ("guest-2", "guest-3", "guest-4", "guest-5", "guest-6", "guest-7", "t06", "t17", "t29", "t41", "t83")
SEATS = (8, 12, 12, 12)
MINIMUM = 5
MOST_SESSIONS = {"guest-7": 2, "t06": 2, "t17": 2, "t29": 2, "t41": 2, "t83": 2}
MOST_PARTICIPANTS = {"guest-5": 24}
CHOICES = 4
AWAY = {"t12": ["block 3", "closing"], "t35": ["opening", "block 1"]}


def main(folder: Path, seed: int) -> None:
    """Draw the day and write its tables."""
    rng = np.random.default_rng(seed)
    day = pa.Model(ranking="per-slot")
    for slot in SLOTS:
        day.add_slot(slot)
    for slot, facilitator in COMMON.items():
        day.add_session(
            slot, title=f"{slot.title()} for all", capacity=100, must_run=True, slots=[slot], facilitators=[facilitator]
        )
    groups = add_groups(day, rng)
    add_teachers(day, groups, rng)
    pa.write_tables(day.build(), folder)


def add_groups(day: pa.Model, rng: np.random.Generator) -> dict[str, list[tuple[str, str]]]:
    """Let each facilitator offer a group in every block, two on one topic; return groups with topics by block."""
    groups: dict[str, list[tuple[str, str]]] = {block: [] for block in BLOCKS}
    for number, facilitator in enumerate(FACILITATORS):
        seats = SEATS[int(rng.integers(len(SEATS)))]
        other = int(rng.integers(len(BLOCKS)))
        for place, block in enumerate(BLOCKS):
            group = f"group-{len(BLOCKS) * number + place + 1:02d}"
            topic = f"topic-{2 * number + (place == other) + 1:02d}"
            day.add_session(
                group, capacity=seats, minimum=MINIMUM, slots=[block], topic=topic, facilitators=[facilitator]
            )
            groups[block].append((group, topic))
        if facilitator in MOST_SESSIONS or facilitator in MOST_PARTICIPANTS:
            day.add_facilitator(
                facilitator,
                most_sessions=MOST_SESSIONS.get(facilitator),
                most_participants=MOST_PARTICIPANTS.get(facilitator),
            )
    return groups


def add_teachers(day: pa.Model, groups: dict[str, list[tuple[str, str]]], rng: np.random.Generator) -> None:
    """Let every teacher rank the common sessions, each alone in its slot, and a few groups in every block."""
    topics = sorted({topic for offered in groups.values() for _, topic in offered})
    # the most popular topic is wanted five to six times as much as the least
    appeal = dict(zip(topics, 1 / (1 + rng.permutation(len(topics)) / 4), strict=True))
    for number in range(1, TEACHERS + 1):
        teacher = f"t{number:02d}"
        away = AWAY.get(teacher, [])
        day.add_participant(teacher, away=away, groups={"school": SCHOOLS[number % len(SCHOOLS)]})
        for slot in SLOTS:
            if slot in away:
                continue
            if slot in COMMON:
                day.add_choice(teacher, slot, rank=1)
                continue
            own = FACILITATORS.index(teacher) if teacher in FACILITATORS else -1
            offered = [offer for place, offer in enumerate(groups[slot]) if place != own]
            # the order in which exponential clocks ring is a Plackett-Luce ranking
            rings = -np.log(rng.random(len(offered))) / [appeal[topic] for _, topic in offered]
            for rank, place in enumerate(np.argsort(rings)[:CHOICES].tolist(), 1):
                day.add_choice(teacher, offered[place][0], rank)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
