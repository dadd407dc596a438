"""`pdalloc solvers`: what it lists."""

from __future__ import annotations

from pdalloc import guarantees, solver_names
from tests.cli.running import run


def test_solvers_lists_every_solver_with_its_features() -> None:
    result = run("solvers")
    assert result.exit_code == 0, result.output
    for name in solver_names():
        assert f"│ {name}" in result.stdout
    assert "rank-sum, welfare" in result.stdout
    assert "nothing: a rule" in result.stdout


def test_solvers_says_what_each_promises() -> None:
    result = run("solvers")
    assert "What they promise, in one slot, for the lists that are given" in result.stdout
    (warning,) = [
        line for line in result.stdout.splitlines() if line.startswith("Ranking truthfully can hurt you with")
    ]
    for name in solver_names():
        assert (name in warning) == bool(guarantees(name).warning)
