"""Writes the tables of this folder; kept so that anyone can see how they were drawn, and draw others.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import pdalloc as pa

SEED = 12
SCHOOLS = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Oak", "Pine", "Rowan")
WEEKDAYS, HOURS = ("Mon", "Tue", "Wed", "Thu", "Fri"), ("16:00", "19:30")
MINIMUM, SEATS = 8, 14
TEAMS = (4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2)
"""Sizes of the teams of colleagues."""
ALONE = 59
CHOICES = 4
STRAY = 0.6
"""How far the wishes of colleagues differ, against a difference of 1 between teams."""


def main(folder: Path, seed: int) -> None:
    """Draw the course and write its tables."""
    rng = np.random.default_rng(seed)
    course = pa.Model()
    cohorts = [f"{weekday}-{hour[:2]}" for weekday in WEEKDAYS for hour in HOURS]
    for cohort, (weekday, hour) in zip(cohorts, ((w, h) for w in WEEKDAYS for h in HOURS), strict=True):
        course.add_session(cohort, title=f"{weekday} {hour}", capacity=SEATS, minimum=MINIMUM)
    # late hours and the middle of the week are liked best
    appeal = np.array([weekday + hour for weekday in (0.3, 1, 1.2, 0.9, 0) for hour in (0, 0.6)])
    number = 0
    for size in (*TEAMS, *[1] * ALONE):
        school = SCHOOLS[int(rng.integers(len(SCHOOLS)))]
        team_taste = appeal + rng.gumbel(size=len(cohorts))
        team = [f"t{number + member:03d}" for member in range(1, size + 1)]
        number += size
        for teacher in team:
            course.add_participant(teacher, groups={"school": school})
            taste = team_taste + STRAY * rng.gumbel(size=len(cohorts)) * (size > 1)
            course.add_ranking(teacher, [cohorts[place] for place in np.argsort(-taste)[:CHOICES].tolist()])
        if size > 1:
            course.add_rule(pa.Together(team))
    pa.write_tables(course.build(), folder)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
