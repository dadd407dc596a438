"""Run the benchmarks, print their table and keep the results: `make bench`, or `python -m benchmarks.run --help`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console

from benchmarks import (
    acceptance,
    auditing,
    checking,
    command,
    eating,
    flow,
    infeasible,
    one_pass,
    peers,
    profiles,
    reading,
    repairing,
    turns,
    whatif,
    whole_days,
)
from benchmarks.measure import Benchmark, Measurement
from benchmarks.registry import GROUPS, INSTANCES, Instance
from benchmarks.report import growth, promises, proofs, timings
from benchmarks.results import Machine, Results, Row

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "results.json"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"

CAPABILITIES = (
    one_pass,
    flow,
    infeasible,
    peers,
    profiles,
    turns,
    acceptance,
    eating,
    checking,
    auditing,
    reading,
    repairing,
    command,
    whole_days,
    whatif,
)
OF_DAYS = (whole_days, auditing, whatif, repairing, infeasible)
"""What runs on days whose slots are tied together."""
TIME_LIMIT = 600

Process = Callable[[str, Benchmark, Instance, Path], Measurement]


class NotMeasuredError(Exception):
    """Says in a few words why."""


def selected(only: str) -> list[Instance]:
    """Return the instances of a group, or those whose name contains a text; all but "rest" if it is empty."""
    if not only:
        return [instance for instance in INSTANCES.values() if instance.group != "rest"]
    if only in GROUPS:
        return [instance for instance in INSTANCES.values() if instance.group == only]
    return [instance for instance in INSTANCES.values() if only in instance.name]


def rows(instances: Sequence[Instance], process: Process) -> Iterator[Row]:
    """Measure everything that runs on the instances."""
    with tempfile.TemporaryDirectory() as folder:
        for instance in instances:
            file = Path(folder) / "choices.npz"
            instance.write(file)
            for capability in OF_DAYS if instance.group == "days" else CAPABILITIES:
                for benchmark in capability.BENCHMARKS:
                    if benchmark.on(instance):
                        yield _row(capability.__name__.split(".")[-1], benchmark, instance, file, process)


def _row(capability: str, benchmark: Benchmark, instance: Instance, file: Path, process: Process) -> Row:
    measured, missing = None, ""
    try:
        measured = process(capability, benchmark, instance, file)
    except NotMeasuredError as reason:
        missing = str(reason)
    return Row(instance.name, benchmark.what, benchmark.computes, benchmark.peer, measured, missing)


def in_own_process(capability: str, benchmark: Benchmark, instance: Instance, file: Path) -> Measurement:
    """Measure in a fresh process with one thread, peers of the field in their own environment."""
    python = PEERS_PYTHON if capability == "peers" else Path(sys.executable)
    if not python.exists():
        raise NotMeasuredError("not installed: make peers")
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    try:
        done = subprocess.run(
            [python, "-m", "benchmarks.child", capability, benchmark.what, instance.name, file],
            cwd=ROOT, env=os.environ | threads, capture_output=True, text=True, timeout=TIME_LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotMeasuredError(f"more than {TIME_LIMIT} s") from None
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise NotMeasuredError(f"failed with status {done.returncode}")
    return Measurement(**json.loads(done.stdout))


@click.command()
@click.option("--only", default="", help=f"A group ({', '.join(GROUPS)}) or a part of an instance's name.")
@click.option("--out", default=KEPT, type=click.Path(path_type=Path), help="Where to keep the results.")
def main(only: str, out: Path) -> None:
    """Time pdalloc and its peers, each in a process of its own; all that compute the same must agree."""
    console, progress = Console(width=160), Console(stderr=True)
    instances = selected(only)
    if not instances:
        raise click.UsageError(f"no instance is in a group or has a name like {only!r}")
    measured = []
    for row in rows(instances, in_own_process):
        measured.append(row)
        seconds = row.missing or f"{row.seconds:.4g} s"
        progress.print(f"{row.instance}: {row.what}: {seconds}", highlight=False, markup=False, soft_wrap=True)
    results = Results(Machine.here(), only, measured)
    results.write(out)
    for table in (timings(results), proofs(results), growth(results), promises(results)):
        if table.rows:
            console.print(table.on_console())
    console.print(str(results.machine), f"written to {out}", sep="\n", highlight=False)
    failed = [f"{row.instance}: {row.what}: {row.missing}" for row in measured if row.missing and not row.peer]
    if wrong := results.disagreements() + failed + whole_days.not_proved(results):
        raise click.ClickException("\n".join(wrong))


if __name__ == "__main__":
    main()
