"""What all figures have in common: where they are drawn, and styles that survive colour-blind eyes and grey print."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = [
    "SMALL",
    "axes_or_new",
    "counting_ticks",
    "draw_intervals",
    "legend_beside",
    "line_styles",
    "percent_ticks",
    "plain",
]

SMALL = "small"
"""Size of what stands inside a figure: 8.3 points of matplotlib's default of 10."""

# Okabe and Ito's colours without their yellow, which vanishes on white
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes to draw on, of a new figure (in inches) if none are given.

    Raises
    ------
    OptionError
        If matplotlib is not installed, or `ax` is something else.
    """
    try:
        import matplotlib  # noqa: F401
        from matplotlib.axes import Axes
        from matplotlib.figure import Figure
    except ImportError:
        raise OptionError("figures need matplotlib; install pdalloc[plots]") from None
    if ax is None:
        # without pyplot, which keeps every figure and asks for a screen
        return Figure(figsize=(width, height), layout="constrained").subplots()
    if not isinstance(ax, Axes):
        raise OptionError(f"ax is a {type(ax).__name__}; give matplotlib Axes, or None for a new figure")
    return ax


def line_styles(count: int) -> list[dict[str, Any]]:
    """Return colour, marker and dashes of so many lines; the first 280 differ, the first 5 in each of the three.

    Markers become smaller from line to line, so that those exactly below others still show.
    """
    colours, markers, dashes = (islice(cycle(kinds), count) for kinds in (COLOURS, MARKERS, DASHES))
    sizes = np.linspace(5, 8, count)[::-1]
    return [
        {"color": colour, "marker": marker, "linestyle": dash, "markersize": size, "linewidth": 1.6}
        for colour, marker, dash, size in zip(colours, markers, dashes, sizes, strict=True)
    ]


def plain(text: str) -> str:
    """Return a text that matplotlib writes as it is: on one line, dollar signs being no formula."""
    line = " ".join(text.split()).replace("$", r"\$")
    # matplotlib leaves out of a legend what begins with an underscore
    return f" {line}" if line.startswith("_") else line


def percent_ticks(*axes: Axis) -> None:
    """Write shares along axes in percent."""
    for axis in axes:
        axis.set_major_formatter(lambda share, _: f"{100 * share:.4g}%")


def counting_ticks(axis: Axis) -> None:
    """Write only whole numbers along an axis, however short it is."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def draw_intervals(
    ax: Axes, mean: FloatArray, lower: FloatArray, upper: FloatArray, row: FloatArray | Int64Array, **style: Any
) -> None:
    """Draw means as markers and their intervals as lines along rows; the style is one of `line_styles`."""
    ax.hlines(row, lower, upper, colors=style["color"], linewidth=style["linewidth"])
    ax.plot(mean, row, **(style | {"linestyle": "none", "markersize": 5}))


def legend_beside(ax: Axes, handle_length: float = 2) -> None:
    """Put a legend right of the axes, where neither data are nor a title; none if nothing has a name."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(
            loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False, fontsize=SMALL,
            handlelength=handle_length,
        )  # fmt: skip
