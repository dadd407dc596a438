"""Efficiency against fairness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pdalloc.arrays import FloatArray
from pdalloc.errors import OptionError
from pdalloc.plots.placing import place_labels
from pdalloc.plots.style import axes_or_new, legend_beside, plain
from pdalloc.study.front import Front

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["efficiency_fairness_front"]

ON_FRONT, DOMINATED = "#0072B2", "0.45"


def efficiency_fairness_front(front: Front, ax: Axes | None = None) -> Axes:
    """Draw the mean efficiency and fairness of each solver with their intervals, and the Pareto front.

    The solvers of the front are filled points, joined by a step line: what lies on its worse side is dominated, in
    means, by one of them. The others are hollow. Arrows at the axes point to what is better.

    Parameters
    ----------
    front : Front
        Of a study. Solvers without a mean (nan) are not drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure. Names are placed for the size that it has now.

    Raises
    ------
    OptionError
        If matplotlib is not installed, no solver has a mean, or something else was given.
    """
    if not isinstance(front, Front):
        raise OptionError(f"cannot draw the front of a {type(front).__name__}; give the Front of a study")
    known = np.flatnonzero(~np.isnan(front.mean).any(axis=1))
    if not len(known):
        raise OptionError("no solver has a mean of both figures; there is no front to draw")
    ax = axes_or_new(ax, 7.8, 4.6)
    mean, lower, upper, best = front.mean[known], front.lower[known], front.upper[known], front.on_front[known]
    colours = [ON_FRONT if dominates else DOMINATED for dominates in best.tolist()]
    ax.hlines(mean[:, 1], lower[:, 0], upper[:, 0], colors=colours, linewidth=1)
    ax.vlines(mean[:, 0], lower[:, 1], upper[:, 1], colors=colours, linewidth=1)
    steps = _steps(mean[best], front.better[0])
    ax.plot(*steps.T, linestyle="--", linewidth=1.2, color=ON_FRONT, label="Pareto front")
    ax.plot(*mean[best].T, linestyle="none", marker="o", markersize=7, color=ON_FRONT, label="not dominated")
    ax.plot(
        *mean[~best].T, linestyle="none", marker="o", markersize=7, color=DOMINATED, markerfacecolor="white",
        label="dominated",
    )  # fmt: skip
    ax.set_xlabel(_directed(front.efficiency, front.better[0]))
    ax.set_ylabel(_directed(front.fairness, front.better[1]))
    ax.spines[["top", "right"]].set_visible(False)
    legend_beside(ax)
    ax.margins(0.12)
    names = [plain(front.solvers[solver]) for solver in known.tolist()]
    across = np.stack([np.c_[lower[:, 0], mean[:, 1]], np.c_[upper[:, 0], mean[:, 1]]], axis=1)
    along = np.stack([np.c_[mean[:, 0], lower[:, 1]], np.c_[mean[:, 0], upper[:, 1]]], axis=1)
    front_line = np.stack([steps[:-1], steps[1:]], axis=1)
    place_labels(ax, names, mean, np.concatenate([across, along, front_line]))
    return ax


def _steps(best: FloatArray, better: str) -> FloatArray:
    """Return the corners of the line around what the points of the front dominate, from left to right."""
    best = best[np.argsort(best[:, 0], kind="stable")]
    # each point dominates what is left of it if more is better, else what is right of it
    between = np.c_[best[:-1, 0], best[1:, 1]] if better == "higher" else np.c_[best[1:, 0], best[:-1, 1]]
    steps = np.repeat(best, 2, axis=0)[:-1]
    steps[1::2] = between
    return steps


def _directed(figure: str, better: str) -> str:
    return plain(f"{figure} (higher is better →)" if better == "higher" else f"(← lower is better) {figure}")
