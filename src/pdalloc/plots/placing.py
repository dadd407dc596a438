"""Names beside points that cover neither each other nor points, and stay inside the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.plots.style import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["place_labels"]

# lengths in points of 1/72 inch
DISTANCES = (7.0, 14.0, 24.0, 36.0, 50.0)
"""From a point to its name; from the second one on a line joins them."""

DIRECTIONS = 16
MARK = 4.0
"""Half the width of a mark."""

NAME_COVERED, MARK_COVERED, LINE_COVERED, OUTSIDE, FAR = 20.0, 3.0, 3.0, 100.0, 2.0
"""Costs of a square point over another name, a mark or a line, or outside the axes, and of a point of distance."""

ROUNDS = 4


def place_labels(ax: Axes, names: Sequence[str], points: FloatArray, lines: FloatArray) -> None:
    """Write a name beside each point, where it covers least.

    Each name in turn goes to the best of 80 places around its point, given where the others are, four times over.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With everything else drawn; its limits stay as they are.
    names : sequence of str
    points : float64 array, shape (names, 2)
        In data coordinates.
    lines : float64 array, shape (lines, 2, 2)
        Both ends of lines across or along, in data coordinates; nan for none.
    """
    from matplotlib.patheffects import withStroke

    figure = ax.get_figure(root=True)
    assert figure is not None
    ax.axis(ax.axis())  # or limits would move after names are placed
    figure.draw_without_rendering()  # only now it is known where the axes are
    scale = 72 / figure.dpi
    point = ax.transData.transform(points) * scale
    size = _sizes(ax, names) * scale
    # arrays of shape (names, places, ...)
    offset = _directions() * np.repeat(DISTANCES, DIRECTIONS)[:, None] + np.round(_directions()) * size[:, None] / 2
    centre = point[:, None] + offset
    box = np.concatenate([centre - size[:, None] / 2, centre + size[:, None] / 2], axis=-1)
    marks = np.hstack([point - MARK, point + MARK])
    known = lines[~np.isnan(lines).any(axis=(1, 2))]
    strokes = ax.transData.transform(known.reshape(-1, 2)).reshape(-1, 2, 2) * scale
    thin = np.hstack([strokes.min(axis=1) - 0.5, strokes.max(axis=1) + 0.5])
    inside = np.array([ax.get_window_extent().extents]) * scale
    cost = (
        FAR * np.repeat(DISTANCES, DIRECTIONS)
        + MARK_COVERED * _covered(box, marks)
        + LINE_COVERED * _covered(box, thin)
        + OUTSIDE * (size.prod(axis=1)[:, None] - _covered(box, inside))
    )
    for row, place in enumerate(_best_places(box, cost).tolist()):
        line = {"arrowstyle": "-", "color": "0.5", "linewidth": 0.6, "shrinkA": 0, "shrinkB": MARK}
        ax.annotate(
            names[row], points[row].tolist(), xytext=offset[row, place].tolist(), textcoords="offset points",
            ha="center", va="center", fontsize=SMALL, arrowprops=line if place >= DIRECTIONS else None,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip


def _directions() -> FloatArray:
    """Return unit vectors all around for each distance, the first to the right: shape (places, 2)."""
    angle = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    return np.tile(np.stack([np.cos(angle), np.sin(angle)], axis=1), (len(DISTANCES), 1))


def _sizes(ax: Axes, names: Sequence[str]) -> FloatArray:
    """Return width and height of each name in pixels: shape (names, 2)."""
    sizes = []
    for name in names:
        text = ax.text(0, 0, name, fontsize=SMALL)
        sizes.append(text.get_window_extent().size)
        text.remove()
    return np.array(sizes)


def _covered(box: FloatArray, things: FloatArray) -> FloatArray:
    """Return how much of each box, shape (..., 4), lies over things, shape (things, 4), in square units."""
    box = box[..., None, :]
    sides = np.minimum(box[..., 2:], things[:, 2:]) - np.maximum(box[..., :2], things[:, :2])
    total: FloatArray = np.maximum(sides, 0).prod(axis=-1).sum(axis=-1)
    return total


def _best_places(box: FloatArray, cost: FloatArray) -> Int64Array:
    """Return a place for each name, given the cost of each place alone."""
    names = np.arange(len(box))
    chosen: Int64Array = cost.argmin(axis=1)
    for _ in range(ROUNDS):
        for name in names.tolist():
            others = box[names, chosen][names != name]
            chosen[name] = (cost[name] + NAME_COVERED * _covered(box[name], others)).argmin()
    return chosen
