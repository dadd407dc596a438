"""`pdalloc repair`: the fewest changes to what was published, after the tables have changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pdalloc.cli.console import console
from pdalloc.cli.results import default_out, read_schedules
from pdalloc.errors import OptionError
from pdalloc.files import check_writable, csv_text

__all__ = ["repair"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    help="A result.json, the folder it is in, or the JSON of an allocation.  [default: FOLDER/allocation]",
)
@click.option("--objective", default="rank-sum", show_default=True, help="Decides after the changes; as for allocate.")
@click.option("--keep", multiple=True, metavar="PARTICIPANT:SESSION", help="Must stay; may be given several times.")
@click.option("--free", multiple=True, metavar="PARTICIPANT", help="May have any schedule; may be given several times.")
@click.option("--places-first", is_flag=True, help="Fill as many places as possible before changes are counted.")
@click.option("--time-limit", type=float, help="Seconds; the best found by then is returned, with a bound.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results.  [default: FOLDER/repair]")
def repair(
    folder: Path,
    published: Path | None,
    objective: str,
    keep: tuple[str, ...],
    free: tuple[str, ...],
    time_limit: float | None,
    out: Path | None,
    *,
    places_first: bool,
) -> None:
    """Change as few published schedules as possible; FOLDER holds the tables as they are now.

    Writes schedule.csv, rosters.csv, result.json, and moves.csv: who moves and why.
    """
    from pdalloc.auditing.repair import repair as mend
    from pdalloc.problem.tables import read_tables
    from pdalloc.report import move_rows, write_result

    problem = read_tables(folder)
    target = default_out(folder).with_name("repair") if out is None else out
    check_writable(target)
    schedules = read_schedules(default_out(folder) if published is None else published)
    kept = [_pair(text, schedules) for text in keep]
    options: dict[str, Any] = {"objective": objective, "keep": kept, "free": free, "places_first": places_first}
    found = mend(schedules, problem, time_limit=time_limit, **options)
    write_result(found.result, target, {"moves.csv": csv_text(move_rows(found))})
    if found.moves:
        console().print(found.table())
    click.echo(found.headline())
    click.echo(found.result.headline())
    for note in found.result.notes:
        click.echo(f"note: {note}")
    click.echo(f"{found.result.provenance.runtime or 0.0:.2f} s; written to {target}")


def _pair(text: str, schedules: dict[str, list[str]]) -> tuple[str, str]:
    """Return participant and session; of several ways to split the text, the one that was published."""
    parts: Sequence[str] = text.split(":")
    pairs = [(":".join(parts[:number]), ":".join(parts[number:])) for number in range(1, len(parts))]
    if not pairs:
        raise OptionError(f"--keep {text!r} has no session; write PARTICIPANT:SESSION")
    return next((pair for pair in pairs if pair[1] in schedules.get(pair[0], ())), pairs[0])
