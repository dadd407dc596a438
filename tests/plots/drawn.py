"""What tests draw, and how they read it off the axes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from pdalloc import Allocation, Problem
from pdalloc.arrays import FloatArray


def two_days() -> tuple[Problem, dict[str, Allocation]]:
    """Four participants of two schools, and two allocations by hand.

    Served at ranks 1, 2, 3 and nowhere, and at ranks 2, 1, nowhere and 2.
    """
    rankings = {"ann": ["x", "y"], "bob": ["x", "y", "z"], "cem": ["x", "y", "z"], "dora": ["y", "x"]}
    problem = Problem.from_rankings(rankings, capacity={"x": 1, "y": 1, "z": 5})
    first = Allocation.from_schedules(problem, {"ann": ["x"], "bob": ["y"], "cem": ["z"]})
    second = Allocation.from_schedules(problem, {"ann": ["y"], "bob": ["x"], "dora": ["x"]})
    return problem, {"one": first, "two": second}


def legend_texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def legend_covers_title(axes: Axes) -> bool:
    axes.set_title("A title")
    figure, legend = axes.get_figure(root=True), axes.get_legend()
    assert figure is not None
    assert legend is not None
    figure.draw_without_rendering()
    return legend.get_window_extent().overlaps(axes.title.get_window_extent())


def row_names(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def lines(axes: Axes) -> dict[str, Line2D]:
    return {str(line.get_label()): line for line in axes.get_lines()}


def points(line: Line2D) -> list[tuple[float, float]]:
    return list(zip(np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist(), strict=True))


def segments(axes: Axes) -> list[list[FloatArray]]:
    """Both ends of every line that `hlines` and `vlines` drew, call by call."""
    return [part.get_segments() for part in axes.collections if isinstance(part, LineCollection)]
