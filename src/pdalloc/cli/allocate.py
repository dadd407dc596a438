"""`pdalloc allocate`: from tables to results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pdalloc.cli.console import console, progress_bar
from pdalloc.cli.infeasible import explained
from pdalloc.cli.results import default_out
from pdalloc.cli.solver_options import solver_options, solver_settings
from pdalloc.errors import InfeasibleError
from pdalloc.files import check_writable

__all__ = ["allocate"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@solver_settings
@click.option("--seed", type=click.IntRange(min=0), help="Of the lottery; made up and recorded if not given.")
@click.option("--unlisted", type=click.Choice(["forbidden", "last"]), help="Instead of what rules.toml says.")
@click.option("--time-limit", type=float, help="Seconds; mip then returns the best found, with a bound.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results.  [default: FOLDER/allocation]")
def allocate(
    folder: Path,
    solver: str,
    objective: str | None,
    settings: tuple[str, ...],
    order: Path | None,
    seed: int | None,
    unlisted: Any,
    time_limit: float | None,
    out: Path | None,
) -> None:
    """Allocate the day whose tables are in FOLDER; write schedule.csv, rosters.csv and result.json.

    Where chances were asked for they are in chances.csv.
    """
    from pdalloc.problem.tables import read_tables
    from pdalloc.report import write_result
    from pdalloc.solvers.solve import solve

    problem = read_tables(folder)
    target = default_out(folder) if out is None else out
    check_writable(target)
    if unlisted:
        problem = problem.with_options(unlisted=unlisted)
    options = solver_options(objective, settings, order)
    try:
        with progress_bar(solver) as progress:
            result = solve(problem, solver, seed=seed, time_limit=time_limit, progress=progress, **options)
    except InfeasibleError as error:
        raise explained(error, problem, time_limit) from None
    write_result(result, target)
    console().print(result.summary().table())
    click.echo(result.headline())
    for note in result.notes:
        click.echo(f"note: {note}")
    seed_text = "" if result.provenance.seed is None else f", seed {result.provenance.seed}"
    runtime = result.provenance.runtime or 0.0
    click.echo(f"{runtime:.2f} s{seed_text}; written to {target}")
