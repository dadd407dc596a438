"""Random lists follow the laws they are named after, and are what their lengths and seeds say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pdalloc import generators
from pdalloc.arrays import Int32Array
from pdalloc.errors import OptionError
from pdalloc.generators.preferences import _shared_noise
from tests.generators.laws import assert_follows, assert_no_session_twice, plackett_luce_law

Draw = Callable[..., Int32Array]


def group_lists(*args: Any, **kwargs: Any) -> Int32Array:
    return generators.group_taste(*args, groups=3, correlation=0.4, **kwargs)[0]


def mallows_lists(*args: Any, **kwargs: Any) -> Int32Array:
    return generators.mallows(*args, dispersion=0.7, **kwargs)


def urn_lists(*args: Any, **kwargs: Any) -> Int32Array:
    return generators.urn(*args, contagion=0.02, **kwargs)


def uniform_single_peaked_lists(*args: Any, **kwargs: Any) -> Int32Array:
    return generators.single_peaked(*args, law="walsh", **kwargs)


ALL = [
    generators.impartial_culture,
    generators.plackett_luce,
    generators.euclidean,
    group_lists,
    mallows_lists,
    urn_lists,
    generators.single_peaked,
    uniform_single_peaked_lists,
]


# ---- every law -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize(("sessions", "length"), [(1, 1), (7, 3), (7, 7), (60, 5), (7, 0)])
def test_no_session_is_twice_on_a_list(draw: Draw, sessions: int, length: int) -> None:
    lists = draw(40, sessions, length, seed=1)
    assert lists.shape == (40, length)
    assert_no_session_twice(lists, sessions)
    assert (lists >= 0).all()


@pytest.mark.parametrize("draw", ALL)
def test_lists_of_different_lengths_are_beginnings_of_the_longest(draw: Draw) -> None:
    length = np.random.default_rng(1).integers(0, 6, 40)
    length[0] = 5
    lists = draw(40, 9, length, seed=2)
    assert ((lists >= 0).sum(axis=1) == length).all()
    whole = draw(40, 9, 5, seed=2)
    assert all((lists[who, : length[who]] == whole[who, : length[who]]).all() for who in range(40))
    assert_no_session_twice(lists, 9)


@pytest.mark.parametrize("draw", ALL)
def test_the_seed_decides_the_lists(draw: Draw) -> None:
    first, again, other = (draw(30, 12, 4, seed=seed).tobytes() for seed in (3, np.int64(3), 4))
    assert first == again != other


@pytest.mark.parametrize("draw", ALL)
def test_a_generator_is_drawn_on(draw: Draw) -> None:
    rng = np.random.default_rng(3)
    first, second = draw(30, 12, 4, seed=rng), draw(30, 12, 4, seed=rng)
    assert (first != second).any()
    assert (first == draw(30, 12, 4, seed=np.random.default_rng(3))).all()


def test_generators_of_the_same_seed_have_nothing_to_do_with_each_other() -> None:
    # were their streams the same, the order of popularity and of size would be the same as well
    size = generators.capacities(5_000, 100, zipf=1.0, seed=3)
    first_choices = np.bincount(generators.plackett_luce(5_000, 100, 1, zipf=1.0, seed=3)[:, 0], minlength=100)
    assert -0.3 < np.corrcoef(size, first_choices)[0, 1] < 0.3


def test_the_hash_seed_of_the_process_changes_nothing() -> None:
    program = (
        "import hashlib; from pdalloc import generators as g;"
        "lists, group = g.group_taste(50, 20, 6, groups=4, correlation=0.5, seed=1);"
        "problem = g.market(lists, g.capacities(50, 20, zipf=1, seed=1), rank=g.tied_ranks(lists, 0.2, seed=1));"
        "more = [g.mallows(50, 20, 6, dispersion=0.9, seed=1), g.plackett_luce(50, 20, 6, seed=1), group];"
        "more += [g.urn(50, 20, 6, contagion=0.1, seed=1), g.single_peaked(50, 20, 6, seed=1)];"
        "days = [kind(1) for kind in (g.course, g.cohort, g.edcamp, g.rollout_wave, g.personal_plan)];"
        "days += [g.resample(day, seed=1) for day in days[:2]] + [problem];"
        "print(*[day.content_hash for day in days], *[hashlib.sha256(part.tobytes()).hexdigest() for part in more])"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("0", "1")
    }
    assert len(hashes) == 1


# ---- impartial culture and Plackett-Luce -----------------------------------------------------------------------------


@pytest.mark.parametrize("length", [2, 4])
def test_impartial_culture_is_uniform(length: int) -> None:
    assert_follows(generators.impartial_culture(30_000, 4, length, seed=1), plackett_luce_law([1] * 4, length))


@pytest.mark.parametrize("length", [1, 3])
def test_plackett_luce_follows_its_weights(length: int) -> None:
    lists = generators.plackett_luce(30_000, 3, length, weights=[1, 5, 2], seed=1)
    assert_follows(lists, plackett_luce_law([1, 5, 2], length))


@pytest.mark.parametrize(("zipf", "given"), [(0.8, {}), (1.5, {"zipf": 1.5})])
def test_popularity_falls_like_a_power_of_its_rank(zipf: float, given: dict[str, float]) -> None:
    first = generators.plackett_luce(50_000, 40, 2, **given, seed=1)[:, 0]
    count = np.sort(np.bincount(first, minlength=40))[::-1]
    expected = np.arange(1, 41) ** -zipf
    # the twenty most popular, whose order is hardly in doubt
    assert count[:20] / 50_000 == pytest.approx(expected[:20] / expected.sum(), rel=0.1)


def test_which_session_is_popular_is_drawn() -> None:
    best = {int(generators.plackett_luce(1, 20, 1, zipf=100, seed=seed)[0, 0]) for seed in range(20)}
    assert len(best) > 10


# ---- group taste -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [0.0, 0.2, 0.7, 1.0])
def test_the_noise_of_group_and_member_adds_up_to_gumbel_noise(own: float) -> None:
    rng = np.random.default_rng(1)
    total = _shared_noise(rng, own, 20_000) + own * rng.gumbel(size=20_000)
    assert stats.kstest(total, stats.gumbel_r.cdf).pvalue > 0.001


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9, 1.0])
def test_every_list_by_itself_is_plackett_luce_whatever_the_correlation(correlation: float) -> None:
    # one participant a group: the lists of different groups are independent given the popularities
    lists, _ = generators.group_taste(3_000, 3, 3, groups=3_000, correlation=correlation, zipf=1.0, seed=1)
    popularity = np.argsort(-np.bincount(lists[:, 0], minlength=3))
    weights = np.empty(3)
    weights[popularity] = [1, 1 / 2, 1 / 3]
    assert_follows(lists, plackett_luce_law(weights.tolist(), 3))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("zipf", [0.0, 1.5])
def test_members_disagree_less_by_the_correlation(correlation: float, zipf: float) -> None:
    pairs = 3_000
    lists, group = generators.group_taste(2 * pairs, 2, 1, groups=pairs, correlation=correlation, zipf=zipf, seed=2)
    first = lists[np.argsort(group, kind="stable"), 0].reshape(pairs, 2)
    best = 1 / (1 + 2**-zipf)
    expected = (1 - correlation) * 2 * best * (1 - best)
    allowed = 4 * np.sqrt(expected * (1 - expected) / pairs)
    assert (first[:, 0] != first[:, 1]).mean() == pytest.approx(expected, abs=allowed)


def test_without_correlation_members_are_as_different_as_strangers() -> None:
    lists, group = generators.group_taste(30_000, 3, 3, groups=2, correlation=0.0, zipf=0.0, seed=1)
    for number in (0, 1):
        assert_follows(lists[group == number], plackett_luce_law([1, 1, 1], 3))


def test_with_full_correlation_a_group_has_one_ranking() -> None:
    lists, group = generators.group_taste(50, 30, 30, groups=4, correlation=1.0, seed=1)
    rankings = {number: {tuple(row) for row in lists[group == number].tolist()} for number in range(4)}
    assert all(len(one) == 1 for one in rankings.values())
    assert len(set.union(*rankings.values())) == 4


def test_groups_are_even_and_their_members_are_drawn() -> None:
    _, group = generators.group_taste(50, 5, 2, groups=4, correlation=0.5, seed=1)
    assert group.dtype == np.int32
    assert sorted(np.bincount(group)) == [12, 12, 13, 13]
    _, other = generators.group_taste(50, 5, 2, groups=4, correlation=0.5, seed=2)
    assert (group != other).any()


# ---- Euclidean -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dimensions", "length"), [(1, 3), (2, 25), (3, 1), (8, 10)])
def test_the_nearest_sessions_come_first(dimensions: int, length: int) -> None:
    lists = generators.euclidean(80, 25, length, dimensions=dimensions, seed=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    sessions, participants = rng.random((25, dimensions)), rng.random((80, dimensions))
    distance = ((participants[:, None] - sessions) ** 2).sum(axis=2)
    assert (lists == np.argsort(distance, axis=1)[:, :length]).all()


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "given", "message"),
    [
        ("impartial_culture", {"participants": 0}, "participants is 0; give a whole number from 1 to 100000000"),
        ("impartial_culture", {"sessions": 2.5}, "sessions is 2.5; give a whole number from 1 to 100000000"),
        ("impartial_culture", {"list_length": 6}, "list_length is 6; give whole numbers from 0 to 5"),
        ("impartial_culture", {"list_length": [1, 2, -1, 5]}, "list_length is -1; give whole numbers from 0 to 5"),
        (
            "impartial_culture",
            {"list_length": [1, 2]},
            "list_length has dtype int64 and shape (2,); give a whole number, or one for each of the 4 participants",
        ),
        (
            "impartial_culture",
            {"list_length": 2.0},
            "list_length has dtype float64 and shape (); give a whole number, or one for each of the 4 participants",
        ),
        (
            "impartial_culture",
            {"list_length": [[1], [1, 2]]},
            "list_length has dtype object and shape (2,); give a whole number, or one for each of the 4 participants",
        ),
        ("impartial_culture", {"seed": -1}, "seed is -1; give a whole number from 0 or a numpy.random.Generator"),
        ("impartial_culture", {"seed": None}, "seed is None; give a whole number from 0 or a numpy.random.Generator"),
        ("impartial_culture", {"seed": True}, "seed is True; give a whole number from 0 or a numpy.random.Generator"),
        ("plackett_luce", {"zipf": -0.1}, "zipf is -0.1; give a number from 0 to 100"),
        ("plackett_luce", {"zipf": float("nan")}, "zipf is nan; give a number from 0 to 100"),
        ("plackett_luce", {"zipf": 1, "weights": [1] * 5}, "zipf is 1 beside weights; give one of them"),
        ("plackett_luce", {"weights": [1] * 4}, "weights has shape (4,); give one number a session, (5,)"),
        ("plackett_luce", {"weights": "even"}, "weights is 'even'; give one number a session"),
        ("plackett_luce", {"weights": [1, 2, 0, 1, 1]}, "a weight is 0.0; give finite numbers above 0"),
        ("plackett_luce", {"weights": [1, 2, np.inf, 1, 1]}, "a weight is inf; give finite numbers above 0"),
        ("group_taste", {"correlation": 0.5, "groups": 5}, "groups is 5; give a whole number from 1 to 4"),
        ("group_taste", {"correlation": 1.5, "groups": 2}, "correlation is 1.5; give a number from 0 to 1"),
        ("group_taste", {"correlation": 1, "groups": 2, "zipf": 101}, "zipf is 101; give a number from 0 to 100"),
        ("mallows", {"dispersion": -0.1}, "dispersion is -0.1; give a number from 0 to 1"),
        (
            "mallows",
            {"dispersion": 0.5, "reference": [0, 1, 2, 3, 3]},
            "reference is [0, 1, 2, 3, 3]; name every session from 0 to 4 once",
        ),
        ("euclidean", {"dimensions": 0}, "dimensions is 0; give a whole number from 1 to 1000"),
        ("urn", {"contagion": -1}, "contagion is -1; give a number from 0 to inf"),
        ("urn", {"contagion": float("nan")}, "contagion is nan; give a number from 0 to inf"),
        ("single_peaked", {"law": "black"}, "law is 'black'; give one of 'conitzer', 'walsh'"),
        (
            "single_peaked",
            {"axis": [0, 1, 2, 3, 3]},
            "axis is [0, 1, 2, 3, 3]; name every session from 0 to 4 once",
        ),
        ("single_peaked", {"axis": [[0, 1], [2]]}, "axis is [[0, 1], [2]]; name every session from 0 to 4 once"),
    ],
)
def test_parameters_out_of_range_are_refused(draw: str, given: dict[str, Any], message: str) -> None:
    options = {"participants": 4, "sessions": 5, "list_length": 2, "seed": 1} | given
    with pytest.raises(OptionError, match=f"^{re.escape(f'{draw}: {message}')}$"):
        getattr(generators, draw)(**options)
