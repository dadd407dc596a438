"""Types of the arrays used everywhere, and the few helpers that keep them read-only."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Int32Array: TypeAlias = npt.NDArray[np.int32]
UInt8Array: TypeAlias = npt.NDArray[np.uint8]
UInt32Array: TypeAlias = npt.NDArray[np.uint32]
Int64Array: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
IntegerArray: TypeAlias = npt.NDArray[np.integer[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Scalar = TypeVar("Scalar", bound=np.generic)


def frozen_copy(values: npt.ArrayLike, dtype: type[Scalar]) -> npt.NDArray[Scalar]:
    """Return a contiguous read-only copy of `values`; nobody else holds a reference that could write to it."""
    array = np.array(values, dtype=dtype, order="C", copy=True)
    array.setflags(write=False)
    return array


def freeze(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Make an array read-only in place; for arrays that were just made and that nobody else holds."""
    array.setflags(write=False)
    return array


class FrozenArrays:
    """Base of frozen dataclasses of arrays: pickled by their fields alone, and read-only again afterwards."""

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def __setstate__(self, state: dict[str, Any]) -> None:
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        self.__dict__.update(state)


def row_pointers(row: IntegerArray, rows: int) -> Int64Array:
    """Start of each row in a sorted array of row numbers: shape (rows + 1,), first 0, last ``row.size``."""
    start = np.flatnonzero(row[1:] != row[:-1]) + 1
    if len(start) == rows - 1:
        # the rule: every row has entries
        return np.concatenate([[0], start, [row.size]])
    indptr = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=rows), out=indptr[1:])
    return indptr


def rows_outside(values: IntegerArray, low: int, high: int) -> list[int]:
    """Return the rows with a number outside a range; as a rule there are none, which the extremes tell at once."""
    if not values.size or (low <= values.min() and values.max() <= high):
        return []
    rows: list[int] = np.flatnonzero((values < low) | (values > high)).tolist()
    return rows


def dense_ranks(value: npt.NDArray[Any], *group: IntegerArray) -> Int64Array:
    """Rank values within their group, smallest first: from 1, equal values share a rank, no rank is skipped.

    Parameters
    ----------
    value : array, shape (entries,)
    *group : integer arrays, shape (entries,)
        Entries with equal numbers in all of them are one group.

    Examples
    --------
    >>> dense_ranks(np.array([5, 3, 5, 9]), np.array([0, 0, 0, 1])).tolist()
    [2, 1, 2, 1]
    """
    order = np.lexsort((value, *group))
    starts = np.ones(order.size, np.bool_)
    starts[1:] = np.logical_or.reduce([key[order][1:] != key[order][:-1] for key in group])
    step = starts.astype(np.int64)
    step[1:] |= value[order][1:] != value[order][:-1]
    total = np.cumsum(step)
    first = np.maximum.accumulate(np.where(starts, np.arange(order.size), 0))
    rank = np.empty(order.size, np.int64)
    rank[order] = total - total[first] + 1
    return rank


def pair_keys(first: IntegerArray, second: IntegerArray, seconds: int) -> Int64Array:
    """Return one number for each pair, ascending as pairs are: ``first * seconds + second``."""
    keys: Int64Array = first.astype(np.int64) * seconds + second
    return keys


def among_pairs(
    first: IntegerArray,
    second: IntegerArray,
    pairs: IntegerArray,
    seconds: int,
) -> BoolArray:
    """Return whether each (first, second) is one of `pairs`, an array of shape (pairs, 2)."""
    if not len(pairs):
        return np.zeros(len(first), np.bool_)
    return np.isin(pair_keys(first, second, seconds), pair_keys(pairs[:, 0], pairs[:, 1], seconds))


def exact_sum(values: Int64Array) -> int:
    """Return a sum that cannot overflow: in int64 where the bound allows, in Python integers beyond."""
    if values.size and max(abs(int(values.max())), abs(int(values.min()))) * values.size >= 2**63:
        return sum(values.tolist())
    return int(values.sum())


def count_values(values: FloatArray) -> tuple[FloatArray, Int64Array]:
    """Return the values that occur, ascending, and how often each does: small whole numbers without sorting."""
    if values.size and values.min() >= 0 and values.max() <= values.size:
        whole = values.astype(np.int64)
        if (whole == values).all():
            count = np.bincount(whole)
            present = np.flatnonzero(count)
            return present.astype(np.float64), count[present].astype(np.int64, copy=False)
    value, count = np.unique(values, return_counts=True)
    return value, count.astype(np.int64, copy=False)
