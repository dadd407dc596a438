"""One market as a minimum-cost flow, by OR-Tools: the check of the transport kernel, and what that kernel cannot do."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.errors import OptionError, SolverError
from pdalloc.solvers.markets import Market, MarketCosts, combined

__all__ = ["cheapest_flow"]


class _Arcs(NamedTuple):
    tail: Int32Array
    head: Int32Array
    capacity: Int64Array
    cost: Int64Array


def cheapest_flow(market: Market, levels: Sequence[MarketCosts]) -> tuple[Int32Array, Int32Array]:
    """Return the (buyer, seller) pairs of an optimal flow.

    Nodes are buyers, sellers, a hub and the sink. What a buyer wants flows to sellers they chose, to the hub (unlisted
    places) or straight to the sink (empty ones); the hub reaches every seller, so that unlisted places take no arc a
    pair.
    """
    buyers, sellers = len(market.participant), len(market.seller)
    hub, sink = buyers + sellers, buyers + sellers + 1
    # an exchange is a path or cycle that visits each seller once, so at most sellers + 1 buyers move
    costs = combined(levels, sellers + 1, 2**62)
    if costs is None:
        raise _too_large(market)
    for_listed = np.broadcast_to(costs.listed, len(market.buyer))
    for_unlisted, for_empty = np.broadcast_to(costs.unlisted, buyers), np.broadcast_to(costs.empty, buyers)
    everyone, every_seller = np.arange(buyers, dtype=np.int32), np.arange(sellers, dtype=np.int32)
    chosen = _Arcs(market.buyer, market.at + buyers, np.ones(len(market.buyer), np.int64), for_listed)
    is_dearer = for_listed > for_unlisted[market.buyer]
    pairs, through_hub = _unlisted_pairs(market, market.buyer[is_dearer])
    direct = _Arcs(pairs[:, 0], pairs[:, 1] + buyers, np.ones(len(pairs), np.int64), for_unlisted[pairs[:, 0]])
    to_hub = _Arcs(
        through_hub,
        np.full(len(through_hub), hub, np.int32),
        np.ones(len(through_hub), np.int64),
        for_unlisted[through_hub],
    )
    hub_sellers = every_seller if len(through_hub) else every_seller[:0]
    from_hub = _Arcs(
        np.full(len(hub_sellers), hub, np.int32),
        hub_sellers + buyers,
        market.capacity[hub_sellers],
        np.zeros(len(hub_sellers), np.int64),
    )
    empty = _Arcs(everyone, np.full(buyers, sink, np.int32), market.supply, for_empty)
    seats = _Arcs(every_seller + buyers, np.full(sellers, sink, np.int32), market.capacity, np.zeros(sellers, np.int64))
    flow = _solve_network((chosen, direct, to_hub, from_hub, empty, seats), market.supply, sink)
    if flow is None:
        raise _too_large(market)
    on_chosen, on_direct, on_to_hub, on_from_hub = flow[:4]
    # whoever goes through the hub is interchangeable there: no seller whom they listed is dearer than an unlisted one
    buyer = np.concatenate([market.buyer[on_chosen > 0], pairs[on_direct > 0, 0], through_hub[on_to_hub > 0]])
    seller = np.concatenate([market.at[on_chosen > 0], pairs[on_direct > 0, 1], np.repeat(hub_sellers, on_from_hub)])
    return buyer, seller


def _unlisted_pairs(market: Market, choosy: Int32Array) -> tuple[Int32Array, Int32Array]:
    """Return (buyer, seller) pairs of unlisted places that need an arc of their own, and the buyers who use the hub.

    The hub forgets who came: it serves only buyers who want one place and may go to every seller at no more than the
    cost of an unlisted place; `choosy` are those who listed a dearer one.
    """
    everyone = np.arange(len(market.participant), dtype=np.int32)
    if not market.allows_unlisted:
        return np.zeros((0, 2), np.int32), everyone[:0]
    needs_own = market.supply > 1
    needs_own[market.barred[:, 0]] = True
    needs_own[choosy] = True
    buyers, sellers = everyone[needs_own], len(market.seller)
    open_pair = np.ones((len(buyers), sellers), np.bool_)
    row_of = np.full(len(everyone), -1, np.int32)
    row_of[buyers] = np.arange(len(buyers), dtype=np.int32)
    for buyer, at in ((market.buyer, market.at), (market.barred[:, 0], market.barred[:, 1])):
        known = row_of[buyer] >= 0
        open_pair[row_of[buyer[known]], at[known]] = False
    row, seller = np.nonzero(open_pair)
    return np.stack([buyers[row], seller.astype(np.int32)], axis=1), everyone[~needs_own]


def _solve_network(groups: Sequence[_Arcs], supply: Int64Array, sink: int) -> list[Int64Array] | None:
    """Return the flow on each group of arcs; None if the engine cannot add up costs of this size."""
    network = SimpleMinCostFlow()
    for arcs in groups:
        network.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.capacity, arcs.cost)
    network.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    network.set_node_supply(sink, -int(supply.sum()))
    status = network.solve()
    if status == SimpleMinCostFlow.BAD_COST_RANGE:
        return None
    if status != SimpleMinCostFlow.OPTIMAL:
        raise SolverError(f"the minimum-cost flow engine ended with {status}")
    ends = np.cumsum([0] + [len(arcs.tail) for arcs in groups])
    return [
        np.asarray(network.flows(np.arange(start, end, dtype=np.int32)), np.int64)
        for start, end in itertools.pairwise(ends)
    ]


def _too_large(market: Market) -> OptionError:
    """Return the error for costs that an engine cannot add up."""
    return OptionError(
        f"these costs, with {len(market.seller):,} sessions, do not fit the engine's 64 bits; use smaller rank_costs, "
        "weights or ratings, or fewer objectives"
    )
