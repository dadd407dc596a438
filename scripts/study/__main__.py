"""Run the study of docs/study.md and write its tables and figures: `python -m scripts.study`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
from rich.progress import Progress

from pdalloc import Study, StudyResults
from scripts.study import days, figures, markets, page

DOCS = Path(__file__).parents[2] / "docs"
KEPT = Path(__file__).parents[2] / "build" / "study"


@click.command()
@click.option("--workers", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Processes to run in.")
@click.option("--go-on", is_flag=True, help="Take over the runs of an earlier call that was stopped.")
def main(workers: int, *, go_on: bool) -> None:
    """Run everything, from nothing unless told otherwise.

    With PDALLOC_DATA, a folder with `agh/` of PrefLib, its days are added and the page goes to build/study/study.md,
    since these data are not part of pdalloc.
    """
    if not go_on:
        shutil.rmtree(KEPT, ignore_errors=True)
    on_days = run("days", days.days(), workers)
    on_others = run("other days", days.other_days(), workers)
    growth = markets.growth(run("markets", markets.markets(), workers))
    parts = {
        "days": page.summary_tables(on_days) + "\n\n" + page.summary_tables(on_others),
        "claims": page.markdown(
            ["claim", "figure", *on_days.problems, *on_others.problems], days.verdicts(on_days, on_others)
        ),
        "growth": page.growth_table(growth),
        "chances": page.chances_table(markets.compared_chances()),
        "lotteries": page.lotteries_table(markets.inefficient_lotteries()),
    }
    text = page.rewritten((DOCS / "study.md").read_text(encoding="utf-8"), parts)
    if days.VARIABLE in os.environ:
        target, pictures = KEPT / "study.md", KEPT / "study"
    else:
        target, pictures = DOCS / "study.md", DOCS / "study"
    pictures.mkdir(exist_ok=True)
    figures.draw_days(on_days, pictures)
    figures.draw_growth(growth, pictures)
    target.write_text(text, encoding="utf-8")
    click.echo(f"written: {target} and the figures in {pictures}")


def run(name: str, study: Study, workers: int) -> StudyResults:
    """Run a study with a progress bar on a terminal; its rows are kept."""
    click.echo(f"{name}: {study!r}")
    with Progress(transient=True) as bar:
        task = bar.add_task(name, total=len(study))
        results = study.run(
            KEPT / name.replace(" ", "-"),
            workers=workers,
            progress=lambda progress: bar.update(task, completed=progress.done),
        )
    for note in results.notes():
        click.echo(f"note: {note}")
    return results


if __name__ == "__main__":
    main()
