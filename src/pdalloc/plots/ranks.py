"""Cumulative rank curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray
from pdalloc.auditing.given import GivenSeveral, allocations_by_name
from pdalloc.errors import OptionError
from pdalloc.metrics import cumulative_profile
from pdalloc.plots.style import axes_or_new, counting_ticks, legend_beside, line_styles, percent_ticks, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["rank_curves"]

MARKERS_SHOWN = 15


def rank_curves(allocations: GivenSeveral, ax: Axes | None = None) -> Axes:
    """Draw which share of the wanted places each allocation fills at each rank or a better one.

    A curve that is nowhere below another one and somewhere above it is that of an allocation that is better at every
    way of valuing ranks (rank dominance; Featherstone 2020). Where curves end below 100%, places stay empty.

    Parameters
    ----------
    allocations : Allocation or Result, or a sequence of these, or a mapping of name to these
        Of one problem; one line each.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Ranks are from 1; after the last one come unlisted places, if there are any.

    Raises
    ------
    OptionError
        If matplotlib is not installed, there is no allocation, they are of different problems, or nobody wants a place.
    """
    named = allocations_by_name(allocations, "draw")
    curves = {name: _shares(name, allocation) for name, allocation in named.items()}
    ax = axes_or_new(ax, 7, 4)
    last = max(map(len, curves.values()))
    for (name, share), style in zip(curves.items(), line_styles(len(curves)), strict=True):
        # nothing comes after the last rank of an allocation without unlisted places
        up_to = np.pad(share, (0, last - len(share)), mode="edge")
        ax.plot(np.arange(1, last + 1), up_to, label=plain(name), markevery=-(-last // MARKERS_SHOWN), **style)
    longest = next(iter(named.values())).problem.longest_list
    counting_ticks(ax.xaxis)
    ax.set_xlim(0.8, last + 0.2)
    ax.set_xlabel("rank" if last == longest else f"rank ({last}: unlisted)")
    ax.set_ylim(top=1.02)
    percent_ticks(ax.yaxis)
    ax.set_ylabel("wanted places at this rank or better")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="0.9")
    legend_beside(ax, handle_length=4)
    return ax


def _shares(name: str, allocation: Allocation) -> FloatArray:
    wanted = int(allocation.wanted.sum())
    if not wanted or not allocation.problem.longest_list:
        raise OptionError(f"allocation {name!r} is of a day on which nobody wants anything; there are no ranks to draw")
    return cumulative_profile(allocation) / wanted
