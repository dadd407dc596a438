"""`pdalloc solvers`: what there is to choose from."""

from __future__ import annotations

import click

from pdalloc.cli.console import console

__all__ = ["solvers"]


@click.command()
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
    console().print(table)
