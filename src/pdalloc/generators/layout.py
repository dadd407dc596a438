"""Which sessions take place at the same time, so that few of those clash that somebody wants both of."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array, IntegerArray

__all__ = ["clashes", "lay_out"]


def clashes(wanted: IntegerArray, slot: IntegerArray) -> int:
    """Return how often somebody wants two sessions that share a slot; arrays as in `lay_out`."""
    together = slot[:, None] == slot[None, :]
    return int(np.triu(wanted * together, 1).sum())


def lay_out(wanted: IntegerArray, slots: int) -> Int64Array:
    """Share sessions out to slots, equally many to each, so that few wanted pairs clash.

    To divide them so that as few as possible clash is to partition a graph, which is NP-hard; this is a greedy start
    and exchanges of two sessions, the best one first, until none helps. Kernighan and Lin (1970) begin likewise, and
    also follow exchanges that make things worse at first, which this does not.

    Parameters
    ----------
    wanted : int array, shape (sessions, sessions)
        How many want both sessions of a pair; symmetric, 0 on the diagonal.
    slots : int
        A divisor of the number of sessions.

    Returns
    -------
    int64 array, shape (sessions,)
        Slot of each session.

    Notes
    -----
    An exchange takes time in proportion to the pairs; each one saves a clash at least.
    """
    each = len(wanted) // slots
    slot = np.full(len(wanted), -1)
    in_slot = np.zeros((len(wanted), slots), np.int64)  # clashes that each session has, or would have, in each slot
    for session in np.argsort(-wanted.sum(axis=1), kind="stable").tolist():
        open_slots = np.flatnonzero(np.bincount(slot[slot >= 0], minlength=slots) < each)
        slot[session] = open_slots[np.argmin(in_slot[session, open_slots])]
        in_slot[:, slot[session]] += wanted[session]
    while True:
        own = in_slot[np.arange(len(wanted)), slot]
        moved = in_slot[:, slot] - own[:, None]  # what moving one to the slot of the other adds
        # each of the two moves counts a clash with the other session, which leaves
        added = np.where(slot[:, None] == slot[None, :], 0, moved + moved.T - 2 * wanted)
        one, other = np.unravel_index(np.argmin(added), added.shape)
        if added[one, other] >= 0:
            return slot
        in_slot[:, slot[one]] += wanted[other] - wanted[one]
        in_slot[:, slot[other]] += wanted[one] - wanted[other]
        slot[one], slot[other] = slot[other], slot[one]
