"""The results of a study: a row for each run, and what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.arrays import FloatArray
from pdalloc.errors import OptionError
from pdalloc.study.columns import Column, in_order
from pdalloc.study.design import Study
from pdalloc.study.front import Front, front_of
from pdalloc.study.intervals import Intervals, mean_intervals, mean_ranks
from pdalloc.study.names import require_name
from pdalloc.study.rows import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StudyResults"]


@dataclass(frozen=True, eq=False)
class StudyResults:
    """A row for each run of a study.

    Attributes
    ----------
    frame : pandas.DataFrame
        Problem by problem, seed by seed, solver by solver. Columns: "problem" and "solver", the names in the study;
        "problem_hash"; "method" and "options", the solver that ran and its options as JSON; "seed", and "solve_seed",
        with which `pdalloc.solve` makes the same allocation again; "status" ("optimal", "feasible" or "rule"; where
        there is no allocation "stopped", "unsupported", "infeasible" or "failed") and "error"; "gap", how far the first
        unproved level may be from its optimum, relative to its value; "runtime" and "metrics_runtime" in seconds;
        "objective", "value" and "bound" (JSON); "versions"; then the figures, nan where they are not defined.
    columns : dict of str to Column
        What each figure is.
    problems, solvers : tuple of str
        Names in the study.
    """

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    problems: tuple[str, ...]
    solvers: tuple[str, ...]

    @classmethod
    def arranged(
        cls, frame: pd.DataFrame, columns: Mapping[str, Column], problems: Sequence[str], solvers: Sequence[str]
    ) -> StudyResults:
        """Put rows and columns in the order of the study; rows of other problems and solvers are left out."""
        problem, solver = (
            frame[what].map({name: position for position, name in enumerate(names)}).fillna(-1).to_numpy(np.int64)
            for what, names in (("problem", problems), ("solver", solvers))
        )
        order = np.lexsort((solver, frame["seed"].to_numpy(), problem))
        order = order[(problem[order] >= 0) & (solver[order] >= 0)]
        names = [*COLUMNS, *in_order(columns)]
        # rows that were kept before a figure was first seen lack its column
        arranged = frame.reindex(columns=names).iloc[order].reset_index(drop=True)
        return cls(arranged, dict(columns), tuple(problems), tuple(solvers))

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Mapping[str, Column], study: Study) -> StudyResults:
        """Return the rows that belong to a study."""
        frame = frame[frame["seed"].isin(study.seeds)]
        problems, solvers = [entry.name for entry in study.problems], [entry.name for entry in study.solvers]
        return cls.arranged(frame, columns, problems, solvers)

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns of figures, in order."""
        return tuple(in_order(self.columns))

    def failures(self) -> pd.DataFrame:
        """Return the rows of runs that gave no allocation, or whose figures could not be counted."""
        return self.frame[self.frame["error"].notna()]

    def values(self, figure: str, problem: str) -> FloatArray:
        """Return a figure of a problem by seed and solver: shape (seeds, solvers), nan where a run gave none.

        Raises
        ------
        OptionError
            If there is no such figure or problem.
        """
        require_name("figure", figure, self.columns)
        require_name("problem", problem, self.problems)
        rows = self.frame[self.frame["problem"] == problem]
        table = rows.pivot(index="seed", columns="solver", values=figure).reindex(columns=list(self.solvers))
        values: FloatArray = table.to_numpy(np.float64)
        return values

    def summary(self, figures: Collection[str] | None = None, *, level: float = 0.95) -> Intervals:
        """Return the mean of each figure over the seeds, by problem and solver, with its interval.

        Parameters
        ----------
        figures : collection of str, optional
            Names of columns; by default all.
        level : float
            Of the intervals, above 0 and below 1.

        Raises
        ------
        OptionError
            If there is no such figure.
        """
        return mean_intervals(self, self._figures(figures), None, level)

    def differences(self, baseline: str, figures: Collection[str] | None = None, *, level: float = 0.95) -> Intervals:
        """Return how much each figure differs from that of one solver, with intervals of the paired differences.

        Two runs are a pair where problem and seed are the same. Parameters are those of `summary`.

        Raises
        ------
        OptionError
            If there is no such solver or figure.
        """
        require_name("solver", baseline, self.solvers)
        return mean_intervals(self, self._figures(figures), baseline, level)

    def ranks(self, figures: Collection[str] | None = None, *, level: float = 0.95) -> Intervals:
        """Return the mean rank of each solver among all, 1 for the best, over all problems and seeds (Demsar 2006).

        Solvers with equal figures share the mean of their ranks. Figures of which no direction is better are left out,
        and so are problems and seeds where a solver has none. Parameters are those of `summary`.
        """
        directed = [name for name in self._figures(figures) if self.columns[name].better != "neither"]
        return mean_ranks(self, directed, level)

    def front(
        self, efficiency: str = "mean rank", fairness: str = "Gini of shares", problem: str | None = None
    ) -> Front:
        """Return which solvers are on the Pareto front of two figures, by their means.

        Parameters
        ----------
        efficiency, fairness : str
            Names of figures of which one direction is better.
        problem : str, optional
            By default the only one.

        Raises
        ------
        OptionError
            If there is no such figure or problem, or no direction of a figure is better.
        """
        if problem is None:
            if len(self.problems) > 1:
                raise OptionError(f"there are several problems: {', '.join(self.problems)}; name one of them")
            problem = self.problems[0]
        return front_of(self, efficiency, fairness, problem)

    def _figures(self, asked: Collection[str] | None) -> tuple[str, ...]:
        if asked is None:
            return self.figures
        names = (asked,) if isinstance(asked, str) else tuple(asked)
        for name in names:
            require_name("figure", name, self.columns)
        return names

    def notes(self) -> tuple[str, ...]:
        """Return what a reader of the figures has to know: the runs that gave none."""
        failed = self.failures()
        counts = Counter(zip(failed["problem"], failed["solver"], failed["status"], strict=True))
        return tuple(
            f"{count:,} of the runs of {solver} on {problem} gave no figures: {status}; see failures()"
            for (problem, solver, status), count in counts.items()
        )

    def __repr__(self) -> str:
        return f"<StudyResults: {len(self.frame):,} runs, {len(self.columns)} figures>"

    def __str__(self) -> str:
        return "\n".join([str(self.summary()), *self.notes()])

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()
