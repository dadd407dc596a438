"""What all figures of allocations have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pdalloc import Problem, plots, solve
from pdalloc.errors import OptionError
from tests.plots.drawn import legend_covers_title, two_days

Draw = Callable[..., Axes]

OF_SEVERAL: dict[str, Draw] = {
    "group_gaps": lambda given, ax=None: plots.group_gaps(given, "school", ax),
    "lorenz_curve": plots.lorenz_curve,
    "profile_bars": plots.profile_bars,
    "rank_curves": plots.rank_curves,
}
OF_ONE: dict[str, Draw] = {"demand_bars": plots.demand_bars}
several = pytest.mark.parametrize("draw", OF_SEVERAL.values(), ids=OF_SEVERAL)
every = pytest.mark.parametrize("draw", (OF_SEVERAL | OF_ONE).values(), ids=OF_SEVERAL | OF_ONE)


@several
def test_nothing_to_draw_is_said(draw: Draw) -> None:
    with pytest.raises(OptionError, match="there is no allocation to draw; give at least one"):
        draw({})


@several
def test_names_that_are_the_same_text_are_refused(draw: Draw) -> None:
    one, two = two_days()[1].values()
    with pytest.raises(OptionError, match=r"two allocations are called '1'; give each a name of its own"):
        draw({1: one, "1": two})


@several
def test_allocations_of_different_problems_do_not_stand_side_by_side(draw: Draw) -> None:
    other = Problem.from_rankings({"ann": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match=r"allocation 'other' belongs to problem .* draw others by themselves"):
        draw(two_days()[1] | {"other": solve(other).allocation})


@every
@pytest.mark.parametrize("given", [3, None, "flow"])
def test_other_things_are_not_drawn(draw: Draw, given: Any) -> None:
    with pytest.raises(OptionError, match=r"cannot draw a \w+; give allocations or results"):
        draw(given)


FROM_TWO_DAYS = {name: draw for name, draw in OF_SEVERAL.items() if name != "group_gaps"}


@pytest.mark.parametrize("draw", FROM_TWO_DAYS.values(), ids=FROM_TWO_DAYS)
def test_figures_are_drawn_where_they_are_asked_to_be(draw: Draw) -> None:
    _, allocations = two_days()
    left, right = Figure().subplots(1, 2)
    assert draw(allocations, right) is right
    assert not left.has_data()
    with pytest.raises(OptionError, match="ax is a Figure; give matplotlib Axes, or None for a new figure"):
        draw(allocations, Figure())


@pytest.mark.parametrize("draw", [*FROM_TWO_DAYS.values(), plots.demand_bars])
def test_a_title_is_not_covered_by_the_legend(draw: Draw) -> None:
    given = two_days()[1]
    assert not legend_covers_title(draw(given["one"] if draw is plots.demand_bars else given))


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(OptionError, match=r"figures need matplotlib; install pdalloc\[plots\]"):
        plots.profile_bars(two_days()[1])
