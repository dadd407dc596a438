"""`pdalloc solvers`: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pdalloc.cli.console import console

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["solvers"]


@click.command()
def solvers() -> None:
    """List the solvers with what they optimise, what they handle and what they promise."""
    from pdalloc.solvers.registry import working_solvers

    found = working_solvers()
    handled = _table("Solvers", ("solver", "optimises", "handles"))
    for name, solver in found.items():
        handled.add_row(
            name, ", ".join(sorted(solver.objectives)) or "nothing: a rule", "; ".join(sorted(solver.features))
        )
    console().print(handled)
    _print_guarantees(tuple(found))


def _print_guarantees(names: tuple[str, ...]) -> None:
    from pdalloc.errors import OptionError
    from pdalloc.solvers.guarantees import PROPERTIES, guarantees

    table = _table("What they promise, in one slot, for the lists that are given", ("solver", *PROPERTIES))
    warned = []
    for name in names:
        try:
            promised = guarantees(name)
        except OptionError:
            table.add_row(name, *["not said"] * len(PROPERTIES))
            continue
        table.add_row(name, *(str(guarantee) for _, guarantee in promised.items()))
        if promised.warning:
            warned.append(name)
    console().print(table)
    click.echo(f"Ranking truthfully can hurt you with {', '.join(warned)}.")


def _table(title: str, columns: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_lines=True)
    for name in columns:
        table.add_column(name, no_wrap=name == "solver")
    return table
