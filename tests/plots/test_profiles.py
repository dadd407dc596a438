"""Figures are tested by what they plot, not by their pixels."""

from __future__ import annotations

import io
import sys

import pytest
from matplotlib.figure import Figure

from pdalloc import Problem, generators, solve
from pdalloc.errors import OptionError
from pdalloc.metrics import empty_places, profile
from pdalloc.plots import profile_bars


def test_bars_are_the_profile_and_the_empty_places() -> None:
    day = generators.lexington(seed=4)
    allocations = {solver: solve(day, solver, seed=1).allocation for solver in ("first-come", "flow")}
    axes = profile_bars(allocations)
    widths = [[round(bar.get_width()) for bar in bars] for bars in axes.containers]
    for position, allocation in enumerate(allocations.values()):
        expected = [*profile(allocation).tolist(), empty_places(allocation)]
        assert [column[position] for column in widths] == expected
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first-come", "flow"]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [*(f"rank {rank}" for rank in range(1, 6)), "empty"]


def test_worse_ranks_and_unlisted_places_have_parts_of_their_own() -> None:
    sessions = [f"s{number}" for number in range(8)]
    problem = Problem.from_rankings(
        {f"p{number}": sessions[:7] for number in range(8)}, capacity=dict.fromkeys(sessions, 1), unlisted="last"
    )
    axes = profile_bars({"flow": solve(problem).allocation}, Figure().subplots())
    parts = {bars.get_label(): round(bars[0].get_width()) for bars in axes.containers}
    assert parts == {f"rank {rank}": 1 for rank in range(1, 6)} | {"worse rank": 2, "unlisted": 1, "empty": 0}


def test_the_same_figure_gives_the_same_bytes() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})
    drawn = []
    for _ in range(2):
        figure = profile_bars({"flow": solve(problem).allocation}).get_figure(root=True)
        assert figure is not None
        data = io.BytesIO()
        figure.savefig(data, format="png")
        drawn.append(data.getvalue())
    assert drawn[0] == drawn[1]


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(OptionError, match="there is no allocation to draw; give at least one"):
        profile_bars({})


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(OptionError, match=r"figures need matplotlib; install pdalloc\[plots\]"):
        profile_bars({})
