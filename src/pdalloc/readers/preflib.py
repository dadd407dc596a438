"""Rankings in the formats of PrefLib (Mattei and Walsh 2013)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.errors import Finding, ProblemError
from pdalloc.problem import Labels, Problem, Unlisted
from pdalloc.problem.cells import shown
from pdalloc.problem.labels import clean_text
from pdalloc.problem.sheets import utf8_text
from pdalloc.readers.seats import Capacity, seats

__all__ = ["preflib"]

ORDERS = {
    "soc": "strict and complete",
    "soi": "strict, maybe incomplete",
    "toc": "maybe tied, complete",
    "toi": "maybe tied, maybe incomplete",
}
LINE = re.compile(r"(\d+):((\d+|\{\d+(,\d+)*\})(,(\d+|\{\d+(,\d+)*\}))*)?")
TIE = re.compile(r"\{([\d,]+)\}|(\d+)")
NAME = "ALTERNATIVE NAME "
COUNTED = ("NUMBER ", NAME)
MAX_COUNT = 10**8


def preflib(file: str | Path, *, capacity: Capacity, unlisted: Unlisted = "forbidden") -> Problem:
    """Read a PrefLib file of orders: soc, soi, toc or toi (strict or tied orders, complete or incomplete).

    Alternatives become sessions: their ids are the numbers of the file as text, their titles the names. Voters become
    participants "1", "2", ... in the order of the lines, each wanting one place. A group in braces is a tie, and no
    rank is skipped after it: ``1,{3,4},2`` gives ranks 1, 2, 2, 3, as everywhere in pdalloc. In a toc file the
    alternatives that a voter did not rank usually stand in one tie at the end; they are choices like the others, so
    read the soi or toi file of the same data where it exists.

    Parameters
    ----------
    file : str or Path
    capacity : int, mapping, path of a CSV file, or array_like of int, shape (alternatives,)
        Seats, which PrefLib does not have: one number for all, a mapping by number or name, a file with the columns
        session and capacity, or one number for each in order.
    unlisted : {"forbidden", "last"}
        Whether a voter may get an alternative that they did not rank.

    Raises
    ------
    ProblemError
        Naming file and line of everything that is wrong: another data type, numbers of the header that differ from
        what follows, ties or missing alternatives in a file that has none by its data type, and so on.

    References
    ----------
    .. [1] Mattei and Walsh 2013, "PrefLib: A library for preferences", ADT, doi 10.1007/978-3-642-41575-3_20.
    """
    names, counts, orders = _Reading(Path(file)).read()
    sessions = Labels((str(number) for number in range(1, len(names) + 1)), "session")
    order_of = np.repeat(np.arange(len(orders)), counts).tolist()
    session, rank = np.concatenate([orders[number] for number in order_of]).T
    problem = Problem.from_arrays(
        np.repeat(np.arange(len(order_of)), [len(orders[number]) for number in order_of]),
        session,
        rank,
        seats(capacity, sessions, names),
        participants=len(order_of),
        unlisted=unlisted,
    )
    voters = Labels((str(number) for number in range(1, len(order_of) + 1)), "participant")
    return replace(problem, participants=voters, sessions=sessions, title=tuple(names))


class _Reading:
    """Reads one file, and collects what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[tuple[int, str]] = []
        self.header: dict[str, tuple[str, int]] = {}

    def read(self) -> tuple[list[str], list[int], list[Int64Array]]:
        """Return the names of the alternatives, and the number of voters and the order (see `_parsed`) of each line."""
        lines = [(number, line.strip()) for number, line in enumerate(utf8_text(self.path).split("\n"), 1)]
        for number, line in lines:
            if line.startswith("#"):
                key, _, value = line[1:].partition(":")
                if key.strip() in self.header and key.strip().startswith(COUNTED):
                    self.report(f"{key.strip()} is given twice; keep one of the two", number)
                self.header.setdefault(key.strip(), (clean_text(value), number))
        kind = self.data_type()
        names = self.names(self.whole("NUMBER ALTERNATIVES"))
        voters = self.whole("NUMBER VOTERS")
        counts, orders = [], []
        for number, line in lines:
            if line and not line.startswith("#"):
                try:
                    count, order = _parsed(line, len(names), kind)
                    counts.append(count)
                    orders.append(order)
                except ValueError as error:
                    self.report(str(error), number)
        if not self.faults and sum(counts) != voters:
            self.report(
                f"NUMBER VOTERS is {voters:,}, but the orders are those of {sum(counts):,}; correct whichever is wrong",
                self.header["NUMBER VOTERS"][1],
            )
        if self.faults:
            raise self.error()
        return names, counts, orders

    def report(self, message: str, line: int = 0) -> None:
        """Note what is wrong, and in which line; 0 for the file as such."""
        self.faults.append((line, message))

    def error(self) -> ProblemError:
        """Return all that is wrong, in the order of the lines."""
        name = self.path.name
        return ProblemError(
            Finding(message, place=f"{name}, line {line}" if line else name) for line, message in sorted(self.faults)
        )

    def data_type(self) -> str:
        """Return the data type, which must be one of orders."""
        kind, line = self.header.get("DATA TYPE", (self.path.suffix[1:], 0))
        if kind.lower() not in ORDERS:
            self.report(f"the data type is {shown(kind)}, which holds no orders; give one of {', '.join(ORDERS)}", line)
            raise self.error()
        return kind.lower()

    def whole(self, key: str) -> int:
        """Return a number of the header."""
        text, line = self.header.get(key, ("", 0))
        if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= MAX_COUNT):
            what = f"{key} is {shown(text)}" if line else f"there is no line '# {key}: ...'"
            self.report(f"{what}; it must say how many there are, from 1 to {MAX_COUNT:,}", line)
            raise self.error()
        return int(text)

    def names(self, alternatives: int) -> list[str]:
        """Return the names of the alternatives by number."""
        given = {key.removeprefix(NAME).strip(): line for key, (_, line) in self.header.items() if key.startswith(NAME)}
        there = f"there are {alternatives:,} alternatives"
        if missing := next((number for number in range(1, alternatives + 1) if str(number) not in given), 0):
            self.report(f"{there}, but number {missing} has no line '# {NAME}...'; add it or correct the number")
            raise self.error()
        for key in given.keys() - {str(number) for number in range(1, alternatives + 1)}:
            self.report(f"{there}, but one has the number {shown(key)}; remove it or correct the number", given[key])
        return [self.header.get(f"{NAME}{number}", ("", 0))[0] for number in range(1, alternatives + 1)]


def _parsed(line: str, alternatives: int, kind: str) -> tuple[int, Int64Array]:
    """Return the number of voters, and (alternative from 0, rank) in their order, shape (alternatives listed, 2).

    ValueError says what is wrong with the line.
    """
    found = LINE.fullmatch(re.sub(r"\s*([:,{}])\s*", r"\1", line))
    if not found:
        raise ValueError(
            f"{shown(line)} is no order; write voters, a colon, and alternatives best first with ties in braces, "
            "such as 2: 1,{3,4},2"
        )
    if not 0 < int(found[1][:20]) <= MAX_COUNT:
        raise ValueError(f"the order is that of {found[1]} voters; write how many there are, from 1 to {MAX_COUNT:,}")
    order = [[int(text[:20]) for text in (tie or alone).split(",")] for tie, alone in TIE.findall(found[2] or "")]
    _check(order, alternatives, kind)
    pairs = [(alternative - 1, rank) for rank, tie in enumerate(order, 1) for alternative in tie]
    return int(found[1]), np.array(pairs, np.int64).reshape(-1, 2)


def _check(order: Sequence[Sequence[int]], alternatives: int, kind: str) -> None:
    listed = [alternative for tie in order for alternative in tie]
    if wrong := [alternative for alternative in listed if not 1 <= alternative <= alternatives]:
        raise ValueError(f"alternative {wrong[0]} is not in 1 to {alternatives:,}; correct it or NUMBER ALTERNATIVES")
    if len(set(listed)) < len(listed):
        twice = next(alternative for alternative in listed if listed.count(alternative) > 1)
        raise ValueError(f"alternative {twice} is listed twice; keep one of the two")
    tied = next((tie for tie in order if len(tie) > 1), ())
    if tied and kind.startswith("s"):
        raise ValueError(f"alternatives {tied[0]} and {tied[1]} tie, {_but(kind, 't' + kind[1:])}")
    if len(listed) < alternatives and kind.endswith("c"):
        raise ValueError(f"{len(listed):,} of {alternatives:,} alternatives are listed, {_but(kind, kind[:2] + 'i')}")


def _but(kind: str, better: str) -> str:
    return f"but the data type is {kind} ({ORDERS[kind]}); correct the order, or make it {better}"
