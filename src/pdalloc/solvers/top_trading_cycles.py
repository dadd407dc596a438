"""Top trading cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, row_pointers
from pdalloc.errors import OptionError
from pdalloc.kernels.cycles import trade
from pdalloc.solvers.in_turn import taken_in_turn
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.priority_rule import PriorityRule
from pdalloc.solvers.slot_lists import MOST_PAIRS, SlotLists
from pdalloc.solvers.standings import Standings

__all__ = ["TopTradingCycles"]


@dataclass(frozen=True)
class TopTradingCycles(PriorityRule):
    """Top trading cycles with priorities (Abdulkadiroglu and Sonmez 2003, section II.B), slot by slot.

    Every participant points at the best session of the slot that has seats left, every session at the participant who
    is first for it of those still there, whether or not they list it. Who is on a cycle gets the session they point at
    and leaves. Pareto efficient for strict lists, and ranking truthfully is best, but a priority can be overridden
    (docs/solvers/top-trading-cycles.md). O(choices) a draw, and a sort of the priorities.

    Notes
    -----
    With an own order for each session, all pairs of a participant and a session are sorted on every draw.
    """

    name: ClassVar[str] = "top-trading-cycles"

    def play_slot(self, lists: SlotLists, lots: Lots) -> Int64Array:
        """See `PriorityRule.play_slot`."""
        if lists.level is None and len(lots.position):
            # every session points at the same participant, who is alone on a cycle with what they like best
            return taken_in_turn(lists, lots)
        buyers, capacity = len(lists.market.participant), lists.market.capacity
        session, buyer, level = lists.named if len(lots.position) else _everybody(lists)
        standings = Standings.of(lots, buyers, len(capacity), int(level.max(initial=0)))
        first = row_pointers(session, len(capacity))
        named = standings.in_order(standings(level, buyer, session), first)
        rest = lots.order if len(lots.position) else np.arange(buyers, dtype=np.int32)
        return np.asarray(
            trade.run(
                len(named) + len(lists.session) // 4,
                lists.indptr,
                lists.session,
                capacity,
                first,
                named,
                rest,
            )
        )


def _everybody(lists: SlotLists) -> tuple[Int32Array, Int32Array, Int64Array]:
    """Return what `SlotLists.named` has for all pairs, those whom a session does not list last."""
    buyers, sessions = len(lists.market.participant), len(lists.market.seller)
    if buyers * sessions > MOST_PAIRS:
        raise OptionError(
            f"an own order for each of {sessions:,} sessions among {buyers:,} participants makes more than "
            f"{MOST_PAIRS:,} pairs; use lottery='single'"
        )
    level = np.full((sessions, buyers), lists.problem.priorities.unlisted_level, np.int64)
    session, buyer, given = lists.named
    level[session, buyer] = given
    session, buyer = (part.astype(np.int32) for part in np.divmod(np.arange(level.size), max(buyers, 1)))
    return session, buyer, level.ravel()
