"""The unit of time: a compiled loop over all choices that takes each participant's minimum of cost + price."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from benchmarks.measure import Benchmark
from benchmarks.registry import Case, Int32Array, Int64Array

ONE_PASS = "one pass"


class Priced(NamedTuple):
    """Choices by participant with a cost each, and a price for each session."""

    indptr: Int64Array
    session: Int32Array
    cost: Int32Array
    price: Int32Array


def sum_of_minima(indptr: Int64Array, session: Int32Array, cost: Int32Array, price: Int32Array) -> int:
    """Return the sum over participants of their least cost + price; nobody's list is empty."""
    total = 0
    for buyer in range(indptr.size - 1):
        least = 2**30
        for entry in range(indptr[buyer], indptr[buyer + 1]):
            least = min(least, int(cost[entry] + price[session[entry]]))
        total += least
    return total


@cache
def _compiled() -> Callable[..., int]:
    import numba

    compiled: Callable[..., int] = numba.njit("int64(int64[::1], int32[::1], int32[::1], int32[::1])")(sum_of_minima)
    return compiled


def _priced(case: Case) -> Priced:
    _compiled()
    choices = case.choices
    price = np.random.default_rng(1).integers(5, size=len(choices.capacity), dtype=np.int32)
    return Priced(choices.indptr, choices.session, choices.rank - 1, price)


def _answer(case: Case, total: int) -> list[int]:
    indptr, session, cost, price = _priced(case)
    assert total == np.minimum.reduceat(cost + price[session], indptr[:-1]).sum()
    return [total]


BENCHMARKS = [
    Benchmark(
        ONE_PASS,
        "minima",
        lambda instance: instance.shape is not None,
        _priced,
        lambda priced: _compiled()(*priced),
        _answer,
        compiles=False,
    )
]
