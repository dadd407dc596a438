"""What every generated kind of day has in common: its seed decides it, it survives its tables, and it can be solved."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pdalloc import Problem, Status, generators, read_tables, solve, write_tables
from pdalloc.errors import OptionError

KINDS: dict[str, Callable[..., Problem]] = {
    "lexington": generators.lexington,
    "course": generators.course,
    "wave 1": partial(generators.rollout_wave, wave=1),
    "wave 2": partial(generators.rollout_wave, wave=2),
    "wave 3": partial(generators.rollout_wave, wave=3),
    "wave 4": generators.rollout_wave,
    "edcamp": generators.edcamp,
    "cohort": partial(generators.cohort, list_length=2),
    "personal plan": generators.personal_plan,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_day_is_solved_and_keeps_its_rules(kind: str) -> None:
    result = solve(KINDS[kind](seed=4))
    assert (result.status, result.allocation.violations()) == (Status.OPTIMAL, ())


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides_every_kind_of_day(kind: str) -> None:
    hashes = [KINDS[kind](seed=seed).content_hash for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("kind", ["edcamp", "personal plan"])  # the tables of the others are in examples/, but for one
def test_a_kind_of_day_is_the_same_after_writing_and_reading(kind: str, tmp_path: Path) -> None:
    day = KINDS[kind](seed=1)
    write_tables(day, tmp_path)
    assert read_tables(tmp_path) == day


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("course", {"seed": -1}, "seed is -1; give a whole number from 0"),
        ("course", {"alone": -1}, "alone is -1; give a whole number from 0 to 10000"),
        ("course", {"capacity": 0}, "capacity is 0; give a whole number from 1 to 10000"),
        ("course", {"minimum": 15}, "minimum is 15; give a whole number from 0 to 14"),
        ("course", {"list_length": 11}, "list_length is 11; give a whole number from 1 to 10"),
        ("rollout_wave", {"wave": 5}, "wave is 5; give a whole number from 1 to 4"),
        ("rollout_wave", {"volunteers": 1}, "volunteers is 1; give a whole number from 2 to 99"),
        ("cohort", {"minimum": 9}, "minimum is 9; give a whole number from 0 to 8"),
        ("cohort", {"list_length": 0}, "list_length is 0; give a whole number from 1 to 10"),
        ("personal_plan", {"day": 0}, "day is 0; give a whole number from 1 to 3"),
        ("personal_plan", {"seed": 0.5}, "seed is 0.5; give a whole number from 0"),
        ("edcamp", {"slots": 0}, "slots is 0; give a whole number from 1 to 300"),
        ("edcamp", {"rooms": 76}, "rooms is 76; give a whole number from 1 to 75"),
        ("edcamp", {"proposals": 23}, "proposals is 23; give a whole number from 24 to 300"),
        ("edcamp", {"participants": 39}, "participants is 39; give a whole number from 40 to 100000"),
        ("edcamp", {"votes": 40}, "votes is 40; give a whole number from 0 to 39"),
        ("edcamp", {"list_length": 7}, "list_length is 7; give a whole number from 1 to 6"),
    ],
)
def test_options_out_of_range_are_refused(kind: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(f'{kind}: {message}')}"):
        getattr(generators, kind)(**{"seed": 1} | options)
