"""All figures of one or several allocations of a problem, side by side."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pdalloc.auditing.figures import Better, Figure, Measured, Value, figures_for
from pdalloc.auditing.given import GivenSeveral, allocations_by_name
from pdalloc.errors import OptionError, UnsupportedError
from pdalloc.metrics.table import FigureTable, figure_text
from pdalloc.problem import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Audit", "audit"]


@dataclass(frozen=True, kw_only=True)
class Audit(FigureTable):
    """All figures of allocations of one problem.

    Attributes
    ----------
    rows : tuple of str
        Names of the figures.
    columns : dict of str to tuple of int or float
        The figures of each allocation, in the order of `rows`; shares are from 0 to 1, nan is what is not defined.
    title : str
    problem : Problem
    better : tuple of {"higher", "lower", "neither"}
        Which direction of each figure is better.
    forms : tuple of str
        Format specification of each figure.
    notes : tuple of str
        What utilities are, why a figure is not defined, and how sure those are that were counted on a sample.
    """

    problem: Problem
    better: tuple[Better, ...]
    forms: tuple[str, ...]
    notes: tuple[str, ...]

    def text(self, row: int, value: Value) -> str:
        """Return how a value of a row is written."""
        return figure_text(value, self.forms[row])

    def marks(self) -> dict[str, tuple[str, ...]]:
        """Return which direction is better, as a column."""
        return {"better": tuple("" if better == "neither" else better for better in self.better)}

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.notes])

    def to_frame(self) -> pd.DataFrame:
        """Return a frame with a row a figure: which direction is better, and a column an allocation."""
        frame = super().to_frame()
        frame.insert(0, "better", list(self.better), allow_duplicates=True)
        return frame

    def to_json(self) -> str:
        """Return the audit as a JSON document, "pdalloc/audit" version 1."""
        from pdalloc.auditing.audit_json import audit_to_json

        return audit_to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes, problem: Problem) -> Audit:
        """Read a document written by `to_json`; the figures are taken as they are.

        Raises
        ------
        ProblemError
            If it is not such a document or belongs to another problem.
        """
        from pdalloc.auditing.audit_json import audit_from_json

        return audit_from_json(text, problem)


def audit(
    allocations: GivenSeveral,
    *,
    also: Collection[str] = (),
    seed: int = 0,
) -> Audit:
    """Return all figures of an allocation, or of several of one problem side by side.

    Parameters
    ----------
    allocations : Allocation or Result, or a sequence of these, or a mapping of name to these
        In a sequence a result goes by its solver's name, an allocation by its position from 1. All are compared with
        the first one by `metrics.popularity_margin`.
    also : collection of {"groups", "efficiency"}
        Figures that take a solve or resampling and are only there on request: "groups" compares the shares of their own
        maximum that the groups of participants get, with bootstrap intervals; "efficiency" looks for a reallocation of
        whole days that makes somebody better off and nobody worse off.
    seed : int
        Of what is resampled, and of who is looked at where envy takes a sample.

    Raises
    ------
    OptionError
        If there is nothing to audit, the allocations belong to different problems, or `also` asks for something
        unknown.

    Examples
    --------
    >>> from pdalloc import Allocation
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> both = Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]})
    >>> float(audit(both).to_frame().loc["smallest share of own maximum", ""])
    0.5
    """
    columns = allocations_by_name(allocations, "audit")
    baseline, against = next(iter(columns.items()))
    problem = against.problem
    figures = figures_for(also)
    values: dict[str, dict[str, Value]] = {}
    source: dict[str, Figure] = {}
    notes = [_what_utilities_are(problem)]
    for name, allocation in columns.items():
        day = Measured(allocation, seed, baseline, against if len(columns) > 1 else None)
        values[name], of = {}, f" of {name}" if name else ""
        refused: dict[str, list[str]] = {}
        for figure in figures:
            try:
                rows = figure.rows(day)
            except (OptionError, UnsupportedError) as error:
                rows = {figure.name: float("nan")}
                refused.setdefault(str(error), []).append(figure.name)
            values[name] |= rows
            source |= dict.fromkeys(rows, figure)
        notes += [f"{', '.join(names)}{of} cannot be given: {reason}" for reason, names in refused.items()]
        notes += day.remarks(of)
    source = dict(sorted(source.items(), key=lambda row: figures.index(row[1])))
    # a row that only others have counts what did not occur
    return Audit(
        rows=tuple(source),
        columns={name: tuple(column.get(row, 0) for row in source) for name, column in values.items()},
        problem=problem,
        better=tuple(figure.better for figure in source.values()),
        forms=tuple(figure.form for figure in source.values()),
        notes=tuple(notes),
    )


def _what_utilities_are(problem: Problem) -> str:
    if problem.choices.rating is not None:
        return "utilities are sums of ratings"
    most = problem.longest_list
    return f"utilities are points by rank: {most} for each place at rank 1, one less for each rank after it"
