"""Schedules and rosters as tables for a spreadsheet, beside the result as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pdalloc.allocation import Allocation
from pdalloc.auditing.repaired import Repair, move_row
from pdalloc.files import csv_text, write_files
from pdalloc.problem import Problem
from pdalloc.random_assignment import RandomAssignment
from pdalloc.result import Result

__all__ = ["chance_rows", "move_rows", "neutralised", "roster_rows", "schedule_rows", "write_result"]

CHANCES = "chances.csv"

# where the separator is a semicolon, a spreadsheet starts a new cell after one, and a new row after a line break
FORMULA_START = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r])")


def write_result(result: Result, folder: str | Path, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write ``schedule.csv``, ``rosters.csv`` and ``result.json`` into a folder, all of them or none.

    Parameters
    ----------
    result : Result
    folder : path
    more : mapping of file name to text, optional
        Written with them.

    Where the result has chances, ``chances.csv`` too; where it has none, that of an earlier result is removed. The same
    problem, solver, options and seed give the same bytes: the runtime is left out.

    Raises
    ------
    OutputError
        If the folder cannot be written; what was there is kept.
    """
    texts = {
        "schedule.csv": csv_text(schedule_rows(result.allocation)),
        "rosters.csv": csv_text(roster_rows(result.allocation)),
        "result.json": result.to_json(runtime=False),
        **more,
    }
    if result.random_assignment is not None:
        texts[CHANCES] = csv_text(chance_rows(result.random_assignment))
    write_files(folder, texts)
    if CHANCES not in texts:
        (Path(folder) / CHANCES).unlink(missing_ok=True)


def chance_rows(chances: RandomAssignment) -> Iterator[list[str]]:
    """Yield the header, then a row a pair: participant, session, probability; where it was estimated, its interval."""
    problem, columns = chances.problem, [chances.probability]
    if chances.draws is not None:
        columns += chances.interval()
    yield ["participant", "session", *("probability", "lower", "upper")[: len(columns)]]
    pairs = zip(chances.participant.tolist(), chances.session.tolist(), *(c.tolist() for c in columns), strict=True)
    for participant, session, *numbers in pairs:
        labels = neutralised(problem.participants[participant]), neutralised(problem.sessions[session])
        yield [*labels, *map(repr, numbers)]


def move_rows(repair: Repair) -> Iterator[list[str]]:
    """Yield the header, then a row for each schedule that differs from what was published."""
    yield ["participant", "before", "after", "counts", "reason", "why"]
    for move in repair.moves:
        yield [neutralised(str(cell)) for cell in move_row(move)]


def neutralised(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula: an apostrophe goes before whatever could start one."""
    return FORMULA_START.sub(r"\1'", cell)


def schedule_rows(allocation: Allocation) -> Iterator[list[str]]:
    """Yield the header, then a row a participant with a column a slot.

    A cell holds the session's id; "facilitates" and the id where the participant runs a session; "away"; or nothing.
    Sessions without a slot share one column, separated by ";", which is there only if the day has such sessions.
    """
    problem = allocation.problem
    columns = [*problem.slots, *(["session"] if not problem.session_slots.count.all() else [])]
    yield [neutralised(name) for name in ("participant", *(["name"] if problem.name else []), *columns)]
    cells = _cells(allocation, len(columns))
    for participant, label in enumerate(problem.participants):
        name = [problem.name[participant]] if problem.name else []
        yield [neutralised(cell) for cell in (label, *name, *(";".join(cell) for cell in cells[participant]))]


def _cells(allocation: Allocation, columns: int) -> list[list[list[str]]]:
    """Texts of each participant and column."""
    problem = allocation.problem
    cells: list[list[list[str]]] = [[[] for _ in range(columns)] for _ in range(len(problem.participants))]

    def put(participant: int, session: int, text: str) -> None:
        for column in problem.session_slots[session].tolist() or [columns - 1]:
            cells[participant][column].append(text)

    for participant, session in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
        put(participant, session, problem.sessions[session])
    for participant, session in problem.facilitated.tolist():
        if allocation.runs[session]:
            put(participant, session, f"facilitates {problem.sessions[session]}")
    for participant, slot in zip(problem.away.row.tolist(), problem.away.column.tolist(), strict=True):
        cells[participant][slot].append("away")
    return cells


def roster_rows(allocation: Allocation) -> Iterator[list[str]]:
    """Yield the header, then a row for each participant of each session; a session without one has one row without.

    The columns title, slots, room and name are left out where they would be blank throughout.
    """
    problem = allocation.problem
    header = ("session", "title", "slots", "room", "status", "participant", "name", "rank")
    rows = list(_roster_cells(problem, allocation))
    always = ("session", "status", "participant", "rank")
    used = [at for at, column in enumerate(header) if column in always or any(row[at] for row in rows)]
    yield [header[at] for at in used]
    for row in rows:
        yield [neutralised(row[at]) for at in used]


def _roster_cells(problem: Problem, allocation: Allocation) -> Iterator[Sequence[str]]:
    members: list[list[tuple[str, str, str]]] = [[] for _ in range(len(problem.sessions))]
    pairs = (allocation.participant.tolist(), allocation.session.tolist(), allocation.rank.tolist(), allocation.choice)
    for participant, session, rank, choice in zip(*pairs, strict=True):
        name = problem.name[participant] if problem.name else ""
        members[session].append((problem.participants[participant], name, str(rank) if choice >= 0 else "unlisted"))
    for session, label in enumerate(problem.sessions):
        about = (
            label,
            problem.title[session] if problem.title else "",
            ";".join(problem.slots[slot] for slot in problem.session_slots[session].tolist()),
            problem.room[session] if problem.room else "",
            "runs" if allocation.runs[session] else "cancelled",
        )
        for member in members[session] or [("", "", "")]:
            yield (*about, *member)
