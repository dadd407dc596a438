"""What a study costs, against what was promised: `python -m benchmarks.studies`.

Each study runs in a process of its own, with its rows in a temporary folder.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import NamedTuple

import click
import rich.table
from rich.console import Console

from pdalloc import Problem, Study
from pdalloc.generators import capacities, impartial_culture, lexington, market

RULES = ["first-come", "lottery", "draft", "boston", "deferred-acceptance", "flow"]
ROUNDS = 3
CHEAP = ["lottery", "draft", "boston", "deferred-acceptance"]


class Measured(NamedTuple):
    """What a study cost.

    Attributes
    ----------
    runs : int
    seconds : float
        Of wall time, with the start of the workers.
    inside : float
        Seconds in solves and metrics, of all workers together.
    parent, worker : float
        Peak memory in MB, of the process that calls `Study.run` and of its largest worker.
    """

    runs: int
    seconds: float
    inside: float
    parent: float
    worker: float


def small_market() -> Problem:
    return market(impartial_culture(100, 10, 5, seed=1), capacities(100, 10, seed=1))


STUDIES: dict[str, Callable[[], Study]] = {
    "Lexington x 6 rules x 100 seeds": lambda: Study(lexington(2016), RULES, 100),
    "Lexington x 6 rules x 200 seeds": lambda: Study(lexington(2016), RULES, 200),
    "100 x 10, 100,000 runs": lambda: Study(small_market(), CHEAP, 25_000),
    "100 x 10, 10,000 runs": lambda: Study(small_market(), CHEAP, 2_500),
}


def measure(name: str, workers: int) -> Measured:
    """Run a study in this process and its workers."""
    study = STUDIES[name]()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        results = study.run(folder, workers=workers)
        seconds = time.perf_counter() - started
    frame = results.frame
    assert len(frame) == len(study)
    assert frame["error"].isna().all()
    inside = float(frame["runtime"].sum() + frame["metrics_runtime"].sum())
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Measured(len(frame), seconds, inside, *peaks)


def measured_apart(name: str, workers: int) -> Measured:
    """Run a study in a fresh process and its workers."""
    command = [sys.executable, "-m", "benchmarks.studies", "--apart", name, str(workers)]
    return Measured(*json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


@click.command()
@click.option("--apart", nargs=2, hidden=True)
def main(apart: tuple[str, str] | None) -> None:
    """Run the studies and compare what they cost with what was promised."""
    if apart is not None:
        click.echo(json.dumps(measure(apart[0], int(apart[1]))))
        return
    lexington_100 = measured_apart("Lexington x 6 rules x 100 seeds", 2)
    # in turn, and the best of each, since the machine may be shared
    turns = [[measured_apart("Lexington x 6 rules x 200 seeds", workers) for workers in (1, 2)] for _ in range(ROUNDS)]
    one, two = (min(measured.seconds for measured in column) for column in zip(*turns, strict=True))
    many = measured_apart("100 x 10, 100,000 runs", 2)
    few = measured_apart("100 x 10, 10,000 runs", 1)
    promises = [
        ("Lexington x 6 rules x 100 seeds, 2 processes, s", lexington_100.seconds, 60.0, False),
        (f"200 seeds, one process / two processes, best of {ROUNDS} each", one / two, 1.8, True),
        ("overhead of the study, ms a run", 1000 * (few.seconds - few.inside) / few.runs, 2.0, False),
        ("100,000 runs of 100 x 10, 2 processes, s", many.seconds, 180.0, False),
        ("the same, memory of the parent and both workers, MB", many.parent + 2 * many.worker, 500.0, False),
    ]
    table = rich.table.Table("study", "measured", "promised")
    for what, value, bound, at_least in promises:
        table.add_row(what, f"{value:.2f}", f"{'at least' if at_least else 'at most'} {bound:g}")
    Console(width=100).print(table)
    if missed := [what for what, value, bound, at_least in promises if (value < bound if at_least else value > bound)]:
        sys.exit(f"missed: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
