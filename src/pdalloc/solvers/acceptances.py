"""Deferred acceptance in one slot, participants proposing."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.kernels.acceptance import accept
from pdalloc.solvers.lots import Lots
from pdalloc.solvers.slot_lists import SlotLists
from pdalloc.solvers.standings import Standings

__all__ = ["acceptances"]


def acceptances(lists: SlotLists, lots: Lots, classes: Int64Array | None, *, by_position: bool = False) -> Int64Array:
    """Return the entry at which each buyer is accepted in the end, -1 without a place; shape (buyers,).

    Parameters
    ----------
    lists : SlotLists
    lots : Lots
        Of the buyers.
    classes : int64 array, shape (entries,), or None
        In which the session of each entry sees its buyer, from 0, smaller ones first; None if all are one class.
    by_position : bool
        Whether the class is the place on the buyer's list instead.
    """
    buyers, capacity = len(lists.market.participant), lists.market.capacity
    if by_position:
        highest = int(np.diff(lists.indptr).max(initial=0))
    else:
        highest = 0 if classes is None else int(classes.max(initial=0))
    standings = Standings.of(lots, buyers, len(capacity), highest)
    # no session needs more room than it has proposals
    capacity = np.minimum(capacity, buyers)
    if capacity.sum() > len(lists.session):
        capacity = np.minimum(capacity, np.bincount(lists.session, minlength=len(capacity)))
    given = np.zeros(0, np.int64) if classes is None else classes
    return np.asarray(
        accept.run(
            len(lists.session) // 4 + buyers,
            lots.position,
            lots.salt,
            lists.indptr,
            lists.session,
            capacity,
            given,
            by_position,
            standings.name_bits,
            standings.lot_bits,
        )
    )
