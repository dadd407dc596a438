"""The first figures of one or several allocations, as a table that prints well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pdalloc.allocation import Allocation
from pdalloc.metrics.places import (
    cancelled_sessions,
    empty_places,
    filled_places,
    rank_cost,
    seats_filled,
    unattended_sessions,
)
from pdalloc.metrics.ranks import mean_rank, profile, share_in_top
from pdalloc.metrics.table import FigureTable, figure_text

__all__ = ["Summary", "profile_rows", "summary"]

PROFILE_SHOWN = 5


@dataclass(frozen=True)
class Summary(FigureTable):
    """The first figures of allocations side by side.

    Attributes
    ----------
    rows : tuple of str
        Names of the figures.
    columns : dict of str to tuple of int or float
        The figures of each allocation, in the order of `rows`; shares are from 0 to 1.
    title : str
    """

    def text(self, row: int, value: int | float) -> str:
        """Return how a value of a row is written: counts whole, shares in percent."""
        form = "," if isinstance(value, int) else ".2f" if self.rows[row] == "mean rank" else ".1%"
        return figure_text(value, form)


def summary(allocations: Allocation | Mapping[str, Allocation]) -> Summary:
    """Summarise an allocation, or several of one problem side by side.

    Parameters
    ----------
    allocations : Allocation or mapping of name to Allocation

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> both = Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]})
    >>> print(summary({"best": both}).to_frame().loc["places filled", "best"])
    2.0
    """
    columns = {"": allocations} if isinstance(allocations, Allocation) else dict(allocations)
    figures = {name: _figures(allocation) for name, allocation in columns.items()}
    rows = tuple(dict.fromkeys(row for column in figures.values() for row in column))
    return Summary(rows, {name: tuple(column.get(row, 0) for row in rows) for name, column in figures.items()})


def _figures(allocation: Allocation) -> dict[str, int | float]:
    problem = allocation.problem
    figures: dict[str, int | float] = {
        "participants": len(problem.participants),
        "places filled": filled_places(allocation),
        "empty wanted places": empty_places(allocation),
    }
    return (
        figures
        | profile_rows(allocation)
        | {
            "mean rank": mean_rank(allocation),
            "lists with one of the first three": share_in_top(allocation, 3),
            "total rank cost": rank_cost(allocation),
            "seats filled": seats_filled(allocation),
            "sessions that nobody attends": unattended_sessions(allocation),
            "cancelled sessions": cancelled_sessions(allocation),
        }
    )


def profile_rows(allocation: Allocation) -> dict[str, int]:
    """Return the places at the first ranks, at all others together, and the unlisted ones, by names for a table."""
    problem = allocation.problem
    counts = profile(allocation).tolist()
    listed = counts[: problem.longest_list]
    worst = int(problem.choices.rank.max(initial=0))
    rows = {f"places at rank {rank}": count for rank, count in enumerate(listed[: min(worst, PROFILE_SHOWN)], 1)}
    if worst > PROFILE_SHOWN:
        rows[f"places at rank {PROFILE_SHOWN + 1} or worse"] = sum(listed[PROFILE_SHOWN:])
    if len(counts) > len(listed):
        rows["unlisted places"] = sum(counts[problem.longest_list :])
    return rows
