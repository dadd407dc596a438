"""The command `pdalloc`."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pdalloc.errors import OptionError, PdallocError
from pdalloc.files import check_writable, write_files

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.console import Console

    from pdalloc.context import Progress

__all__ = ["main"]

BAD_INPUT = 2
INTERRUPTED = 130
LISTED = 12
DEMO_SOLVERS = ("first-come", "lottery", "flow")


class Group(click.Group):
    """Commands whose own errors end in one message and exit status 2, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            # not every console has the letters of every name
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            with warnings.catch_warnings():
                # remarks on a workbook's styles say nothing about the day
                warnings.filterwarnings("ignore", module="openpyxl")
                return super().invoke(ctx)
        except PdallocError as error:
            click.echo(f"pdalloc: {error}", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("pdalloc: interrupted; files are written whole or not at all", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pdalloc")
def main() -> None:
    """Give participants places in sessions by ranked choice: exactly, and with figures of how well it went."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--solver", default="auto", show_default=True, help="One of those that `pdalloc solvers` lists.")
@click.option(
    "--objective",
    help="rank-sum, welfare, greedy, generous, rank-maximal, leximin or nash, or several with commas."
    "  [default: rank-sum]",
)
@click.option("--seed", type=click.IntRange(min=0), help="Of the lottery; made up and recorded if not given.")
@click.option("--unlisted", type=click.Choice(["forbidden", "last"]), help="Instead of what rules.toml says.")
@click.option("--time-limit", type=float, help="Seconds; mip then returns the best found, with a bound.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results.  [default: FOLDER/allocation]")
def allocate(
    folder: Path,
    solver: str,
    objective: str | None,
    seed: int | None,
    unlisted: Any,
    time_limit: float | None,
    out: Path | None,
) -> None:
    """Allocate the day whose tables are in FOLDER; write schedule.csv, rosters.csv and result.json."""
    from pdalloc.problem.tables import read_tables
    from pdalloc.report import write_result
    from pdalloc.solvers.solve import solve

    problem = read_tables(folder)
    target = _default_out(folder) if out is None else out
    check_writable(target)
    if unlisted:
        problem = problem.with_options(unlisted=unlisted)
    options: dict[str, Any] = {} if objective is None else {"objective": objective}
    with _progress(solver) as progress:
        result = solve(problem, solver, seed=seed, time_limit=time_limit, progress=progress, **options)
    write_result(result, target)
    _console().print(result.summary().table())
    click.echo(result.headline())
    for note in result.notes:
        click.echo(f"note: {note}")
    seed_text = "" if result.provenance.seed is None else f", seed {result.provenance.seed}"
    runtime = result.provenance.runtime or 0.0
    click.echo(f"{runtime:.2f} s{seed_text}; written to {target}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """Check the tables in FOLDER and say what they hold; write nothing."""
    from pdalloc.problem.tables import read_tables
    from pdalloc.solvers.base import unsupported_by
    from pdalloc.solvers.registry import working_solvers

    problem = read_tables(folder)
    offered = int((problem.capacity * problem.session_size).sum())
    silent = int((problem.choices.indptr[1:] == problem.choices.indptr[:-1]).sum())
    guests = [label for label in problem.facilitators if label not in problem.participants]
    able = [name for name, solver in working_solvers().items() if not unsupported_by(solver.features, problem)]
    for line in (
        f"{len(problem.participants):,} participants ({silent:,} without a choice), {len(problem.sessions):,} sessions",
        f"{len(problem.choices):,} choices, longest list {problem.longest_list}, ranking {problem.ranking}",
        f"{int(problem.wanted.sum()):,} wanted places, {offered:,} on offer",
        f"slots: {_listed(problem.slots)}",
        f"groups: {_listed([group.name for group in problem.groups])}",
        f"facilitators who are not participants: {_listed(guests)}",
        *(f"uses {feature}: {example}" for feature, example in problem.features.items()),
        f"solvers that can allocate it: {_listed(able)}",
    ):
        click.echo(line)


@main.command()
def solvers() -> None:
    """List the solvers with what they optimise and what they handle."""
    from rich.table import Table

    from pdalloc.solvers.registry import working_solvers

    table = Table(title="Solvers", title_justify="left", show_lines=True)
    for name in ("solver", "optimises", "handles"):
        table.add_column(name)
    for name, solver in working_solvers().items():
        table.add_row(
            name, ", ".join(sorted(solver.objectives)) or "nothing: a rule", "; ".join(sorted(solver.features))
        )
    _console().print(table)


@main.command()
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
        with _progress(solver) as progress:
            allocations[solver] = solve(day, solver, seed=seed, progress=progress).allocation
    figures = summary(allocations)
    title = f"A synthetic day: 1,000 educators, 138 sessions, 3 slots, seed {seed}"
    table = Summary(figures.rows, figures.columns, title).table()
    _console().print(table)
    if plot is not None and kind is not None:
        _save_plot(profile_bars(allocations), plot, kind)


def _default_out(folder: Path) -> Path:
    return (folder.parent if folder.is_file() else folder) / "allocation"


def _listed(labels: Sequence[str]) -> str:
    """Return labels as one line: a misspelt slot, group or facilitator is seen here, and nowhere else."""
    more = f" and {len(labels) - LISTED:,} more" if len(labels) > LISTED else ""
    return ", ".join(labels[:LISTED]) + more or "none"


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    # a table needs room even where no terminal says how wide it is
    width = None if sys.stdout.isatty() else 120
    return Console(stderr=stderr, width=width)


@contextmanager
def _progress(description: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show progress on a terminal's standard error while the block runs; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)

        def show(progress: Progress) -> None:
            known = (("best", progress.best), ("bound", progress.bound))
            standing = "".join(f", {what} {value:,.10g}" for what, value in known if value is not None)
            bar.update(task, description=description + standing, total=progress.total, completed=progress.done)

        yield show


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
