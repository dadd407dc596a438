"""Student-project allocation in Glasgow against the optima that were published: `python -m benchmarks.glasgow`.

PDALLOC_DATA names a folder with `glasgow/`, where data set 00038 of PrefLib is: students' strict lists of projects, and
supervisors with a capacity over all their projects, of six years. The optima are those of Kwanashie, Irving, Manlove
and Sng (2014), Profile-based optimal matchings in the student/project allocation problem, IWOCA.
"""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path

import click
import numpy as np
import rich.table
from rich.console import Console

from pdalloc import Allocation, Model, Problem, Status, metrics, solve

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
    model = Model()
    file = folder / f"00038-{year:08}"
    with file.with_suffix(".dat").open(encoding="utf-8", newline="") as supervisors:
        for row in csv.DictReader(supervisors):
            model.add_facilitator(row["Supervisor"], most_participants=int(row["Capacity"]))
            for project in row["Projects"].split():
                # lists count projects from 1
                model.add_session(str(int(project) + 1), capacity=1, facilitators=[row["Supervisor"]])
    lists = [line for line in file.with_suffix(".soi").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    student = 0
    for line in lists:
        students, projects = line.split(":")
        for _ in range(int(students)):
            student += 1
            model.add_participant(str(student))
            model.add_ranking(str(student), projects.strip().split(","))
    return model.build()


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
