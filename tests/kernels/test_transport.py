"""The transportation kernel: primal equals dual, whatever the market; compiled and interpreted alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.transport import transport


class Market(NamedTuple):
    """The arguments of the kernel."""

    indptr: Int64Array
    seller: Int32Array
    cost: Int64Array
    empty: Int64Array
    capacity: Int64Array


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """Small markets with ties, nobody's choices, full and closed sellers, and costs up to 2^40."""
    sellers, buyers = draw(st.integers(1, 6)), draw(st.integers(1, 14))
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
    empty = draw(st.lists(st.integers(0, 40), min_size=buyers, max_size=buyers))
    capacity = draw(st.lists(st.integers(0, 4), min_size=sellers, max_size=sellers))
    return Market(
        np.cumsum([0, *map(len, lists)]),
        np.array([seller for chosen in lists for seller in chosen], np.int32),
        np.array([cost * scale for chosen in lists for cost in chosen.values()], np.int64),
        np.array(empty, np.int64) * scale,
        np.array(capacity, np.int64),
    )


def primal(market: Market, held: Int32Array) -> int:
    """Total cost of who holds what; fails if somebody holds what they did not choose."""
    total = 0
    for buyer, seller in enumerate(held.tolist()):
        row = range(market.indptr[buyer], market.indptr[buyer + 1])
        if seller == len(market.capacity):
            total += int(market.empty[buyer])
        else:
            [entry] = [entry for entry in row if market.seller[entry] == seller]
            total += int(market.cost[entry])
    return total


def dual(market: Market, price: Int64Array) -> int:
    """The lower bound that prices prove."""
    bound = -sum(map(int, price * market.capacity))
    for buyer in range(len(market.empty)):
        row = slice(market.indptr[buyer], market.indptr[buyer + 1])
        reduced = market.cost[row] + price[market.seller[row]]
        bound += min([int(market.empty[buyer]), *reduced.tolist()])
    return bound


def proved(market: Market) -> tuple[Int32Array, Int64Array, int]:
    """Run the kernel and check its proof: seats kept, prices not negative, primal equal to dual."""
    held, price = transport(*market)
    load = np.bincount(held, minlength=len(market.capacity) + 1)[:-1]
    assert (load <= market.capacity).all()
    assert (price >= 0).all()
    assert (price[load < market.capacity] == 0).all()
    value = primal(market, held)
    assert value == dual(market, price)
    return held, price, value


@given(market=markets())
@settings(max_examples=400)
def test_primal_equals_dual(market: Market) -> None:
    proved(market)


@given(market=markets())
@settings(max_examples=60)
def test_a_smallest_price_is_the_value_of_one_more_seat(market: Market) -> None:
    _, price, value = proved(market)
    for seller in range(len(market.capacity)):
        capacity = market.capacity.copy()
        capacity[seller] += 1
        _, _, with_one_more = proved(market._replace(capacity=capacity))
        assert value - with_one_more == price[seller]


@given(market=markets())
@settings(max_examples=60)
def test_compiled_and_interpreted_give_the_same(market: Market) -> None:
    held, price = transport.py_func(*market)
    for same in (transport.compiled(*market), transport.run(10**9, *market)):
        assert np.array_equal(same[0], held)
        assert np.array_equal(same[1], price)
    if np.abs(market.cost).max(initial=0) < 2**31:
        narrow = transport.compiled(*market._replace(cost=market.cost.astype(np.int32)))
        assert np.array_equal(narrow[0], held)
        assert np.array_equal(narrow[1], price)


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
    )
    held, price = transport.compiled(*market)
    load = np.bincount(held, minlength=sellers + 1)[:-1]
    assert (load <= market.capacity).all()
    assert primal(market, held) == dual(market, price)
