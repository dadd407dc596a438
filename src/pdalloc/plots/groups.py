"""How the groups of a day were served."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.auditing.given import GivenSeveral, allocations_by_name
from pdalloc.metrics import GroupGap, group_gap, share_of_own_maximum
from pdalloc.plots.style import axes_or_new, draw_intervals, legend_beside, line_styles, percent_ticks, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["group_gaps"]

BAND = 0.7
"""Part of a group's row that its intervals take."""


def group_gaps(allocations: GivenSeveral, group: str, ax: Axes | None = None, *, seed: int = 0) -> Axes:
    """Draw the mean share of their own maximum that each group gets, with its 95% bootstrap interval.

    See `metrics.share_of_own_maximum` and `metrics.group_gap`. The legend gives the gap of each allocation, largest
    less smallest mean of the groups of at least five, and beside it the mean gap if the participants were dealt out to
    the groups at random: a gap no larger than that is no evidence that the groups differ.

    Parameters
    ----------
    allocations : Allocation or Result, or a sequence of these, or a mapping of name to these
        Of one problem; side by side in the row of each group.
    group : str
        Name of one of `Problem.groups`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure, as high as it takes.
    seed : int
        Of the resampling, the same for all allocations.

    Returns
    -------
    matplotlib.axes.Axes
        A row each group, in the order of their means in the first allocation, the largest on top; beside the name
        stands how many of its participants have a share.

    Raises
    ------
    OptionError
        If matplotlib is not installed, there is no allocation, or they are of different problems.
    ProblemError
        If there is no such group.
    """
    named = allocations_by_name(allocations, "draw")
    column = next(iter(named.values())).problem.group(group)
    gaps = {name: group_gap(share_of_own_maximum(allocation), column, seed) for name, allocation in named.items()}
    ax = axes_or_new(ax, 8.5, max(0.9, 0.2 * len(named)) + len(column.values) * (0.12 + 0.1 * len(named)))
    first = next(iter(gaps.values()))
    order = np.argsort(-first.mean, kind="stable")
    row = np.arange(len(order))
    offsets = (np.arange(len(named)) - (len(named) - 1) / 2) * BAND / len(named)
    for (name, gap), offset, style in zip(gaps.items(), offsets, line_styles(len(named)), strict=True):
        label = plain(_named_gap(name, gap))
        draw_intervals(ax, gap.mean[order], gap.lower[order], gap.upper[order], row + offset, **style, label=label)
    for position in row[1::2]:
        ax.axhspan(position - 0.5, position + 0.5, color="0.95", zorder=0, linewidth=0)
    ax.set_yticks(row, [plain(f"{column.values[value]} (n = {first.count[value]:,})") for value in order.tolist()])
    ax.set_ylim(len(row) - 0.5, -0.5)
    ax.set_xlabel("mean share of own maximum, with 95% interval")
    percent_ticks(ax.xaxis)
    ax.spines[["top", "right"]].set_visible(False)
    legend_beside(ax)
    return ax


def _named_gap(name: str, gap: GroupGap) -> str:
    """Return the name in the legend; there is no gap with fewer than two groups that are not small."""
    text = "" if math.isnan(gap.gap) else f"gap {gap.gap:.1%} (by chance {gap.gap_by_chance:.1%})"
    return ": ".join(filter(None, [name, text]))
