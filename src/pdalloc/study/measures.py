"""What a study measures of every allocation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pdalloc.allocation import Allocation
from pdalloc.auditing.figures import FIGURES, Better, Figure, Measured, figures_for
from pdalloc.errors import OptionError, UnsupportedError
from pdalloc.hints import did_you_mean
from pdalloc.study.names import repeated
from pdalloc.study.problems import described

__all__ = ["Measures", "Metric", "MetricError", "Metrics"]

Metric: TypeAlias = Callable[[Allocation], float]
Metrics: TypeAlias = Collection[str | Metric] | Mapping[str, str | Metric]

BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}


class MetricError(Exception):
    """A metric of the caller's own failed."""


@dataclass(frozen=True)
class Measures:
    """Figures of an audit by name, and functions of an allocation.

    Attributes
    ----------
    entries : tuple of (str, str or callable)
        Name, and the figure's name or the function. Figures are looked up where they are used, so that this can be sent
        to another process.
    """

    entries: tuple[tuple[str, str | Metric], ...]

    @classmethod
    def asked_for(cls, metrics: Metrics | None, also: Collection[str] = ()) -> Measures:
        """Return what is asked for: figures of an audit by name, own functions, or everything that needs no solve.

        Raises
        ------
        OptionError
            If there is no such figure, or a name is given twice.
        """
        figures = figures_for(also)
        if metrics is None:
            return cls(tuple((figure.name, figure.name) for figure in figures))
        # a set has no order that is the same in every process
        if isinstance(metrics, str | set | frozenset) or not isinstance(metrics, Collection):
            raise OptionError(f"metrics is {metrics!r}; give a list of names of an audit's figures, or of functions")
        pairs = metrics.items() if isinstance(metrics, Mapping) else [(_name(entry), entry) for entry in metrics]
        entries = [_checked(name, entry) for name, entry in pairs]
        entries += [(figure.name, figure.name) for figure in figures if figure.also]
        if twice := repeated(name for name, _ in entries):
            raise OptionError(f"metric {twice!r} is given twice; name each once, or give a mapping of name to metric")
        if not entries:
            raise OptionError("metrics is empty; name at least one, or leave it out for all that need no solve")
        return cls(tuple(entries))

    def of(self, allocation: Allocation, seed: int) -> list[dict[str, float]]:
        """Return the values of each entry by the names of their rows; nan is what is not defined.

        Raises
        ------
        MetricError
            If a function raises or returns no number, or goes by the name of a row of a figure.
        """
        day = Measured(allocation, seed)
        values = [_values(name, entry, day) for name, entry in self.entries]
        rows = [row for figures in values for row in figures]
        if len(set(rows)) < len(rows):
            twice = next(row for row in rows if rows.count(row) > 1)
            raise MetricError(f"metric {twice!r} has the name of a row of another one; give it another name")
        return values

    def standing(self, entry: int) -> tuple[Better, str]:
        """Return which direction of an entry is better, and its format specification."""
        figure = self._figure(entry)
        return ("neither", ",.4g") if figure is None else (figure.better, figure.form)

    def identity(self) -> dict[str, str]:
        """Return what the entries are, in words that are the same in every process."""
        return {name: entry if isinstance(entry, str) else described(entry) for name, entry in self.entries}

    def _figure(self, entry: int) -> Figure | None:
        what = self.entries[entry][1]
        return BY_NAME[what] if isinstance(what, str) else None


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else getattr(entry, "__name__", type(entry).__name__)


def _checked(name: Any, entry: Any) -> tuple[str, str | Metric]:
    if not isinstance(name, str) or not name:
        raise OptionError(f"metrics has the name {name!r}; give a text")
    if isinstance(entry, str):
        if entry not in BY_NAME:
            hint = did_you_mean(entry, BY_NAME)
            raise OptionError(f"unknown metric {entry!r}; {hint and hint + ' '}there are {', '.join(BY_NAME)}")
    elif not callable(entry):
        raise OptionError(f"metric {name!r} is {entry!r}; give the name of an audit's figure or a function")
    return name, entry


def _values(name: str, entry: str | Metric, day: Measured) -> dict[str, float]:
    if isinstance(entry, str):
        try:
            rows = BY_NAME[entry].rows(day)
            return {name if row == entry else row: float(value) for row, value in rows.items()}
        except (OptionError, UnsupportedError):
            # as in an audit: some figures are not defined for some days
            return {name: float("nan")}
    try:
        return {name: float(entry(day.allocation))}
    except (Exception, SystemExit) as error:
        raise MetricError(f"metric {name!r}: {type(error).__name__}: {error}") from error
