"""The examples, run from their folders.

`cohort` is compared with an integer program written from its tables alone; `personal-plan` keeps what its page says.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from pdalloc import Allocation, Result, Status, history, read_tables, solve, verify
from tests.cli.running import contents, run

COHORT = Path(__file__).parents[1] / "examples" / "cohort"
PLAN = COHORT.parent / "personal-plan"
DAYS = ("day-1", "day-2", "day-3")


@pytest.fixture(scope="module")
def cohort() -> Result:
    return solve(read_tables(COHORT))


def rows(table: str) -> list[dict[str, str]]:
    with (COHORT / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_cohort_is_what_its_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, COHORT / "make_tables.py", tmp_path], check=True)
    tables = sorted(file.name for file in tmp_path.iterdir())
    assert tables == ["choices.csv", "facilitators.csv", "participants.csv", "rules.toml", "sessions.csv"]
    for table in tables:
        assert (tmp_path / table).read_bytes() == (COHORT / table).read_bytes(), table


def assert_keeps_what_the_readme_says(allocation: Allocation) -> None:
    problem = allocation.problem
    assert allocation.violations() == ()
    sessions = {row["session"]: row for row in rows("sessions")}
    running = {label for label, runs in zip(problem.sessions, allocation.runs.tolist(), strict=True) if runs}
    assert {label for label, row in sessions.items() if row["must_run"]} == {"opening", "plenary", "closing"} <= running
    for label, row in sessions.items():
        there = len(allocation.roster(label))
        assert int(row["minimum"] or 0) <= there <= int(row["capacity"]) if label in running else there == 0
    for row in rows("facilitators"):
        theirs = [label for label in running if sessions[label]["facilitators"] == row["facilitator"]]
        assert len(theirs) <= int(row["most_sessions"] or len(theirs))
        people = sum(len(allocation.roster(label)) for label in theirs)
        assert people <= int(row["most_participants"] or people)
    slots = set(problem.slots)
    for row in rows("participants"):
        teacher, away = row["participant"], row["away"].split(";")
        taken = {sessions[label]["slots"] for label in allocation.schedule_of(teacher)}
        runs = {sessions[label]["slots"] for label in running if sessions[label]["facilitators"] == teacher}
        # nobody sits idle: whoever is there takes a session or runs one, also where their own was cancelled
        assert taken.isdisjoint(runs)
        assert taken | runs == slots - set(away)


def test_the_cohort_is_proved_and_keeps_every_rule(cohort: Result) -> None:
    assert (cohort.provenance.solver, cohort.status) == ("mip", Status.OPTIMAL)
    assert cohort.objective == (0, 101)
    assert_keeps_what_the_readme_says(cohort.allocation)
    assert np.count_nonzero(~cohort.allocation.runs) == 6


def test_cancelled_groups_of_the_cohort_free_the_teachers_who_would_run_them(cohort: Result) -> None:
    allocation, problem = cohort.allocation, cohort.allocation.problem
    teachers = [row["facilitator"] for row in rows("facilitators") if row["facilitator"].startswith("t")]
    assert len(teachers) == 5
    # each offers a group in three of the six slots, and runs two
    for teacher in teachers:
        number = problem.participants.index(teacher)
        assert (problem.wanted[number], allocation.wanted[number], allocation.filled[number]) == (3, 4, 4)


def test_leximin_shares_the_cohort_more_evenly(cohort: Result) -> None:
    result = solve(cohort.allocation.problem, objective="leximin")
    assert (result.provenance.solver, result.status) == ("mip", Status.OPTIMAL)
    assert_keeps_what_the_readme_says(result.allocation)
    assert max(day_costs(result.allocation)) == 2 < max(day_costs(cohort.allocation))
    assert sum(day_costs(result.allocation)) == 104
    assert Program().best_worst_day() == 2


def day_costs(allocation: Allocation) -> list[int]:
    rank = {(row["participant"], row["session"]): int(row["rank"]) for row in rows("choices")}
    return [
        sum(rank[teacher, session] - 1 for session in allocation.schedule_of(teacher))
        for teacher in allocation.problem.participants
    ]


def test_a_program_written_from_the_tables_finds_the_same_optimum_of_the_cohort(cohort: Result) -> None:
    assert Program().best_rank_sum() == cohort.objective


def test_the_group_that_is_nobodys_first_choice_is_needed(cohort: Result) -> None:
    assert "group-09" not in {row["session"] for row in rows("choices") if row["rank"] == "1"}
    assert cohort.objective is not None
    assert Program().can_reach(*cohort.objective)
    assert not Program(cancelled=["group-09"]).can_reach(*cohort.objective)


@pytest.mark.long  # the program needs eight seconds to prove it, and one for the test above
def test_without_the_group_that_is_nobodys_first_choice_the_cohort_costs_what_the_page_says() -> None:
    assert Program(cancelled=["group-09"]).best_rank_sum() == (0, 118)


def test_cancelling_the_groups_of_the_cohort_with_fewest_choices_costs_more(cohort: Result) -> None:
    assert cohort.objective is not None
    assert Program(cancelled=fewest_choices()).best_rank_sum() == (7, 125) > cohort.objective


def fewest_choices() -> list[str]:
    """The group of each facilitator with a limit of sessions that is on fewest lists."""
    chosen = [row["session"] for row in rows("choices")]
    groups = rows("sessions")
    return [
        min(
            (row["session"] for row in groups if row["facilitators"] == limits["facilitator"]),
            key=lambda group: chosen.count(group),
        )
        for limits in rows("facilitators")
        if limits["most_sessions"]
    ]


class Program:
    """A column for each choice, then one for each session: does it run; then one for the largest day cost."""

    def __init__(self, cancelled: Iterable[str] = ()) -> None:
        self.choices, self.sessions = rows("choices"), rows("sessions")
        self.teachers = [row["participant"] for row in rows("participants")]
        self.first = len(self.choices)
        self.worst = self.first + len(self.sessions)
        self.entries: list[tuple[int, int, float]] = []
        self.upper: list[float] = []
        self.rank = np.array([int(row["rank"]) for row in self.choices])
        self.lower_bounds, self.upper_bounds = np.zeros(self.worst + 1), np.ones(self.worst + 1)
        self.upper_bounds[self.worst] = np.inf
        for number, row in enumerate(self.sessions):
            if row["must_run"]:
                self.lower_bounds[self.first + number] = 1
            if row["session"] in cancelled:
                self.upper_bounds[self.first + number] = 0
        self._add_session_rows()
        self._add_facilitator_rows()
        self._add_teacher_rows()

    def _at_most(self, terms: Iterable[tuple[int, float]], upper: float) -> None:
        self.entries += [(len(self.upper), column, coefficient) for column, coefficient in terms]
        self.upper.append(upper)

    def _of(self, **where: str) -> list[int]:
        return [c for c, row in enumerate(self.choices) if all(row[name] == value for name, value in where.items())]

    def _runs(self, facilitator: str) -> list[int]:
        return [self.first + s for s, row in enumerate(self.sessions) if row["facilitators"] == facilitator]

    def _add_session_rows(self) -> None:
        for number, row in enumerate(self.sessions):
            seats = self._of(session=row["session"])
            runs = self.first + number
            self._at_most([*((c, 1.0) for c in seats), (runs, -float(row["capacity"]))], 0)
            self._at_most([*((c, -1.0) for c in seats), (runs, float(row["minimum"] or 0))], 0)

    def _add_facilitator_rows(self) -> None:
        for row in rows("facilitators"):
            theirs = self._runs(row["facilitator"])
            if row["most_sessions"]:
                self._at_most([(run, 1.0) for run in theirs], float(row["most_sessions"]))
            if row["most_participants"]:
                seats = [c for run in theirs for c in self._of(session=self.sessions[run - self.first]["session"])]
                self._at_most([(c, 1.0) for c in seats], float(row["most_participants"]))

    def _add_teacher_rows(self) -> None:
        session = {row["session"]: row for row in self.sessions}
        for teacher in self.teachers:
            listed = self._of(participant=teacher)
            own = self._runs(teacher)
            of = [(c, session[self.choices[c]["session"]]) for c in listed]
            for slot in {row["slots"] for row in self.sessions}:
                busy = [run for run in own if self.sessions[run - self.first]["slots"] == slot]
                self._at_most([(c, 1.0) for c in [*(c for c, row in of if row["slots"] == slot), *busy]], 1)
            for topic in {row["topic"] for _, row in of} - {""}:
                self._at_most([(c, 1.0) for c, row in of if row["topic"] == topic], 1)
            self._at_most([*((c, float(self.rank[c] - 1)) for c in listed), (self.worst, -1.0)], 0)

    def _minimise(self, cost: np.ndarray[tuple[int], np.dtype[np.float64]]) -> OptimizeResult:
        row, column, coefficient = zip(*self.entries, strict=True)
        matrix = csr_array((coefficient, (row, column)), shape=(len(self.upper), self.worst + 1))
        return milp(
            cost,
            integrality=np.ones(self.worst + 1, np.int64),
            bounds=Bounds(self.lower_bounds, self.upper_bounds),
            constraints=LinearConstraint(matrix, ub=np.array(self.upper)),
            options={"mip_rel_gap": 0},
        )

    def _fill(self) -> int:
        """Fill as many places as possible, running a session being one; return how many stay empty."""
        teaches = [run for teacher in self.teachers for run in self._runs(teacher)]
        filled = np.zeros(self.worst + 1)
        filled[: self.first] = 1
        filled[teaches] = 1
        most = -round(float(self._minimise(-filled).fun))
        self._at_most([(int(c), -1.0) for c in np.flatnonzero(filled)], -most)
        away = sum(len(row["away"].split(";")) for row in rows("participants") if row["away"])
        return len({row["slots"] for row in self.sessions}) * len(self.teachers) - away - most

    def best_rank_sum(self) -> tuple[int, int]:
        """Empty places, and rank cost."""
        empty = self._fill()
        cost = np.zeros(self.worst + 1)
        cost[: self.first] = self.rank - 1
        return empty, round(float(self._minimise(cost).fun)) + 4 * empty

    def can_reach(self, empty: int, cost: int) -> bool:
        """Whether as few places can stay empty with no larger rank cost."""
        if self._fill() > empty:
            return False
        ranks = zip(range(self.first), self.rank - 1, strict=True)
        self._at_most([(column, float(rank)) for column, rank in ranks], cost - 4 * empty)
        found = self._minimise(np.zeros(self.worst + 1))
        assert found.status in (0, 2)  # optimal or infeasible
        return bool(found.success)

    def best_worst_day(self) -> int:
        """The smallest largest day cost, where no place need stay empty."""
        assert self._fill() == 0
        cost = np.zeros(self.worst + 1)
        cost[self.worst] = 1
        return round(float(self._minimise(cost).fun))


# ---- personal-plan -----------------------------------------------------------------------------------------------


def run_script(*arguments: str | Path) -> str:
    """Run a script from the folder of the personal plan."""
    return subprocess.run([sys.executable, *arguments], cwd=PLAN, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where the personal plans are, and what the script printed."""
    out = tmp_path_factory.mktemp("plan")
    return out, run_script("plan.py", out)


def test_the_days_of_the_personal_plan_are_what_their_script_makes(tmp_path: Path) -> None:
    run_script("make_tables.py", tmp_path)
    for day in DAYS:
        tables = {name: text for name, text in contents(PLAN / day).items() if not name.startswith("allocation")}
        assert contents(tmp_path / day) == tables


def test_the_personal_plan_prints_what_its_page_shows(plan: tuple[Path, str]) -> None:
    page = (PLAN / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^    (day-\d: .*|  so far .*)$", page, re.MULTILINE)
    assert plan[1].splitlines() == shown


def test_who_was_served_worst_on_the_first_day_of_the_plan_comes_first_on_the_next(plan: tuple[Path, str]) -> None:
    days = [solve(read_tables(plan[0] / "published" / day)) for day in DAYS]
    figures = [history(day)["t001"] for day in days]
    assert figures == [min(history(days[0]).values()), 1, 1] == [0.3333, 1, 1]
    second = days[1].allocation.problem
    counts = second.integer_weights
    assert counts.values[second.participants.index("t001")] == 3 * counts.scale
    without = history(*(solve(read_tables(PLAN / day)) for day in DAYS))
    with_it = history(*days)
    served = [(round(min(of.values()), 2), round(statistics.fmean(of.values()), 3)) for of in (without, with_it)]
    assert served == [(0.61, 0.895), (0.78, 0.896)]
    # who was absent, or new, is not known for that day and weighs as the mean
    assert "t005" not in second.participants
    assert np.isnan(second.history[second.participants.index("t024")])


def test_every_day_of_the_plan_can_be_checked_from_what_is_published(plan: tuple[Path, str]) -> None:
    for day in DAYS:
        folder = plan[0] / "published" / day
        assert verify((folder / "certificate.json").read_bytes(), folder).startswith("no allocation is better")


def test_a_plan_is_the_participants_own_and_reflections_are_left_alone(plan: tuple[Path, str]) -> None:
    out, _ = plan
    assert sorted(day.name for day in (out / "plans" / "t024").iterdir()) == ["day-2", "day-3"]
    own = out / "plans" / "t001" / "day-2"
    assert sorted(contents(own)) == ["record.ics", "record.json", "reflection.md"]
    record = json.loads((own / "record.json").read_text(encoding="utf-8"))
    assert (record["participant"], record["given"]["history"]) == ("t001", 0.3333)
    everything = "".join(text.decode() for text in contents(own).values())
    assert not re.findall(r"t0(?!01)\d\d", everything)
    (own / "reflection.md").write_text("mine")
    before = contents(out / "plans")
    run_script("plan.py", out)
    assert contents(out / "plans") == before


def test_the_commands_of_the_plan_come_to_the_same(
    plan: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PLAN)
    page = (PLAN / "README.md").read_text(encoding="utf-8").replace("/tmp/days", str(tmp_path))
    for command in re.findall(r"^    pdalloc (.*)$", page, re.MULTILINE):
        assert run(*shlex.split(command)).exit_code == 0, command
    for day in DAYS:
        assert read_tables(tmp_path / day) == read_tables(plan[0] / "published" / day)
