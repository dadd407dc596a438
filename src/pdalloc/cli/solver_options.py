"""Options of a solver as they are given at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pdalloc.errors import OptionError, ProblemError

__all__ = ["option_values", "read_order"]

TRANSCRIPT = ".json"


def option_values(settings: Sequence[str]) -> dict[str, Any]:
    """Return options by name: whole numbers, true and false become what they are, all else stays text.

    Raises
    ------
    OptionError
        If one has no name, or a name comes twice.
    """
    options: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not name or not equals:
            raise OptionError(f"--option {setting!r} has no name; write NAME=VALUE, such as lottery=multiple")
        if name in options:
            raise OptionError(f"--option {name} is given twice; keep one")
        words = {"true": True, "false": False}
        options[name] = int(value) if value.isdecimal() else words.get(value.lower(), value)
    return options


def read_order(file: Path) -> tuple[str, ...]:
    """Return the participants in the order of a file: the transcript of a public draw, or one id a line.

    Raises
    ------
    ProblemError
        If it cannot be read, or is a JSON document but no true transcript.
    """
    try:
        data = file.read_bytes()
        if file.suffix == TRANSCRIPT:
            from pdalloc.lottery import Transcript

            return Transcript.from_json(data).order
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ProblemError(f"{file}: cannot be read: {error.strerror}; name a file with the order") from None
    except UnicodeDecodeError:
        raise ProblemError(f"{file}: is not UTF-8 text; write one participant id a line") from None
    except ProblemError as error:
        raise ProblemError(f"{file}: {error}") from None
    return tuple(line.strip() for line in text.splitlines() if line.strip())
