"""Answers published elsewhere: one table, the source beside each."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from pdalloc import Problem, generators, metrics, read_tables, solve
from tests.pickers import two_pickers

EXAMPLES = Path(__file__).parent.parent / "examples"

CASES: list[tuple[str, Problem, tuple[int, ...]]] = [
    (
        "Bogomolnaia and Moulin 2001, section 1: four agents, two first choices each wanted twice",
        Problem.from_rankings(
            {"1": list("abcd"), "2": list("abcd"), "3": list("badc"), "4": list("badc")},
            capacity=dict.fromkeys("abcd", 1),
        ),
        (0, 0 + 2 + 0 + 2),
    ),
]


@pytest.mark.parametrize("solver", ["flow", "hungarian"])
@pytest.mark.parametrize(("source", "problem", "value"), CASES, ids=[case[0] for case in CASES])
def test_small_cases(solver: str, source: str, problem: Problem, value: tuple[int, ...]) -> None:
    assert solve(problem, solver).objective == value, source


SERIAL: list[tuple[str, dict[str, list[str | list[str]]], str, dict[str, list[str]]]] = [
    (
        "Bogomolnaia and Moulin 2001, section 1: four agents, two first choices each wanted twice",
        {"1": list("abcd"), "2": list("abcd"), "3": list("badc"), "4": list("badc")},
        "abcd",
        {who: ["1/2", "0", "1/2", "0"] if who in "12" else ["0", "1/2", "0", "1/2"] for who in "1234"},
    ),
    (
        "Bogomolnaia and Moulin 2001: three agents, two of whom rank a first",
        {"1": list("abc"), "2": list("acb"), "3": list("bac")},
        "abc",
        {"1": ["1/2", "1/4", "1/4"], "2": ["1/2", "0", "1/2"], "3": ["0", "3/4", "1/4"]},
    ),
    (
        "by hand from the definition of Katta and Sethuraman 2006: 1 and 2 share a and b, and 3 has c alone until 1",
        {"1": [["a", "b"], "c"], "2": ["a", "b", "c"], "3": ["c", "a", "b"]},
        "abc",
        {"1": ["0", "1", "0"], "2": ["1", "0", "0"], "3": ["0", "0", "1"]},
    ),
]


@pytest.mark.parametrize(("source", "lists", "sessions", "rows"), SERIAL, ids=[case[0] for case in SERIAL])
def test_probabilistic_serial_gives_the_published_chances(
    source: str, lists: dict[str, list[str | list[str]]], sessions: str, rows: dict[str, list[str]]
) -> None:
    problem = Problem.from_rankings(lists, dict.fromkeys(sessions, 1))
    chances = solve(problem, "probabilistic-serial", seed=1, exact=True).random_assignment
    assert chances is not None
    assert chances.exact is not None
    ids = zip(chances.participant.tolist(), chances.session.tolist(), chances.exact, strict=True)
    found = {(problem.participants[who], problem.sessions[what]): chance for who, what, chance in ids}
    for who, row in rows.items():
        assert [found.get((who, s), 0) for s in sessions] == list(map(Fraction, row)), source
        assert [chances.probability_of(who, s) for s in sessions] == [float(Fraction(part)) for part in row]


def test_random_priority_gives_less_of_first_choices_than_probabilistic_serial() -> None:
    # Bogomolnaia and Moulin 2001, section 1: 5/12, 1/12, 5/12, 1/12 over all orders of four agents
    lists = {"1": list("abcd"), "2": list("abcd"), "3": list("badc"), "4": list("badc")}
    problem = Problem.from_rankings(lists, capacity=dict.fromkeys("abcd", 1))
    count: Counter[str] = Counter()
    for order in permutations(lists):
        count.update(solve(problem, "serial-dictatorship", order=order).allocation.schedule_of("1"))
    assert {session: Fraction(times, 24) for session, times in count.items()} == {
        session: Fraction(share) for session, share in zip("abcd", ["5/12", "1/12", "5/12", "1/12"], strict=True)
    }


THREE = {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]}
THREE_PRIORITIES = {"s1": ["i1", "i3", "i2"], "s2": ["i2", "i1", "i3"], "s3": ["i2", "i1", "i3"]}


@pytest.mark.parametrize("lottery", ["single", "multiple"])
@pytest.mark.parametrize(
    ("solver", "lists", "expected"),
    [
        ("deferred-acceptance", THREE, ["s1", "s2", "s3"]),
        ("top-trading-cycles", THREE, ["s2", "s1", "s3"]),
        ("boston", THREE, ["s2", "s3", "s1"]),
        # i2 gains by ranking s2 first
        ("boston", THREE | {"i2": ["s2", "s1", "s3"]}, ["s3", "s2", "s1"]),
    ],
)
def test_three_students_at_three_schools(
    solver: str, lists: dict[str, list[str]], expected: list[str], lottery: str
) -> None:
    # Abdulkadiroglu and Sonmez 2003, section II.A, example 1, and what the three rules make of it
    problem = Problem.from_rankings(lists, capacity=dict.fromkeys(THREE_PRIORITIES, 1), priorities=THREE_PRIORITIES)
    allocation = solve(problem, solver, seed=1, lottery=lottery).allocation
    assert [allocation.schedule_of(student) for student in THREE] == [(school,) for school in expected]


@pytest.mark.parametrize(("listed", "first", "second"), [("abcd", "ad", "bc"), ("bacd", "ab", "cd")])
def test_a_draft_of_two_in_the_order_1_2_2_1_rewards_a_misreport(listed: str, first: str, second: str) -> None:
    # picking sequences: Kohler and Chandrasekaran 1971, "A class of sequential games"
    allocation = solve(two_pickers(listed), "draft", order=["1", "2"]).allocation
    assert (allocation.schedule_of("1"), allocation.schedule_of("2")) == (tuple(first), tuple(second))


@pytest.mark.parametrize(
    ("lists", "objective", "profile"),
    [
        (["a", "ab", "bc"], "rank-maximal", [2, 0]),
        (["a", "ab", "bc"], "greedy", [1, 2]),
        (["a", "bc", "abc"], "greedy", [2, 0, 1]),
        (["a", "bc", "abc"], "generous", [1, 2, 0]),
    ],
)
def test_profiles_of_three(lists: list[str], objective: str, profile: list[int]) -> None:
    # Irving, Kavitha, Mehlhorn, Michail and Paluch 2006, "Rank-maximal matchings", and by listing all matchings
    rankings = {str(number): list(listed) for number, listed in enumerate(lists)}
    result = solve(Problem.from_rankings(rankings, capacity=dict.fromkeys("abc", 1)), objective=objective)
    found = metrics.profile(result.allocation)[: len(profile)].tolist()
    assert found == profile
    assert len(result.allocation) == sum(profile)


@pytest.mark.parametrize("solver", ["flow", "hungarian"])
def test_wpi_2017_places_everybody_885_in_tier_1_and_43_in_tier_2(solver: str) -> None:
    # Wiratchotisatian, Atef Yekta and Trapp 2022, doi 10.1287/ijoc.2022.1237: 928 students, 46 centres, 928 seats
    problem = read_tables(EXAMPLES / "wpi-2017")
    result = solve(problem, solver)
    assert result.objective == (0, 43)
    assert metrics.profile(result.allocation)[:3].tolist() == [885, 43, 0]
    assert result.notes == (f"{solver} does not use the sessions' priorities",)
    welfare = solve(problem, solver, objective="welfare")
    assert welfare.objective is not None
    assert welfare.levels[0].text(welfare.objective[0]) == "906.5"


def test_the_wpi_example_is_what_its_script_makes(tmp_path: Path) -> None:
    folder = EXAMPLES / "wpi-2017"
    subprocess.run([sys.executable, folder / "convert.py", tmp_path], check=True)
    tables = sorted(file.name for file in tmp_path.iterdir())
    assert tables == ["choices.csv", "participants.csv", "priorities.csv", "rules.toml", "sessions.csv"]
    for table in tables:
        assert (tmp_path / table).read_bytes() == (folder / table).read_bytes(), table


def test_the_mean_rank_under_random_orders_on_a_uniform_market() -> None:
    # the best of m random objects out of n has mean rank (n + 1) / (m + 1); over m = n, n - 1, ..., 1 that averages to
    # ((n + 1) / n) (H(n + 1) - 1), the mean rank of serial dictatorship (Knuth 1996, "An exact analysis of stable
    # allocation")
    size, markets = 1_000, 10
    rng = np.random.default_rng(1)
    means = []
    for seed in range(markets):
        lists = np.argsort(rng.random((size, size)), axis=1)
        problem = Problem.from_arrays(
            np.repeat(np.arange(size), size), lists.ravel(), np.tile(np.arange(1, size + 1), size), [1] * size
        )
        means.append(metrics.mean_rank(solve(problem, "lottery", seed=seed).allocation))
    expected = (size + 1) / size * (sum(1 / k for k in range(1, size + 2)) - 1)
    assert round(expected, 3) == 6.493
    # 99.9% of Student's t with 9 degrees of freedom, on each side 0.05%
    assert abs(np.mean(means) - expected) < 4.78 * np.std(means, ddof=1) / np.sqrt(markets) < 1


def test_the_demo_is_the_lexington_day_of_2016() -> None:
    day = generators.lexington(2016)
    filled = {name: metrics.filled_places(solve(day, name, seed=2016).allocation) for name in ("first-come", "flow")}
    assert filled["flow"] == day.wanted.sum() >= filled["first-come"]
