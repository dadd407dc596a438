"""What the text of a cell means; every function raises ValueError with the reason and the remedy."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

__all__ = ["parse_ids", "parse_moment", "parse_number", "parse_whole", "rank_in_header", "shown"]

WHOLE = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)
MAX_SHOWN = 60


def shown(text: str) -> str:
    """Return a cell's text for an error, shortened if it is long."""
    return repr(text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "...")


def parse_whole(text: str) -> int:
    """Read a whole number; "10.0", as spreadsheets write it, is one."""
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a whole number; write one such as 12")
    digits = text.partition(".")[0]
    if len(digits) > 19:
        raise ValueError(f"{shown(text)} is too large; at most 2,147,483,647")
    return int(digits)


def parse_number(text: str) -> float:
    """Read a finite decimal number, with a point."""
    try:
        number = math.nan if "_" in text else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{shown(text)} is not a finite number; write one such as 2.5, or leave the cell blank")
    return number


def parse_moment(text: str) -> float:
    """Read a number, or a date and time by ISO 8601 as seconds since 1970 (UTC where it names no zone)."""
    try:
        return parse_number(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is neither a number nor a time such as 2026-03-01 17:00:05") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def parse_ids(text: str) -> list[str]:
    """Read ids separated by semicolons."""
    return [label.strip() for label in text.split(";") if label.strip()]


def rank_in_header(header: str, slots: tuple[str, ...]) -> int | None:
    """Return the rank that a column's name holds, or None if it holds no number.

    The name of a slot does not count: "Slot 2: choice 1" is rank 1 where a slot is called "Slot 2".

    Raises
    ------
    ValueError
        If it holds several numbers.
    """
    numbers = re.findall(r"\d+", header)
    if len(numbers) > 1:
        for slot in sorted(slots, key=len, reverse=True):
            header = re.sub(rf"(?<!\w){re.escape(slot)}(?!\w)", " ", header)
        numbers = re.findall(r"\d+", header)
    if len(numbers) > 1:
        raise ValueError(f"column {header!r} holds the numbers {', '.join(numbers)}; keep only the rank")
    return int(numbers[0]) if numbers else None
