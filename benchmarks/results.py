"""What a run of the benchmarks found, and the file that keeps it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.flow import BARE
from benchmarks.measure import Measurement
from benchmarks.one_pass import ONE_PASS
from benchmarks.registry import INSTANCES
from pdalloc.result import versions

__all__ = ["Machine", "Results", "Row"]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    instance, what, computes : str
    peer : bool
    measured : Measurement or None
    missing : str
        Why it was not measured, empty if it was.
    """

    instance: str
    what: str
    computes: str
    peer: bool
    measured: Measurement | None
    missing: str = ""

    @property
    def seconds(self) -> float | None:
        """Median time of a call."""
        return median(self.measured.times) if self.measured else None


@dataclass(frozen=True)
class Machine:
    """Where and when it was."""

    day: str
    processor: str
    cores: int
    python: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> Machine:
        """Describe this machine, today."""
        try:
            lines = Path("/proc/cpuinfo").read_text().splitlines()
            processor = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        except (OSError, StopIteration):
            processor = platform.processor() or platform.machine()
        return cls(date.today().isoformat(), processor, os.cpu_count() or 1, platform.python_version(), versions())

    def __str__(self) -> str:
        libraries = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"{self.day}; {self.processor}, {self.cores} cores; Python {self.python}, {libraries}"


@dataclass(frozen=True)
class Results:
    """All rows of a run.

    Attributes
    ----------
    selection : str
        What was asked for, empty for the default.
    """

    machine: Machine
    selection: str
    rows: list[Row]

    def write(self, file: Path) -> None:
        """Keep the results as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Results:
        """Read what `write` wrote."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        rows = [
            Row(**row | {"measured": Measurement(*row["measured"]) if row["measured"] else None})
            for row in kept["rows"]
        ]
        return cls(Machine(**kept["machine"]), kept["selection"], rows)

    def by_instance(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield each instance that was run, with its rows."""
        for name in INSTANCES:
            if rows := [row for row in self.rows if row.instance == name]:
                yield name, rows

    def row(self, instance: str, what: str) -> Row | None:
        """Find a row."""
        return next((row for row in self.rows if (row.instance, row.what) == (instance, what)), None)

    def seconds(self, instance: str, what: str) -> float | None:
        """Median time; None if it was not measured."""
        row = self.row(instance, what)
        return row.seconds if row else None

    def memory(self, instance: str, what: str) -> int | None:
        """Peak memory in bytes; None if it was not measured."""
        row = self.row(instance, what)
        return row.measured.memory if row and row.measured else None

    def passes(self, row: Row) -> float | None:
        """How many passes over the choices a row takes as long as."""
        return ratio(row.seconds, self.seconds(row.instance, ONE_PASS))

    def bare_over(self, row: Row) -> float | None:
        """How many times as long a bare SimpleMinCostFlow takes for the same."""
        bare = self.row(row.instance, BARE)
        return ratio(bare.seconds, row.seconds) if bare and bare.computes == row.computes else None

    def best_peer_over(self, row: Row) -> float | None:
        """How many times as long the fastest peer takes for the same."""
        same = (other for other in self.rows if (other.instance, other.computes) == (row.instance, row.computes))
        times = [other.seconds for other in same if other.peer and other.seconds is not None]
        return ratio(min(times), row.seconds) if times else None

    def disagreements(self) -> list[str]:
        """Name the instances on which two that compute the same came to different answers."""
        found = []
        for instance, rows in self.by_instance():
            for computes in dict.fromkeys(row.computes for row in rows):
                answers = {row.what: row.measured.answer for row in rows if row.computes == computes and row.measured}
                if len(set(map(tuple, answers.values()))) > 1:
                    found.append(f"{instance}: {computes} is {answers}")
        return found


def ratio(above: float | None, below: float | None) -> float | None:
    """Return a quotient; None if a part is not known."""
    return None if above is None or not below else above / below
