"""What subcommands show on a terminal: tables, and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from pdalloc.context import Progress

__all__ = ["console", "progress_bar"]


def console(*, stderr: bool = False) -> Console:
    """Return a console of the terminal's width, or one with room for a table where there is no terminal.

    It prints names as they are, with their brackets and colons.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() else 120
    return Console(stderr=stderr, width=width, markup=False, emoji=False)


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show progress on a terminal's standard error while the block runs; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)

        def show(progress: Progress) -> None:
            known = (("best", progress.best), ("bound", progress.bound))
            standing = "".join(f", {what} {value:,.10g}" for what, value in known if value is not None)
            bar.update(task, description=description + standing, total=progress.total, completed=progress.done)

        yield show
