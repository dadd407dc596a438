"""Figures of an allocation: one function each, an array or a number out."""

from pdalloc.metrics.places import day_costs, empty_places, filled_places, rank_cost, seats_filled
from pdalloc.metrics.ranks import mean_rank, profile, share_in_top
from pdalloc.metrics.summary import Summary, summary

__all__ = [
    "Summary",
    "day_costs",
    "empty_places",
    "filled_places",
    "mean_rank",
    "profile",
    "rank_cost",
    "seats_filled",
    "share_in_top",
    "summary",
]
