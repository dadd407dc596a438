"""Reads a table as text cells from CSV, a worksheet or a data frame; what the cells mean is decided elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem.labels import clean_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Row", "Sheet", "sheet_from_csv", "sheet_from_frame", "sheets_from_workbook"]

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    place : str
        Where it is, such as "choices.csv, line 4".
    cells : dict of str to str
        Text by column name; blank cells are left out.
    """

    place: str
    cells: dict[str, str]


@dataclass
class Sheet:
    """A table as text.

    Attributes
    ----------
    name : str
        File, worksheet or frame, as errors call it.
    columns : list of str
        Column names, stripped; a column without a name and without text is left out.
    rows : list of Row
        Rows that are not blank all over.
    findings : list of Finding
        What is wrong with the table as such.
    """

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def report(self, message: str, place: str = "", column: str = "") -> None:
        """Add a finding."""
        self.findings.append(Finding(message, "", -1, column, place or self.name))


def sheet_from_csv(path: Path) -> Sheet:
    """Read a CSV file: UTF-8 with or without a byte order mark, separated by comma, semicolon or tab."""
    sheet = Sheet(path.name)
    text = _utf8(path, sheet)
    if text is None:
        return sheet
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(f"{path.name}, line {line}", cells) for line, cells in _numbered(reader)]
    except csv.Error as error:
        sheet.report(
            f"not a table of cells: {error}; check the quotation marks", f"{path.name}, line {reader.line_num}"
        )
        return sheet
    _fill(sheet, lines)
    return sheet


def sheets_from_workbook(path: Path) -> dict[str, Sheet]:
    """Read every worksheet of an .xlsx workbook, by lower-case name."""
    try:
        import openpyxl
    except ImportError:
        raise ProblemError(
            f"{path.name}: reading .xlsx needs openpyxl; install pdalloc[excel] or save as CSV"
        ) from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise ProblemError(f"{path.name}: not an .xlsx workbook: {error}") from None
    sheets = {}
    try:
        for worksheet in book.worksheets:
            name = f"{path.name}, sheet {worksheet.title}"
            sheet = Sheet(name)
            rows = enumerate(worksheet.iter_rows(values_only=True), 1)
            _fill(sheet, [(f"{name}, row {number}", [_cell_text(value) for value in row]) for number, row in rows])
            sheets[worksheet.title.strip().lower()] = sheet
    finally:
        book.close()
    return sheets


def sheet_from_frame(frame: pd.DataFrame, name: str) -> Sheet:
    """Read a data frame; rows are numbered by position from 0."""
    sheet = Sheet(name)
    columns = [[_cell_text(value) for value in frame.iloc[:, position].tolist()] for position in range(frame.shape[1])]
    lines = [(name, [str(column) for column in frame.columns])]
    lines += [(f"{name}, row {number}", list(row)) for number, row in enumerate(zip(*columns, strict=True))]
    _fill(sheet, lines)
    return sheet


def _utf8(path: Path, sheet: Sheet) -> str | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        sheet.report(f"cannot be read: {error.strerror or error}")
        return None
    if data[:2] == b"PK" or b"\0" in data:
        sheet.report("a binary file, not text; save the table as CSV (UTF-8), or name it .xlsx if it is a workbook")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        sheet.report(
            f"byte {error.start} (0x{data[error.start]:02x}) is not UTF-8; save the table as CSV (UTF-8)",
            f"{path.name}, line {line}",
        )
        return None


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it starts on."""
    start = 1
    for cells in reader:
        yield start, cells
        start = reader.line_num + 1


def _cell_text(value: object) -> str:
    """Return the text a cell shows: whole numbers without a fraction, nothing for missing values."""
    if value is None or value != value or repr(value) in ("<NA>", "NaT"):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _fill(sheet: Sheet, lines: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Take the first line that is not blank as column names, the others as rows."""
    table = [(place, [clean_text(cell) for cell in cells]) for place, cells in lines]
    table = [(place, cells) for place, cells in table if any(cells)]
    if not table:
        sheet.report("the table is empty; it needs a line of column names")
        return
    head_place, names = table[0]
    sheet.columns = [name for name in names if name]
    for name in dict.fromkeys(name for name in sheet.columns if sheet.columns.count(name) > 1):
        sheet.report(
            f"column {name!r} occurs {sheet.columns.count(name)} times; rename or remove the others", head_place
        )
    for place, cells in table[1:]:
        if any(cells[len(names) :]):
            sheet.report(f"the row has {len(cells):,} cells but there are {len(names):,} columns", place)
            continue
        row = {}
        for position, (name, cell) in enumerate(zip(names, cells, strict=False), 1):
            if cell and not name:
                sheet.report(
                    f"cell {position} is {_short(cell)} but its column has no name; name it or clear it", place
                )
            elif cell:
                row[name] = cell
        sheet.rows.append(Row(place, row))


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
