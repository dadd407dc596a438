"""The bytes that are hashed: equal exactly for equal arrays, whatever type or machine they come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import example, given
from hypothesis import strategies as st

from pdalloc.problem.fingerprint import fingerprint

# where one width ends and the next begins, and what looks like something else when cut to fewer bytes
WHOLE = st.sampled_from(
    [0, 1, -1, 127, 128, -128, -129, 255, 256, 2**15 - 1, 2**15, -(2**15) - 1, 2**31 - 1, 2**31, 2**62, -(2**62)]
)
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 0.5, -1.5, float("nan"), float("inf"), 5e-324])


@dataclass
class Part:
    """A field of each kind that a problem has."""

    indptr: npt.NDArray[Any]
    values: npt.NDArray[Any]


def print_of(values: npt.NDArray[Any], indptr: npt.NDArray[Any] | None = None) -> str:
    return fingerprint(Part(np.zeros(1, np.int64) if indptr is None else indptr, values))


def test_the_bytes_are_these() -> None:
    spelled_out = b"pdalloc problem 2|indptr:(2,)=|i1\x01|values:(3,)<i2\x01\x00\x2c\x01\xff\xff"
    assert print_of(np.array([1, 300, -1]), np.array([0, 1, 2])) == hashlib.sha256(spelled_out).hexdigest()


@given(one=st.lists(WHOLE, max_size=4), other=st.lists(WHOLE, max_size=4))
@example([1, 1], [1])
@example([1, 1], [257, 257])
@example([0, 1], [256, 1])
def test_whole_numbers_hash_alike_exactly_if_they_are_equal(one: list[int], other: list[int]) -> None:
    assert (print_of(np.array(one, np.int64)) == print_of(np.array(other, np.int64))) == (one == other)


@given(one=st.lists(NUMBERS, max_size=3), other=st.lists(NUMBERS, max_size=3))
def test_numbers_hash_alike_exactly_if_they_are_equal_or_both_unknown(one: list[float], other: list[float]) -> None:
    equal = np.array_equal(one, other, equal_nan=True)
    assert (print_of(np.array(one, float)) == print_of(np.array(other, float))) == equal


@given(one=st.lists(st.integers(0, 3), max_size=5), other=st.lists(st.integers(0, 3), max_size=5))
def test_rows_hash_alike_exactly_if_they_start_alike(one: list[int], other: list[int]) -> None:
    prints = [print_of(np.zeros(0), np.cumsum([0, *lengths])) for lengths in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


@given(values=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4))
def test_neither_byte_order_nor_width_nor_strides_matter(values: list[int]) -> None:
    plain = print_of(np.array(values, np.int64))
    assert print_of(np.array(values, ">i8")) == plain
    assert print_of(np.array(values, np.int32)) == plain
    assert print_of(np.repeat(np.array(values, np.int64), 2)[::2]) == plain
    pairs = np.array([values, values], np.int64)
    assert print_of(np.asfortranarray(pairs)) == print_of(pairs)


def test_an_unknown_number_is_one_value_whatever_its_bits() -> None:
    quiet, odd = np.array([0x7FF8000000000000, 0x7FF8000000000001], np.uint64).view(np.float64)
    for others in ([], [1.0]):
        assert print_of(np.array([quiet, *others])) == print_of(np.array([odd, *others]))
