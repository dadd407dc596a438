"""The lots of one draw, which decide where a session sees no difference between participants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.lots import LOT_BITS, lot

__all__ = ["Lots"]


class Lots(NamedTuple):
    """One order of the participants for all sessions, or an own one for each session.

    Attributes
    ----------
    position : int32 array, shape (participants,) or (0,)
        Place of each participant in the one order, from 0; empty where each session has its own.
    salt : int
        What the sessions' own orders are made from, from 0 to 2^62 - 1; 0 where there is one order.
    """

    position: Int32Array
    salt: int

    @classmethod
    def of_order(cls, order: Int64Array) -> Lots:
        """Make one order for all sessions; shape (participants,), first first."""
        position = np.empty(len(order), np.int32)
        position[order] = np.arange(len(order), dtype=np.int32)
        return cls(position, 0)

    @classmethod
    def one_order(cls, participants: int, rng: np.random.Generator) -> Lots:
        """Draw one order; of the same generator it is that of the solver "lottery"."""
        return cls.of_order(rng.permutation(participants))

    @classmethod
    def own_orders(cls, rng: np.random.Generator) -> Lots:
        """Draw an order for each session."""
        return cls(np.zeros(0, np.int32), int(rng.integers(2**LOT_BITS)))

    @property
    def order(self) -> Int32Array:
        """The participants in the one order, first first; shape (participants,)."""
        at = np.full(int(self.position.max(initial=-1)) + 1, -1, np.int32)
        at[self.position] = np.arange(len(self.position), dtype=np.int32)
        return at[at >= 0]

    def in_slot(self, slot: int, participant: Int32Array) -> Lots:
        """Return the lots of some participants in one slot."""
        if len(self.position):
            return Lots(self.position[participant], 0)
        return Lots(self.position, int(lot(self.salt, slot)))
