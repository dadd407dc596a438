"""Tables as text: CSV files, worksheets and data frames give the same rows; what cells mean is decided elsewhere."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem.cells import shown
from pdalloc.problem.labels import clean_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Row", "Sheet", "csv_lines", "sheet_from_csv", "sheet_from_frame", "sheets_from_workbook", "utf8_text"]

DELIMITERS = ",;\t"
KEY_COLUMNS = {"session", "participant"}
ZIP_MAGIC = b"PK\x03\x04"


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
        self.findings.append(Finding(message, column=column, place=place or self.name))


def sheet_from_csv(path: Path) -> Sheet:
    """Read a CSV file: UTF-8 with or without a byte order mark, separated by comma, semicolon or tab."""
    sheet = Sheet(path.name)
    try:
        _fill(sheet, csv_lines(path))
    except ProblemError as error:
        sheet.findings += error.findings
    return sheet


def csv_lines(path: Path, delimiter: str = "") -> list[tuple[str, list[str]]]:
    """Return the place and the cells of each line of a CSV file.

    Parameters
    ----------
    path : Path
    delimiter : str
        What separates cells; by default comma, semicolon or tab, whichever the first line has.

    Raises
    ------
    ProblemError
        If it cannot be read as text, or the text not as cells.
    """
    text = utf8_text(path, table=True)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True)
    lines: list[tuple[str, list[str]]] = []
    end = 0
    try:
        for cells in reader:
            lines.append((f"{path.name}, line {end + 1}", cells))
            end = reader.line_num
    except csv.Error as error:
        # an open quotation mark swallows the rest of the file: the line that counts is the one where it opened
        message = f"cannot be read as cells ({error}); check its quotation marks"
        raise ProblemError([Finding(message, place=f"{path.name}, line {end + 1}")]) from None
    return lines


def utf8_text(path: Path, *, table: bool = False) -> str:
    """Return the text of a file in UTF-8, without its byte order mark; errors say how a table should be saved.

    Raises
    ------
    ProblemError
        If it cannot be read, or is not such a file.
    """
    remedy = "save the table as CSV (UTF-8)" if table else "save it as UTF-8 text"
    data = _bytes(path)
    if data.startswith(ZIP_MAGIC) or b"\0" in data:
        workbook = ", or name it .xlsx if it is a workbook" if table else ""
        raise ProblemError([Finding(f"a binary file, not text; {remedy}{workbook}", place=path.name)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; {remedy}"
        raise ProblemError([Finding(message, place=f"{path.name}, line {line}")]) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProblemError([Finding(f"cannot be read: {error.strerror or error}", place=path.name)]) from None


def sheets_from_workbook(path: Path) -> dict[str, Sheet]:
    """Read every worksheet of an .xlsx workbook, by lower-case name.

    Raises
    ------
    ProblemError
        If it is not a workbook, or openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        message = "reading .xlsx needs openpyxl; install pdalloc[excel] or save the table as CSV (UTF-8)"
        raise ProblemError([Finding(message, place=path.name)]) from None
    data = _bytes(path)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return {worksheet.title.strip().lower(): _sheet(path.name, worksheet) for worksheet in book.worksheets}
    except Exception as error:
        # whatever openpyxl and the libraries below it raise means the same: this is not a workbook they can read
        message = f"cannot be read as an .xlsx workbook ({error}); save it as one again, or as CSV (UTF-8)"
        raise ProblemError([Finding(message, place=path.name)]) from None


def _sheet(file: str, worksheet: Any) -> Sheet:
    sheet = Sheet(f"{file}, sheet {worksheet.title}")
    rows = enumerate(worksheet.iter_rows(values_only=True), 1)
    _fill(sheet, [(f"{sheet.name}, row {number}", [_cell_text(value) for value in row]) for number, row in rows])
    return sheet


def sheet_from_frame(frame: pd.DataFrame, name: str) -> Sheet:
    """Read a data frame; rows are numbered by position from 0."""
    sheet = Sheet(name)
    columns = [[_cell_text(value) for value in frame.iloc[:, position].tolist()] for position in range(frame.shape[1])]
    lines = [(name, [str(column) for column in frame.columns])]
    lines += [(f"{name}, row {number}", list(row)) for number, row in enumerate(zip(*columns, strict=True))]
    _fill(sheet, lines)
    return sheet


def _delimiter(text: str) -> str:
    """Return what separates the first line's cells: what makes a known column of one, or else what makes most cells."""
    # the first of 100,000 columns say as much as all of them
    header = next(iter(text[:10_000].lstrip("\r\n").splitlines()), "")

    def score(delimiter: str) -> tuple[bool, int]:
        names = next(csv.reader([header], delimiter=delimiter), [])
        return not KEY_COLUMNS.isdisjoint(clean_text(name).casefold() for name in names), len(names)

    return max(DELIMITERS, key=score)


def _cell_text(value: object) -> str:
    """Return the text a cell shows: whole numbers without a fraction, lists joined by ";", nothing if it is missing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ";".join(_cell_text(item) for item in value)
    if value is None or str(value) in ("<NA>", "NaT", "nan"):
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _fill(sheet: Sheet, lines: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Take the first line that is not blank as column names, the others as rows."""
    table = [(place, [clean_text(cell) for cell in cells]) for place, cells in lines]
    table = [(place, cells) for place, cells in table if any(cells)]
    if not table:
        sheet.report("the table is empty; it needs a line of column names")
        return
    _, names = table[0]
    sheet.columns = [name for name in names if name]
    count = Counter(name.casefold() for name in sheet.columns)
    for name in {name.casefold(): name for name in sheet.columns if count[name.casefold()] > 1}.values():
        message = f"the name occurs {count[name.casefold()]:,} times; rename or remove the other columns"
        sheet.report(message, column=name)
    for place, cells in table[1:]:
        for fault in _row_faults(names, cells):
            sheet.report(fault, place)
        sheet.rows.append(Row(place, {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}))


def _row_faults(names: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    if any(cells[len(names) :]):
        yield (
            f"the row has {len(cells):,} cells but there are {len(names):,} columns; "
            "remove the rest, or put quotation marks around a cell that holds the separator"
        )
    for position, (name, cell) in enumerate(zip(names, cells, strict=False), 1):
        if cell and not name:
            yield f"cell {position} is {shown(cell)} but its column has no name; name the column or clear the cell"
