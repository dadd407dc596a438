"""Problems to tables: the folder that `read_tables` reads back to an equal problem."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from pdalloc.errors import OutputError
from pdalloc.files import check_writable, csv_text, write_files
from pdalloc.problem.json import FacilitatorEntry, ParticipantEntry, ProblemDocument, SessionEntry, problem_document
from pdalloc.problem.problem import Problem
from pdalloc.problem.tables import TABLE_SUFFIXES, TABLES

__all__ = ["refuse_other_tables", "table_texts", "write_tables"]


def write_tables(problem: Problem, path: str | Path) -> None:
    """Write a problem as tables into a folder; `read_tables` gives an equal problem.

    Choices are written long. Columns in which every cell is at its default are left out. All files or none are written.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds a table that would stay and be read with the new ones.
    """
    texts = table_texts(problem)
    check_writable(path)
    refuse_other_tables(path, texts)
    write_files(path, texts)


def refuse_other_tables(path: str | Path, texts: Mapping[str, str]) -> None:
    """Refuse a folder that holds a table which would stay beside the new ones.

    Raises
    ------
    OutputError
        Naming the first one.
    """
    for name in (f"{table}{suffix}" for table in TABLES for suffix in TABLE_SUFFIXES):
        if name not in texts and (Path(path) / name).exists():
            raise OutputError(f"{Path(path) / name}: belongs to another problem; remove it or name another folder")


def table_texts(problem: Problem) -> dict[str, str]:
    """Return the text of every table by file name; optional tables that would be empty are left out."""
    document = problem_document(problem)
    tables = {
        "sessions.csv": _session_columns(document.sessions),
        "participants.csv": _participant_columns(document.participants),
        "choices.csv": _choice_columns(document.participants),
    }
    if document.facilitators:
        tables["facilitators.csv"] = _facilitator_columns(document.facilitators)
    if any(entry.priorities for entry in document.sessions):
        tables["priorities.csv"] = _priority_columns(document.sessions)
    if document.conflicts:
        tables["conflicts.csv"] = {
            "session": [pair[0] for pair in document.conflicts],
            "other session": [pair[1] for pair in document.conflicts],
        }
    texts = {name: csv_text(_rows(columns)) for name, columns in tables.items()}
    return texts | {"rules.toml": tomli_w.dumps(_rules(document))}


def _rows(columns: dict[str, list[str]]) -> Iterator[list[str]]:
    yield list(columns)
    yield from map(list, zip(*columns.values(), strict=True))


def _used(columns: dict[str, list[str]], always: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: cells for name, cells in columns.items() if name in always or any(cells)}


def _session_columns(entries: list[SessionEntry]) -> dict[str, list[str]]:
    columns = {
        "session": [entry.session for entry in entries],
        "title": [entry.title for entry in entries],
        "slots": [";".join(entry.slots) for entry in entries],
        "capacity": [str(entry.capacity) for entry in entries],
        "minimum": [str(entry.minimum or "") for entry in entries],
        "must_run": ["yes" if entry.must_run else "" for entry in entries],
        "topic": [entry.topic or "" for entry in entries],
        "facilitators": [";".join(entry.facilitators) for entry in entries],
        "tags": [";".join(entry.tags) for entry in entries],
        "room": [entry.room for entry in entries],
    }
    return _used(columns, ("session", "slots", "capacity"))


def _facilitator_columns(entries: list[FacilitatorEntry]) -> dict[str, list[str]]:
    columns = {
        "facilitator": [entry.facilitator for entry in entries],
        "most_sessions": [_whole(entry.most_sessions) for entry in entries],
        "most_participants": [_whole(entry.most_participants) for entry in entries],
    }
    return _used(columns, ("facilitator",))


def _participant_columns(entries: list[ParticipantEntry]) -> dict[str, list[str]]:
    groups = dict.fromkeys(name for entry in entries for name in entry.groups)
    columns = {
        "participant": [entry.participant for entry in entries],
        "name": [entry.name for entry in entries],
        "away": [";".join(entry.away) for entry in entries],
        "limit": [_whole(entry.limit) for entry in entries],
        "weight": [_number(entry.weight) for entry in entries],
        "arrival": [_number(entry.arrival) for entry in entries],
        "history": [_number(entry.history) for entry in entries],
        **{name: [entry.groups.get(name, "") for entry in entries] for name in groups},
    }
    return _used(columns, ("participant",))


def _choice_columns(entries: list[ParticipantEntry]) -> dict[str, list[str]]:
    chosen = [(entry, session, rank) for entry in entries for session, rank in entry.ranks.items()]
    if not chosen:
        # a table without rows would be refused as unfinished: say of everybody that they chose nothing
        return {"participant": [entry.participant for entry in entries], "1": [""] * len(entries)}
    columns = {
        "participant": [entry.participant for entry, _, _ in chosen],
        "session": [session for _, session, _ in chosen],
        "rank": [str(rank) for _, _, rank in chosen],
        "rating": [_number(entry.ratings.get(session)) for entry, session, _ in chosen],
    }
    return _used(columns, ("participant", "session", "rank"))


def _priority_columns(entries: list[SessionEntry]) -> dict[str, list[str]]:
    listed = [
        (entry.session, participant, str(level))
        for entry in entries
        for level, participants in enumerate(entry.priorities, 1)
        for participant in participants
    ]
    names = ("session", "participant", "priority")
    return {name: [row[position] for row in listed] for position, name in enumerate(names)}


def _rules(document: ProblemDocument) -> dict[str, Any]:
    rules: dict[str, Any] = {"ranking": document.ranking, "unlisted": document.unlisted}
    if document.slots:
        rules["slots"] = document.slots
    for name, pairs in (("fixed", document.fixed), ("forbidden", document.forbidden)):
        if pairs:
            rules[name] = [{"participant": pair.participant, "session": pair.session} for pair in pairs]
    if document.rules:
        rules["rules"] = [msgspec.to_builtins(entry) for entry in document.rules]
    return rules


def _whole(value: int | None) -> str:
    return "" if value is None else str(value)


def _number(value: float | None) -> str:
    """Return a number so that reading gives the same one; nothing for an unknown one."""
    return "" if value is None or math.isnan(value) else repr(float(value)).removesuffix(".0")
