"""Lorenz curves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, count_values
from pdalloc.auditing.given import GivenSeveral, allocations_by_name
from pdalloc.errors import OptionError
from pdalloc.metrics import gini, share_of_own_maximum
from pdalloc.plots.style import axes_or_new, legend_beside, line_styles, percent_ticks, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["lorenz_curve"]


def lorenz_curve(allocations: GivenSeveral, ax: Axes | None = None) -> Axes:
    """Draw how unequally the shares of own maximum are divided: Lorenz curves (Lorenz 1905) and the line of equality.

    A point (x, y) says that the worst served x of the participants have y of the sum of all shares
    (`metrics.share_of_own_maximum`). Twice the area between a curve and the line of equality is the Gini coefficient
    (`metrics.gini`), which stands in the legend. Participants who could have had nothing of value are left out.

    Parameters
    ----------
    allocations : Allocation or Result, or a sequence of these, or a mapping of name to these
        Of one problem; one line each.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Raises
    ------
    OptionError
        If matplotlib is not installed, there is no allocation, they are of different problems, nobody has anything of
        value, or somebody has less than nothing.
    """
    named = allocations_by_name(allocations, "draw")
    curves = {name: _curve(name, allocation) for name, allocation in named.items()}
    ax = axes_or_new(ax, 7.2, 4.5)
    ax.plot([0, 1], [0, 1], color="0.5", linewidth=1, label="equality")
    for (name, (people, total, index)), style in zip(curves.items(), line_styles(len(curves)), strict=True):
        label = plain(", ".join(filter(None, [name, f"Gini {index:.3f}"])))
        ax.plot(people, total, label=label, markevery=0.1, **style)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_xlabel("part of the participants, worst served first")
    ax.set_ylabel("part of the sum of their shares")
    percent_ticks(ax.xaxis, ax.yaxis)
    ax.spines[["top", "right"]].set_visible(False)
    legend_beside(ax, handle_length=4)
    return ax


def _curve(name: str, allocation: Allocation) -> tuple[FloatArray, FloatArray, float]:
    """Return the points where the curve bends, and its Gini coefficient."""
    share = share_of_own_maximum(allocation)
    share = share[~np.isnan(share)]
    index = gini(share)
    if math.isnan(index):
        raise OptionError(f"allocation {name!r} gives nobody anything of value; it has no Lorenz curve")
    value, count = count_values(share)
    people, total = np.cumsum(count), np.cumsum(value * count)
    return np.r_[0, people / people[-1]], np.r_[0, total / total[-1]], index
