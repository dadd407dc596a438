"""The strict lists of one slot, and how its sessions see those who list them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, freeze, row_pointers
from pdalloc.errors import OptionError
from pdalloc.problem import Problem
from pdalloc.solvers.markets import Market

__all__ = ["MOST_PAIRS", "SlotLists"]

MOST_PAIRS = 2**28
"""Of a participant and a session, where all are made."""


@dataclass(frozen=True, eq=False)
class SlotLists:
    """The strict lists of one market, from which equal ranks were removed by table order.

    Attributes
    ----------
    problem : Problem
    market : Market
    buyer, session : int32 arrays, shape (entries,)
        By buyer, best first; of the market. Where unlisted places are allowed, all that are possible follow the listed
        ones in table order.
    indptr : int64 array, shape (buyers + 1,)
        The list of buyer i is the entries ``indptr[i]:indptr[i + 1]``.
    round : int64 array, shape (entries,), or None
        In which `boston` reaches the entry, from 0: unlisted sessions come after everybody's listed ones. None where
        that is the number of the entry on its list.
    level : int64 array, shape (entries,), or None
        In the session's priorities, from 1; of those whom it does not list the last. None where there are none.
    """

    problem: Problem
    market: Market
    buyer: Int32Array
    session: Int32Array
    indptr: Int64Array
    round: Int64Array | None
    level: Int64Array | None

    @classmethod
    def of(cls, problem: Problem, market: Market) -> SlotLists:
        """Take the lists of a market whose buyers want one place each.

        Raises
        ------
        OptionError
            If unlisted places make more pairs than memory is likely to hold.
        """
        buyer, session, reached = market.buyer, market.at, None
        if market.allows_unlisted:
            buyer, session, reached = _with_unlisted(market)
        level = None
        if len(problem.priorities):
            level = problem.priorities.levels(market.seller[session], market.participant[buyer])
        indptr = freeze(row_pointers(buyer, len(market.participant)))
        return cls(problem, market, buyer, session, indptr, reached, level)

    @cached_property
    def by_session(self) -> tuple[Int64Array, Int64Array]:
        """Entries by session, shape (entries,), and where those of each session begin, shape (sessions + 1,)."""
        entry = np.argsort(self.session, kind="stable")
        return freeze(entry), freeze(row_pointers(self.session[entry], len(self.market.seller)))

    @cached_property
    def named(self) -> tuple[Int32Array, Int32Array, Int64Array]:
        """Session, buyer and level of everybody whom a session's priorities list, whatever they list themselves.

        By session; shape (pairs,) each, levels from 1.
        """
        priorities, market = self.problem.priorities, self.market
        if len(market.participant) == len(self.problem.participants) and len(market.seller) == len(
            self.problem.sessions
        ):
            session = np.repeat(market.seller, np.diff(priorities.indptr))
            return session, priorities.participant, priorities.level.astype(np.int64)
        buyer_of = np.full(len(self.problem.participants), -1, np.int32)
        buyer_of[market.participant] = np.arange(len(market.participant), dtype=np.int32)
        seller_of = np.full(len(self.problem.sessions), -1, np.int32)
        seller_of[market.seller] = np.arange(len(market.seller), dtype=np.int32)
        session = np.repeat(seller_of, np.diff(priorities.indptr))
        buyer = buyer_of[priorities.participant]
        here = (session >= 0) & (buyer >= 0)
        return session[here], buyer[here], priorities.level[here].astype(np.int64)


def _with_unlisted(market: Market) -> tuple[Int32Array, Int32Array, Int64Array]:
    """Return buyer, session and round of all possible pairs: the listed ones, then the others in table order."""
    buyers, sessions = len(market.participant), len(market.seller)
    if buyers * sessions > MOST_PAIRS:
        raise OptionError(
            f"unlisted = \"last\" makes {buyers:,} x {sessions:,} pairs, above {MOST_PAIRS:,}; use 'lottery', 'flow', "
            'or unlisted = "forbidden"'
        )
    indptr = row_pointers(market.buyer, buyers)
    listed = np.arange(len(market.buyer)) - indptr[market.buyer]
    is_open = np.ones((buyers, sessions), np.bool_)
    is_open[market.buyer, market.at] = False
    is_open[market.barred[:, 0], market.barred[:, 1]] = False
    buyer, session = np.nonzero(is_open)
    reached = np.concatenate([listed, session + np.diff(indptr).max(initial=0)])
    buyer = np.concatenate([market.buyer, buyer])
    order = np.lexsort((reached, buyer))
    session = np.concatenate([market.at, session])
    return buyer[order].astype(np.int32), session[order].astype(np.int32), reached[order].astype(np.int64)
