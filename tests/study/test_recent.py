"""A few values that were made last."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from pdalloc.study.recent import Recent


def test_the_values_that_were_made_last_are_kept() -> None:
    recent: Recent[int] = Recent(2)
    assert [recent.get(key, partial(int, key)) for key in (1, 2, 3)] == [(1, True), (2, True), (3, True)]
    assert [recent.get(key, lambda: -1) for key in (2, 3)] == [(2, False), (3, False)]
    assert recent.get(1, lambda: -1) == (-1, True)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_may_share_them() -> None:
    recent: Recent[int] = Recent(2)

    def get_many(thread: int) -> None:
        for number in range(20_000):
            assert recent.get((thread, number), partial(int, number))[0] == number

    with ThreadPoolExecutor(4) as executor:
        list(executor.map(get_many, range(4)))
