"""Figures for matplotlib: Axes in, Axes out; matplotlib is imported when one is drawn (extra `plots`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pdalloc.allocation import Allocation
from pdalloc.errors import OptionError
from pdalloc.metrics import empty_places, profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["profile_bars"]

RANKS_SHOWN = 5


def profile_bars(allocations: Mapping[str, Allocation], ax: Axes | None = None) -> Axes:
    """Draw how many places each allocation gives at each rank, and how many it leaves empty, as stacked bars.

    Parameters
    ----------
    allocations : mapping of name to Allocation
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
        If matplotlib is not installed, or there is no allocation.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise OptionError("figures need matplotlib; install pdalloc[plots]") from None
    if not allocations:
        raise OptionError("there is no allocation to draw; give at least one")
    if ax is None:
        # without pyplot, which keeps every figure and asks for a screen
        ax = Figure(figsize=(8, 0.7 * len(allocations) + 1.3), layout="constrained").subplots()
    parts = {name: _parts(allocation) for name, allocation in allocations.items()}
    names = list(dict.fromkeys(part for counts in parts.values() for part in counts if part != "empty"))
    colours = matplotlib.colormaps["cividis"].reversed()
    left = [0] * len(parts)
    readable = 0.03 * max(sum(counts.values()) for counts in parts.values())
    for position, part in enumerate([*names, "empty"]):
        counts = [column.get(part, 0) for column in parts.values()]
        is_empty = part == "empty"
        style = {"color": "white", "hatch": "////"} if is_empty else {"color": colours(position / len(names))}
        bars = ax.barh(list(parts), counts, left=left, label=part, edgecolor="black", linewidth=0.6, **style)
        shade = "white" if not is_empty and position / len(names) > 0.5 else "black"
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1} if is_empty else None
        texts = [f"{count:,}" if count >= readable else "" for count in counts]
        ax.bar_label(bars, texts, label_type="center", color=shade, fontsize="small", bbox=box)
        left = [start + count for start, count in zip(left, counts, strict=True)]
    ax.set_xlim(0, 1.01 * max(1, *left))
    ax.invert_yaxis()
    ax.set_xlabel("wanted places")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(ncols=len(names) + 1, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize="small")
    return ax


def _parts(allocation: Allocation) -> dict[str, int]:
    """Places by the name of their part of a bar, best first."""
    counts = profile(allocation).tolist()
    longest = allocation.problem.longest_list
    worst = int(allocation.problem.choices.rank.max(initial=0))
    parts = {f"rank {rank}": counts[rank - 1] for rank in range(1, min(worst, RANKS_SHOWN) + 1)}
    if worst > RANKS_SHOWN:
        parts["worse rank"] = sum(counts[RANKS_SHOWN:longest])
    if len(counts) > longest:
        parts["unlisted"] = sum(counts[longest:])
    return parts | {"empty": empty_places(allocation)}
