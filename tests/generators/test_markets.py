"""Ties, capacities and the problem made of them are exactly what was asked for."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Feature, Problem, generators, read_tables, solve, write_tables
from pdalloc.errors import OptionError, ProblemError
from pdalloc.generators import capacities, market, tied_ranks

# ---- ties ------------------------------------------------------------------------------------------------------------


def test_ties_come_with_their_probability() -> None:
    rank = tied_ranks(generators.impartial_culture(20_000, 8, 6, seed=1), 0.3, seed=1)
    steps = np.diff(rank, axis=1)
    assert set(np.unique(steps)) == {0, 1}
    assert (rank[:, 0] == 1).all()
    assert (steps == 0).mean(axis=0) == pytest.approx([0.3] * 5, abs=0.015)
    # whether two neighbours tie says nothing about the next two
    assert (steps[:, 1:] == 0)[steps[:, :-1] == 0].mean() == pytest.approx(0.3, abs=0.015)


def test_at_the_ends_nobody_and_everybody_is_indifferent() -> None:
    lists = [[3, 1, 2], [0, -1, -1], [-1, -1, -1]]
    assert tied_ranks(lists, 0, seed=1).tolist() == [[1, 2, 3], [1, -1, -1], [-1, -1, -1]]
    assert tied_ranks(lists, 1, seed=1).tolist() == [[1, 1, 1], [1, -1, -1], [-1, -1, -1]]


def test_the_seed_decides_the_ties() -> None:
    lists = generators.impartial_culture(50, 8, 6, seed=1)
    first, again, other = (tied_ranks(lists, 0.5, seed=seed).tobytes() for seed in (1, 1, 2))
    assert first == again != other


# ---- capacities ------------------------------------------------------------------------------------------------------


@given(
    st.integers(1, 10_000),
    st.integers(1, 300),
    st.sampled_from([Fraction(1), Fraction(11, 10), Fraction(1, 2), Fraction(0), Fraction(7, 3)]),
    st.sampled_from([0.0, 0.5, 1.0, 3.0, 100.0]),
)
def test_the_total_is_known_whatever_the_skew(participants: int, sessions: int, slack: Fraction, zipf: float) -> None:
    seats = capacities(participants, sessions, slack=float(slack), zipf=zipf, seed=1)
    each = max(1, math.ceil(Fraction(str(float(slack))) * participants / sessions))
    assert seats.dtype == np.int64
    assert seats.shape == (sessions,)
    assert seats.sum() == sessions * each
    assert seats.min() >= 1
    if zipf == 0:
        assert (seats == each).all()
    # largest remainders stay within one seat of the exact share
    share = np.arange(1, sessions + 1) ** -zipf
    exact = 1 + sessions * (each - 1) * share / share.sum()
    assert (np.abs(np.sort(seats)[::-1] - exact) < 1 + 1e-6).all()


def test_a_decimal_slack_is_taken_as_it_is_written() -> None:
    assert 1.1 * 100_000 / 1_000 > 110
    assert capacities(100_000, 1_000, slack=1.1, seed=1).tolist() == [110] * 1_000
    assert capacities(50, 7, slack=1, seed=1).tolist() == [8] * 7


def test_the_seed_decides_which_session_is_large() -> None:
    largest = {int(capacities(500, 20, zipf=1.0, seed=seed).argmax()) for seed in range(20)}
    assert len(largest) > 10
    assert (capacities(500, 20, zipf=1.0, seed=1) == capacities(500, 20, zipf=1.0, seed=1)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"participants": 0}, "capacities: participants is 0; give a whole number from 1 to 100000000"),
        ({"sessions": -1}, "capacities: sessions is -1; give a whole number from 1 to 100000000"),
        ({"slack": -0.5}, "capacities: slack is -0.5; give a number from 0 to 1000"),
        ({"slack": "tight"}, "capacities: slack is 'tight'; give a number from 0 to 1000"),
        ({"zipf": math.inf}, "capacities: zipf is inf; give a number from 0 to 100"),
        ({"seed": 0.5}, "capacities: seed is 0.5; give a whole number from 0 or a numpy.random.Generator"),
    ],
)
def test_capacities_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(message)}$"):
        capacities(**({"participants": 10, "sessions": 2, "seed": 1} | options))


# ---- the problem -----------------------------------------------------------------------------------------------------


def test_a_market_is_the_problem_of_the_same_rankings() -> None:
    lists = [[2, 0, 1], [1, -1, -1], [-1, -1, -1], [1, 2, -1]]
    rank = [[1, 1, 2], [1, -1, -1], [-1, -1, -1], [1, 2, -1]]
    rankings: dict[str, list[str | list[str]]] = {"0": [["2", "0"], "1"], "1": ["1"], "2": [], "3": ["1", "2"]}
    capacity = {"0": 1, "1": 2, "2": 1}
    problem = market(lists, [1, 2, 1], rank=rank)
    assert problem == Problem.from_rankings(rankings, capacity)
    assert Feature.TIES in problem.features
    assert Feature.TIES not in market(lists, [1, 2, 1]).features
    assert problem.wanted.tolist() == [1, 1, 1, 1]


def test_everything_drawn_fits_together() -> None:
    length = np.random.default_rng(1).integers(0, 7, 200)
    lists, group = generators.group_taste(200, 20, length, groups=5, correlation=0.5, seed=1)
    problem = market(lists, capacities(200, 20, zipf=0.5, seed=1), rank=tied_ranks(lists, 0.2, seed=1), group=group)
    assert (len(problem.choices), problem.capacity.sum()) == (length.sum(), 220)
    assert (np.diff(problem.choices.indptr) == length).all()
    [column] = problem.groups
    assert column.name == "group"
    assert [int(column.values[value]) for value in column.value] == group.tolist()
    assert solve(problem).allocation.violations() == ()


def test_a_market_survives_json_and_tables(tmp_path: Any) -> None:
    lists, group = generators.group_taste(30, 6, 3, groups=4, correlation=0.5, seed=1)
    problem = market(lists, capacities(30, 6, seed=1), group=group)
    assert Problem.from_json(problem.to_json()) == problem
    write_tables(problem, tmp_path / "day")
    assert read_tables(tmp_path / "day") == problem


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"lists": [0, 1]},
            "lists has 1 dimensions and dtype int64; give whole numbers, one row a participant",
        ),
        (
            {"lists": [[0.0, 1.0]]},
            "lists has 2 dimensions and dtype float64; give whole numbers, one row a participant",
        ),
        ({"lists": [[0, 1], [0]]}, "lists has rows of different lengths; end the shorter ones with -1"),
        ({"lists": [[0, 1], [-1, 1]]}, "participant 1: the list is [-1, 1]; give sessions from 0, then only -1"),
        ({"lists": [[0, 1], [0, -2]]}, "participant 1: the list is [0, -2]; give sessions from 0, then only -1"),
        ({"lists": [[0, 5]]}, "choice 1: session number 5 is not in 0 to 1"),
        ({"lists": [[0, 0]]}, "participant '0', session '0': the session is chosen twice; keep one of the two"),
        ({"rank": [[1], [1]]}, "rank has shape (2, 1), not that of lists, (2, 2); give one rank a session"),
        (
            {"rank": [[1, 2], [0, 1]]},
            "participant '1', session '1': rank 0 is not in 1 to 1,000,000; rank 1 is best",
        ),
        (
            {"group": [0]},
            "group has shape (1,) and dtype int64; give a whole number for each of the 2 participants",
        ),
    ],
)
def test_lists_that_are_none_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError, match=f"^{re.escape(message)}$"):
        market(given.get("lists", [[0, 1], [1, 0]]), [1, 1], rank=given.get("rank"), group=given.get("group"))


def test_ties_are_drawn_for_lists_only() -> None:
    with pytest.raises(OptionError, match=r"^tied_ranks: probability is 2; give a number from 0 to 1$"):
        tied_ranks([[0]], 2, seed=1)
    with pytest.raises(ProblemError, match="lists has rows of different lengths"):
        tied_ranks([[0], [1, 0]], 0.5, seed=1)
