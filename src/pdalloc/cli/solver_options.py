"""Options of a solver as they are given at the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from pdalloc.errors import OptionError, ProblemError

__all__ = ["solver_options", "solver_settings"]

Command = TypeVar("Command", bound=Callable[..., Any])


def solver_settings(command: Command) -> Command:
    """Give a command the options --solver, --objective, --option and --order."""
    for option in reversed(
        [
            click.option("--solver", default="auto", show_default=True, help="One that `pdalloc solvers` lists."),
            click.option(
                "--objective",
                help="rank-sum, welfare, greedy, generous, rank-maximal, leximin or nash, or several with commas."
                "  [default: rank-sum]",
            ),
            click.option(
                "--option",
                "settings",
                metavar="NAME=VALUE",
                multiple=True,
                help="Of the solver, such as lottery=multiple; may be given several times.",
            ),
            click.option(
                "--order",
                type=click.Path(path_type=Path),
                help="Of the participants: a lottery's transcript.json, or a text with an id a line.",
            ),
        ]
    ):
        command = option(command)
    return command


def solver_options(objective: str | None, settings: Sequence[str], order: Path | None) -> dict[str, Any]:
    """Return options by name: whole numbers, true and false become what they are, all else stays text.

    Raises
    ------
    OptionError
        If one has no name, or is given twice.
    ProblemError
        If the order cannot be read.
    """
    options: dict[str, Any] = {}
    given: list[tuple[str, Any]] = [] if objective is None else [("objective", objective)]
    if order is not None:
        given.append(("order", _read_order(order)))
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not name or not equals:
            raise OptionError(f"--option {setting!r} has no name; write NAME=VALUE, such as lottery=multiple")
        words = {"true": True, "false": False}
        given.append((name, int(value) if value.isdecimal() else words.get(value.lower(), value)))
    for name, value in given:
        if name in options:
            raise OptionError(f"option {name} is given twice; keep one")
        options[name] = value
    return options


def _read_order(file: Path) -> tuple[str, ...]:
    """Return the participants in the order of a file: the transcript of a public draw, or one id a line."""
    try:
        data = file.read_bytes()
        if data.lstrip().startswith(b"{"):
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
