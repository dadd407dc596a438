"""The kernel of drafts: compiled and interpreted alike, whatever bits exclusions share; the solver tests the rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Problem, generators
from pdalloc.arrays import Int64Array, freeze
from pdalloc.kernels.drafting import draft
from pdalloc.problem.options import Unlisted
from pdalloc.solvers.draft_lists import draft_lists
from tests.depth import examples
from tests.strategies import problems

DAYS = st.one_of(problems(), problems(single=True, most_sessions=8))


def orders_and_seats(problem: Problem, seed: int, drafts: int) -> tuple[Int64Array, Int64Array]:
    rng = np.random.default_rng(seed)
    orders = np.concatenate([rng.permutation(len(problem.participants)) for _ in range(drafts)])
    return orders, freeze(problem.capacity - np.bincount(problem.fixed[:, 1], minlength=len(problem.sessions)))


@given(problem=DAYS, by_slot=st.booleans(), snake=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=examples(60))
def test_compiled_and_interpreted_give_the_same(problem: Problem, by_slot: bool, snake: bool, seed: int) -> None:
    orders, seats = orders_and_seats(problem, seed, 2)
    lists = draft_lists(problem, by_slot=by_slot)
    plain = draft.py_func(orders, snake, seats, *lists)
    assert np.array_equal(plain, draft.compiled(freeze(orders), snake, seats, *lists))
    assert np.array_equal(plain, draft.run(1, orders, snake, seats, *lists))
    people = len(problem.participants)
    single = [draft.run(1, orders[first : first + people], snake, seats, *lists) for first in (0, people)]
    assert np.array_equal(plain, np.concatenate(single))


@given(problem=DAYS, seed=st.integers(0, 99))
def test_exclusions_that_share_a_bit_are_told_apart(problem: Problem, seed: int) -> None:
    orders, seats = orders_and_seats(problem, seed, 1)
    lists = draft_lists(problem, by_slot=False)
    shared = lists._replace(exclusion_bits=freeze((lists.exclusion_bits != 0).astype(np.int64)))
    taken = draft.run(1, orders, True, seats, *lists)
    assert np.array_equal(taken, draft.run(1, orders, True, seats, *shared))


@pytest.mark.parametrize("unlisted", ["forbidden", "last"])
def test_a_whole_day_is_the_same_compiled(unlisted: Unlisted) -> None:
    problem = generators.lexington(seed=4, repeats=5).with_options(unlisted=unlisted)
    orders, seats = orders_and_seats(problem, 1, 1)
    lists = draft_lists(problem, by_slot=False)
    taken = draft.compiled(freeze(orders), True, seats, *lists)
    assert np.array_equal(taken, draft.run(1, orders, True, seats, *lists))
    assert (taken >= 0).sum() > 2 * len(problem.participants)
