"""The transportation kernel: primal equals dual, whatever the market; compiled and interpreted alike."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.transport import FORBIDDEN, Transported, transport, transport_kernel
from tests.depth import examples

DOES_NOT_FIT = r"^the seats that must be filled, or given, do not fit the choices$"


class Market(NamedTuple):
    """The arguments of `transport`."""

    indptr: Int64Array
    seller: Int32Array
    cost: Int64Array
    empty: Int64Array
    capacity: Int64Array
    places: Int64Array
    required: Int64Array

    def solve(self, **start: Any) -> Transported:
        return transport(*self[:5], places=self.places, required=self.required, **start)


@st.composite
def markets(draw: st.DrawFn, most_places: int = 3, any_required: bool = True) -> Market:
    """Small markets with ties, nobody's choices, full and closed sellers, and costs up to 2^40."""
    sellers, buyers = draw(st.integers(1, 6)), draw(st.integers(1, 12))
    scale = draw(st.sampled_from([1, 1, 7, 2**36]))
    lists = draw(
        st.lists(
            st.dictionaries(st.integers(0, sellers - 1), st.integers(-3, 12), max_size=sellers),
            min_size=buyers,
            max_size=buyers,
        )
    )
    if draw(st.booleans()):
        lists = [lists[0]] * buyers

    def numbers(count: int, low: int, high: int) -> Int64Array:
        return np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)), np.int64)

    capacity = numbers(sellers, 0, 4)
    places = numbers(buyers, 0, most_places) if draw(st.booleans()) else np.ones(buyers, np.int64)
    required = np.minimum(numbers(sellers, 0, 3), capacity) if any_required and draw(st.booleans()) else 0 * capacity
    return Market(
        np.cumsum([0, *map(len, lists)]),
        np.array([seller for chosen in lists for seller in chosen], np.int32),
        np.array([cost * scale for chosen in lists for cost in chosen.values()], np.int64),
        numbers(buyers, 0, 40) * scale,
        capacity,
        places,
        required,
    )


def rows(market: Market) -> list[dict[int, int]]:
    """Cost of each seller that a buyer chose."""
    return [
        dict(zip(market.seller[start:end].tolist(), market.cost[start:end].tolist(), strict=True))
        for start, end in itertools.pairwise(market.indptr)
    ]


def primal(market: Market, held: Int32Array) -> int:
    """Total cost of who holds what; fails if somebody holds what they did not choose, or one choice twice."""
    total, first = 0, np.cumsum([0, *market.places]).tolist()
    assert len(held) == first[-1]
    for buyer, row in enumerate(rows(market)):
        mine = held[first[buyer] : first[buyer + 1]].tolist()
        seats = [seller for seller in mine if seller != len(market.capacity)]
        assert len(set(seats)) == len(seats)
        total += sum(row[seller] for seller in seats) + (len(mine) - len(seats)) * int(market.empty[buyer])
    return total


def dual(market: Market, price: Int64Array) -> int:
    """The lower bound that prices prove: nobody can have cheaper places, and no seats are worth more."""
    worth = zip(price.tolist(), market.capacity.tolist(), market.required.tolist(), strict=True)
    bound: int = -sum(price * (capacity if price > 0 else required) for price, capacity, required in worth)
    for row, empty, places in zip(rows(market), market.empty.tolist(), market.places.tolist(), strict=True):
        values = [cost + int(price[seller]) for seller, cost in row.items()] + [empty] * places
        bound += sum(sorted(values)[:places])
    return bound


def check(market: Market, solved: Transported) -> int:
    """Check a solution's proof: seats kept, prices where they may be, primal equal to dual."""
    held, price = solved
    load = np.bincount(held, minlength=len(market.capacity) + 1)[:-1]
    assert (market.required <= load).all()
    assert (load <= market.capacity).all()
    assert (price[market.required == 0] >= 0).all()
    value = primal(market, held)
    assert value == dual(market, price)
    return value


def is_feasible(market: Market) -> bool:
    """Whether the required seats can be filled, by a linear program over choices, whose vertices are integral."""
    choices, buyers, sellers = len(market.cost), len(market.empty), len(market.capacity)
    if not choices:
        return not market.required.any()
    of_buyer, of_seller = np.zeros((buyers, choices)), np.zeros((sellers, choices))
    of_buyer[np.repeat(np.arange(buyers), np.diff(market.indptr)), np.arange(choices)] = 1
    of_seller[market.seller, np.arange(choices)] = 1
    bounds = np.concatenate([market.places, market.capacity, -market.required])
    solved = linprog(np.zeros(choices), np.vstack([of_buyer, of_seller, -of_seller]), bounds, bounds=(0, 1))
    return bool(solved.status == 0)


@given(market=markets())
@settings(max_examples=examples(400))
def test_primal_equals_dual_unless_what_is_required_does_not_fit(market: Market) -> None:
    if is_feasible(market):
        check(market, market.solve())
    else:
        with pytest.raises(ValueError, match=DOES_NOT_FIT):
            market.solve()


@given(market=markets(any_required=False))
@settings(max_examples=examples(100))
def test_a_smallest_price_is_the_value_of_one_more_seat(market: Market) -> None:
    solved = market.solve()
    value = check(market, solved)
    for seller in range(len(market.capacity)):
        capacity = market.capacity.copy()
        capacity[seller] += 1
        larger = market._replace(capacity=capacity)
        assert value - check(larger, larger.solve()) == solved.price[seller]


@given(market=markets(any_required=False), data=st.data())
@settings(max_examples=examples(200))
def test_any_start_ends_at_the_same_value_and_the_same_smallest_prices(market: Market, data: st.DataObject) -> None:
    cold = market.solve()
    top = int(max(np.abs(market.cost).max(initial=0), market.empty.max())) * 2
    price = np.array([data.draw(st.integers(0, top)) for _ in market.capacity], np.int64)
    warm = market.solve(price=price, held=cold.held)
    assert check(market, warm) == check(market, cold)
    assert np.array_equal(warm.price, cold.price)


@given(market=markets(any_required=False))
@settings(max_examples=examples(100))
def test_from_its_own_answer_nobody_moves(market: Market) -> None:
    solved = market.solve()
    again = market.solve(price=solved.price, held=solved.held)
    first = np.cumsum([0, *market.places])
    for begin, end in itertools.pairwise(first.tolist()):
        assert sorted(solved.held[begin:end]) == sorted(again.held[begin:end])
    assert np.array_equal(again.price, solved.price)


def test_who_must_have_a_seat_gets_one_whatever_it_costs() -> None:
    # both want seller 0; only the first has another choice, at a cost of 2^50
    market = Market(
        np.array([0, 2, 3]),
        np.array([0, 1, 0], np.int32),
        np.array([0, 2**50, 5]),
        np.array([FORBIDDEN, FORBIDDEN]),
        np.array([1, 1]),
        np.array([1, 1]),
        np.array([0, 0]),
    )
    assert market.solve().held.tolist() == [1, 0]
    with pytest.raises(ValueError, match=DOES_NOT_FIT):
        market._replace(capacity=np.array([1, 0])).solve()
    nobody = market._replace(indptr=np.array([0, 2, 2]), seller=market.seller[:2], cost=market.cost[:2])
    with pytest.raises(ValueError, match=DOES_NOT_FIT):
        nobody.solve()


@given(market=markets())
@settings(max_examples=examples(60))
def test_compiled_and_interpreted_give_the_same(market: Market) -> None:
    first = np.cumsum([0, *market.places])
    start = 0 * market.capacity
    preferred = np.full(first[-1], -1, np.int32)
    args = (*market[:4], first, market.capacity, market.required, start, preferred, False)
    try:
        held, price = transport_kernel.py_func(*args)
    except ValueError as error:
        with pytest.raises(ValueError, match=str(error)):
            transport_kernel.run(10**9, *args)
        return
    small = np.abs(market.cost).max(initial=0) < 2**31
    narrow = (*market[:2], market.cost.astype(np.int32 if small else np.int64), *args[3:])
    for same in (transport_kernel.run(10**9, *args), transport_kernel.run(10**9, *narrow)):
        assert np.array_equal(same[0], held)
        assert np.array_equal(same[1], price)


@pytest.mark.parametrize(("zipf", "slack"), [(0.8, 1.0), (1.2, 1.1), (0.0, 0.7)])
def test_a_larger_market_is_proved_too(zipf: float, slack: float) -> None:
    rng = np.random.default_rng(5)
    buyers, sellers, length = 3_000, 60, 6
    score = -zipf * np.log(np.arange(1, sellers + 1)) + rng.gumbel(size=(buyers, sellers))
    lists = np.argsort(-score, axis=1)[:, :length]
    market = Market(
        np.arange(buyers + 1) * length,
        lists.ravel().astype(np.int32),
        np.tile(np.array([0, 0, 1, 2, 2, 3]), buyers),
        np.full(buyers, sellers * length),
        np.full(sellers, int(slack * buyers / sellers)),
        np.ones(buyers, np.int64),
        np.zeros(sellers, np.int64),
    )
    check(market, market.solve())
