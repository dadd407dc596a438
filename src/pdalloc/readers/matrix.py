"""Plain matrices, participants in rows and sessions in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import FloatArray
from pdalloc.errors import Finding, OptionError, ProblemError
from pdalloc.problem import Labels, Problem, Unlisted
from pdalloc.problem.cells import parse_number, parse_whole
from pdalloc.problem.choices import MAX_RANK
from pdalloc.problem.labels import clean_text
from pdalloc.problem.sheets import csv_lines
from pdalloc.readers.seats import Capacity, seats

__all__ = ["Matrix", "matrix", "read_matrix"]

Kind = Literal["ranks", "ratings"]


def matrix(
    source: str | Path | npt.ArrayLike,
    *,
    capacity: Capacity,
    kind: Kind = "ranks",
    header: bool = True,
    labels: bool = True,
    unlisted: Unlisted = "forbidden",
) -> Problem:
    """Read a matrix of ranks or ratings, participants in rows and sessions in columns, as a CSV file or an array.

    Everybody wants one place. Where a file has no ids, and for arrays, ids are the numbers from 0 as text.

    Parameters
    ----------
    source : str or Path, or array_like of float, shape (participants, sessions)
        A blank cell, in an array nan, is a session that is not listed.
    capacity : int, mapping of session to int, path of a CSV file, or array_like of int, shape (sessions,)
        A file has the columns session and capacity.
    kind : {"ranks", "ratings"}
        Whether the cells are ranks, whole numbers from 1 (best), or ratings, of which larger ones are better. Ranks are
        taken as they are; ratings give ranks in which equal ones tie and no rank is skipped.
    header, labels : bool
        Whether the first line of the file holds the ids of sessions, and the first cell of each line the id of a
        participant.
    unlisted : {"forbidden", "last"}
        Whether a participant may be placed in a session that they do not list.

    Raises
    ------
    OptionError
        If `kind` is neither.
    ProblemError
        Naming file and line of everything that is wrong.

    Examples
    --------
    >>> matrix([[1, 2], [1, float("nan")]], capacity=1)
    <Problem: 2 participants, 2 sessions, 0 slots, 3 choices>
    """
    if kind not in get_args(Kind):
        raise OptionError(f"matrix: kind is {kind!r}; give one of {', '.join(get_args(Kind))}")
    if not isinstance(source, str | Path):
        return _problem(_as_matrix(source), capacity, kind, unlisted)
    parse = _rank if kind == "ranks" else parse_number
    return _problem(read_matrix(Path(source), parse, header=header, labels=labels), capacity, kind, unlisted)


def _problem(given: Matrix, capacity: Capacity, kind: Kind, unlisted: Unlisted) -> Problem:
    number_of_seats = seats(capacity, given.sessions)
    if kind == "ratings":
        problem = Problem.from_ratings(given.values, number_of_seats, unlisted=unlisted)
    else:
        who, what = np.nonzero(~np.isnan(given.values))
        rank = given.values[who, what]
        if (wrong := np.flatnonzero((rank != np.floor(rank)) | ~((rank >= 1) & (rank <= MAX_RANK)))).size:
            raise ProblemError(
                f"row {who[wrong[0]]}, column {what[wrong[0]]}: rank {rank[wrong[0]]:g} is no whole number from 1 to "
                f"{MAX_RANK:,}; rank 1 is best, write nan for what is not listed"
            )
        problem = Problem.from_arrays(
            who, what, rank, number_of_seats, participants=len(given.values), unlisted=unlisted
        )
    return replace(problem, participants=given.participants, sessions=given.sessions)


class Matrix(NamedTuple):
    """A matrix and what its rows and columns are called.

    Attributes
    ----------
    participants, sessions : Labels
    values : float64 array, shape (participants, sessions)
        nan where there is none.
    """

    participants: Labels
    sessions: Labels
    values: FloatArray


def _as_matrix(source: npt.ArrayLike) -> Matrix:
    try:
        values = np.asarray(source, np.float64)
    except (TypeError, ValueError):
        raise ProblemError("the matrix does not hold numbers in rows of equal length; write nan for none") from None
    if values.ndim != 2:
        raise ProblemError(f"the matrix has {values.ndim} dimensions; give participants x sessions")
    return Matrix(Labels.numbered(values.shape[0]), Labels.numbered(values.shape[1]), values)


def _rank(text: str) -> float:
    rank = parse_whole(text)
    if not 1 <= rank <= MAX_RANK:
        raise ValueError(f"rank {rank} is not in 1 to {MAX_RANK:,}; rank 1 is best, leave blank what is not listed")
    return rank


def read_matrix(
    path: Path,
    parse: Callable[[str], float],
    *,
    header: bool = True,
    labels: bool = True,
    participant: Callable[[str], str] = str,
    session: Callable[[str], str] = str,
) -> Matrix:
    """Read a matrix from a CSV file.

    Parameters
    ----------
    path : Path
    parse : callable
        Makes a number of a cell that is not blank; ValueError with what is wrong with it.
    header, labels : bool
        Whether there is a line of sessions, and a column of participants.
    participant, session : callable
        Makes an id of what stands in that column or line.

    Raises
    ------
    ProblemError
        Naming line and column of everything that is wrong.
    """
    lines = [(place, [clean_text(cell) for cell in cells]) for place, cells in csv_lines(path)]
    lines = [(place, cells) for place, cells in lines if cells]
    first = int(labels)
    if header and labels and lines and _is_number(lines[0][1][0]):
        message = f"its first cell is {lines[0][1][0]}, so it is no line of session ids; add one, or give header=False"
        raise ProblemError([Finding(message, place=lines[0][0])])
    above, names = lines.pop(0) if header and lines else ("", [])
    names = names[first:]
    if not lines:
        raise ProblemError([Finding("there is no row of numbers; give one a participant", place=path.name)])
    width = len(names) if header else len(lines[0][1]) - first
    findings: list[Finding] = []
    values = np.full((len(lines), max(width, 0)), np.nan)
    for row, (place, cells) in enumerate(lines):
        if len(cells) != width + first:
            message = f"the row has {len(cells)} cells, but it should have {width + first}; add or remove the others"
            findings.append(Finding(message, place=place))
            continue
        for column, cell in enumerate(cells[first:]):
            try:
                values[row, column] = parse(cell) if cell else np.nan
            except ValueError as error:
                findings.append(Finding(f"cell {column + first + 1}: {error}", place=place))
    if findings:
        raise ProblemError(findings)
    people = _ids(participant, [(place, cells[0]) for place, cells in lines], "participant") if labels else None
    sessions = _ids(session, [(above, name) for name in names], "session") if header else None
    return Matrix(people or Labels.numbered(len(lines)), sessions or Labels.numbered(width), values)


def _ids(read: Callable[[str], str], texts: Iterable[tuple[str, str]], kind: str) -> Labels:
    """Return the ids made of texts, each given after its place."""
    ids: dict[str, str] = {}
    for place, text in texts:
        try:
            (label,) = Labels([read(text)], kind)
            if label in ids:
                raise ValueError(f"{kind} {label!r} is given twice ({ids[label]}); ids must differ")
        except ValueError as error:
            raise ProblemError([Finding(str(error), place=place)]) from None
        ids[label] = place
    return Labels(ids, kind)


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True
