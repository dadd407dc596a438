"""The examples with rules: `course` against an integer program from its tables, `waves` as its script runs it."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from pdalloc import Forbidden, Problem, Result, Status, read_tables, solve
from pdalloc.errors import InfeasibleError
from tests.cli.running import contents

EXAMPLES = Path(__file__).parents[1] / "examples"
COURSE, WAVES = EXAMPLES / "course", EXAMPLES / "waves"
FOLDERS = ("wave-1", "wave-2", "wave-3", "wave-4")


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run_script(folder: Path, *arguments: str | Path) -> str:
    return subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


# ---- course ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course() -> Result:
    return solve(read_tables(COURSE))


def teams() -> list[list[str]]:
    rules = tomllib.loads((COURSE / "rules.toml").read_text(encoding="utf-8"))["rules"]
    assert {rule["rule"] for rule in rules} == {"together"}
    return [rule["participants"] for rule in rules]


def best_rank_sum(*, together: bool) -> tuple[int, int]:
    """Empty places and rank cost by a program with a column for each choice, then one for each cohort: does it run."""
    choices, cohorts = rows(COURSE, "choices"), rows(COURSE, "sessions")
    people = [row["participant"] for row in rows(COURSE, "participants")]
    column = {(row["participant"], row["session"]): number for number, row in enumerate(choices)}
    runs = {row["session"]: len(choices) + number for number, row in enumerate(cohorts)}
    terms: list[tuple[dict[int, float], float]] = []  # each at most
    for row in cohorts:
        seats = {c: 1.0 for (_, cohort), c in column.items() if cohort == row["session"]}
        terms.append((seats | {runs[row["session"]]: -float(row["capacity"])}, 0))
        terms.append((dict.fromkeys(seats, -1.0) | {runs[row["session"]]: float(row["minimum"])}, 0))
    terms += [({c: 1.0 for (who, _), c in column.items() if who == person}, 1) for person in people]
    for team in teams() if together else []:
        for one in team:
            for other in team:
                for cohort in runs:
                    # who takes it is not alone with that, whether or not the other listed it
                    pair = {column.get((one, cohort)): 1.0, column.get((other, cohort)): -1.0}
                    terms.append(({c: sign for c, sign in pair.items() if c is not None}, 0))
    rank = np.array([int(row["rank"]) for row in choices] + [0] * len(cohorts))
    longest = int(rank.max())
    # every place saves what an empty one costs, and far more than that
    cost = np.where(rank > 0, rank - 1 - longest - 10_000, 0)
    entries = [(number, c, sign) for number, (term, _) in enumerate(terms) for c, sign in term.items()]
    row_of, column_of, sign_of = zip(*entries, strict=True)
    solution = milp(
        cost,
        integrality=np.ones(len(cost), np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            csr_array((sign_of, (row_of, column_of)), shape=(len(terms), len(cost))),
            ub=np.array([most for _, most in terms]),
        ),
        options={"mip_rel_gap": 0},
    )
    assert solution.x is not None
    taken = np.flatnonzero(solution.x[: len(choices)] > 0.5)
    empty = len(people) - len(taken)
    return empty, int((rank[taken] - 1).sum()) + longest * empty


def test_the_course_is_what_its_script_makes(tmp_path: Path) -> None:
    run_script(COURSE, "make_tables.py", tmp_path)
    made = contents(tmp_path)
    assert made == {name: text for name, text in contents(COURSE).items() if name in made}


def test_the_course_keeps_teams_together_in_cohorts_that_are_worth_while(course: Result) -> None:
    allocation = course.allocation
    assert (course.status, course.objective, allocation.violations()) == (Status.OPTIMAL, (0, 28), ())
    assert [len(team) for team in teams()] == [4, 3, 3, 3, *[2] * 12]
    for team in teams():
        assert len({allocation.schedule_of(teacher) for teacher in team}) == 1
    cancelled = [
        label for label, runs in zip(allocation.problem.sessions, allocation.runs.tolist(), strict=True) if not runs
    ]
    assert cancelled == ["Fri-16"]
    sizes = [len(allocation.roster(cohort)) for cohort in allocation.problem.sessions if cohort not in cancelled]
    assert min(sizes) >= 8
    assert max(sizes) <= 14


def test_a_program_written_from_the_tables_finds_the_same_optimum_of_the_course(course: Result) -> None:
    assert best_rank_sum(together=True) == course.objective


def test_what_the_teams_of_the_course_cost(course: Result) -> None:
    without = solve(replace(course.allocation.problem, rules=()))
    assert without.objective == best_rank_sum(together=False) == (0, 15)
    assert sum(len({without.allocation.schedule_of(teacher) for teacher in team}) > 1 for team in teams()) == 8


# ---- waves -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where the waves were written, and what the script printed."""
    out = tmp_path_factory.mktemp("waves")
    return out, run_script(WAVES, "allocate_waves.py", out)


def rosters(out: Path, wave: str) -> dict[str, list[str]]:
    result = Result.from_json((out / wave / "result.json").read_bytes(), read_tables(out / wave))
    assert result.allocation.violations() == ()
    return {session: list(result.allocation.roster(session)) for session in result.allocation.problem.sessions}


def test_the_waves_are_what_their_script_makes(tmp_path: Path) -> None:
    run_script(WAVES, "make_tables.py", tmp_path)
    for wave in FOLDERS:
        assert contents(tmp_path / wave) == contents(WAVES / wave)


def test_the_waves_print_what_their_page_shows(waves: tuple[Path, str]) -> None:
    page = (WAVES / "README.md").read_text(encoding="utf-8")
    assert waves[1].splitlines() == re.findall(r"^    (wave-\d: .*|  mip: .*|\d+ in all.*)$", page, re.MULTILINE)


def test_the_waves_place_34_20_60_and_77_nobody_twice_and_two_from_each_school(waves: tuple[Path, str]) -> None:
    placed = {wave: [who for roster in rosters(waves[0], wave).values() for who in roster] for wave in FOLDERS}
    assert [len(people) for people in placed.values()] == [34, 20, 60, 77]
    everybody = [who for people in placed.values() for who in people]
    assert len(set(everybody)) == len(everybody)
    assert all(who.endswith("-leader") for who in placed["wave-1"])
    schools = {wave: Counter(who[: len("school-00")] for who in people) for wave, people in placed.items()}
    assert len(schools["wave-1"]) == len(schools["wave-4"]) == 34
    assert min(schools["wave-4"].values()) == 2
    assert (max(schools["wave-2"].values()), max(schools["wave-3"].values())) == (1, 2)


def test_without_the_rules_of_the_early_waves_the_last_one_cannot_keep_its_own() -> None:
    placed: set[str] = set()

    def next_wave(wave: str) -> Problem:
        problem = read_tables(WAVES / wave)
        rules = problem.rules if wave in ("wave-1", "wave-4") else ()
        again = [who for who in problem.participants if who in placed]
        return replace(problem, rules=(*rules, *([Forbidden(problem.sessions, participants=again)] if again else [])))

    for wave in FOLDERS[:3]:
        allocation = solve(next_wave(wave)).allocation
        placed |= {who for session in allocation.problem.sessions for who in allocation.roster(session)}
    with pytest.raises(InfeasibleError, match="no allocation keeps all the rules"):
        solve(next_wave("wave-4"))
