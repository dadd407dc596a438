"""Converts the published files to the tables of this folder; run once, kept so that anyone can check it.

    python convert.py FOLDER_OF_THE_PUBLISHED_FILES [OUTPUT_FOLDER]

Utility 1 becomes rank 1, utility 0.5 rank 2, utility 0 means not chosen. A project's score of a student becomes its
score of the participant as it stands in the file. Students are numbered as in the files; there is no personal column in
them.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

RANK_OF_UTILITY = {1.0: 1, 0.5: 2}


def read_matrix(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (student, project, text of the cell) of a matrix with students in rows."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        projects = next(rows)[1:]
        for row in rows:
            student = f"student-{int(float(row[0])):03d}"
            for project, cell in zip(projects, row[1:], strict=True):
                yield student, f"project-{int(project):02d}", cell


def write(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Write one table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main(source: Path, target: Path) -> None:
    """Write sessions, participants, choices and priorities."""
    with (source / "project_capacity.csv").open(newline="", encoding="utf-8") as file:
        capacities = [(f"project-{int(row['ProjectID']):02d}", row["Capacity"]) for row in csv.DictReader(file)]
    write(
        target / "sessions.csv",
        [("session", "slots", "capacity"), *((project, "", seats) for project, seats in capacities)],
    )
    utilities = [(who, what, float(cell)) for who, what, cell in read_matrix(source / "student_preference.csv")]
    students = dict.fromkeys(who for who, _, _ in utilities)
    write(target / "participants.csv", [("participant",), *((who,) for who in students)])
    chosen = [(who, what, RANK_OF_UTILITY[cell], f"{cell:g}") for who, what, cell in utilities if cell > 0]
    write(target / "choices.csv", [("participant", "session", "rank", "rating"), *chosen])
    scores = sorted((what, who, cell) for who, what, cell in read_matrix(source / "project_preference.csv"))
    write(target / "priorities.csv", [("session", "participant", "score"), *scores])


if __name__ == "__main__":
    here = Path(__file__).parent
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else here)
