"""One number for each pair: where the participant stands in the eyes of the session."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, pair_keys
from pdalloc.errors import OptionError
from pdalloc.kernels.lots import LOT_BITS, lot
from pdalloc.solvers.lots import Lots

__all__ = ["Standings"]

BITS = 62
FEWEST_LOT_BITS = 16


class Standings(NamedTuple):
    """How a class, a lot and a participant's number make a standing, from the high bits to the low ones.

    Attributes
    ----------
    lots : Lots
        Of the buyers of one market.
    sessions : int
    name_bits, lot_bits : int
    """

    lots: Lots
    sessions: int
    name_bits: int
    lot_bits: int

    @classmethod
    def of(cls, lots: Lots, buyers: int, sessions: int, classes: int) -> Standings:
        """Share out the bits of a number below 2^62.

        Parameters
        ----------
        classes : int
            The highest class.

        Raises
        ------
        OptionError
            If they are not enough.
        """
        name_bits, class_bits = buyers.bit_length(), classes.bit_length()
        single = len(lots.position) > 0
        lot_bits = int(lots.position.max()).bit_length() if single else BITS - name_bits - class_bits
        if name_bits + lot_bits + class_bits > BITS or lot_bits < (0 if single else FEWEST_LOT_BITS):
            raise OptionError(
                f"{buyers:,} participants and {classes:,} classes of priority and rank are more than fit into one "
                "number; give fewer levels of priority or shorter lists"
            )
        return cls(lots, sessions, name_bits, lot_bits)

    def __call__(self, classes: Int64Array | int, buyer: Int32Array, session: Int32Array) -> Int64Array:
        """Return the standing of each pair, as the kernel makes it."""
        if len(self.lots.position):
            lots: Int64Array = self.lots.position[buyer].astype(np.int64)
        else:
            lots = lot(self.lots.salt, pair_keys(buyer, session, self.sessions)) >> (LOT_BITS - self.lot_bits)
        return (((classes << self.lot_bits) + lots) << self.name_bits) + buyer

    def in_order(self, standings: Int64Array, first: Int64Array) -> Int32Array:
        """Return the buyers of each session as it prefers them.

        Parameters
        ----------
        standings : int64 array, shape (pairs,)
            Those of session j are ``standings[first[j]:first[j + 1]]``; they are sorted in place.
        """
        for start, end in pairwise(first.tolist()):
            standings[start:end].sort()
        return (standings & ((1 << self.name_bits) - 1)).astype(np.int32)
