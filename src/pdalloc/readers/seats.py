"""Capacities as researchers give them: one for all, one a session, by name, or in a file of their own."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int64Array
from pdalloc.errors import Finding, ProblemError
from pdalloc.hints import did_you_mean
from pdalloc.problem.cells import parse_whole, shown
from pdalloc.problem.choices import MAX_WHOLE
from pdalloc.problem.sheets import sheet_from_csv

__all__ = ["Capacity", "seats"]

Capacity = int | Mapping[Any, int] | str | Path | npt.ArrayLike

Entry = tuple[str, object, str]
"""An id or a title, a capacity, and where they were read."""


def seats(
    capacity: Capacity,
    sessions: Sequence[str],
    titles: Sequence[str] = (),
    *,
    columns: tuple[str, str] = ("session", "capacity"),
    read_id: Callable[[str], str] = str,
) -> Int64Array:
    """Return the capacity of each session, shape (sessions,).

    Parameters
    ----------
    capacity : int, mapping of id or title to int, path of a CSV file, or array_like of int, shape (sessions,)
    sessions, titles : sequence of str
        Where two sessions share a title, only their ids name them.
    columns : tuple of str
        The columns of a file that hold sessions and capacities.
    read_id : callable
        Makes an id of what stands in the first of them; ValueError with what is wrong with it.

    Raises
    ------
    ProblemError
        Naming every capacity that is missing, unknown, given twice or no whole number from 0.
    """
    entries: list[Entry]
    if isinstance(capacity, str | Path):
        entries, place = list(_rows(Path(capacity), columns, read_id)), Path(capacity).name
    elif isinstance(capacity, Mapping):
        entries, place = [(str(key), value, "capacity") for key, value in capacity.items()], "capacity"
    else:
        given, place = np.asarray(capacity, object), "capacity"
        if given.ndim == 0:
            return np.full(len(sessions), _one_for_all(capacity), np.int64)
        if given.shape != (len(sessions),):
            raise ProblemError(
                f"capacity has shape {given.shape}, but there are {len(sessions)} sessions; give one number a session"
            )
        entries = [(session, value, place) for session, value in zip(sessions, given.tolist(), strict=True)]
    return _resolved(entries, place, sessions, titles)


def _resolved(entries: Sequence[Entry], place: str, sessions: Sequence[str], titles: Sequence[str]) -> Int64Array:
    called = {session: [number] for number, session in enumerate(sessions)}
    for number, title in enumerate(titles):
        # an id names its own session, whatever else has it as a title
        if title not in sessions:
            called.setdefault(title, []).append(number)
    found = dict.fromkeys(range(len(sessions)), -1)
    named: set[int] = set()
    findings = []
    for key, value, where in entries:
        try:
            number = _single(key, called, sessions)
            if number in named:
                raise ValueError(f"session {sessions[number]!r} has a capacity already; keep one of the two")
            named.add(number)
            found[number] = _whole(value, f"session {sessions[number]!r}: ")
        except ValueError as error:
            findings.append(Finding(str(error), place=where))
    if missing := [session for number, session in enumerate(sessions) if number not in named]:
        more = f" and {len(missing) - 5:,} more" if len(missing) > 5 else ""
        message = f"no capacity for session {', '.join(map(repr, missing[:5]))}{more}; every session needs one"
        findings.append(Finding(message, place=place))
    if findings:
        raise ProblemError(findings)
    return np.array(list(found.values()), np.int64)


def _single(key: str, called: Mapping[str, Sequence[int]], sessions: Sequence[str]) -> int:
    """Return the number of the one session that has an id or a title."""
    numbers = called.get(key, ())
    if not numbers:
        raise ValueError(f"unknown session {shown(key)}; {did_you_mean(key, called) or 'give an id or a title'}")
    if len(numbers) > 1:
        ids = ", ".join(repr(sessions[number]) for number in numbers)
        raise ValueError(f"sessions {ids} all have the title {shown(key)}; give their ids")
    return numbers[0]


def _rows(path: Path, columns: tuple[str, str], read_id: Callable[[str], str]) -> Iterator[Entry]:
    """Yield what each row of a CSV file says."""
    sheet = sheet_from_csv(path)
    if not sheet.findings and not set(columns) <= set(sheet.columns):
        sheet.report(f"the columns are {', '.join(sheet.columns)}; it needs {' and '.join(columns)}")
    if sheet.findings:
        raise ProblemError(sheet.findings)
    for row in sheet.rows:
        key, value = (row.cells.get(column, "") for column in columns)
        try:
            yield read_id(key), value, row.place
        except ValueError as error:
            raise ProblemError([Finding(str(error), place=row.place)]) from None


def _one_for_all(capacity: object) -> int:
    try:
        return _whole(capacity)
    except ValueError as error:
        raise ProblemError(str(error)) from None


def _whole(value: object, what: str = "") -> int:
    """Return a capacity; ValueError with what is wrong with that of `what`."""
    try:
        if isinstance(value, float) and value.is_integer():
            number = int(value)
        else:
            number = parse_whole(value) if isinstance(value, str) else operator.index(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = -1
    if isinstance(value, bool) or not 0 <= number <= MAX_WHOLE:
        raise ValueError(f"{what}capacity {shown(value)} is not a whole number from 0 to {MAX_WHOLE:,}; correct it")
    return number
