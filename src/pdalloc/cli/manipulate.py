"""`pdalloc manipulate`: who would gain by giving another list."""

from __future__ import annotations

from pathlib import Path

import click

from pdalloc.cli.console import console, progress_bar
from pdalloc.cli.solver_options import solver_options, solver_settings

__all__ = ["manipulate"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@solver_settings
@click.option("--participants", type=int, help="How many to draw at random and look at.  [default: everybody]")
@click.option("--seed", type=click.IntRange(min=0), help="Of solver and sample; made up and shown if not given.")
@click.option("--time-limit", type=float, help="Seconds for all of it.")
def manipulate(
    folder: Path,
    solver: str,
    objective: str | None,
    settings: tuple[str, ...],
    order: Path | None,
    participants: int | None,
    seed: int | None,
    time_limit: float | None,
) -> None:
    """Look for participants who would have got a better day by giving another list.

    FOLDER holds the tables of the day, whose lists are taken to be true. What is found is a lower bound.
    """
    from pdalloc.auditing.manipulate import manipulate as search
    from pdalloc.problem.tables import read_tables

    problem = read_tables(folder)
    options = solver_options(objective, settings, order)
    with progress_bar(solver) as progress:
        found = search(problem, solver, participants, seed=seed, time_limit=time_limit, progress=progress, **options)
    click.echo(found.headline())
    if found.gains:
        console().print(found.table())
    click.echo(found.caution())
