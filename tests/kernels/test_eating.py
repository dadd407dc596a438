"""The kernels of eating and of rounding: compiled and interpreted alike, and true to what is given."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc.arrays import Int64Array
from pdalloc.kernels.eating import Meal, finish_times, listed_portions, unlisted_portions
from pdalloc.kernels.rounding import round_dependently
from tests.depth import examples
from tests.eating_oracle import Bound, eat

WHOLE = 2**52


class Case(NamedTuple):
    """A meal, and what the simulation takes: what everybody eats in order, and the bounds."""

    meal: Meal
    wishes: dict[int, list[list[int]]]
    bounds: list[Bound]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Sessions with one or two kinds of eaters, the second with a quota of its own in some, and a quota around some."""
    people, sessions = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    kind = draw(st.lists(st.integers(0, 1), min_size=people, max_size=people))
    has_own = draw(st.lists(st.booleans(), min_size=sessions, max_size=sessions))
    together = draw(st.integers(0, sessions))  # so many first sessions lie within one quota
    most, parent, first_within, innermost, pairs = [], [], [], [[0] * sessions, [0] * sessions], []

    def add(first: int, counted: set[tuple[int, int]]) -> int:
        most.append(draw(st.integers(0, min(3, people))))
        parent.append(-1)
        first_within.append(first)
        pairs.append(frozenset(counted))
        return len(most) - 1

    for session in range(sessions):
        first, own = len(most), None
        if has_own[session]:
            own = add(first, {(who, session) for who in range(people) if kind[who]})
        capacity = add(first, {(who, session) for who in range(people)})
        innermost[0][session], innermost[1][session] = capacity, capacity if own is None else own
        if own is not None:
            parent[own] = capacity
        if together and session == together - 1:
            around = add(0, {(who, s) for who in range(people) for s in range(together)})
            for s in range(together):
                parent[innermost[0][s]] = around
    some = st.lists(st.integers(0, sessions - 1), unique=True)
    lists = [draw(some) for _ in range(people)]
    shut = [sorted(set(draw(some)) - set(own)) for own in lists]
    last = draw(st.booleans())
    rows = [[innermost[kind[who]][s] for s in listed] for who, listed in enumerate(lists)] + (innermost if last else [])
    closed = [[innermost[kind[who]][s] for s in closed_to] for who, closed_to in enumerate(shut)]
    meal = Meal(
        indptr=np.cumsum([0, *map(len, rows)]),
        quota=np.array(list(chain(*rows)), np.uint32),
        kind=np.array(kind if last else [], np.int32),
        barred_start=np.cumsum([0, *map(len, closed)]),
        barred=np.array(list(chain(*closed)), np.int32),
        most=np.array(most, np.int64),
        parent=np.array(parent, np.int64),
        first_within=np.array(first_within, np.int64),
        whole=WHOLE,
    )
    wishes = {who: [[s] for s in listed] for who, listed in enumerate(lists)}
    if last:
        for who, listed in enumerate(lists):
            wishes[who] += [[s] for s in range(sessions) if s not in listed and s not in shut[who]]
    return Case(meal, wishes, [Bound(*bound) for bound in zip(pairs, most, strict=True)])


def all_equal(*answers: tuple[Int64Array, ...]) -> bool:
    return all(one.tolist() == other.tolist() for one, other in zip(*answers, strict=True))


@settings(max_examples=examples(60))
@given(case=cases())
def test_portions_are_those_of_the_simulation_however_they_are_computed(case: Case) -> None:
    meal = case.meal
    finish = finish_times.py_func(*meal)
    assert finish_times.run(0, *meal).tolist() == finish.tolist() == finish_times.compiled(*meal).tolist()
    quota, portion, first = listed_portions.py_func(finish, *meal)
    for other in (listed_portions.run(0, finish, *meal), listed_portions.compiled(finish, *meal)):
        assert all_equal((quota, portion, first), other)  # type: ignore[arg-type]
    eaten = {
        (who, int(quota[k])): int(portion[k])
        for who in range(len(first) - 1)
        for k in range(first[who], first[who + 1])
    }
    if len(meal.kind):
        more = unlisted_portions.py_func(portion, first, finish, *meal)
        assert all_equal(more, unlisted_portions.compiled(portion, first, finish, *meal))  # type: ignore[arg-type]
        what, amount, start = more
        for who in range(len(start) - 1):
            eaten |= {(who, int(what[k])): int(amount[k]) for k in range(start[who], start[who + 1])}
    expected = eat(case.wishes, case.bounds)
    session_of = {}
    for q, bound in enumerate(case.bounds):
        held = {s for _, s in bound.pairs}
        session_of[q] = min(held, default=-1)
    found = {(who, session_of[q]): Fraction(units, WHOLE) for (who, q), units in eaten.items()}
    for pair in found.keys() | expected.keys():
        assert abs(found.get(pair, Fraction(0)) - expected.get(pair, Fraction(0))) < 1e-12
    for bound in case.bounds:
        assert sum((amount for pair, amount in found.items() if pair in bound.pairs), Fraction(0)) <= bound.most


@settings(max_examples=examples(60))
@given(data=st.data())
def test_rounding_is_the_same_compiled_and_rounds_every_sum_up_or_down(data: st.DataObject) -> None:
    whole, rows, quotas = 2**20, data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, rows - 1), st.integers(0, quotas - 1)), min_size=1, unique=True)
    )
    share = np.array([data.draw(st.integers(1, whole - 1)) for _ in pairs], np.int64)
    row, quota = (
        np.array(part, kind) for part, kind in zip(zip(*pairs, strict=True), (np.int64, np.int32), strict=True)
    )
    parent = np.array([data.draw(st.sampled_from([-1, *range(q + 1, quotas)])) for q in range(quotas)], np.int64)
    uniform = np.random.default_rng(data.draw(st.integers(0, 99))).random(len(pairs) + rows + quotas)
    given_ = (row, quota, share, parent, rows, whole, uniform)
    taken = round_dependently.py_func(*given_)
    assert taken.tolist() == round_dependently.compiled(*given_).tolist() == round_dependently.run(0, *given_).tolist()
    for r in range(rows):
        assert abs(int(taken[row == r].sum()) - Fraction(int(share[row == r].sum()), whole)) < 1
    for q in range(quotas):
        within = {q}
        for other in range(q):
            at = other
            while at >= 0:
                if at == q:
                    within.add(other)
                at = int(parent[at])
        inside = np.isin(quota, list(within))
        assert abs(int(taken[inside].sum()) - Fraction(int(share[inside].sum()), whole)) < 1
