"""Objectives by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pdalloc.errors import OptionError
from pdalloc.objectives.by_rank import Generous, Greedy, RankMaximal
from pdalloc.objectives.chained import Chained
from pdalloc.objectives.changes import Changes
from pdalloc.objectives.levels import Objective
from pdalloc.objectives.leximin import Leximin
from pdalloc.objectives.nash import Nash
from pdalloc.objectives.penalties import Penalties
from pdalloc.objectives.rank_sum import RankSum
from pdalloc.objectives.welfare import Welfare

__all__ = ["OBJECTIVES", "get_objective"]

OBJECTIVES: Mapping[str, Callable[[], Objective]] = MappingProxyType(
    {
        objective.name: objective
        for objective in (RankSum, Welfare, Greedy, Generous, RankMaximal, Leximin, Nash, Penalties)
    }
)


def get_objective(
    objective: str | Objective | Sequence[str | Objective], rank_costs: Sequence[int] | None = None
) -> Objective:
    """Return the objective of a name, the one given, or the chain of several.

    Parameters
    ----------
    objective : str, Objective or sequence of these
        A name from `OBJECTIVES`, names separated by commas, or objects such as ``RankSum()``.
    rank_costs : sequence of int, optional
        Of `RankSum`.

    Raises
    ------
    OptionError
        If there is none of that name, or it does not take rank costs.

    Examples
    --------
    >>> get_objective("rank-sum,welfare") == get_objective([RankSum(), "welfare"])
    True
    """
    parts = _parts(objective)
    if rank_costs is not None:
        if any(isinstance(part, RankSum) for part in parts):
            raise OptionError(f"rank_costs are given beside {objective!r}, which has its own; give one of the two")
        if RankSum.name not in parts:
            raise OptionError(f"objective {objective!r} takes no rank_costs; only rank-sum does")
        # any sequence becomes a tuple there
        parts = [RankSum(rank_costs) if part == RankSum.name else part for part in parts]  # type: ignore[arg-type]
    made = tuple(_by_name(part) if isinstance(part, str) else part for part in parts)
    return made[0] if len(made) == 1 else Chained(made)


def _parts(objective: str | Objective | Sequence[str | Objective]) -> list[str | Objective]:
    if isinstance(objective, str):
        return [name.strip() for name in objective.split(",")]
    parts = [objective] if _is_objective(objective) else objective
    if not (isinstance(parts, list | tuple) and parts and all(isinstance(p, str) or _is_objective(p) for p in parts)):
        raise OptionError(f"objective is {objective!r}; give a name, an object such as RankSum(), or a list of these")
    return list(parts)


def _is_objective(part: object) -> bool:
    # one telling attribute: asking a protocol for all of them takes longer than looking through the problem
    return hasattr(part, "refuses") and not isinstance(part, type)


def _by_name(name: str) -> Objective:
    if name == Changes.name:
        raise OptionError("objective 'changes' needs what was published; give Changes(before) instead of its name")
    if name not in OBJECTIVES:
        raise OptionError(f"unknown objective {name!r}; there are {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name]()
