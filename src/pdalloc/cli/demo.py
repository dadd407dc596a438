"""`pdalloc demo`: a synthetic day by several solvers, side by side."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pdalloc.cli.console import console, progress_bar
from pdalloc.errors import OptionError
from pdalloc.files import write_files

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["demo"]

DEMO_SOLVERS = ("first-come", "lottery", "flow")


@click.command()
@click.option("--seed", type=click.IntRange(min=0), default=2016, show_default=True, help="Of the day and the lottery.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the places at each rank into a .png or .svg file.")
def demo(seed: int, plot: Path | None) -> None:
    """Allocate a synthetic learning day of 1,000 educators by several solvers, side by side."""
    from pdalloc.generators import lexington
    from pdalloc.metrics import Summary, summary
    from pdalloc.plots import profile_bars
    from pdalloc.solvers.solve import solve

    kind = None if plot is None else _figure_kind(plot)
    day = lexington(seed)
    allocations = {}
    for solver in DEMO_SOLVERS:
        with progress_bar(solver) as progress:
            allocations[solver] = solve(day, solver, seed=seed, progress=progress).allocation
    figures = summary(allocations)
    title = f"A synthetic day: 1,000 educators, 138 sessions, 3 slots, seed {seed}"
    table = Summary(figures.rows, figures.columns, title).table()
    console().print(table)
    if plot is not None and kind is not None:
        _save_plot(profile_bars(allocations), plot, kind)


def _figure_kind(path: Path) -> str:
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise OptionError(f"{path}: a figure is saved as .png or .svg; name such a file")
    return kind


def _save_plot(axes: Axes, path: Path, kind: str) -> None:
    """Save a figure; the same figure gives the same bytes."""
    import matplotlib

    data = io.BytesIO()
    figure = axes.get_figure(root=True)
    assert figure is not None
    with matplotlib.rc_context({"svg.hashsalt": "pdalloc"}):
        figure.savefig(data, format=kind, dpi=130, metadata={"Date": None} if kind == "svg" else None)
    write_files(path.parent, {path.name: data.getvalue()})
