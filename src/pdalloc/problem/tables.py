"""Tables to problems: what each column of sessions, participants, choices, priorities, conflicts and rules means."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem.cells import parse_ids, parse_moment, parse_number, parse_whole, rank_in_header, shown
from pdalloc.problem.model import Model
from pdalloc.problem.problem import Problem
from pdalloc.problem.sheets import Row, Sheet, sheet_from_csv, sheet_from_frame, sheets_from_workbook

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["problem_from_frames", "read_tables"]

REQUIRED_TABLES = ("sessions", "participants", "choices")
OPTIONAL_TABLES = ("priorities", "conflicts")
PARTICIPANT_COLUMNS = ("participant", "name", "away", "limit", "weight", "arrival", "history")

Value = TypeVar("Value")


def read_tables(path: str | Path) -> Problem:
    """Read a problem from a folder of tables, or from one workbook with a sheet a table.

    Parameters
    ----------
    path : str or Path
        A folder with ``sessions``, ``participants`` and ``choices``, each ``.csv`` or ``.xlsx``, and perhaps
        ``priorities``, ``conflicts`` and ``rules.toml``; or an ``.xlsx`` file with sheets of these names.

    Raises
    ------
    ProblemError
        Naming file, line, column, value and remedy of everything that is wrong.

    Notes
    -----
    docs/tables.md describes every column.
    """
    folder = Path(path)
    if folder.suffix.lower() == ".xlsx" and folder.is_file():
        return _read(sheets_from_workbook(folder), {}, f"{folder.name}, sheet {{}}")
    if not folder.is_dir():
        raise ProblemError(f"{folder}: no such folder; name the folder that holds sessions.csv and the other tables")
    found: dict[str, Sheet] = {}
    for table in (*REQUIRED_TABLES, *OPTIONAL_TABLES):
        csv, workbook = folder / f"{table}.csv", folder / f"{table}.xlsx"
        if csv.exists() and workbook.exists():
            raise ProblemError(f"{folder}: both {csv.name} and {workbook.name} are there; keep one")
        if csv.exists():
            found[table] = sheet_from_csv(csv)
        elif workbook.exists():
            found[table] = next(iter(sheets_from_workbook(workbook).values()))
    return _read(found, _read_toml(folder / "rules.toml"), "{}.csv")


def problem_from_frames(
    sessions: pd.DataFrame,
    participants: pd.DataFrame,
    choices: pd.DataFrame,
    priorities: pd.DataFrame | None,
    conflicts: pd.DataFrame | None,
    rules: Mapping[str, object] | None,
) -> Problem:
    """See `Problem.from_frames`."""
    frames = {
        "sessions": sessions,
        "participants": participants,
        "choices": choices,
        "priorities": priorities,
        "conflicts": conflicts,
    }
    sheets = {name: sheet_from_frame(frame, name) for name, frame in frames.items() if frame is not None}
    return _read(sheets, dict(rules or {}), "{}")


def _read_toml(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ProblemError(f"{path.name}: {error}; see docs/tables.md for what it may hold") from None


def _read(sheets: Mapping[str, Sheet], rules: Mapping[str, object], file_name: str) -> Problem:
    missing = [file_name.format(table) for table in REQUIRED_TABLES if table not in sheets]
    if missing:
        raise ProblemError([Finding("missing; every problem needs this table", place=name) for name in missing])
    reader = _Reader()
    reader.rules(rules)
    reader.sessions(sheets["sessions"])
    reader.participants(sheets["participants"])
    reader.choices(sheets["choices"])
    if "priorities" in sheets:
        reader.priorities(sheets["priorities"])
    if "conflicts" in sheets:
        reader.conflicts(sheets["conflicts"])
    return reader.model.build()


class _Reader:
    """Adds tables to a model, row by row; every breach becomes a finding of the model."""

    def __init__(self) -> None:
        self.model = Model()
        self.session_of_title: dict[str, str | None] = {}
        self.session_ids: set[str] = set()
        self.slots: tuple[str, ...] = ()

    # ---- tables --------------------------------------------------------------------------------------------------

    def rules(self, rules: Mapping[str, object]) -> None:
        options = {key: rules[key] for key in ("ranking", "unlisted") if key in rules}
        self.model = Model(**options)  # type: ignore[arg-type]
        for key, value in rules.items():
            if key == "slots" and isinstance(value, list):
                for slot in value:
                    self.model.add_slot(slot)
            elif key in ("fixed", "forbidden") and isinstance(value, list):
                add = self.model.fix if key == "fixed" else self.model.forbid
                for number, pair in enumerate(value, 1):
                    place = f"rules.toml, {key} {number}"
                    if not isinstance(pair, dict) or pair.keys() != {"participant", "session"}:
                        self.report("is not a pair; write { participant = ..., session = ... }", place)
                    else:
                        add(pair["participant"], self.session(pair["session"]), place=place)
            elif key not in options:
                self.report(
                    f"key {key!r} is unknown or not a list; there are ranking, unlisted, slots, fixed, forbidden"
                )

    def report(self, message: str, place: str = "rules.toml", column: str = "") -> None:
        self.model.report(Finding(message, "", -1, column, place))

    def sessions(self, sheet: Sheet) -> None:
        known = ("title", "minimum", "slots", "topic", "facilitators", "tags", "room")
        columns = self.columns(sheet, ("session", "capacity"), known)
        if columns is None:
            return
        for row in self.rows(sheet):
            cells = _Cells(self.model, row, columns)
            session = cells.required("session", str)
            capacity = cells.required("capacity", parse_whole)
            if session is None:
                continue
            slots = cells.get("slots", parse_ids, [])
            self.model.add_session(
                session,
                capacity=capacity or 0,
                minimum=cells.get("minimum", parse_whole, 0) if capacity is not None else 0,
                slots=slots,
                topic=cells.get("topic", str, None),
                facilitators=cells.get("facilitators", parse_ids, []),
                tags=cells.get("tags", parse_ids, []),
                title=cells.get("title", str, ""),
                room=cells.get("room", str, ""),
                place=row.place,
            )
            self.slots += tuple(slot for slot in slots if slot not in self.slots)
            self.session_ids.add(session)
            if title := cells.get("title", str, ""):
                self.session_of_title[title] = None if title in self.session_of_title else session

    def participants(self, sheet: Sheet) -> None:
        columns = self.columns(sheet, ("participant",), PARTICIPANT_COLUMNS[1:], groups=True)
        if columns is None:
            return
        groups = [column for column in sheet.columns if column not in columns.values()]
        for row in self.rows(sheet):
            cells = _Cells(self.model, row, columns)
            participant = cells.required("participant", str)
            if participant is None:
                continue
            self.model.add_participant(
                participant,
                name=cells.get("name", str, ""),
                away=cells.get("away", parse_ids, []),
                limit=cells.get("limit", parse_whole, None),
                weight=cells.get("weight", parse_number, 1.0),
                arrival=cells.get("arrival", parse_moment, None),
                history=cells.get("history", parse_number, None),
                groups={group: row.cells[group] for group in groups if group in row.cells},
                place=row.place,
            )

    def choices(self, sheet: Sheet) -> None:
        if any(column.casefold() == "session" for column in sheet.columns):
            self.long_choices(sheet)
        else:
            self.wide_choices(sheet)

    def long_choices(self, sheet: Sheet) -> None:
        columns = self.columns(sheet, ("participant", "session"), ("rank", "rating"))
        if columns is None:
            return
        if "rank" not in columns and "rating" not in columns:
            self.report("neither a column 'rank' nor 'rating'; add one", sheet.name)
            return
        for row in self.rows(sheet):
            cells = _Cells(self.model, row, columns)
            participant, session = cells.required("participant", str), cells.required("session", str)
            values: dict[str, Any] = {}
            for column, parse in (("rank", parse_whole), ("rating", parse_number)):
                if column in columns:
                    values[column] = cells.required(column, parse)
            if participant is not None and session is not None and None not in values.values():
                self.model.add_choice(participant, self.session(session), **values, place=row.place)

    def wide_choices(self, sheet: Sheet) -> None:
        columns = self.columns(sheet, ("participant",), (), groups=True)
        ranks = self.wide_ranks(sheet, columns) if columns else None
        if columns is None or ranks is None:
            return
        seen: dict[str, str] = {}
        for row in self.rows(sheet):
            participant = _Cells(self.model, row, columns).required("participant", str)
            if participant is None:
                continue
            if before := seen.get(participant):
                message = f"participant {participant!r} has a row already ({before}); keep one"
                self.report(message, row.place, columns["participant"])
                continue
            seen[participant] = row.place
            for column, rank in ranks.items():
                if column in row.cells:
                    session = self.session(row.cells[column])
                    self.model.add_choice(participant, session, rank, place=f"{row.place}, column {column!r}")

    def wide_ranks(self, sheet: Sheet, columns: Mapping[str, str]) -> dict[str, int] | None:
        """Return the rank of each choice column: the number in its name, or its position where no name has one."""
        names = [column for column in sheet.columns if column != columns["participant"]]
        ranks: dict[str, int | None] = {}
        for name in names:
            try:
                ranks[name] = rank_in_header(name, self.slots)
            except ValueError as error:
                self.report(str(error), sheet.name)
                return None
        if not any(ranks.values()):
            return {name: rank for rank, name in enumerate(names, 1)}
        for name, rank in ranks.items():
            if rank is None:
                self.report(
                    f"column {name!r} has no rank in its name, unlike others; add it or remove the column", sheet.name
                )
        return {name: rank for name, rank in ranks.items() if rank is not None}

    def priorities(self, sheet: Sheet) -> None:
        columns = self.columns(sheet, ("session", "participant"), ("priority", "score"))
        if columns is None:
            return
        if ("priority" in columns) == ("score" in columns):
            self.report("needs one column 'priority' (1 comes first) or 'score' (the highest comes first)", sheet.name)
            return
        kind, sign = ("priority", 1.0) if "priority" in columns else ("score", -1.0)
        for row in self.rows(sheet):
            cells = _Cells(self.model, row, columns)
            session, participant = cells.required("session", str), cells.required("participant", str)
            value = cells.required(kind, parse_number)
            if session is not None and participant is not None and value is not None:
                self.model.add_priority(self.session(session), participant, sign * value, place=row.place)

    def conflicts(self, sheet: Sheet) -> None:
        if len(sheet.columns) != 2:
            self.report(f"has {len(sheet.columns)} columns; it needs two, one session in each", sheet.name)
            return
        first, second = sheet.columns
        columns = {first.casefold(): first, second.casefold(): second}
        for row in self.rows(sheet):
            cells = _Cells(self.model, row, columns)
            pair = [cells.required(column.casefold(), str) for column in (first, second)]
            if pair[0] is not None and pair[1] is not None:
                self.model.add_conflict(self.session(pair[0]), self.session(pair[1]), place=row.place)

    # ---- parts ---------------------------------------------------------------------------------------------------

    def session(self, text: str) -> str:
        """Return the id that a cell means: an id, or a title that only one session has."""
        return text if text in self.session_ids else self.session_of_title.get(text) or text

    def rows(self, sheet: Sheet) -> list[Row]:
        for finding in sheet.findings:
            self.model.report(finding)
        if not sheet.rows and not sheet.findings:
            self.report("the table has no rows below its column names; add at least one", sheet.name)
        return sheet.rows

    def columns(
        self, sheet: Sheet, required: tuple[str, ...], optional: tuple[str, ...], *, groups: bool = False
    ) -> dict[str, str] | None:
        """Return the sheet's own name of each column that is known; report missing and unknown ones."""
        known = (*required, *optional)
        columns = {column.casefold(): column for column in sheet.columns if column.casefold() in known}
        unknown = [column for column in sheet.columns if column not in columns.values()]
        for column in () if groups else unknown:
            close = get_close_matches(column.casefold(), known, 1)
            remedy = f"did you mean {close[0]!r}?" if close else f"remove it; there are {', '.join(known)}"
            self.report(f"column {column!r} is unknown; {remedy}", sheet.name)
        missing = [column for column in required if column not in columns]
        if not missing:
            return columns
        for finding in sheet.findings:
            self.model.report(finding)
        for column in missing if sheet.columns else ():
            self.report(f"column {column!r} is missing; there are {shown(', '.join(sheet.columns))}", sheet.name)
        return None


class _Cells:
    """The cells of one row, read by column; what cannot be read is reported to the model."""

    def __init__(self, model: Model, row: Row, columns: Mapping[str, str]) -> None:
        self.model = model
        self.row = row
        self.columns = columns

    def get(self, column: str, parse: Callable[[str], Value], default: Any) -> Any:
        """Return a cell's value, or the default where it is blank or cannot be read."""
        text = self.row.cells.get(self.columns.get(column, ""))
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.model.report(Finding(str(error), "", -1, self.columns[column], self.row.place))
            return default

    def required(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        """Return a cell's value; a blank cell is reported, and None."""
        if self.columns[column] not in self.row.cells:
            self.model.report(Finding("the cell is blank; fill it in", "", -1, self.columns[column], self.row.place))
            return None
        value: Value | None = self.get(column, parse, None)
        return value
