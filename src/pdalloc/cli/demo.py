"""`pdalloc demo`: a synthetic day by several solvers, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from pdalloc.cli.console import console, progress_bar

__all__ = ["demo"]

DEMO_SOLVERS = ("first-come", "lottery", "flow")


@click.command()
@click.option("--seed", type=click.IntRange(min=0), default=2016, show_default=True, help="Of the day and the lottery.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the places at each rank into a .png or .svg file.")
def demo(seed: int, plot: Path | None) -> None:
    """Allocate a synthetic learning day of 1,000 educators by several solvers, side by side."""
    from pdalloc.generators import lexington
    from pdalloc.metrics import Summary, summary
    from pdalloc.plots import profile_bars, save
    from pdalloc.plots.saving import figure_format
    from pdalloc.solvers.solve import solve

    if plot is not None:
        figure_format(plot)
    day = lexington(seed)
    allocations = {}
    for solver in DEMO_SOLVERS:
        with progress_bar(solver) as progress:
            allocations[solver] = solve(day, solver, seed=seed, progress=progress).allocation
    figures = summary(allocations)
    title = f"A synthetic day: 1,000 educators, 138 sessions, 3 slots, seed {seed}"
    table = Summary(figures.rows, figures.columns, title).table()
    console().print(table)
    if plot is not None:
        save(profile_bars(allocations), plot)
