"""Synthetic problems, each determined by its seed."""

from pdalloc.generators.cohort import cohort
from pdalloc.generators.course import course
from pdalloc.generators.days import day, lexington
from pdalloc.generators.edcamp import edcamp
from pdalloc.generators.mallows import mallows
from pdalloc.generators.markets import capacities, market, tied_ranks
from pdalloc.generators.personal_plan import personal_plan
from pdalloc.generators.preferences import euclidean, group_taste, impartial_culture, plackett_luce
from pdalloc.generators.random_markets import random_market
from pdalloc.generators.resampling import resample
from pdalloc.generators.rollout import rollout_wave
from pdalloc.generators.single_peaked import single_peaked
from pdalloc.generators.urn import urn

__all__ = [
    "capacities",
    "cohort",
    "course",
    "day",
    "edcamp",
    "euclidean",
    "group_taste",
    "impartial_culture",
    "lexington",
    "mallows",
    "market",
    "personal_plan",
    "plackett_luce",
    "random_market",
    "resample",
    "rollout_wave",
    "single_peaked",
    "tied_ranks",
    "urn",
]
