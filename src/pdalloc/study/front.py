"""The Pareto front of efficiency against fairness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray
from pdalloc.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from pdalloc.study.results import StudyResults

__all__ = ["Front", "front_of"]

Direction = Literal["higher", "lower"]


@dataclass(frozen=True)
class Front:
    """Solvers by two figures, and which of them no other one beats in both.

    Attributes
    ----------
    efficiency, fairness : str
        Names of the figures.
    better : tuple of {"higher", "lower"}
        Which direction of each is better.
    solvers : tuple of str
    mean, lower, upper : float64 arrays, shape (solvers, 2)
        Means over the seeds with 95% intervals, efficiency first.
    on_front : bool array, shape (solvers,)
        No other solver's means are at least as good in both figures and better in one.
    """

    efficiency: str
    fairness: str
    better: tuple[Direction, Direction]
    solvers: tuple[str, ...]
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    on_front: BoolArray

    def to_frame(self) -> pd.DataFrame:
        """Return a frame with a row a solver."""
        import pandas as pd

        parts: dict[str, object] = {}
        for column, name in enumerate((self.efficiency, self.fairness)):
            parts[name] = self.mean[:, column]
            parts[f"{name}, lower"] = self.lower[:, column]
            parts[f"{name}, upper"] = self.upper[:, column]
        return pd.DataFrame(parts | {"on front": self.on_front}, index=list(self.solvers))

    def __str__(self) -> str:
        return self.to_frame().to_string()


def front_of(results: StudyResults, efficiency: str, fairness: str, problem: str) -> Front:
    """See `StudyResults.front`."""
    table = results.summary([efficiency, fairness])
    better = (_direction(results, efficiency), _direction(results, fairness))
    results.values(efficiency, problem)
    at = results.problems.index(problem)
    mean, lower, upper = (part[at].T for part in (table.mean, table.lower, table.upper))
    # as if lower were better in both
    cost = mean * np.where([direction == "higher" for direction in better], -1, 1)
    no_worse = (cost[:, None, :] <= cost[None, :, :]).all(axis=2)
    beaten = (no_worse & (cost[:, None, :] < cost[None, :, :]).any(axis=2)).any(axis=0)
    return Front(
        efficiency=efficiency,
        fairness=fairness,
        better=better,
        solvers=results.solvers,
        mean=mean,
        lower=lower,
        upper=upper,
        on_front=~beaten & ~np.isnan(mean).any(axis=1),
    )


def _direction(results: StudyResults, figure: str) -> Direction:
    better = results.columns[figure].better
    if better == "neither":
        raise OptionError(f"no direction of {figure!r} is better; name a figure of which one is")
    return better
