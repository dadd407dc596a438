"""Run the study of docs/study.md and write its tables and figures: `python -m scripts.study`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
from rich.progress import Progress

from pdalloc import Study, StudyResults
from scripts.study import days, figures, markets, page

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "study"


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
    text = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
    target = KEPT / "study.md" if days.VARIABLE in os.environ else ROOT / "docs" / "study.md"
    target.with_suffix("").mkdir(parents=True, exist_ok=True)
    target.write_text(written(text, KEPT, target.with_suffix(""), workers), encoding="utf-8")
    click.echo(f"written: {target}, and its figures")


def written(text: str, kept: Path, pictures: Path, workers: int) -> str:
    """Run what a folder does not have yet, draw the figures, and return the page with its tables."""
    on_days = run("days", days.days(), kept, workers)
    on_others = run("other-days", days.other_days(), kept, workers)
    growth = markets.growth(run("markets", markets.markets(), kept, workers))
    figures.draw_days(on_days, pictures)
    figures.draw_growth(growth, pictures)
    heads = ["claim", "figure", *on_days.problems, *on_others.problems]
    parts = {
        "days": page.summary_tables(on_days) + "\n\n" + page.summary_tables(on_others),
        "claims": page.markdown(heads, days.verdicts(on_days, on_others)),
        "growth": page.growth_table(growth),
        "chances": page.chances_table(markets.compared_chances()),
        "lotteries": page.lotteries_table(markets.inefficient_lotteries()),
    }
    return page.rewritten(text, parts)


def run(name: str, study: Study, kept: Path, workers: int) -> StudyResults:
    """Run a study with a progress bar on a terminal; its rows are kept."""
    click.echo(f"{name}: {study!r}")
    with Progress(transient=True) as bar:
        task = bar.add_task(name, total=len(study))
        results = study.run(
            kept / name, workers=workers, progress=lambda progress: bar.update(task, completed=progress.done)
        )
    for note in results.notes():
        click.echo(f"note: {note}")
    return results


if __name__ == "__main__":
    main()
