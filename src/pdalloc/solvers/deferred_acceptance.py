"""Deferred acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.kernels.offering import offer
from pdalloc.solvers.acceptances import acceptances
from pdalloc.solvers.in_turn import taken_in_turn
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.priority_rule import PriorityRule
from pdalloc.solvers.slot_lists import SlotLists
from pdalloc.solvers.standings import Standings
from pdalloc.solvers.turn_options import check_literal

__all__ = ["DeferredAcceptance"]

Side = Literal["participants", "sessions"]


@dataclass(frozen=True)
class DeferredAcceptance(PriorityRule):
    """Deferred acceptance (Gale and Shapley 1962; Abdulkadiroglu and Sonmez 2003, section I), slot by slot.

    Participants propose to the best session of the slot that has not turned them down; a session holds on to those it
    prefers among all who proposed, up to its capacity, and turns down the others. Stable, and of all stable allocations
    the best for every participant; ranking truthfully is best (docs/solvers/deferred-acceptance.md). O(choices log
    seats) a draw, and a sort of the priorities.

    Parameters
    ----------
    proposing : {"participants", "sessions"}
        Who proposes. With sessions the allocation is of all stable ones the worst for every participant.

    Raises
    ------
    OptionError
        If an option has another value.
    """

    proposing: Side = "participants"

    name: ClassVar[str] = "deferred-acceptance"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_literal("proposing", self.proposing, Side)

    def play_slot(self, lists: SlotLists, lots: Lots) -> Int64Array:
        """See `PriorityRule.play_slot`."""
        if lists.level is None and len(lots.position):
            # one order for all: nobody is ever turned down for one who comes later, whoever proposes
            return taken_in_turn(lists, lots)
        return acceptances(lists, lots, lists.level) if self.proposing == "participants" else _offers(lists, lots)


def _offers(lists: SlotLists, lots: Lots) -> Int64Array:
    """Return what `acceptances` does, sessions proposing."""
    capacity, level = lists.market.capacity, 0 if lists.level is None else lists.level
    standings = Standings.of(lots, len(lists.market.participant), len(capacity), int(np.max(level, initial=0)))
    entry, first = lists.by_session
    standing = standings(level if isinstance(level, int) else level[entry], lists.buyer[entry], lists.session[entry])
    offered = entry.copy()
    for start, end in pairwise(first.tolist()):
        offered[start:end] = entry[start:end][np.argsort(standing[start:end])]
    return np.asarray(offer.run(len(offered), lists.indptr, lists.session, capacity, first, offered))
