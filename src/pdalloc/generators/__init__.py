"""Synthetic problems, each determined by its seed."""

from pdalloc.generators.days import day, lexington
from pdalloc.generators.mallows import mallows
from pdalloc.generators.markets import capacities, market, tied_ranks
from pdalloc.generators.preferences import euclidean, group_taste, impartial_culture, plackett_luce
from pdalloc.generators.random_markets import random_market
from pdalloc.generators.resampling import resample
from pdalloc.generators.single_peaked import single_peaked
from pdalloc.generators.urn import urn

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
    "random_market",
    "resample",
    "single_peaked",
    "tied_ranks",
    "urn",
]
