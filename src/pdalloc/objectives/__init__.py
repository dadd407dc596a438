"""What is optimised, exactly: costs of places as integers, level by level, and the value of an allocation."""

from pdalloc.objectives.by_rank import ByRank, Generous, Greedy, RankMaximal
from pdalloc.objectives.chained import Chained
from pdalloc.objectives.levels import EMPTY_PLACES, UNLISTED_PLACES, Level, LevelCosts, Objective
from pdalloc.objectives.names import OBJECTIVES, get_objective
from pdalloc.objectives.rank_sum import RankSum
from pdalloc.objectives.welfare import Welfare

__all__ = [
    "EMPTY_PLACES",
    "OBJECTIVES",
    "UNLISTED_PLACES",
    "ByRank",
    "Chained",
    "Generous",
    "Greedy",
    "Level",
    "LevelCosts",
    "Objective",
    "RankMaximal",
    "RankSum",
    "Welfare",
    "get_objective",
]
