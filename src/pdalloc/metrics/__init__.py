"""Figures of an allocation: one function each, an array or a number out."""

from pdalloc.metrics.places import day_costs, empty_places, filled_places, rank_cost, seats_filled
from pdalloc.metrics.ranks import mean_rank, profile, share_in_top
from pdalloc.metrics.summary import Summary, summary
from pdalloc.metrics.values import choice_values, utilities

__all__ = [
    "Summary",
    "choice_values",
    "day_costs",
    "empty_places",
    "filled_places",
    "mean_rank",
    "profile",
    "rank_cost",
    "seats_filled",
    "share_in_top",
    "summary",
    "utilities",
]
