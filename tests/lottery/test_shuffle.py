"""The shuffle: as specified, uniform, and without the bias of a remainder."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from itertools import islice, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pdalloc.lottery.shuffle import WORDS, below, seed_of, shuffled, words
from pdalloc.lottery.verifier import _shuffle
from tests.lottery.reimplementation import draw_order, seed_for

DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(digest=DIGESTS, beacon=st.text(min_size=1), people=st.integers(1, 60))
def test_three_implementations_give_the_same_order(digest: str, beacon: str, people: int) -> None:
    ids = [str(number) for number in range(people)]
    seed = seed_for(digest, beacon)
    order, _ = draw_order(ids, seed)
    assert seed_of(digest, beacon).hex() == seed
    assert shuffled(ids, bytes.fromhex(seed)) == tuple(order)
    assert _shuffle(ids, bytes.fromhex(seed)) == order
    assert sorted(order) == sorted(ids)


def test_words_are_the_blocks_of_the_counter_cut_in_eight() -> None:
    seed = bytes(range(32))
    blocks = [sha256(b"pdalloc lottery block 1\n" + seed + bytes(7) + bytes([block])).digest() for block in range(3)]
    stream = b"".join(blocks)
    assert list(islice(words(seed), 24)) == [int.from_bytes(stream[at : at + 4], "big") for at in range(0, 96, 4)]


@pytest.mark.parametrize(
    ("bound", "given", "number", "skipped"),
    [
        (3, [WORDS - 1, 7], 1, 1),  # 2^32 leaves 1 when divided by 3: one word is too many
        (3, [WORDS - 2, 7], 2, 0),
        (5, [WORDS - 1, WORDS - 1, 0], 0, 2),
        (6, [WORDS - 4, WORDS - 5], 5, 1),  # it leaves 4 when divided by 6
        (2, [WORDS - 1], 1, 0),
        (2**31 + 1, [WORDS - 1, 2**31 + 1, 2**31], 2**31, 2),
        (WORDS, [WORDS - 1], WORDS - 1, 0),
    ],
)
def test_words_past_the_last_multiple_are_skipped(bound: int, given: list[int], number: int, skipped: int) -> None:
    numbers = iter(given)
    assert below(bound, numbers) == number
    assert len(given) - len(list(numbers)) == skipped + 1


@given(bound=st.integers(1, WORDS))
def test_what_is_not_skipped_is_a_whole_number_of_shares(bound: int) -> None:
    """Found by looking only at what `below` does with the words around the last multiple."""
    last = WORDS - WORDS % bound
    assert last % bound == 0
    assert WORDS - last < bound
    assert below(bound, iter([last - 1])) == bound - 1
    if last < WORDS:
        assert below(bound, iter([last, WORDS - 1, 0])) == 0


def test_every_order_of_four_is_equally_likely() -> None:
    seen = Counter(shuffled("abcd", seed_of("00" * 32, str(beacon))) for beacon in range(12_000))
    counts = [seen[order] for order in permutations("abcd")]
    assert sum(counts) == 12_000
    assert stats.chisquare(counts).pvalue > 0.01


def test_everybody_is_equally_likely_in_every_place_among_many() -> None:
    people, draws = 20, 4_000
    ids = [str(number) for number in range(people)]
    places = Counter(
        (who, place)
        for beacon in range(draws)
        for place, who in enumerate(shuffled(ids, seed_of("ff" * 32, str(beacon))))
    )
    counts = [places[who, place] for who in ids for place in range(people)]
    # rows and columns of the table have fixed sums, which takes 39 of the 400 degrees of freedom
    statistic = stats.chisquare(counts).statistic
    assert stats.chi2.sf(statistic, (people - 1) ** 2) > 0.01


def test_a_digit_of_the_digest_or_a_letter_of_the_beacon_changes_the_seed() -> None:
    seeds = {seed_of(digest, beacon) for digest in ("00" * 32, "00" * 31 + "01") for beacon in ("0", "1", "00", "0 ")}
    assert len(seeds) == 8
