"""A file of rows, one a line, that outlives the process that writes it: what was finished is never lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pdalloc.study.rows import Row

__all__ = ["read_journal", "writing"]


@contextmanager
def writing(file: str | None) -> Iterator[Callable[[Row], None]]:
    """Give a function that appends a row to a file, so that it is there when the process is killed.

    Where there is no file, its folder is not on this machine or has no room, rows are not written: whoever asked for
    them keeps them when they arrive.
    """
    try:
        lines = None if file is None else open(file, "ab", buffering=0)  # noqa: SIM115 - closed below
    except OSError:
        lines = None
    if lines is None:
        yield lambda row: None
        return

    def write(row: Row) -> None:
        # each line begins and ends itself, so that one that was cut off before it spoils no other
        with suppress(OSError):
            lines.write(f"\n{json.dumps(row)}\n".encode())

    with lines:
        yield write


def read_journal(file: Path) -> list[Row]:
    """Return the rows of a file, without lines that were cut off; none where it is not there."""
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    rows = []
    for line in lines:
        # no part of a line is JSON by itself
        with suppress(ValueError):
            rows.append(json.loads(line))
    return rows
