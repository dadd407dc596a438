"""`pdalloc tables`: tables in any form, to plain ones."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["tables"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def tables(folder: Path, out: Path) -> None:
    """Write the tables in FOLDER in their plain form to OUT: CSV with commas, choices one to a row by id."""
    from pdalloc.problem.table_writer import write_tables
    from pdalloc.problem.tables import read_tables

    write_tables(read_tables(folder), out)
    click.echo(f"written to {out}")
