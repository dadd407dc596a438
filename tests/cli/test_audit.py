"""`pdalloc audit`: the figures of results side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pdalloc
from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import SMALL, write_folder


def row(text: str, name: str) -> list[str]:
    """The cells after the name of a figure."""
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
    return next(rest for first, *rest in cells if first == name)


def test_a_result_is_audited_and_nothing_is_written(day: Path) -> None:
    assert run("allocate", day).exit_code == 0
    before = contents(day)
    result = run("audit", day)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert row(result.stdout, "places filled") == ["higher", "2"]
    assert "note: utilities are points by rank: 2 for each place at rank 1" in result.stdout
    assert contents(day) == before


def test_results_stand_side_by_side_under_what_tells_them_apart(day: Path) -> None:
    outs = [day / "flow", day / "again", day / "first"]
    for out, solver in zip(outs, ("flow", "flow", "first-come"), strict=True):
        assert run("allocate", day, "--solver", solver, "--out", out).exit_code == 0
    by_solver = json.loads(run("audit", day, outs[0], outs[2] / "result.json", "--json").stdout)
    assert by_solver["allocations"] == ["flow", "first-come"]
    by_path = json.loads(run("audit", day, *outs, "--json").stdout)
    assert by_path["allocations"] == list(map(str, outs))


def test_the_document_is_that_of_the_library(tmp_path: Path) -> None:
    participants = "participant,school\np1,Hill\np2,Lake\n"
    folder = write_folder(tmp_path, **SMALL | {"participants": participants})
    assert run("allocate", folder).exit_code == 0
    allocation = pdalloc.solve(pdalloc.read_tables(folder)).allocation
    printed = run("audit", folder, "--also", "groups", "--seed", "7", "--json").stdout
    assert printed == pdalloc.audit(allocation, also=["groups"], seed=7).to_json() + "\n"


def test_what_cannot_be_audited_is_refused(day: Path) -> None:
    assert_refused(run("audit", day), f"no such file; run `pdalloc allocate {day}` first")
    assert run("allocate", day).exit_code == 0
    assert_refused(
        run("audit", day, "--also", "group"), "also has 'group'; what can be asked for is 'efficiency', 'groups'"
    )
    other = day / "last"
    assert run("allocate", day, "--unlisted", "last", "--solver", "first-come", "--out", other).exit_code == 0
    assert_refused(
        run("audit", day, day / "allocation", other),
        "allocation 'first-come' belongs to problem",
        "only allocations of one problem stand side by side",
    )
