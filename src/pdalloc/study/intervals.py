"""Means over the runs of a study, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.errors import OptionError
from pdalloc.metrics.table import figure_text, html_table, table_text

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from pdalloc.study.results import StudyResults

__all__ = ["Interval", "Intervals", "interval_of", "mean_intervals", "mean_ranks"]

COUNTS = {",", ",.0f", ".0f"}
"""Forms of whole numbers, whose means are not whole."""

MOST_DECIMALS = 6

UNDEFINED = np.errstate(invalid="ignore", over="ignore")
"""Infinite figures have no interval, and may have no mean or difference."""


class Interval(NamedTuple):
    """A mean with its interval, or an array of each."""

    runs: Int64Array
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray


@UNDEFINED
def interval_of(values: FloatArray, level: float = 0.95) -> Interval:
    """Return the mean of each column with its interval by Student's t distribution (Student 1908).

    Parameters
    ----------
    values : float64 array, shape (runs, columns)
        nan is left out; of infinite ones the ends are nan.
    level : float
        Above 0 and below 1.

    Returns
    -------
    Interval
        Arrays of shape (columns,). The ends are nan for a single value that says nothing of how much others differ, and
        both the mean where all values are equal.

    Raises
    ------
    OptionError
        If the level is out of its range.
    """
    from scipy.stats import t

    if not 0 < level < 1:
        raise OptionError(f"level is {level!r}; give a number above 0 and below 1, such as 0.95")
    known = ~np.isnan(values)
    runs = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean = np.divide(total, runs, out=np.full(len(runs), np.nan), where=runs > 0)
    deviation = np.where(known, values - mean, 0.0)
    # equal values differ from their mean by rounding
    deviation[:, np.abs(deviation).max(axis=0, initial=0.0) <= 1e-12 * np.abs(mean)] = 0.0
    several = np.maximum(runs, 2)
    half = t.ppf((1 + level) / 2, several - 1) * np.sqrt((deviation**2).sum(axis=0) / (several - 1) / several)
    half = np.where(runs > 1, half, np.nan)
    return Interval(runs, mean, mean - half, mean + half)


@dataclass(frozen=True)
class Intervals:
    """Means of figures by problem and solver, or their differences from those of one solver, with intervals.

    Attributes
    ----------
    title : str
    problems, figures, solvers : tuple of str
    better, forms : tuple of str
        Of each figure: which direction is better, and the format specification of its values.
    runs : int64 array, shape (problems, figures, solvers)
        How many runs, or pairs of runs, a mean is of.
    mean, lower, upper : float64 arrays, shape (problems, figures, solvers)
    level : float
    is_signed : bool
        Whether the means are differences.
    """

    title: str
    problems: tuple[str, ...]
    figures: tuple[str, ...]
    solvers: tuple[str, ...]
    better: tuple[str, ...]
    forms: tuple[str, ...]
    runs: Int64Array
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    is_signed: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return a tidy frame: a row for each problem, figure and solver."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [self.problems, self.figures, self.solvers], names=["problem", "figure", "solver"]
        )
        parts = {name: getattr(self, name).ravel() for name in ("runs", "mean", "lower", "upper")}
        frame = pd.DataFrame(parts, index=index).reset_index()
        better = dict(zip(self.figures, self.better, strict=True))
        frame.insert(2, "better", frame["figure"].map(better))
        return frame

    def tables(self) -> list[Table]:
        """Return a rich table for each problem."""
        from rich.table import Table

        tables = []
        for number, problem in enumerate(self.problems):
            table = Table(title=f"{problem}: {self.title}", title_justify="left")
            for head in ("", "better", *self.solvers):
                table.add_column(head, justify="right" if head in self.solvers else "left")
            for row in self.text_rows(number):
                table.add_row(*row)
            tables.append(table)
        return tables

    def text_rows(self, problem: int) -> list[tuple[str, ...]]:
        """Return the rows of a problem's table as text: name, which direction is better, and a cell a solver."""
        rows = []
        for number, (name, better, form) in enumerate(zip(self.figures, self.better, self.forms, strict=True)):
            if self.runs[problem, number].any():
                cells = [self._cell(form, problem, number, solver) for solver in range(len(self.solvers))]
                rows.append((name, "" if better == "neither" else better, *cells))
        return rows

    @UNDEFINED
    def _cell(self, form: str, *at: int) -> str:
        form = ",.1f" if form in COUNTS else form
        half = (self.upper[at] - self.lower[at]) / 2
        form = _fine_enough(form, float(half))
        text = figure_text(float(self.mean[at]), "+" + form if self.is_signed else form)
        return text if np.isnan(half) or half == 0 else f"{text} ± {figure_text(float(half), form)}"

    def __str__(self) -> str:
        return "\n".join(map(table_text, self.tables()))

    def _repr_html_(self) -> str:
        return "".join(
            html_table(
                f"{problem}: {self.title}",
                ("", "better", *self.solvers),
                ((name, cells) for name, *cells in self.text_rows(number)),
            )
            for number, problem in enumerate(self.problems)
        )


def _fine_enough(form: str, half: float) -> str:
    """Return a format with as many decimals as it takes to see the first digit of half an interval, at most six."""
    before, point, after = form.partition(".")
    if half > 0 and point and after[0].isdigit():
        decimals, kind = int(after[0]), after[1:]
        while decimals < MOST_DECIMALS and not any(digit in "123456789" for digit in f"{half:.{decimals}{kind}}"):
            decimals += 1
        return f"{before}.{decimals}{kind}"
    return form


@UNDEFINED
def mean_intervals(results: StudyResults, figures: Sequence[str], baseline: str | None, level: float) -> Intervals:
    """Return the means of figures, or of their differences from those of a solver on the same problem and seed."""
    cells = []
    for problem in results.problems:
        for figure in figures:
            values = results.values(figure, problem)
            if baseline is not None:
                values = values - values[:, [results.solvers.index(baseline)]]
            cells.append(interval_of(values, level))
    what = "means" if baseline is None else f"differences from {baseline}"
    title = f"{what} with {level * 100:.10g}% intervals"
    return _intervals(results, title, results.problems, figures, cells, level, is_signed=baseline is not None)


def mean_ranks(results: StudyResults, figures: Sequence[str], level: float) -> Intervals:
    """Return the mean rank of each solver by each figure, over all problems and seeds where all solvers have one."""
    from scipy.stats import rankdata

    cells = []
    for figure in figures:
        values = np.concatenate([results.values(figure, problem) for problem in results.problems])
        values = values[~np.isnan(values).any(axis=1)]
        sign = -1 if results.columns[figure].better == "higher" else 1
        cells.append(interval_of(rankdata(sign * values, axis=1).reshape(values.shape), level))
    title = f"mean rank among solvers with {level * 100:.10g}% intervals, 1 is best"
    found = _intervals(results, title, ("all problems",), figures, cells, level, is_signed=False)
    return Intervals(**vars(found) | {"forms": (".2f",) * len(figures), "better": ("lower",) * len(figures)})


def _intervals(
    results: StudyResults,
    title: str,
    problems: Sequence[str],
    figures: Sequence[str],
    cells: Sequence[Interval],
    level: float,
    *,
    is_signed: bool,
) -> Intervals:
    shape = (len(problems), len(figures), len(results.solvers))
    runs, mean, lower, upper = (
        np.array([getattr(cell, part) for cell in cells]).reshape(shape) for part in Interval._fields
    )
    return Intervals(
        title=title,
        problems=tuple(problems),
        figures=tuple(figures),
        solvers=results.solvers,
        better=tuple(results.columns[figure].better for figure in figures),
        forms=tuple(results.columns[figure].form for figure in figures),
        runs=runs.astype(np.int64),
        mean=mean,
        lower=lower,
        upper=upper,
        level=level,
        is_signed=is_signed,
    )
