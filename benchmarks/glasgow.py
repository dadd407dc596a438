"""Student-project allocation in Glasgow against the optima that were published: `python -m benchmarks.glasgow`.

PDALLOC_DATA names a folder with `glasgow/`, where data set 00038 of PrefLib is: students' strict lists of projects, and
supervisors with a capacity over all their projects, of six years. The optima are those of Kwanashie, Irving, Manlove
and Sng (2014), Profile-based optimal matchings in the student/project allocation problem, IWOCA.
"""

from __future__ import annotations

import csv
import os
import time
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import rich.table
from rich.console import Console

from pdalloc import Allocation, Problem, Status, metrics, readers, solve
from pdalloc.problem import Incidence, Labels

VARIABLE = "PDALLOC_DATA"

PUBLISHED = [
    {"rank-sum": [57], "greedy": [20, 9, 5, 0, 1], "generous": [17, 14, 4]},
    {"rank-sum": [54], "greedy": [26, 6, 2, 1, 2], "generous": [23, 11, 3]},
    {"rank-sum": [48], "greedy": [23, 4, 2, 2, 1], "generous": [19, 10, 3]},
    {"rank-sum": [50], "greedy": [25, 4, 3, 1, 1], "generous": [21, 9, 4]},
    {"rank-sum": [44], "greedy": [22, 6, 2, 1], "generous": [20, 9, 2]},
    {"rank-sum": [58], "greedy": [26, 6, 3, 2, 1], "generous": [21, 13, 4]},
]
"""By year: the sum of ranks from 1, and students with their first choice, second, ...; everybody has a project."""


def read_year(folder: Path, year: int) -> Problem:
    """Read a year, from 1: each project is for one student, and each supervisor has a capacity."""
    file = folder / f"00038-{year:08}"
    problem = readers.preflib(file.with_suffix(".soi"), capacity=1)
    with file.with_suffix(".dat").open(encoding="utf-8", newline="") as opened:
        supervisors = list(csv.DictReader(opened))
    # the .dat counts projects from 0, in the order of the lists' alternatives
    theirs = {int(project): number for number, row in enumerate(supervisors) for project in row["Projects"].split()}
    sessions = Incidence.from_lists([[theirs[project]] for project in range(len(problem.sessions))], len(supervisors))
    return replace(
        problem,
        facilitators=Labels(row["Supervisor"] for row in supervisors),
        session_facilitators=sessions,
        most_sessions=sessions.totals(problem.capacity),
        most_participants=np.array([int(row["Capacity"]) for row in supervisors]),
    )


def figures(allocation: Allocation, objective: str) -> list[int]:
    """Return the sum of ranks, or students at each rank up to the last that occurs."""
    count = np.trim_zeros(metrics.profile(allocation), "b")
    return [int(count @ np.arange(1, len(count) + 1))] if objective == "rank-sum" else count.tolist()


@click.command()
def main() -> None:
    """Solve every year by `mip` for each objective, and compare."""
    if not (data := os.environ.get(VARIABLE)):
        click.echo(f"skipped: set {VARIABLE} to a folder that contains glasgow/")
        return
    table = rich.table.Table("year", "objective", "students placed", "found", "published", "status", "time")
    wrong = []
    for year, published in enumerate(PUBLISHED, 1):
        problem = read_year(Path(data) / "glasgow", year)
        students = len(problem.participants)
        for objective, expected in published.items():
            start = time.perf_counter()
            result = solve(problem, "mip", objective=objective)
            seconds = time.perf_counter() - start
            found, placed = figures(result.allocation, objective), metrics.filled_places(result.allocation)
            table.add_row(
                str(year), objective, f"{placed} of {students}", "/".join(map(str, found)),
                "/".join(map(str, expected)), result.status, f"{seconds:.2f} s",
            )  # fmt: skip
            if (found, placed, result.status) != (expected, students, Status.OPTIMAL):
                wrong.append(f"year {year}: {objective}")
    Console().print(table)
    if wrong:
        raise click.ClickException(f"not as published: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
