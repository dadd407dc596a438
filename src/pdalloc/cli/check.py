"""`pdalloc check`: what tables hold, and whether they are right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pdalloc.errors import InfeasibleError

__all__ = ["check"]

LISTED = 12


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--feasible", is_flag=True, help="Also find out whether all rules can be kept; if not, say why.")
@click.option("--time-limit", type=float, help="Seconds for that.")
def check(folder: Path, time_limit: float | None, *, feasible: bool) -> None:
    """Check the tables in FOLDER and say what they hold; write nothing."""
    from pdalloc.auditing.conflict import explain_infeasible
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
    if feasible:
        conflict = explain_infeasible(problem, time_limit=time_limit)
        if conflict is not None:
            raise InfeasibleError(str(conflict))
        click.echo("some allocation keeps all the rules")


def _listed(labels: Sequence[str]) -> str:
    """Return labels as one line: a misspelt slot, group or facilitator is seen here, and nowhere else."""
    more = f" and {len(labels) - LISTED:,} more" if len(labels) > LISTED else ""
    return ", ".join(labels[:LISTED]) + more or "none"
