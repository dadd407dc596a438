"""The first figures of one or several allocations, as a table that prints well."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pdalloc.allocation import Allocation
from pdalloc.metrics.places import (
    cancelled_sessions,
    empty_places,
    filled_places,
    rank_cost,
    seats_filled,
    unattended_sessions,
)
from pdalloc.metrics.ranks import mean_rank, profile, share_in_top

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["Summary", "summary"]

PROFILE_SHOWN = 5


@dataclass(frozen=True)
class Summary:
    """Figures of allocations side by side.

    Attributes
    ----------
    rows : tuple of str
        Names of the figures.
    columns : dict of str to tuple of int or float
        The figures of each allocation, in the order of `rows`; shares are from 0 to 1.
    title : str
    """

    rows: tuple[str, ...]
    columns: dict[str, tuple[int | float, ...]]
    title: str = ""

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(file=io.StringIO(), width=120, color_system=None, legacy_windows=False)
        with console.capture() as capture:
            console.print(self.table())
        return "\n".join(line.rstrip() for line in capture.get().splitlines())

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in ("", *self.columns))
        body = "".join(
            f"<tr><th style='text-align:left'>{html.escape(row)}</th>"
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
            for row, cells in self.text_rows()
        )
        return f"<table><caption>{html.escape(self.title)}</caption><tr>{head}</tr>{body}</table>"

    def text_rows(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each figure's name and its text for every allocation."""
        values = zip(*self.columns.values(), strict=True)
        return [
            (row, tuple(_text(row, value) for value in cells)) for row, cells in zip(self.rows, values, strict=True)
        ]

    def table(self) -> Table:
        """Return a rich table."""
        from rich.table import Table

        table = Table(title=self.title or None, title_justify="left")
        table.add_column("")
        for name in self.columns:
            table.add_column(name, justify="right")
        for row, cells in self.text_rows():
            table.add_row(row, *cells)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return a frame with a row a figure and a column an allocation."""
        import pandas as pd

        return pd.DataFrame(self.columns, index=list(self.rows))


def summary(allocations: Allocation | Mapping[str, Allocation]) -> Summary:
    """Summarise an allocation, or several of one problem side by side.

    Parameters
    ----------
    allocations : Allocation or mapping of name to Allocation

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> both = Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]})
    >>> print(summary({"best": both}).to_frame().loc["places filled", "best"])
    2.0
    """
    columns = {"": allocations} if isinstance(allocations, Allocation) else dict(allocations)
    figures = {name: _figures(allocation) for name, allocation in columns.items()}
    rows = tuple(dict.fromkeys(row for column in figures.values() for row in column))
    return Summary(rows, {name: tuple(column.get(row, 0) for row in rows) for name, column in figures.items()})


def _figures(allocation: Allocation) -> dict[str, int | float]:
    problem = allocation.problem
    figures: dict[str, int | float] = {
        "participants": len(problem.participants),
        "places filled": filled_places(allocation),
        "empty wanted places": empty_places(allocation),
    }
    counts = profile(allocation).tolist()
    listed = counts[: problem.longest_list]
    worst = int(problem.choices.rank.max(initial=0))
    figures |= {f"places at rank {rank}": count for rank, count in enumerate(listed[: min(worst, PROFILE_SHOWN)], 1)}
    if worst > PROFILE_SHOWN:
        figures[f"places at rank {PROFILE_SHOWN + 1} or worse"] = sum(listed[PROFILE_SHOWN:])
    if len(counts) > len(listed):
        figures["unlisted places"] = sum(counts[problem.longest_list :])
    return figures | {
        "mean rank": mean_rank(allocation),
        "lists with one of the first three": share_in_top(allocation, 3),
        "total rank cost": rank_cost(allocation),
        "seats filled": seats_filled(allocation),
        "sessions that nobody attends": unattended_sessions(allocation),
        "cancelled sessions": cancelled_sessions(allocation),
    }


def _text(row: str, value: int | float) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "-"
        return f"{value:.2f}" if row == "mean rank" else f"{value:.1%}"
    return f"{value:,}"
