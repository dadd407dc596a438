"""What the text of a cell means; every function raises ValueError with the reason and the remedy."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from pdalloc.problem.choices import MAX_WHOLE

__all__ = ["parse_ids", "parse_moment", "parse_number", "parse_whole", "parse_yes", "shown"]

# spreadsheets write 10 as "10.0" or "10.00"; "1.000" is refused, since it is a thousand in half of Europe
WHOLE = re.compile(r"[+-]?\d+(\.0{0,2})?", re.ASCII)
MAX_SHOWN = 60
YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def shown(value: object) -> str:
    """Return a cell's text, or another value, for an error; shortened if it is long."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 4]}...{text[-1]}"


def parse_whole(text: str) -> int:
    """Read a whole number; "10.0", as spreadsheets write it, is one."""
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a whole number; write one such as 12, digits only")
    digits = text.partition(".")[0]
    if len(digits) > 19:
        raise ValueError(f"{shown(text)} is too large; at most {MAX_WHOLE:,}")
    return int(digits)


def parse_number(text: str) -> float:
    """Read a finite decimal number, with a point."""
    try:
        number = math.nan if "_" in text else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{shown(text)} is not a finite number; write one such as 2.5, with a point")
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
        raise ValueError(
            f"{shown(text)} is neither a number nor a time; write one such as 2026-03-01 17:00:05"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def parse_yes(text: str) -> bool:
    """Read yes or no, also as spreadsheets and frames write them."""
    if text.casefold() not in YES:
        raise ValueError(f"{shown(text)} is neither yes nor no; write one of them")
    return YES[text.casefold()]


def parse_ids(text: str) -> list[str]:
    """Read ids separated by semicolons."""
    return [label.strip() for label in text.split(";") if label.strip()]
