"""The chances that a rule gives to participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array, pair_keys
from pdalloc.errors import OptionError
from pdalloc.plots.stacked import by_part, stacked_bars
from pdalloc.plots.style import axes_or_new, percent_ticks
from pdalloc.random_assignment import RandomAssignment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["probability_shares"]

MOST_ROWS = 25
"""So many participants have a row of their own."""

ROWS_OF_MEANS = 20


def probability_shares(assignment: RandomAssignment, ax: Axes | None = None) -> Axes:
    """Draw each participant's chances of rank 1, 2, ... and of nothing, as stacked shares of their wanted places.

    Up to 25 participants have a row each, in table order. More are sorted by the expected cost of their day a wanted
    place (`metrics.day_costs`), the best served first, and divided into 20 rows of equally many (or one fewer), each
    the mean of its participants. Who wants no place is left out.

    Parameters
    ----------
    assignment : RandomAssignment
        Such as `Result.random_assignment`. Intervals of chances that were estimated from draws are not drawn
        (`RandomAssignment.interval` has them); the axis says how many draws there were.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure, as high as it takes.

    Raises
    ------
    OptionError
        If matplotlib is not installed, nobody wants a place, or something else was given.
    """
    if not isinstance(assignment, RandomAssignment):
        raise OptionError(
            f"cannot draw chances of a {type(assignment).__name__}; give a RandomAssignment, such as the "
            "random_assignment of a result of 'probabilistic-serial'"
        )
    problem = assignment.problem
    share, people = _shares(assignment)
    if not len(people):
        raise OptionError("nobody wants a place; there are no chances to draw")
    if len(people) <= MOST_ROWS:
        names = [problem.participants[who] for who in people.tolist()]
    else:
        share, names = _means(share, problem.longest_list)
    ax = axes_or_new(ax, 9, 0.27 * len(names) + 0.9)
    parts = by_part(problem, share[:, :-1]) | {"nothing": share[:, -1]}
    stacked_bars(ax, names, parts, "{:.0%}".format, readable=0.06)
    ax.set_xlim(0, 1)
    ax.set_ylim(len(names) - 0.4, -0.6)
    percent_ticks(ax.xaxis)
    source = "" if assignment.draws is None else f", estimated from {assignment.draws:,} draws"
    ax.set_xlabel(f"chances for a wanted place{source}")
    if len(people) > MOST_ROWS:
        ax.set_ylabel(f"{len(people):,} participants, best served first")
    return ax


def _shares(assignment: RandomAssignment) -> tuple[FloatArray, Int64Array]:
    """Return the chances by rank, the last one of nothing, of those who want a place; and their numbers."""
    problem = assignment.problem
    position = problem.choices.find(assignment.participant, assignment.session)
    listed = position >= 0
    rank = np.full(len(position), problem.unlisted_rank)
    rank[listed] = problem.choices.rank[position[listed]]
    ranks = problem.longest_list + (problem.unlisted == "last" or not listed.all())
    places = assignment.probability * problem.session_size[assignment.session]
    cell = pair_keys(assignment.participant, rank - 1, ranks + 1)
    by_rank = np.bincount(cell, places, len(problem.participants) * (ranks + 1)).reshape(-1, ranks + 1)
    # who runs a session that is cancelled may have more places than were to be wanted
    wanted = np.maximum(problem.wanted, by_rank.sum(axis=1))
    by_rank[:, -1] = wanted - by_rank.sum(axis=1)
    people = np.flatnonzero(wanted > 0)
    return by_rank[people] / wanted[people, None], people


def _means(share: FloatArray, longest_list: int) -> tuple[FloatArray, list[str]]:
    """Return the mean chances of those served best to those served worst, and who they are, counted from 1."""
    # an unlisted place comes after the longest list, nothing costs its length
    cost = np.arange(share.shape[1])
    cost[-1] = longest_list
    rows = np.array_split(np.argsort(share @ cost, kind="stable"), ROWS_OF_MEANS)
    end = np.cumsum([len(row) for row in rows]).tolist()
    names = [f"{last - len(row) + 1:,} to {last:,}" for row, last in zip(rows, end, strict=True)]
    return np.array([share[row].mean(axis=0) for row in rows]), names
