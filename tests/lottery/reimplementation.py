"""The draw once more, from docs/lottery.md alone: nothing of pdalloc, and other means than its verifier's."""

from __future__ import annotations

import hashlib


def seed_for(commitment_digest: str, beacon: str) -> str:
    prefix = b"pdalloc lottery seed 1\n".hex()
    return hashlib.sha256(bytes.fromhex(prefix + commitment_digest + beacon.encode("utf-8").hex())).hexdigest()


def draw_order(ids: list[str], seed: str) -> tuple[list[str], int]:
    """The order, and how many words were passed over."""
    digits, counter, skipped = "", 0, 0
    order = list(ids)
    for places in range(len(order), 1, -1):
        while True:
            if not digits:
                block = b"pdalloc lottery block 1\n".hex() + seed + f"{counter:016x}"
                digits, counter = hashlib.sha256(bytes.fromhex(block)).hexdigest(), counter + 1
            quotient, chosen = divmod(int(digits[:8], 16), places)
            digits = digits[8:]
            # the last of the equal shares of the 2^32 words is only whole if it ends at or before 2^32
            if (quotient + 1) * places <= 4294967296:
                break
            skipped += 1
        taken = order[chosen]
        order[chosen] = order[places - 1]
        order[places - 1] = taken
    return order, skipped
