"""Immediate acceptance, known as the Boston mechanism."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.solvers.acceptances import acceptances
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.priority_rule import PriorityRule
from pdalloc.solvers.slot_lists import SlotLists

__all__ = ["Boston"]


@dataclass(frozen=True)
class Boston(PriorityRule):
    """Immediate acceptance (Abdulkadiroglu and Sonmez 2003, section I), slot by slot.

    Round k: every session accepts for good, by priority, the unplaced who have it in place k of their list of the slot,
    while it has seats. Pareto efficient for the strict lists reported; ranking truthfully can hurt you
    (docs/solvers/boston.md). O(choices + participants log seats) a draw, and a sort of the priorities.

    Notes
    -----
    Computed as deferred acceptance in which a session prefers who ranks it higher, and uses its priorities among those
    who rank it equally, which gives the same allocation (Ergin and Sonmez 2006).
    """

    name: ClassVar[str] = "boston"

    def play_slot(self, lists: SlotLists, lots: Lots) -> Int64Array:
        """See `PriorityRule.play_slot`."""
        if lists.round is None and lists.level is None:
            return acceptances(lists, lots, None, by_position=True)
        reached = lists.round
        if reached is None:
            reached = np.arange(len(lists.session)) - lists.indptr[lists.buyer]
        level = np.zeros(1, np.int64) if lists.level is None else lists.level
        return acceptances(lists, lots, reached * (int(level.max(initial=0)) + 1) + level)
