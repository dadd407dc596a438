"""The tight choices: those that cost their buyer no more than what the buyer has, so that moving is free."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel
from pdalloc.kernels.offers import NONE, VERY_LARGE, Offers, holds

__all__ = ["TightGraph", "collect_tight", "empty_graph", "taken"]


class TightGraph(NamedTuple):
    """Places that could move at no cost: node q is ``place[q]``, with a row of options from ``start[q]`` up to `NONE`.

    Places of one buyer share a row. An option is a seller. No seat is an option too, once for each place that the buyer
    wants. Where somebody wants several places, options that their buyer has are stored as `taken`.
    """

    place: Int32Array
    start: Int64Array
    option: Int32Array


@kernel
def taken(seller: int) -> int:
    """Return how a row says that the buyer has this option; the same turns it back."""
    return -2 - seller


@kernel
def empty_graph(places: int, options: int) -> TightGraph:
    """Make room for a graph; the system provides memory only for the part that is written."""
    return TightGraph(np.empty(places, np.int32), np.empty(places, np.int64), np.empty(options, np.int32))


@kernel
def collect_tight(
    offers: Offers,
    held: Int32Array,
    price: Int64Array,
    raised: BoolArray,
    has_risen: bool,
    old: TightGraph,
    old_nodes: int,
    new: TightGraph,
) -> int:
    """Write the graph at these prices into `new` and return its number of nodes.

    Buyers at raised sellers are looked at afresh. The rows of others are carried over, without the options whose price
    has risen.
    """
    nothing = len(price) - 1
    option = new.option
    nodes, end, before = 0, 0, 0
    for buyer in range(len(offers.empty)):
        begin, first, last = end, offers.first[buyer], offers.first[buyer + 1]
        has_row = before < old_nodes and old.place[before] < last
        if last == first + 1 and raised[held[first]]:
            mine = held[first] if offers.several else NONE
            least = offers.empty[buyer] + price[nothing]
            option[end] = nothing if nothing != mine else taken(nothing)
            end += 1
            for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
                at = offers.seller[entry]
                value = offers.cost[entry] + price[at]
                if value < least:
                    least = value
                    end = begin
                if value == least:
                    option[end] = at if at != mine else taken(at)
                    end += 1
        elif last > first + 1 and _is_at_one_of(held, first, last, raised):
            end = _tight_of_several(offers, held, price, buyer, option, end)
        elif has_row:
            position = old.start[before]
            while old.option[position] != NONE:
                to = old.option[position]
                option[end] = to
                end += not (has_risen and to >= 0 and raised[to])
                position += 1
        while before < old_nodes and old.place[before] < last:
            before += 1
        if end - begin > 1:
            option[end] = NONE
            end += 1
            if offers.several:
                nodes = _add_nodes(held, first, last, begin, new, nodes)
            else:
                new.place[nodes], new.start[nodes] = first, begin
                nodes += 1
        else:
            end = begin
    return nodes


@kernel
def _is_at_one_of(held: Int32Array, begin: int, end: int, sellers: BoolArray) -> bool:
    found = False
    for place in range(begin, end):
        found |= sellers[held[place]]
    return found


@kernel
def _tight_of_several(
    offers: Offers, held: Int32Array, price: Int64Array, buyer: int, option: Int32Array, begin: int
) -> int:
    """Write the options that cost as much as the dearest place a buyer holds; return where they end.

    Cheaper ones are all held, since a choice is taken at most once; where nothing else is as cheap, none is written.
    """
    nothing = len(price) - 1
    first, last = offers.first[buyer], offers.first[buyer + 1]
    dearest = offers.empty[buyer] + price[nothing] if holds(held, first, last, nothing) else -VERY_LARGE
    for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
        if holds(held, first, last, offers.seller[entry]):
            dearest = max(dearest, offers.cost[entry] + price[offers.seller[entry]])
    end, count = begin, 0
    if offers.empty[buyer] + price[nothing] == dearest:
        for place in range(first, last):
            is_mine = held[place] == nothing
            option[end] = taken(nothing) if is_mine else nothing
            end += 1
            count += is_mine
    for entry in range(offers.indptr[buyer], offers.indptr[buyer + 1]):
        at = offers.seller[entry]
        if offers.cost[entry] + price[at] == dearest:
            is_mine = holds(held, first, last, at)
            option[end] = taken(at) if is_mine else at
            end += 1
            count += is_mine
    return end if end - begin > count else begin


@kernel
def _add_nodes(held: Int32Array, first: int, last: int, start: int, graph: TightGraph, nodes: int) -> int:
    """Add a node for each place of a buyer whose seller is among the taken options of the row; return their number."""
    for place in range(first, last):
        position = start
        while graph.option[position] != NONE:
            if graph.option[position] == taken(held[place]):
                graph.place[nodes], graph.start[nodes] = place, start
                nodes += 1
                break
            position += 1
    return nodes
