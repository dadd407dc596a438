"""A file of rows, one a line, that outlives the process that writes it: what was finished is never lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pdalloc.study.rows import Row

__all__ = ["read_journal", "writing"]


@contextmanager
def writing(file: str | None) -> Iterator[Callable[[Row], None]]:
    """Give a function that appends a row to a file, so that it is there when the process is killed.

    Where there is no file, or its folder is not on this machine, rows are not written: whoever asked for them keeps
    them when they arrive.
    """
    try:
        lines = None if file is None else open(file, "a", encoding="utf-8")  # noqa: SIM115 - closed below
    except OSError:
        lines = None
    if lines is None:
        yield lambda row: None
        return

    def write(row: Row) -> None:
        # in one piece, so that a line is there whole or ends the file
        lines.write(json.dumps(row) + "\n")
        lines.flush()

    with lines:
        yield write


def read_journal(file: Path) -> list[Row]:
    """Return the rows of a file, without one that was cut off; none where it is not there."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
