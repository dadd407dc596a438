"""The columns of figures, which are known only when there are rows, and rows as a frame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdalloc.auditing.figures import Better
from pdalloc.study.measures import Measures
from pdalloc.study.rows import COLUMNS, Row

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Column", "found_columns", "in_order", "joined_columns", "to_frame"]


class Column(NamedTuple):
    """A column of figures.

    Attributes
    ----------
    entry : int
        Position among the measures of the study, from 0.
    row : int
        Position among the rows of that entry, from 0; the last one of those that problems have.
    better : {"higher", "lower", "neither"}
    form : str
        Format specification of its values.
    """

    entry: int
    row: int
    better: Better
    form: str

    def to_json(self) -> str:
        """Return this as text that stands beside the column in a file."""
        return json.dumps(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Column:
        """Read what `to_json` wrote."""
        return cls(*json.loads(text))


def found_columns(rows: Iterable[Row], measures: Measures) -> dict[str, Column]:
    """Return the columns of figures that rows have."""
    found: dict[str, Column] = {}
    for row in rows:
        for entry, figures in enumerate(row["figures"]):
            for position, name in enumerate(figures):
                if name not in found or found[name].row < position:
                    found[name] = Column(entry, position, *measures.standing(entry))
    return found


def joined_columns(some: Mapping[str, Column], more: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns of both, in whichever order these came."""
    return {**some, **{name: max(column, some.get(name, column)) for name, column in more.items()}}


def in_order(columns: Mapping[str, Column]) -> list[str]:
    """Return the names of columns as they stand in an audit."""
    return sorted(columns, key=lambda name: (columns[name].entry, columns[name].row, name))


def to_frame(rows: Sequence[Row], names: Iterable[str]) -> pd.DataFrame:
    """Return rows as a frame with the columns of every run, then figures by these names, nan where a row has none."""
    import pandas as pd

    data: dict[str, object] = {
        name: pd.array([row[name] for row in rows], dtype="string") if kind == "string" else _numbers(rows, name, kind)
        for name, kind in COLUMNS.items()
    }
    flat = [{name: value for figures in row["figures"] for name, value in figures.items()} for row in rows]
    for name in names:
        data[name] = np.array([figures.get(name, np.nan) for figures in flat], np.float64)
    return pd.DataFrame(data)


def _numbers(rows: Sequence[Row], name: str, kind: str) -> object:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], kind)
