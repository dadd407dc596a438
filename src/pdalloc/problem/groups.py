"""Columns that divide the participants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pdalloc.arrays import Int32Array, freeze_state
from pdalloc.problem.labels import Labels

__all__ = ["Group"]


@dataclass(frozen=True, eq=False)
class Group:
    """A column that divides the participants, such as school or grade.

    Attributes
    ----------
    name : str
        The column's name.
    values : Labels
        The values that occur.
    value : int32 array, shape (participants,)
        Number of each participant's value, -1 where it is unknown.
    """

    name: str
    values: Labels
    value: Int32Array

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(freeze_state(state))
