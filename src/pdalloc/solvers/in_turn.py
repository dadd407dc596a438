"""Turns in one slot: what rules with priorities come to where all sessions have the same order of participants."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.kernels.picking import Lists, pick
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.slot_lists import SlotLists

__all__ = ["taken_in_turn"]


def taken_in_turn(lists: SlotLists, lots: Lots) -> Int64Array:
    """Return the entry that each buyer takes in the one order, -1 without a place; shape (buyers,)."""
    buyers, sessions = len(lists.market.participant), len(lists.market.seller)
    nothing, order = np.zeros(0, np.int32), lots.order.astype(np.int64)
    one_slot = Lists(
        slots=1,
        indptr=np.concatenate([lists.indptr, lists.indptr[-1:]]),
        session=lists.session.view(np.uint32),
        rank=nothing,
        exclusion_bits=np.zeros(sessions, np.int64),
        exclusion_start=np.zeros(sessions + 1, np.int64),
        exclusion=nothing,
        may_be_unlisted=np.zeros(0, np.bool_),
        barred_start=np.zeros(buyers + 1, np.int64),
        barred=nothing,
        unlisted=1,
        empty=2,
    )
    patience = 0  # which ends only where a search is needed: here nothing excludes anything
    taken, _, _ = pick.run(buyers, order, max(buyers, 1), lists.market.capacity, patience, *one_slot)
    found = np.empty(buyers, np.int64)
    found[order] = taken
    return found
