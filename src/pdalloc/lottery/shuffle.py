"""From a seed to an order: a counter-mode hash, rejection sampling, and the Fisher-Yates shuffle."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count

__all__ = ["below", "seed_of", "shuffled", "words"]

WORDS = 2**32
"""How many different words there are."""


def seed_of(commitment_digest: str, beacon: str) -> bytes:
    """Return the 32 bytes that everything is drawn from; the digest is in hexadecimal digits."""
    return sha256(b"pdalloc lottery seed 1\n" + bytes.fromhex(commitment_digest) + beacon.encode()).digest()


def words(seed: bytes) -> Iterator[int]:
    """Yield numbers from 0 to 2^32 - 1 without end: SHA-256 of seed and counter, eight words a block, big-endian."""
    for block in count():
        yield from struct.unpack(">8I", sha256(b"pdalloc lottery block 1\n" + seed + struct.pack(">Q", block)).digest())


def below(bound: int, numbers: Iterator[int]) -> int:
    """Return a number from 0 to bound - 1, all equally likely: of 2^32 words, those past the last multiple are skipped.

    Parameters
    ----------
    bound : int
        From 1 to 2^32.
    numbers : iterator of int
        As `words` yields them; one is taken, rarely more.
    """
    multiple = WORDS - WORDS % bound
    return next(number for number in numbers if number < multiple) % bound


def shuffled(items: Sequence[str], seed: bytes) -> tuple[str, ...]:
    """Return the items in random order, every order equally likely (Durstenfeld 1964, Algorithm 235). O(items)."""
    order = list(items)
    numbers = words(seed)
    for last in range(len(order) - 1, 0, -1):
        other = below(last + 1, numbers)
        order[last], order[other] = order[other], order[last]
    return tuple(order)
