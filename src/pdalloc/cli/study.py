"""`pdalloc study`: solvers x problems x seeds, as a file says."""

from __future__ import annotations

from pathlib import Path

import click

from pdalloc.cli.console import console, progress_bar
from pdalloc.files import write_files

__all__ = ["study"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results.  [default: FILE without .toml]")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to run in.")
@click.option("--baseline", metavar="SOLVER", help="Print how much the others differ from it.")
@click.option("--figure", "figures", multiple=True, metavar="NAME", help="Print this one; may be given several times.")
def study(file: Path, out: Path | None, workers: int, baseline: str | None, figures: tuple[str, ...]) -> None:
    """Run the study that FILE describes, and print means with 95% intervals.

    Every run is a row of runs.parquet in the folder of the results; summary.csv has the means. A study that was stopped
    goes on where it was.
    """
    from pdalloc.study.names import require_name
    from pdalloc.study.toml import study_from_toml

    planned = study_from_toml(file)
    target = file.with_suffix("") if out is None else out
    if baseline is not None:
        require_name("solver", baseline, [solver.name for solver in planned.solvers])
    click.echo(f"{planned!r}")
    with progress_bar("runs") as progress:
        results = planned.run(target, workers=workers, progress=progress)
    shown = results.summary(figures or None) if baseline is None else results.differences(baseline, figures or None)
    for table in shown.tables():
        console().print(table)
    for note in results.notes():
        click.echo(f"note: {note}")
    write_files(target, {"summary.csv": results.summary().to_frame().to_csv(index=False, lineterminator="\n")})
    click.echo(f"{len(results.frame):,} rows; written to {target}")
