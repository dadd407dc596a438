"""Synthetic problems, each determined by its seed."""

from pdalloc.generators.days import day, lexington
from pdalloc.generators.mallows import mallows
from pdalloc.generators.markets import capacities, market, tied_ranks
from pdalloc.generators.preferences import euclidean, group_taste, impartial_culture, plackett_luce

__all__ = [
    "capacities",
    "day",
    "euclidean",
    "group_taste",
    "impartial_culture",
    "lexington",
    "mallows",
    "market",
    "plackett_luce",
    "tied_ranks",
]
