"""Columns that divide the participants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pdalloc.arrays import FrozenArrays, Int32Array, Int64Array

__all__ = ["Group"]


@dataclass(frozen=True, eq=False)
class Group(FrozenArrays):
    """A column that divides the participants, such as school or grade.

    Attributes
    ----------
    name : str
        The column's name.
    values : tuple of str
        The values that occur, all different.
    value : int32 array, shape (participants,)
        Number of each participant's value, -1 where it is unknown.
    """

    name: str
    values: tuple[str, ...]
    value: Int32Array

    def members(self, value: str) -> Int64Array:
        """Return the numbers of the participants who have a value."""
        return np.flatnonzero(self.value == self.values.index(value))
