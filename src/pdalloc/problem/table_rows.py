"""The rows of a sheet whose columns are known, and their cells by the columns' known names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from pdalloc.hints import did_you_mean
from pdalloc.problem.cells import shown
from pdalloc.problem.sheets import Row, Sheet

__all__ = ["Cells", "Report", "rows_of"]

Report: TypeAlias = Callable[[str, str, str], None]
"""Takes what is wrong: message, place and column."""

COLUMNS_SHOWN = 8
"""Names of columns that an error lists at most."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Cells:
    """The cells of one row.

    Attributes
    ----------
    row : Row
    columns : dict of str to str
        The sheet's own name of each known column.
    tell : Report
        Takes what is wrong with a cell.
    """

    row: Row
    columns: Mapping[str, str]
    tell: Report

    @property
    def place(self) -> str:
        """Where the row is."""
        return self.row.place

    def report(self, message: str, column: str) -> None:
        """Report what is wrong with the cell in a column."""
        self.tell(message, self.place, self.columns[column])

    def has(self, column: str) -> bool:
        """Whether the sheet has the column and its cell is not blank."""
        return self.columns.get(column, "") in self.row.cells

    def get(self, column: str, parse: Callable[[str], Value], default: Any) -> Any:
        """Return a cell's value, or the default where it is blank or cannot be read, which is reported."""
        if not self.has(column):
            return default
        try:
            return parse(self.row.cells[self.columns[column]])
        except ValueError as error:
            self.report(str(error), column)
            return default

    def required(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        """Return a cell's value, or None where it is blank or cannot be read, which is reported."""
        if not self.has(column):
            self.report("the cell is blank; fill it in, or remove the row", column)
            return None
        value: Value | None = self.get(column, parse, None)
        return value

    def others(self) -> dict[str, str]:
        """Return the text of the cells in columns that are not known, by the sheet's own names."""
        known = set(self.columns.values())
        return {column: text for column, text in self.row.cells.items() if column not in known}


def rows_of(
    sheet: Sheet, tell: Report, required: tuple[str, ...], optional: tuple[str, ...] = (), *, others: bool = False
) -> Iterator[Cells]:
    """Yield the rows of a sheet; without a required column none.

    Parameters
    ----------
    sheet : Sheet
    tell : Report
        Takes what is wrong with the sheet and with its cells.
    required, optional : tuple of str
        Names of the known columns, in lower case.
    others : bool
        Whether there may be other columns.
    """
    if not sheet.columns:
        return
    known = (*required, *optional)
    columns = {column.casefold(): column for column in sheet.columns if column.casefold() in known}
    if not others:
        _report_unknown(sheet, tell, known)
    missing = [column for column in required if column not in columns]
    there = ", ".join(map(shown, sheet.columns[:COLUMNS_SHOWN]))
    for column in missing:
        tell(f"the column is missing; add it, or give its name to one of {there}", sheet.name, column)
    if missing:
        return
    if not sheet.rows:
        tell("there is no row below the names of the columns; add at least one", sheet.name, "")
    for row in sheet.rows:
        yield Cells(row, columns, tell)


def _report_unknown(sheet: Sheet, tell: Report, known: tuple[str, ...]) -> None:
    unknown = list(dict.fromkeys(column for column in sheet.columns if column.casefold() not in known))
    others = f"rename or remove it; known are {', '.join(known)}"
    for column in unknown[:COLUMNS_SHOWN]:
        hint = did_you_mean(column.casefold(), known, similarity=0.7)
        tell(f"the column is unknown; {hint or others}", sheet.name, column)
    if len(unknown) > COLUMNS_SHOWN:
        tell(f"{len(unknown) - COLUMNS_SHOWN:,} more columns are unknown; remove them", sheet.name, "")
