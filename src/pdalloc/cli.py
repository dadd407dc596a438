"""The command `pdalloc`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pdalloc.errors import PdallocError

if TYPE_CHECKING:
    from rich.console import Console

    from pdalloc.context import Progress

__all__ = ["main"]

BAD_INPUT = 2
INTERRUPTED = 130
DEMO_SOLVERS = ("first-come", "lottery", "flow")

Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """Commands whose own errors end in one message and exit status 2, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PdallocError as error:
            click.echo(f"pdalloc: {error}", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("pdalloc: interrupted; nothing was written", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pdalloc")
def main() -> None:
    """Give participants places in sessions by ranked choice: exactly, and with figures of how well it went."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--solver", default="auto", show_default=True, help="One of those that `pdalloc solvers` lists.")
@click.option("--objective", help="What to optimise: rank-sum or welfare.  [default: the solver's own]")
@click.option("--seed", type=click.IntRange(min=0), help="Of the lottery; made up and recorded if not given.")
@click.option("--unlisted", type=click.Choice(["forbidden", "last"]), help="Instead of what rules.toml says.")
@click.option("--time-limit", type=float, help="Seconds.")
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
    if unlisted:
        problem = problem.with_options(unlisted=unlisted)
    options = {} if objective is None else {"objective": objective}
    with _progress(solver) as progress:
        result = solve(problem, solver, seed=seed, time_limit=time_limit, progress=progress, **options)
    target = _default_out(folder) if out is None else out
    write_result(result, target)
    console = _console()
    console.print(result.summary().table())
    console.print(result.headline(), highlight=False, soft_wrap=True)
    for note in result.notes:
        console.print(f"note: {note}", highlight=False, soft_wrap=True)
    seed_text = "" if result.provenance.seed is None else f", seed {result.provenance.seed}"
    runtime = result.provenance.runtime or 0.0
    console.print(f"{runtime:.2f} s{seed_text}; written to {target}", highlight=False, soft_wrap=True)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """Check the tables in FOLDER and say what they hold; write nothing."""
    from pdalloc.problem.tables import read_tables
    from pdalloc.solvers.base import unsupported_by
    from pdalloc.solvers.registry import solver_class, solver_names

    problem = read_tables(folder)
    console = _console()
    people, sessions = len(problem.participants), len(problem.sessions)
    silent = int((problem.choices.indptr[1:] == problem.choices.indptr[:-1]).sum())
    for line in (
        f"{people:,} participants ({silent:,} without a choice), {sessions:,} sessions, {len(problem.slots)} slots",
        f"{len(problem.choices):,} choices, longest list {problem.longest_list}, ranking {problem.ranking}",
        f"{int(problem.wanted.sum()):,} wanted places, {int((problem.capacity * problem.session_size).sum()):,} on offer",
        *(f"uses {feature}: {example}" for feature, example in problem.features.items()),
    ):
        console.print(line, highlight=False, soft_wrap=True)
    able = [name for name in solver_names() if not unsupported_by(solver_class(name).features, problem)]
    console.print(f"solvers that can allocate it: {', '.join(able) or 'none'}", highlight=False, soft_wrap=True)


@main.command()
def solvers() -> None:
    """List the solvers with what they optimise and what they handle."""
    from rich.table import Table

    from pdalloc.solvers.registry import solver_class, solver_names

    table = Table(title="Solvers", title_justify="left", show_lines=True)
    for name in ("solver", "optimises", "handles"):
        table.add_column(name)
    for name in solver_names():
        solver = solver_class(name)
        table.add_row(
            name, ", ".join(sorted(solver.objectives)) or "nothing: a rule", "; ".join(sorted(solver.features))
        )
    _console().print(table)


@main.command()
@click.option("--seed", type=click.IntRange(min=0), default=2016, show_default=True, help="Of the day and the lottery.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Save the table as a picture, too.")
def demo(seed: int, svg: Path | None) -> None:
    """Allocate a synthetic learning day of 1,000 educators by several solvers, side by side."""
    from pdalloc.generators import lexington
    from pdalloc.metrics import Summary, summary
    from pdalloc.solvers.solve import solve

    day = lexington(seed)
    allocations = {}
    for solver in DEMO_SOLVERS:
        with _progress(solver) as progress:
            allocations[solver] = solve(day, solver, seed=seed, progress=progress).allocation
    figures = summary(allocations)
    title = f"A synthetic learning day: 1,000 educators, 138 sessions, 3 slots (seed {seed})"
    table = Summary(figures.rows, figures.columns, title).table()
    _console().print(table)
    if svg is not None:
        _save_picture(table, svg)


def _default_out(folder: Path) -> Path:
    return (folder.parent if folder.is_file() else folder) / "allocation"


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
            bar.update(task, total=progress.total, completed=progress.done)

        yield show


def _save_picture(table: Any, path: Path) -> None:
    """Save a table as SVG that fetches nothing from anywhere."""
    import io
    import re

    from rich.console import Console

    from pdalloc.files import write_files

    console = Console(record=True, width=96, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(table)
    picture = console.export_svg(title="pdalloc demo", unique_id="pdalloc")
    write_files(path.parent, {path.name: re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)})
