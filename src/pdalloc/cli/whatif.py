"""`pdalloc whatif`: what a seat, a section, a session or a slot more, fewer or other would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pdalloc.cli.console import console, progress_bar
from pdalloc.errors import OptionError
from pdalloc.files import check_writable, write_files

if TYPE_CHECKING:
    from pdalloc.auditing.questions import Question
    from pdalloc.problem import Problem

__all__ = ["whatif"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seats", metavar="SESSION:+N", multiple=True, help="More seats, or fewer with -N.")
@click.option("--section", "sections", metavar="SESSION[:SLOT]", multiple=True, help="A repeat of the session.")
@click.option("--drop", "drops", metavar="SESSION", multiple=True, help="Without the session.")
@click.option("--move", "moves", metavar="SESSION:SLOT", multiple=True, help="The session in another slot.")
@click.option("--objective", help="As `pdalloc allocate` takes it.  [default: rank-sum]")
@click.option("--solver", default="auto", show_default=True, help="auto, flow or mip.")
@click.option("--time-limit", type=float, help="Seconds for all of it; what is not settled by then says so.")
@click.option("--json", "json_file", metavar="FILE", type=click.Path(path_type=Path), help="To write the answers to.")
def whatif(
    folder: Path,
    seats: tuple[str, ...],
    sections: tuple[str, ...],
    drops: tuple[str, ...],
    moves: tuple[str, ...],
    objective: str | None,
    solver: str,
    time_limit: float | None,
    json_file: Path | None,
) -> None:
    """Say what changes of the day would do to the best allocation: who moves up or down, and how sure that is.

    FOLDER holds the tables of the day. Each of --seats, --section, --drop and --move may be given several times, and
    several slots are separated by ";". Without any, one more seat in each session is tried, and those that change
    something are shown, sorted by worth.
    """
    from pdalloc.auditing.whatif import what_if
    from pdalloc.problem.tables import read_tables

    if json_file is not None:
        check_writable(json_file.parent)
    problem = read_tables(folder)
    questions = list(_questions(problem, seats, sections, drops, moves))
    with progress_bar("what if") as progress:
        found = what_if(problem, questions or None, objective, solver, time_limit=time_limit, progress=progress)
    click.echo(found.headline())
    shown = found.answers if questions else [answer for answer in found.by_worth() if not answer.changes_nothing]
    if shown:
        console().print(found.table(shown))
    if questions:
        for answer in shown:
            click.echo(str(answer))
    elif len(shown) < len(found.answers):
        rest = len(found.answers) - len(shown)
        click.echo(f"One more seat in {rest:,} {'other ' if shown else ''}{_sessions(rest)} changes nothing.")
    if json_file is not None:
        write_files(json_file.parent, {json_file.name: found.to_json()})
        click.echo(f"written to {json_file}")


def _sessions(number: int) -> str:
    return "session" if number == 1 else "sessions"


def _questions(
    problem: Problem, seats: Sequence[str], sections: Sequence[str], drops: Sequence[str], moves: Sequence[str]
) -> Iterator[Question]:
    """Yield the questions that the options ask.

    Raises
    ------
    OptionError
        If one is not written as it should be.
    """
    from pdalloc.auditing.questions import DropSession, ExtraSection, MoveSession, Seats

    for text in seats:
        session, _, by = text.rpartition(":")
        try:
            yield Seats(session, int(by))
        except ValueError:
            raise OptionError(f"--seats {text!r} has no whole number; write SESSION:+1 or SESSION:-1") from None
    for text in sections:
        session, colon, slots = text.rpartition(":")
        has_slots = colon and text not in problem.sessions
        yield ExtraSection(session, slots.split(";")) if has_slots else ExtraSection(text)
    for session in drops:
        yield DropSession(session)
    for text in moves:
        session, colon, slots = text.rpartition(":")
        if not colon:
            raise OptionError(f"--move {text!r} has no slot; write SESSION:SLOT")
        yield MoveSession(session, slots.split(";"))
