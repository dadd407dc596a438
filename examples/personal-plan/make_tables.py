"""Writes the tables of the three days; kept so that anyone can see how they were drawn, and draw others.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import pdalloc as pa

SEED = 3
PARTICIPANTS = 24
FAVOURITES = 12
DAYS = ("day-1", "day-2", "day-3")
SLOTS = ("morning", "afternoon")
APPEAL = {"technology": 8.0, "reading": 4.0, "assessment": 1.0, "outdoors": 1.0}
SEATS = {"technology": 4, "reading": 6, "assessment": 8, "outdoors": 8}
LISTED = 3
NEWCOMER, ABSENT = "t024", "t005"


def main(folder: Path, seed: int) -> None:
    """Draw three days of the same people and write the tables of each."""
    rng = np.random.default_rng(seed)
    for day in DAYS:
        pa.write_tables(draw(day, rng), folder / day)


def draw(name: str, rng: np.random.Generator) -> pa.Problem:
    """Draw one day: a session of each theme in either slot, of which everybody ranks three."""
    day = pa.Model(ranking="per-slot")
    for slot in SLOTS:
        for theme, seats in SEATS.items():
            day.add_session(f"{theme}-{slot}", capacity=seats, slots=[slot])
    for number in range(1, PARTICIPANTS + 1):
        participant = f"t{number:03d}"
        if (participant, name) in ((NEWCOMER, "day-1"), (ABSENT, "day-2")):
            continue
        # half of them are after the same two themes on every day, the others after none
        appeal = list(APPEAL.values()) if number <= FAVOURITES else [1.0] * len(APPEAL)
        day.add_participant(participant)
        for slot in SLOTS:
            # the order in which exponential clocks ring is a Plackett-Luce ranking
            rings = rng.exponential(size=len(appeal)) / appeal
            themes = [list(APPEAL)[place] for place in np.argsort(rings)[:LISTED].tolist()]
            day.add_ranking(participant, [f"{theme}-{slot}" for theme in themes])
    return day.build()


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
