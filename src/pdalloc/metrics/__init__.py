"""Figures of an allocation: one function each, an array or a number out."""

from pdalloc.metrics.chances import (
    Exchange,
    ProbabilityGap,
    SDEnvy,
    ordinal_exchanges,
    probability_gap,
    sd_envy,
)
from pdalloc.metrics.efficiency import Move, SlotEfficiency, slot_efficiency
from pdalloc.metrics.envy import Envy, envy
from pdalloc.metrics.estimate import Estimate
from pdalloc.metrics.groups import GroupGap, group_gap, history_correlation
from pdalloc.metrics.inequality import atkinson, gini, hoover, jain, theil, variance
from pdalloc.metrics.own_maximum import own_maximum, share_of_own_maximum
from pdalloc.metrics.places import (
    cancelled_sessions,
    day_costs,
    empty_places,
    filled_places,
    rank_cost,
    seats_filled,
    unattended_sessions,
)
from pdalloc.metrics.popularity import popularity_margin
from pdalloc.metrics.ranks import cumulative_profile, mean_rank, median_rank, profile, share_in_top
from pdalloc.metrics.stability import BlockingPairs, blocking_pairs
from pdalloc.metrics.summary import Summary, summary
from pdalloc.metrics.values import choice_values, utilities
from pdalloc.metrics.welfare import (
    NashWelfare,
    egalitarian_welfare,
    leximin_vector,
    nash_welfare,
    utilitarian_welfare,
)

__all__ = [
    "BlockingPairs",
    "Envy",
    "Estimate",
    "Exchange",
    "GroupGap",
    "Move",
    "NashWelfare",
    "ProbabilityGap",
    "SDEnvy",
    "SlotEfficiency",
    "Summary",
    "atkinson",
    "blocking_pairs",
    "cancelled_sessions",
    "choice_values",
    "cumulative_profile",
    "day_costs",
    "egalitarian_welfare",
    "empty_places",
    "envy",
    "filled_places",
    "gini",
    "group_gap",
    "history_correlation",
    "hoover",
    "jain",
    "leximin_vector",
    "mean_rank",
    "median_rank",
    "nash_welfare",
    "ordinal_exchanges",
    "own_maximum",
    "popularity_margin",
    "probability_gap",
    "profile",
    "rank_cost",
    "sd_envy",
    "seats_filled",
    "share_in_top",
    "share_of_own_maximum",
    "slot_efficiency",
    "summary",
    "theil",
    "unattended_sessions",
    "utilitarian_welfare",
    "utilities",
    "variance",
]
