"""The benchmarks run on a tiny instance, agree with each other and fill the page; no time is asserted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.flow import FLOW, simple_min_cost_flow
from benchmarks.glasgow import figures, read_year
from benchmarks.glasgow import main as glasgow
from benchmarks.measure import Benchmark, Measurement, measure
from benchmarks.profiles import PROFILE, highs_level_by_level
from benchmarks.registry import (
    INSTANCES,
    LEXINGTON,
    LEXINGTON_INFEASIBLE,
    LEXINGTON_REPEATED,
    Case,
    Choices,
    Instance,
    Shape,
)
from benchmarks.report import growth, promises, proofs, timings
from benchmarks.results import Machine, Results
from benchmarks.run import NotMeasuredError, rows, selected
from benchmarks.whole_days import DAYS, Day, benchmark_of, first_gap, not_proved
from click.testing import CliRunner
from scripts.write_performance import BEGIN, END, PAGE, rewritten

from pdalloc import generators, solve

SHAPE = Shape(60, 12, 10)
TINY = Instance.of(SHAPE, "small")


def in_this_process(capability: str, benchmark: Benchmark, instance: Instance, file: Path) -> Measurement:
    if capability == "peers":
        raise NotMeasuredError("not installed")
    return measure(benchmark, Case.read(instance, file))


@pytest.fixture(scope="module")
def results() -> Iterator[Results]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.measure.ROUNDS", 1)
        patch.setattr("benchmarks.measure.SECONDS", 0.0)
        patch.setitem(INSTANCES, TINY.name, TINY)
        yield Results(Machine.here(), "", list(rows([TINY], in_this_process)))


def test_all_that_compute_the_same_agree(results: Results) -> None:
    answers = {row.what: row.measured.answer for row in results.rows if row.computes == "rank-sum" and row.measured}
    assert len(answers) == 8
    assert len(set(map(tuple, answers.values()))) == 1
    assert results.disagreements() == []


def test_a_wrong_answer_is_named(results: Results) -> None:
    right = next(row for row in results.rows if row.computes == "rank-sum")
    assert right.measured
    wrong = replace(right, what="wrong", measured=right.measured._replace(answer=[0, -1]))
    (found,) = replace(results, rows=[*results.rows, wrong]).disagreements()
    assert found.startswith("60 x 12 x 10, Zipf 0.8, slack 1.1: rank-sum is {")


@pytest.mark.parametrize("objective", ["greedy", "generous"])
def test_linear_programs_level_by_level_agree_with_the_profile(objective: str, results: Results) -> None:
    row = results.row(TINY.name, PROFILE.format(objective))
    assert row
    assert row.measured
    assert highs_level_by_level(objective, SHAPE.choices()) == row.measured.answer


def test_a_day_with_slots_is_taken_apart_into_one_buyer_for_each_wanted_place() -> None:
    day = generators.lexington(seed=1)
    choices = Choices.of(day)
    assert choices.buyers == day.wanted.sum()
    assert len(choices.rank) == len(day.choices)
    assert simple_min_cost_flow(choices) == solve(day, "flow").objective


def test_a_slot_in_which_somebody_facilitates_is_no_wanted_place() -> None:
    with_minimum, without = (Choices.of(generators.lexington(seed=1, minimum=minimum)) for minimum in (8, 0))
    assert with_minimum.buyers == without.buyers
    for name in ("buyer", "session", "rank"):
        assert np.array_equal(getattr(with_minimum, name), getattr(without, name))


def test_a_day_whose_slots_are_tied_together_is_solved_once_and_shown_with_its_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day = generators.day(40, 12, 3, 3, minimum=5, repeats=2, seed=1)
    tiny = Instance("tiny", "days", 40, 3, lambda: day)
    promised = Day(tiny, "rank-sum", 60)
    monkeypatch.setitem(INSTANCES, tiny.name, tiny)
    monkeypatch.setattr("benchmarks.whole_days.DAYS", [promised])
    monkeypatch.setattr("benchmarks.whole_days.BENCHMARKS", [benchmark_of(promised)])
    (row,) = rows([tiny], in_this_process)
    assert row.measured
    assert len(row.measured.times) == 1
    results = Results(Machine.here(), "", [row])
    optimum = solve(day, "mip", engine="cp-sat").objective or ()
    assert row.measured.answer == [*optimum, *optimum]
    ((name, objective, status, value, gap, _),) = proofs(results).rows
    assert (name, objective, status, gap) == ("tiny", "rank-sum", "optimal", "0.00%")
    assert value == ", ".join(map(str, optimum))
    assert not_proved(results) == []
    places, cost = optimum
    unproved = row.measured._replace(answer=[*optimum, places, cost - 3])
    (said,) = not_proved(replace(results, rows=[replace(row, measured=unproved)]))
    assert said == f"tiny: {row.what}: gap {3 / cost:.2%}, more than 0.00%"


def test_the_gap_is_that_of_the_first_level_that_is_not_proved() -> None:
    assert first_gap([0, 40, 3], [0, 40, 3]) == 0
    assert first_gap([0, 40, 3], [0, 39, 0]) == 1 / 40
    assert first_gap([-5, 0], [-5, 2]) == 2


def test_students_and_supervisors_are_read_as_participants_and_facilitators(tmp_path: Path) -> None:
    header = "# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 3\n"
    names = "".join(f"# ALTERNATIVE NAME {number + 1}: Project {number}\n" for number in range(3))
    (tmp_path / "00038-00000002.soi").write_text(f"{header}{names}2: 1,2,3\n1: 3,1\n")
    (tmp_path / "00038-00000002.dat").write_text("Supervisor,Capacity,Projects\nFirst,1,0 1\nSecond,2,2\n")
    problem = read_year(tmp_path, 2)
    assert list(problem.facilitators) == ["First", "Second"]
    assert problem.most_participants.tolist() == [1, 2]
    assert problem.session_facilitators.column.tolist() == [0, 0, 1]
    assert problem.choices.participant.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    assert problem.choices.session.tolist() == [0, 1, 2, 0, 1, 2, 2, 0]
    # First takes one student, so one of the three has no project
    allocation = solve(problem, "mip", objective="rank-sum").allocation
    assert figures(allocation, "greedy") == [2]
    assert figures(allocation, "rank-sum") == [2]


def test_without_its_data_the_student_project_benchmark_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDALLOC_DATA", raising=False)
    ran = CliRunner().invoke(glasgow, [])
    assert (ran.exit_code, ran.output) == (0, "skipped: set PDALLOC_DATA to a folder that contains glasgow/\n")


def test_results_survive_their_file(results: Results, tmp_path: Path) -> None:
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results


def test_a_row_that_was_not_measured_says_why(results: Results) -> None:
    (row,) = (row for row in timings(results).rows if row[1] == "algmatch HospitalResidentsProblem")
    assert row[2:] == ["not installed", "", "", "", ""]


def test_only_targets_and_growth_of_instances_that_were_run_are_shown(results: Results) -> None:
    assert promises(results).rows == []
    assert growth(results).rows == []


def test_growth_is_the_slope_of_the_logarithms(results: Results) -> None:
    template = next(row for row in results.rows if row.what == FLOW and row.measured)
    assert template.measured
    sizes = {1_000: 0.1, 10_000: 0.1 * 10**1.5, 100_000: 0.1 * 10**3}
    grown = [
        replace(template, instance=str(Shape(size, 138, 10)), measured=template.measured._replace(times=[seconds]))
        for size, seconds in sizes.items()
    ]
    assert growth(replace(results, rows=grown)).rows == [["participants", FLOW, "1,000, 10,000, 100,000", "1.50"]]


def test_the_page_keeps_what_is_outside_its_markers(results: Results) -> None:
    page = PAGE.read_text(encoding="utf-8")
    written = rewritten(page, results)
    assert written.split(BEGIN)[0] == page.split(BEGIN)[0]
    assert written.split(END)[1] == page.split(END)[1]
    assert f"| {TINY.name} | one pass |" in written
    assert rewritten(written, results) == written


def test_instances_are_selected_by_group_or_by_a_part_of_their_name() -> None:
    assert {instance.group for instance in selected("")} == {"small", "middle", "large", "growth", "days"}
    assert {instance.group for instance in selected("rest")} == {"rest"}
    assert [instance.name for instance in selected("WPI")] == ["WPI 2017"]
    solved = {day.instance for day in DAYS}
    assert {*solved, LEXINGTON_REPEATED, LEXINGTON_INFEASIBLE} == {*selected("days"), LEXINGTON}
    assert len({instance.source for instance in INSTANCES.values()}) == len(INSTANCES)
