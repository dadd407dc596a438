"""One figure of several solvers with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pdalloc.errors import OptionError
from pdalloc.plots.style import axes_or_new, draw_intervals, line_styles, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["interval_bars"]


def interval_bars(
    names: Sequence[str],
    mean: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw means with their intervals, a row each, the first on top.

    Parameters
    ----------
    names : sequence of str
        Such as solvers.
    mean, lower, upper : array-like of float, shape (names,)
        Means and the ends of their intervals; nan is not drawn.
    label : str
        What is drawn, for the horizontal axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Raises
    ------
    OptionError
        If matplotlib is not installed, there is no name, an interval is infinite, or the arrays do not
        belong to the names or to one another.
    """
    if not len(names):
        raise OptionError("there is no mean to draw; give at least one name")
    means, low, high = (np.asarray(values, np.float64) for values in (mean, lower, upper))
    for what, values in (("mean", means), ("lower", low), ("upper", high)):
        if values.shape != (len(names),):
            raise OptionError(f"{what} has shape {values.shape}, but there are {len(names)} names")
    for name, middle, start, end in zip(names, means.tolist(), low.tolist(), high.tolist(), strict=True):
        if middle < start or middle > end:
            raise OptionError(f"{name!r}: the mean {middle:g} is not in its interval from {start:g} to {end:g}")
        if math.isinf(start) or math.isinf(end):
            # matplotlib would draw none, as if the mean were exact
            raise OptionError(f"{name!r}: the interval from {start:g} to {end:g} has no end; give nan to leave it out")
    ax = axes_or_new(ax, 7, 0.32 * len(names) + 0.9)
    row = np.arange(len(names))
    draw_intervals(ax, means, low, high, row, **line_styles(1)[0])
    ax.set_yticks(row, [plain(name) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlabel(plain(label))
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
