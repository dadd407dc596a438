"""Cheapest chains against every chain, on random costs of both signs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pdalloc.auditing.chains import FAR, cheapest_few, shortest_chain

Cost = list[list[int]]


def chains(cost: Cost, way: list[int], start: int) -> Iterator[list[int]]:
    """Every way on from a chain that visits no node twice."""
    yield way
    if way[-1] != start:
        for node, price in enumerate(cost[way[-1]]):
            if price < FAR and node not in way:
                yield from chains(cost, [*way, node], start)


def total(cost: Cost, way: list[int]) -> int:
    return sum(cost[a][b] for a, b in itertools.pairwise(way))


@st.composite
def markets(draw: st.DrawFn) -> tuple[Cost, int, int, list[int]]:
    """Costs between two to six nodes, a goal, a start and ends; ties are many, and some moves nobody can make."""
    nodes = draw(st.integers(2, 6))
    lowest = draw(st.sampled_from([0, -1, -3]))
    price = st.one_of(st.just(FAR), st.integers(lowest, 4), st.integers(lowest, 4))
    cost = draw(st.lists(st.lists(price, min_size=nodes, max_size=nodes), min_size=nodes, max_size=nodes))
    goal, start = draw(st.permutations(range(nodes)))[:2]
    return cost, goal, start, sorted(draw(st.sets(st.integers(0, nodes - 1))))


@given(market=markets())
def test_chains_are_the_cheapest_of_their_kind(market: tuple[Cost, int, int, list[int]]) -> None:
    cost, goal, start, ends = market
    every = [way for way in chains(cost, [goal], start) if way[-1] in ends]
    few = [way for way in every if len(way) <= 4]
    array, places = np.array(cost), np.array(ends, np.int64)
    chain, settled = shortest_chain(array, goal, start, places)
    if settled:
        assert chain in every if every else chain is None
    else:
        assert chain is None
        assert every
    if chain is not None:
        assert total(cost, chain) == min(total(cost, way) for way in every)
    chain = cheapest_few(array, goal, start, places)
    assert chain in few if few else chain is None
    if chain is not None:
        assert total(cost, chain) == min(total(cost, way) for way in few)
        assert len(chain) == min(len(way) for way in few if total(cost, way) == total(cost, chain))
