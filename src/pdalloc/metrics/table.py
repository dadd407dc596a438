"""A table of figures, a row each, with a column an allocation, that prints well everywhere."""

from __future__ import annotations

import html
import io
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["FigureTable", "figure_text", "html_table", "table_text"]


def figure_text(value: int | float, form: str) -> str:
    """Return a figure by a format specification such as ".1%"; nan, which is no figure, as a dash."""
    return "-" if math.isnan(value) else format(value, form)


def table_text(table: Table) -> str:
    """Return a rich table as plain text, 120 characters wide at most."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=120, color_system=None, legacy_windows=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def html_table(title: str, head: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Return a table as HTML: its heads, then a name and cells a row."""
    heads = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, cells in rows
    )
    return f"<table><caption>{html.escape(title)}</caption><tr>{heads}</tr>{body}</table>"


@dataclass(frozen=True)
class FigureTable(ABC):
    """Figures of allocations side by side; subclasses say how each is written.

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
        return table_text(self.table())

    def _repr_html_(self) -> str:
        return html_table(self.title, ("", *self.marks(), *self.columns), self.text_rows())

    def text_rows(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each figure's name, its marks and its text for every allocation."""
        marks = list(self.marks().values())
        values = list(zip(*self.columns.values(), strict=True))
        return [
            (name, (*(mark[row] for mark in marks), *(self.text(row, value) for value in values[row])))
            for row, name in enumerate(self.rows)
        ]

    @abstractmethod
    def text(self, row: int, value: int | float) -> str:
        """Return how a value of a row is written."""

    def marks(self) -> dict[str, tuple[str, ...]]:
        """Return columns of text that stand before the figures, by their heads; none here."""
        return {}

    def table(self) -> Table:
        """Return a rich table."""
        from rich.table import Table

        table = Table(title=self.title or None, title_justify="left")
        table.add_column("")
        for mark in self.marks():
            table.add_column(mark)
        for name in self.columns:
            table.add_column(name, justify="right")
        for row, cells in self.text_rows():
            table.add_row(row, *cells)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return a frame with a row a figure and a column an allocation."""
        import pandas as pd

        return pd.DataFrame(self.columns, index=list(self.rows))
