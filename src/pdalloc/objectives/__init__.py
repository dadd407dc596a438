"""What is optimised, exactly: costs of places as integers, level by level, and the value of an allocation."""

from pdalloc.objectives.by_rank import ByRank, Generous, Greedy, RankMaximal
from pdalloc.objectives.chained import Chained
from pdalloc.objectives.changes import Changes
from pdalloc.objectives.levels import (
    EMPTY_PLACES,
    UNLISTED_PLACES,
    Costs,
    DayCosts,
    ExcessCosts,
    Level,
    LevelCosts,
    Objective,
)
from pdalloc.objectives.leximin import Leximin
from pdalloc.objectives.names import OBJECTIVES, get_objective
from pdalloc.objectives.nash import Nash
from pdalloc.objectives.penalties import Penalties, penalties_first
from pdalloc.objectives.rank_sum import RankSum
from pdalloc.objectives.welfare import Welfare

__all__ = [
    "EMPTY_PLACES",
    "OBJECTIVES",
    "UNLISTED_PLACES",
    "ByRank",
    "Chained",
    "Changes",
    "Costs",
    "DayCosts",
    "ExcessCosts",
    "Generous",
    "Greedy",
    "Level",
    "LevelCosts",
    "Leximin",
    "Nash",
    "Objective",
    "Penalties",
    "RankMaximal",
    "RankSum",
    "Welfare",
    "get_objective",
    "penalties_first",
]
