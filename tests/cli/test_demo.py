"""`pdalloc demo`: what it compares."""

from __future__ import annotations

from tests.cli.running import run


def test_the_demo_shows_three_solvers_side_by_side() -> None:
    result = run("demo", "--seed", "7")
    assert result.exit_code == 0, result.output
    header, *rows = [line for line in result.stdout.splitlines() if line.startswith(("┃", "│"))]
    assert header.replace("┃", "").split() == ["first-come", "lottery", "flow"]
    figures = {cells[1].strip(): cells[2:5] for cells in (row.split("│") for row in rows)}

    def figure(name: str) -> list[int]:
        return [int(cell.replace(",", "")) for cell in figures[name]]

    filled, cost = figure("places filled"), figure("total rank cost")
    assert filled[2] >= max(filled)
    assert cost[2] < min(cost[:2])
