"""The tables of a run, for the console and for docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import rich.table

from benchmarks.flow import BARE, FLOW
from benchmarks.registry import INSTANCES, Shape
from benchmarks.results import Results, Row
from benchmarks.targets import TARGETS
from benchmarks.whole_days import reached

__all__ = ["Table", "growth", "promises", "proofs", "timings"]


class Table(NamedTuple):
    """A table as text.

    Attributes
    ----------
    title : str
    header : list of str
    rows : list of list of str
        An empty first cell means the one above.
    texts : int
        Columns from here on are figures.
    """

    title: str
    header: list[str]
    rows: list[list[str]]
    texts: int

    @property
    def has_sections(self) -> bool:
        """Whether rows belong together."""
        return not all(row[0] for row in self.rows)

    def on_console(self) -> rich.table.Table:
        """Return it as rich prints it."""
        table = rich.table.Table(title=self.title, title_justify="left")
        for number, name in enumerate(self.header):
            table.add_column(name, justify="left" if number < self.texts else "right")
        for row, below in zip(self.rows, [*self.rows[1:], [""]], strict=True):
            table.add_row(*row, end_section=self.has_sections and bool(below[0]))
        return table

    def as_markdown(self) -> str:
        """Return it as it stands in a page."""
        rule = ["---" if number < self.texts else "---:" for number in range(len(self.header))]
        lines = [self.header, rule, *self.rows]
        return "\n".join([f"**{self.title}**", "", *("| " + " | ".join(line) + " |" for line in lines)])


def timings(results: Results) -> Table:
    """Return every row of a run."""
    rows = [
        [instance if row is first else "", *_figures(results, row)]
        for instance, (first, *others) in results.by_instance()
        for row in (first, *others)
    ]
    header = ["instance", "what", "median", "bare / this", "best peer / this", "peak MB", "passes"]
    return Table("Times", header, rows, texts=2)


def _figures(results: Results, row: Row) -> list[str]:
    if row.measured is None:
        return [row.what, row.missing, "", "", "", ""]
    memory = row.measured.memory
    return [
        row.what,
        _time(row.seconds),
        _short(results.bare_over(row)),
        _short(results.best_peer_over(row)),
        "" if memory is None else f"{memory / 1e6:,.1f}",
        "" if row.peer else _short(results.passes(row)),
    ]


def proofs(results: Results) -> Table:
    """Return what `mip` reached on whole days, and what it proved."""
    rows = [
        [
            row.instance,
            day.objective,
            "feasible" if gap else "optimal",
            _levels(value),
            f"{gap:.2%}",
            _time(row.seconds),
        ]
        for day, row, value, gap in reached(results)
    ]
    return Table("Whole days", ["instance", "objective", "status", "value", "gap", "time"], rows, texts=4)


def _levels(value: list[int]) -> str:
    """Empty places, then the levels from the first that is not 0."""
    empty, *levels = value
    return ", ".join(f"{number:,}" for number in (empty, *np.trim_zeros(levels, "f")))


def promises(results: Results) -> Table:
    """Return each target on the instances of this run, what was measured and whether it is met."""
    rows = []
    run = {instance for instance, _ in results.by_instance()}
    for target in TARGETS:
        if target.instance not in run:
            continue
        value = target.measured(results, target.instance)
        bound = f"{'at least' if target.at_least else 'at most'} {target.bound:g} {target.unit}"
        met = "" if value is None else "met" if target.is_met(value) else "not met"
        rows.append([target.what, target.instance, bound, "not measured" if value is None else _short(value), met])
    return Table("Targets", ["what", "instance", "target", "measured", ""], rows, texts=3)


def growth(results: Results) -> Table:
    """Return the slope of log time against log size, by least squares, one size varying at a time."""
    rows = []
    for along, field, fixed in (
        ("participants", 0, Shape(0, 138, 10)),
        ("sessions", 1, Shape(100_000, 0, 10)),
        ("list length", 2, Shape(100_000, 1_000, 0)),
    ):
        for what in (FLOW, BARE):
            points = sorted(_points(results, what, field, fixed))
            if len(points) > 1:
                size, seconds = np.log(points).T
                slope = f"{np.polyfit(size, seconds, 1)[0]:.2f}"
                rows.append([along, what, ", ".join(f"{point:,}" for point, _ in points), slope])
    return Table("Growth", ["in", "what", "sizes", "exponent"], rows, texts=3)


def _points(results: Results, what: str, field: int, fixed: Shape) -> Iterator[tuple[int, float]]:
    """Yield size and time on every instance that differs from `fixed` in one field only."""
    for instance, _ in results.by_instance():
        shape, seconds = INSTANCES[instance].shape, results.seconds(instance, what)
        if shape and seconds and shape[:field] + shape[field + 1 :] == fixed[:field] + fixed[field + 1 :]:
            yield int(shape[field]), seconds


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{_short(seconds)} s" if seconds >= 1 else f"{_short(seconds * 1_000)} ms"


def _short(value: float | None) -> str:
    """Two or three digits: 0.073, 0.73, 7.30, 73.0, 730."""
    if value is None:
        return ""
    return f"{value:.2g}" if value < 0.1 else f"{value:,.{max(2 - int(np.log10(max(value, 1))), 0)}f}"
