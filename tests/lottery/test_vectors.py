"""The test vectors in docs/lottery.md, by an implementation that knows nothing of the library."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from pdalloc.lottery.shuffle import seed_of, shuffled
from pdalloc.lottery.verifier import _shuffle
from tests.lottery.reimplementation import draw_order, seed_for

PAGE = (Path(__file__).parents[2] / "docs" / "lottery.md").read_text(encoding="utf-8")
VECTORS = [
    tuple(cell.strip("` ") for cell in line.strip("|").split("|"))
    for line in PAGE.splitlines()
    if re.match(r"\| `[0-9a-f]{64}` \|", line)
]


def test_there_are_vectors() -> None:
    assert len(VECTORS) == 5


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[1])
def test_the_vectors_are_right(vector: tuple[str, ...]) -> None:
    digest, beacon, people, seed, block, skipped, order_digest = vector
    ids = [str(number) for number in range(1, int(people) + 1)]
    order, passed_over = draw_order(ids, seed)
    assert seed_for(digest, beacon) == seed_of(digest, beacon).hex() == seed
    assert sha256(b"pdalloc lottery block 1\n" + bytes.fromhex(seed) + bytes(8)).hexdigest() == block
    assert passed_over == int(skipped)
    assert sha256(" ".join(order).encode()).hexdigest() == order_digest
    assert list(shuffled(ids, bytes.fromhex(seed))) == _shuffle(ids, bytes.fromhex(seed)) == order
    shown = re.search(rf"`{seed[:8]}`: ([0-9 ]+)$", PAGE, re.MULTILINE)
    assert shown is not None
    assert shown.group(1).split() == order[: len(shown.group(1).split())]
