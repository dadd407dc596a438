from __future__ import annotations

from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from pdalloc import Allocation, Model, Result, generators, solve
from pdalloc.errors import OptionError
from pdalloc.plots import demand_bars
from tests.plots.drawn import legend_texts, lines, points, row_names, two_days


def bars(axes: Axes) -> dict[str, list[float]]:
    return {
        str(part.get_label()): [bar.get_width() for bar in part]
        for part in axes.containers
        if isinstance(part, BarContainer)
    }


def test_choices_and_seats_stand_in_the_row_of_their_session() -> None:
    problem, _ = two_days()
    axes = demand_bars(problem)
    assert row_names(axes) == ["x", "y", "z"]
    assert bars(axes) == {"all choices": [4, 4, 2], "first choices": [3, 1, 0]}
    assert points(lines(axes)["seats"]) == [(1, 0), (1, 1), (5, 2)]
    assert legend_texts(axes) == ["seats", "all choices", "first choices"]
    assert axes.get_ylabel() == "sessions"
    top, bottom = axes.get_ylim()[::-1]
    assert top < bottom


def test_an_allocation_or_a_result_adds_the_seats_taken() -> None:
    problem, allocations = two_days()
    assert points(lines(demand_bars(allocations["two"]))["seats taken"]) == [(2, 0), (1, 1), (0, 2)]
    result: Result = solve(problem)
    assert [x for x, _ in points(lines(demand_bars(result))["seats taken"])] == result.allocation.attendance.tolist()


def test_the_most_wanted_sessions_are_shown_and_how_many_there_are() -> None:
    day = generators.lexington(3)
    axes = demand_bars(day, most=5)
    assert sorted(name.split()[1] for name in row_names(axes)) == ["Mindfulness"] * 5
    first = bars(axes)["first choices"]
    assert first == sorted(first, reverse=True)
    assert axes.get_ylabel() == "5 of 138 sessions"


def test_titles_are_cut_written_as_they_are_and_marked_where_cancelled() -> None:
    model = Model()
    model.add_session("s1", title="Budgets of $5 and $10", capacity=3, minimum=2)
    model.add_session("s2", title="A long title " * 5, capacity=3)
    model.add_participant("ann")
    model.add_ranking("ann", ["s1", "s2"])
    axes = demand_bars(Allocation.from_schedules(model.build(), {"ann": ["s2"]}, cancelled=["s1"]))
    assert row_names(axes) == [
        r"s1 Budgets of \$5 and \$10 (cancelled)",
        "s2 A long title A long title A long title A…",
    ]
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()


def test_seats_at_the_edge_of_the_axes_are_drawn_whole() -> None:
    axes = demand_bars(two_days()[1]["two"])
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    taken = lines(axes)["seats taken"]
    assert (0, 2) in points(taken)
    half = taken.get_markersize() / 2 * figure.dpi / 72
    assert axes.transData.transform((0, 0))[0] - half >= axes.get_window_extent().x0


@pytest.mark.parametrize("most", [0, -3, 1.5, "all", None])
def test_at_least_one_session_is_drawn(most: Any) -> None:
    with pytest.raises(OptionError, match=f"most is {most!r}; give a whole number of sessions, from 1"):
        demand_bars(two_days()[0], most=most)
