"""Helpers for arrays of row numbers, against their definitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pdalloc.arrays import row_pointers, rows_outside


@given(row=st.lists(st.integers(0, 3), max_size=8), dtype=st.sampled_from([np.int32, np.int64]))
def test_rows_start_where_the_smaller_row_numbers_end(row: list[int], dtype: type[np.integer]) -> None:
    for rows in (max(row, default=0) + 1, 4, 6):
        expected = [sum(number < start for number in row) for start in range(rows + 1)]
        assert row_pointers(np.array(sorted(row), dtype), rows).tolist() == expected


@given(values=st.lists(st.integers(-3, 3)), low=st.integers(-3, 1), high=st.integers(-1, 3))
def test_rows_outside_a_range_are_all_found(values: list[int], low: int, high: int) -> None:
    expected = [row for row, value in enumerate(values) if not low <= value <= high]
    assert rows_outside(np.array(values, np.int64), low, high) == expected
