"""Where the tables of a problem come from: a folder, a workbook or data frames."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from pdalloc.errors import ProblemError
from pdalloc.problem.problem import Problem
from pdalloc.problem.sheets import Sheet, sheet_from_csv, sheet_from_frame, sheets_from_workbook
from pdalloc.problem.table_reader import TableReader

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES", "TABLE_SUFFIXES", "problem_from_frames", "read_tables"]

REQUIRED_TABLES = ("sessions", "participants", "choices")
TABLES = (*REQUIRED_TABLES, "facilitators", "priorities", "conflicts")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
TABLE_SUFFIXES = (".csv", *WORKBOOK_SUFFIXES)
UNREAD_SUFFIXES = (*TABLE_SUFFIXES, ".xls", ".ods", ".tsv", ".txt", ".toml")
UNREAD_SHOWN = 5


def read_tables(path: str | Path) -> Problem:
    """Read a problem from a folder of tables, or from one workbook with a sheet a table.

    Parameters
    ----------
    path : str or Path
        A folder with ``sessions``, ``participants`` and ``choices``, each ``.csv`` or ``.xlsx``, and perhaps
        ``facilitators``, ``priorities``, ``conflicts`` and ``rules.toml``; or an ``.xlsx`` file with sheets of these
        names.

    Raises
    ------
    ProblemError
        Naming file, line, column, value and remedy of everything that is wrong.

    Notes
    -----
    docs/tables.md describes every column.
    """
    source = Path(path)
    try:
        if source.is_dir():
            sheets, rules, unread = _read_folder(source)
            return _problem(sheets, rules, "{}.csv", unread)
        if source.is_file() and source.suffix.lower() in WORKBOOK_SUFFIXES:
            worksheets = sheets_from_workbook(source)
            sheets = {table: worksheets[table] for table in TABLES if table in worksheets}
            unread = {title: sheet.name for title, sheet in worksheets.items() if title not in sheets}
            return _problem(sheets, {}, f"{source.name}, sheet {{}}", unread)
        wrong = "a file, but not a workbook" if source.exists() else "no such folder"
    except OSError as error:
        wrong = f"cannot be read: {error.strerror or error}"
    raise ProblemError(f"{source}: {wrong}; name the folder that holds sessions.csv and the other tables")


def problem_from_frames(
    sessions: pd.DataFrame,
    participants: pd.DataFrame,
    choices: pd.DataFrame,
    priorities: pd.DataFrame | None,
    conflicts: pd.DataFrame | None,
    facilitators: pd.DataFrame | None,
    rules: Mapping[str, object] | None,
) -> Problem:
    """See `Problem.from_frames`."""
    frames = {
        "sessions": sessions,
        "participants": participants,
        "choices": choices,
        "priorities": priorities,
        "conflicts": conflicts,
        "facilitators": facilitators,
    }
    sheets = {name: sheet_from_frame(frame, name) for name, frame in frames.items() if frame is not None}
    return _problem(sheets | {"rules": Sheet("rules")}, rules or {}, "{}", {})


def _problem(sheets: dict[str, Sheet], rules: Mapping[str, object], names: str, unread: Mapping[str, str]) -> Problem:
    """Return the problem of some sheets.

    Parameters
    ----------
    sheets : dict of str to Sheet
        By table.
    rules : mapping of str to object
    names : str
        How to call a table that is missing, with its name at "{}".
    unread : mapping of str to str
        What else is there: whole names by lower-case ones without any suffix.
    """
    for table in REQUIRED_TABLES:
        if table not in sheets:
            sheets[table] = _missing(names.format(table), list(unread.values()))
    for stem, name in unread.items():
        _refuse_near_miss(stem, name, sheets)
    return TableReader(sheets, rules).problem()


def _read_folder(folder: Path) -> tuple[dict[str, Sheet], dict[str, object], dict[str, str]]:
    """Return the tables of a folder, its rules, and the files that could be tables but are not read."""
    # a spreadsheet program keeps hidden files beside the ones it has open
    unread = [file for file in sorted(folder.iterdir()) if not file.name.startswith((".", "~"))]

    def take(name: str, suffixes: Sequence[str]) -> list[Path]:
        there = [file for file in unread if file.name.lower() in [name + suffix for suffix in suffixes]]
        unread[:] = [file for file in unread if file not in there]
        return there

    sheets = {}
    for table in TABLES:
        if there := take(table, TABLE_SUFFIXES):
            sheets[table] = _table_sheet(table, there)
    rules: dict[str, object] = {}
    if there := take("rules", (".toml",)):
        sheets["rules"], rules = _read_rules(there[0])
    like_tables = [file.name for file in unread if file.suffix.lower() in UNREAD_SUFFIXES]
    return sheets, rules, {name.lower().partition(".")[0]: name for name in like_tables}


def _table_sheet(table: str, files: Sequence[Path]) -> Sheet:
    """Read the file of a table; several are refused."""
    sheet = Sheet(files[0].name)
    if len(files) > 1:
        sheet.report(f"{files[1].name} is there, too; keep one of the two")
        return sheet
    if files[0].suffix.lower() == ".csv":
        return sheet_from_csv(files[0])
    try:
        sheets = sheets_from_workbook(files[0])
    except ProblemError as error:
        sheet.findings += error.findings
        return sheet
    filled = [other for other in sheets.values() if other.columns]
    if table in sheets or len(filled) == 1:
        return sheets.get(table) or filled[0]
    sheet.report(f"{len(filled)} of its sheets hold cells; keep one of them, or call the one that counts {table!r}")
    return sheet


def _read_rules(path: Path) -> tuple[Sheet, dict[str, object]]:
    """Return the rules, and a sheet that only has their file's name and what is wrong with it."""
    sheet = Sheet(path.name)
    try:
        return sheet, tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        sheet.report(f"cannot be read: {error.strerror or error}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        sheet.report(f"not TOML: {error}; correct it there, and put texts in quotation marks")
    return sheet, {}


def _missing(name: str, unread: Sequence[str]) -> Sheet:
    sheet = Sheet(name)
    there = f"; not read: {', '.join(unread[:UNREAD_SHOWN])}" if unread else ""
    sheet.report(f"missing; every problem needs this table{there}")
    return sheet


def _refuse_near_miss(stem: str, name: str, sheets: dict[str, Sheet]) -> None:
    """Report a file or worksheet whose name is almost that of an optional table: it would be ignored otherwise."""
    for table in ("facilitators", "priorities", "conflicts", "rules"):
        singular = "priority" if table == "priorities" else table[:-1]
        if table not in sheets and get_close_matches(stem, (table, singular), 1, 0.88):
            sheets[table] = Sheet(name)
            right = "rules.toml, in a folder of tables" if table == "rules" else table
            sheets[table].report(f"not read under this name; call it {right}, or remove it")
