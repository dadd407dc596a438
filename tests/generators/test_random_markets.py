"""A market in one call is the one that its parts make."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pdalloc import generators, solve
from pdalloc.errors import OptionError
from pdalloc.generators.random_markets import CULTURES

OPTIONS: dict[str, dict[str, Any]] = {
    "impartial": {},
    "mallows": {"dispersion": 0.5, "normalised": True},
    "plackett-luce": {"zipf": 1.2},
    "euclidean": {"dimensions": 1},
    "group": {"groups": 4, "correlation": 0.7},
    "urn": {"contagion": 0.1},
    "single-peaked": {"law": "walsh"},
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "impartial": generators.impartial_culture,
    "mallows": generators.mallows,
    "plackett-luce": generators.plackett_luce,
    "euclidean": generators.euclidean,
    "group": generators.group_taste,
    "urn": generators.urn,
    "single-peaked": generators.single_peaked,
}


def test_every_culture_is_tested() -> None:
    assert list(OPTIONS) == list(FUNCTIONS) == list(CULTURES)


@pytest.mark.parametrize("culture", OPTIONS)
def test_a_random_market_is_that_of_its_lists_and_its_capacities(culture: str) -> None:
    given = generators.random_market(60, 12, 4, culture=culture, slack=1.3, seat_zipf=0.5, seed=5, **OPTIONS[culture])
    drawn = FUNCTIONS[culture](60, 12, 4, seed=5, **OPTIONS[culture])
    lists, group = drawn if culture == "group" else (drawn, None)
    seats = generators.capacities(60, 12, slack=1.3, zipf=0.5, seed=5)
    assert given == generators.market(lists, seats, group=group)
    assert [column.name for column in given.groups] == (["group"] if culture == "group" else [])
    assert solve(given).allocation.violations() == ()


def test_lengths_may_differ_and_a_generator_is_drawn_on() -> None:
    length = np.arange(10) % 4
    market = generators.random_market(10, 5, length, culture="urn", contagion=0.5, seed=np.random.default_rng(1))
    assert np.diff(market.choices.indptr).tolist() == length.tolist()
    again = generators.random_market(10, 5, length, culture="urn", contagion=0.5, seed=np.random.default_rng(1))
    assert market == again


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"culture": "malows"}, "culture is 'malows'; did you mean 'mallows'?"),
        (
            {"culture": "x"},
            "culture is 'x'; give one of 'impartial', 'mallows', 'plackett-luce', 'euclidean', 'group', 'urn', "
            "'single-peaked'",
        ),
        ({"zipf": 1}, "culture 'impartial' has no option 'zipf'; its options are none"),
        ({"culture": "urn", "alpha": 1}, "culture 'urn' has no option 'alpha'; its options are 'contagion'"),
        ({"culture": "mallows"}, "culture 'mallows' needs dispersion; give it"),
        ({"culture": "group", "groups": 2}, "culture 'group' needs correlation; give it"),
    ],
)
def test_unknown_cultures_and_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(f'random_market: {message}')}$"):
        generators.random_market(4, 5, 2, seed=1, **options)
