"""Bars divided by rank, best first, with what is empty at their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pdalloc.plots.style import SMALL, legend_beside, plain
from pdalloc.problem import Problem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["by_part", "stacked_bars"]

RANKS_SHOWN = 5

Numbers = npt.NDArray[Any]


def by_part(problem: Problem, by_rank: Numbers) -> dict[str, Numbers]:
    """Add up what is counted by rank to the parts of a bar.

    Parameters
    ----------
    problem : Problem
    by_rank : array, shape (bars, longest list) or one more
        As `metrics.profile` counts it; the last entry beyond the longest list is for unlisted places.

    Returns
    -------
    dict of str to array of shape (bars,)
        The first ranks, "worse rank" and "unlisted", as far as they can occur.
    """
    longest, worst = problem.longest_list, int(problem.choices.rank.max(initial=0))
    parts = {f"rank {rank}": by_rank[:, rank - 1] for rank in range(1, min(worst, RANKS_SHOWN) + 1)}
    if worst > RANKS_SHOWN:
        parts["worse rank"] = by_rank[:, RANKS_SHOWN:longest].sum(axis=1)
    if by_rank.shape[1] > longest:
        parts["unlisted"] = by_rank[:, longest:].sum(axis=1)
    return parts


def stacked_bars(
    ax: Axes, bars: Sequence[str], parts: Mapping[str, Numbers], text: Callable[[Any], str], readable: float
) -> None:
    """Draw bars from top to bottom, each divided into parts, of which the last is what is empty.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    bars : sequence of str
        Their names.
    parts : mapping of str to array of shape (bars,)
    text : callable
        Makes the text on a part of its length.
    readable : float
        Parts that take less of the longest bar have no text.
    """
    import matplotlib

    colours = matplotlib.colormaps["cividis"].reversed()
    row, left = np.arange(len(bars)), np.zeros(len(bars))
    readable *= float(np.sum(list(parts.values()), axis=0).max())
    for position, (part, length) in enumerate(parts.items()):
        is_empty = position == len(parts) - 1
        darkness = position / max(len(parts) - 1, 1)
        style: dict[str, Any] = {"color": "white", "hatch": "////"} if is_empty else {"color": colours(darkness)}
        drawn = ax.barh(row, length, left=left, label=part, edgecolor="black", linewidth=0.6, **style)
        texts = [text(value) if value >= readable else "" for value in length.tolist()]
        shade = "white" if not is_empty and darkness > 0.5 else "black"
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1} if is_empty else None
        ax.bar_label(drawn, texts, label_type="center", color=shade, fontsize=SMALL, bbox=box)
        left = left + length
    ax.set_yticks(row, [plain(bar) for bar in bars])
    ax.set_xlim(0, 1.01 * (float(left.max()) or 1))
    ax.invert_yaxis()
    ax.spines[["top", "right"]].set_visible(False)
    legend_beside(ax)
