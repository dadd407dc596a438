"""The cheapest trade that would have given somebody a session: found, applied, checked, and only then told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.auditing.chains import Market, cheapest_few, shortest_chain
from pdalloc.auditing.explanation import Move, Standing, Trade, TradeSearch
from pdalloc.auditing.reasons import Facts, Standpoint
from pdalloc.metrics import day_costs

__all__ = ["Trades"]


class Trades:
    """Finds trades in an allocation; what participants share is made once for each slot."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._markets: dict[int | None, Market] = {}
        self._own: tuple[int, Market] | None = None
        self._costs = day_costs(facts.allocation)

    def find(self, asks: Standpoint, session: int, *, names: bool) -> tuple[TradeSearch, Trade | None]:
        """Return the cheapest chain of moves that gives a session, and what is known of it.

        Chains that keep the number of filled places, or raise it, come before those in which somebody loses their
        place; then the least cost counts, then the fewest moves.
        """
        problem = self.facts.problem
        slots, left = problem.session_slots[session].tolist(), asks.given_up(session)
        if len(slots) > 1 or len(left) > 1:
            return TradeSearch.NOT_SOUGHT, None
        market = self._market(slots[0] if slots else None, asks)
        goal = market.node(session)
        start = market.node(left[0]) if left else market.nowhere
        if goal is None or start is None:
            # what they would leave lies in other slots too
            return TradeSearch.NOT_SOUGHT, None
        search, chain = self._chain(market, goal, start, left)
        if chain is None:
            return search, None
        ids: list[int | None] = [*market.session.tolist(), None]
        who = [asks.participant, *(int(market.mover[a, b]) for a, b in pairwise(chain))]
        steps = [(left[0] if left else None, ids[goal]), *((ids[a], ids[b]) for a, b in pairwise(chain))]
        trade = self._checked(who, steps, names=names)
        return (search, trade) if trade is not None else (TradeSearch.NOT_SOUGHT, None)

    def _market(self, slot: int | None, asks: Standpoint) -> Market:
        if slot is None and asks.wanted > 1:
            # they may be in several sessions without a slot, and move only once
            if self._own is None or self._own[0] != asks.participant:
                self._own = asks.participant, Market.of_slot(self.facts, None, asks.participant)
            return self._own[1]
        if slot not in self._markets:
            self._markets[slot] = Market.of_slot(self.facts, slot)
        return self._markets[slot]

    def _chain(
        self, market: Market, goal: int, start: int, left: tuple[int, ...]
    ) -> tuple[TradeSearch, list[int] | None]:
        """Return the nodes of a chain from the goal on, the best of those that lose no place where there is one."""
        keeps, loses = self._ends(market, start, left)
        all_settled = True
        for ends in (keeps, loses):
            chain, settled = shortest_chain(market.cost, goal, start, ends)
            if chain is not None:
                return TradeSearch.CHEAPEST if all_settled else TradeSearch.CHEAPEST_OF_FEW, chain
            if not settled:
                all_settled = False
                if (chain := cheapest_few(market.cost, goal, start, ends)) is not None:
                    return TradeSearch.CHEAPEST_OF_FEW, chain
        return TradeSearch.NONE if all_settled else TradeSearch.NONE_OF_FEW, None

    def _ends(self, market: Market, start: int, left: tuple[int, ...]) -> tuple[Int64Array, Int64Array]:
        """Return where a chain may end without the loss of a place, and where with it."""
        facts, problem, nobody = self.facts, self.facts.problem, np.zeros(0, np.int64)
        if left and facts.below_minimum(left[0]):
            return np.array([start]), nobody
        spare = market.session[(facts.allocation.attendance < problem.capacity)[market.session]]
        free = [session for session in spare.tolist() if facts.facilitator_full(session, left) is None]
        ends = np.union1d(np.searchsorted(market.session, np.array(free, np.int64)), [start])
        return ends, nobody if start == market.nowhere else np.array([market.nowhere])

    def _checked(self, who: list[int], steps: Sequence[tuple[int | None, int | None]], *, names: bool) -> Trade | None:
        """Apply a trade; return it with its cost counted afresh, None if it breaks a rule or moves somebody twice."""
        allocation, problem = self.facts.allocation, self.facts.problem
        if len(set(who)) < len(who):
            return None
        key = allocation.participant.astype(np.int64) * len(problem.sessions) + allocation.session
        leaving = [p * len(problem.sessions) + a for p, (a, _) in zip(who, steps, strict=True) if a is not None]
        stays = np.ones(len(allocation), np.bool_)
        stays[np.searchsorted(key, leaving)] = False
        coming = np.array([(p, b) for p, (_, b) in zip(who, steps, strict=True) if b is not None], np.int64)
        after = Allocation.from_pairs(
            problem,
            np.concatenate([allocation.participant[stays], coming[:, 0]]),
            np.concatenate([allocation.session[stays], coming[:, 1]]),
            allocation.runs,
        )
        if after.violations():
            return None
        weights = problem.integer_weights
        rise = (day_costs(after) - self._costs)[who].tolist()
        cost = sum(weight * more for weight, more in zip(weights.values[who].tolist(), rise, strict=True))
        moves = tuple(
            self._move(p, a, b, names=names or number == 0)
            for number, (p, (a, b)) in enumerate(zip(who, steps, strict=True))
        )
        return Trade(moves, int(after.filled.sum() - allocation.filled.sum()), cost, weights.scale)

    def _move(self, who: int, source: int | None, target: int | None, *, names: bool) -> Move:
        problem = self.facts.problem
        listed = Standpoint(self.facts, who).listed

        def standing(session: int | None) -> Standing:
            return "no place" if session is None else listed.get(session, "not chosen")

        def label(session: int | None) -> str | None:
            return None if session is None or not names else problem.sessions[session]

        return Move(
            standing(source),
            standing(target),
            problem.participants[who] if names else None,
            label(source),
            label(target),
        )
