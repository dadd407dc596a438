"""`pdalloc tables`: tables in any form, to plain ones."""

from __future__ import annotations

from pathlib import Path

import click

from pdalloc.cli.results import read_result

__all__ = ["tables"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--history",
    "earlier",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder of an earlier day with its results; fills the column history. Once for each day.",
)
def tables(folder: Path, out: Path, earlier: tuple[Path, ...]) -> None:
    """Write the tables in FOLDER in their plain form to OUT: CSV with commas, choices one to a row by id."""
    from pdalloc.problem.table_writer import write_tables
    from pdalloc.problem.tables import read_tables

    problem = read_tables(folder)
    if earlier:
        from pdalloc.auditing.history import history

        problem = problem.with_history(history(*map(read_result, earlier)))
    write_tables(problem, out)
    click.echo(f"written to {out}")
