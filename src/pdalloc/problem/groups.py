"""Columns that divide the participants."""

from __future__ import annotations

from dataclasses import dataclass

from pdalloc.arrays import FrozenArrays, Int32Array
from pdalloc.problem.labels import Labels

__all__ = ["Group"]


@dataclass(frozen=True, eq=False)
class Group(FrozenArrays):
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
