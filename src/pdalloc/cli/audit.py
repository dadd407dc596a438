"""`pdalloc audit`: all figures of results, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pdalloc.cli.console import console
from pdalloc.cli.results import read_results

if TYPE_CHECKING:
    from pdalloc.result import Result

__all__ = ["audit"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("results", metavar="[RESULT]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--also",
    multiple=True,
    metavar="TEXT",
    help='"groups": compare the groups of participants; "efficiency": of the whole day.',
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn at random.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON document instead of a table.")
def audit(folder: Path, results: tuple[Path, ...], also: tuple[str, ...], seed: int, *, as_json: bool) -> None:
    """Say how well everybody was served, and how evenly.

    FOLDER holds the tables of the day. Each RESULT is a result.json that `pdalloc allocate` wrote, or the folder it is
    in; several stand side by side. Without one it is that of FOLDER/allocation.
    """
    from pdalloc.auditing.table import audit as audit_of

    found = read_results(folder, results)
    days = found[0] if len(found) == 1 else dict(zip(_names(found, results), found, strict=True))
    figures = audit_of(days, also=also, seed=seed)
    if as_json:
        click.echo(figures.to_json())
        return
    console().print(figures.table())
    for note in figures.notes:
        click.echo(f"note: {note}")


def _names(results: Sequence[Result], paths: Sequence[Path]) -> list[str]:
    """Return a name for each column: the solver where that tells them apart, else the path as it was given."""
    solvers = [result.provenance.solver for result in results]
    return solvers if len(set(solvers)) == len(solvers) else [str(path) for path in paths]
