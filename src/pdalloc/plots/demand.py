"""Demand against seats, session by session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.auditing.given import Given, allocation_of
from pdalloc.errors import OptionError
from pdalloc.plots.style import SMALL, axes_or_new, counting_ticks, legend_beside, plain
from pdalloc.problem import Problem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["demand_bars"]

TITLE_SHOWN = 40


def demand_bars(problem_or_allocation: Problem | Given, ax: Axes | None = None, *, most: int = 20) -> Axes:
    """Draw how many participants want each session, against its seats; those with most first choices on top.

    Parameters
    ----------
    problem_or_allocation : Problem, Allocation or Result
        With an allocation, the seats taken are drawn too, and cancelled sessions are marked.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure, as high as it takes.
    most : int
        So many sessions are drawn, from 1. Of equally many first choices, more choices come first, then table order.

    Returns
    -------
    matplotlib.axes.Axes
        All choices and those at rank 1 are bars, one in front of the other; seats are black strokes, seats taken
        diamonds.

    Raises
    ------
    OptionError
        If matplotlib is not installed, `most` is no whole number from 1, or something else was given.
    """
    allocation: Allocation | None = None
    if isinstance(problem_or_allocation, Problem):
        problem = problem_or_allocation
    else:
        allocation = allocation_of(problem_or_allocation, "draw")
        problem = allocation.problem
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or most < 1:
        raise OptionError(f"most is {most!r}; give a whole number of sessions, from 1")
    sessions = len(problem.sessions)
    choices = problem.choices
    listed = np.bincount(choices.session, minlength=sessions)
    first = np.bincount(choices.session[choices.rank == 1], minlength=sessions)
    shown = np.lexsort((-listed, -first))[:most]
    ax = axes_or_new(ax, 9, 0.24 * len(shown) + 0.9)
    row = np.arange(len(shown))
    ax.barh(row, listed[shown], color="#BBD7EA", edgecolor="black", linewidth=0.6, label="all choices")
    ax.barh(row, first[shown], height=0.45, color="#0072B2", edgecolor="black", linewidth=0.6, label="first choices")
    ax.plot(
        problem.capacity[shown], row, linestyle="none", marker="|", markersize=13, markeredgewidth=2.5, color="black",
        label="seats",
    )  # fmt: skip
    if allocation is not None:
        ax.plot(
            allocation.attendance[shown], row, linestyle="none", marker="D", markersize=5, markerfacecolor="white",
            markeredgecolor="black", label="seats taken",
        )  # fmt: skip
    ax.set_yticks(row, [_label(problem, allocation, session) for session in shown.tolist()], fontsize=SMALL)
    ax.set_ylim(len(row) - 0.4, -0.6)
    ax.set_xlim(left=-0.015 * ax.get_xlim()[1])  # or marks at 0 would be cut in half
    counting_ticks(ax.xaxis)
    ax.set_xlabel("participants")
    ax.set_ylabel("sessions" if len(shown) == sessions else f"{len(shown)} of {sessions:,} sessions")
    ax.spines[["top", "right"]].set_visible(False)
    legend_beside(ax)
    return ax


def _label(problem: Problem, allocation: Allocation | None, session: int) -> str:
    label = problem.sessions[session]
    title = problem.title[session] if problem.title else ""
    if title:
        label += f" {title if len(title) <= TITLE_SHOWN else title[:TITLE_SHOWN].rstrip() + '…'}"
    return plain(label if allocation is None or allocation.runs[session] else f"{label} (cancelled)")
