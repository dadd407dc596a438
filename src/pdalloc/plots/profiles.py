"""Places at each rank, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pdalloc.auditing.given import GivenSeveral, allocations_by_name
from pdalloc.metrics import empty_places, profile
from pdalloc.plots.stacked import by_part, stacked_bars
from pdalloc.plots.style import axes_or_new, counting_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["profile_bars"]


def profile_bars(allocations: GivenSeveral, ax: Axes | None = None) -> Axes:
    """Draw how many places each allocation gives at each rank, and how many it leaves empty, as stacked bars.

    Parameters
    ----------
    allocations : Allocation or Result, or a sequence of these, or a mapping of name to these
        Of one problem; one bar each, the first on top.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The colours (cividis, light to dark) can be told apart in print and by the colour-blind; empty places are
        hatched.

    Raises
    ------
    OptionError
        If matplotlib is not installed, there is no allocation, or they are of different problems.
    """
    named = allocations_by_name(allocations, "draw")
    ax = axes_or_new(ax, 9, 0.7 * len(named) + 1.0)
    profiles = [profile(allocation) for allocation in named.values()]
    # only some may have unlisted places
    by_rank = np.zeros((len(profiles), max(map(len, profiles))), np.int64)
    for row, counts in zip(by_rank, profiles, strict=True):
        row[: len(counts)] = counts
    problem = next(iter(named.values())).problem
    empty = np.array([empty_places(allocation) for allocation in named.values()])
    stacked_bars(ax, list(named), by_part(problem, by_rank) | {"empty": empty}, "{:,}".format, readable=0.03)
    counting_ticks(ax.xaxis)
    ax.set_xlabel("wanted places")
    return ax
