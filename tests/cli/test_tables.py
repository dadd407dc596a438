"""`pdalloc tables`: any form in, the plain one out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdalloc import history, read_tables, solve
from tests.cli.running import assert_refused, contents, read_csv, run
from tests.problem.folders import SMALL, write_folder

WIDE = SMALL | {"choices": "participant,first choice,second choice\np1,x,y\np2,y,\n"}


def test_wide_choices_become_plain_ones(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "wide", **WIDE), tmp_path / "new" / "plain"
    result = run("tables", folder, out)
    assert (result.exit_code, result.output) == (0, f"written to {out}\n")
    assert read_csv(out / "choices.csv") == [
        ["participant", "session", "rank"],
        ["p1", "x", "1"],
        ["p1", "y", "2"],
        ["p2", "y", "1"],
    ]
    assert read_tables(out) == read_tables(folder)
    assert run("tables", out, tmp_path / "again").exit_code == 0
    assert contents(tmp_path / "again") == contents(out)


def test_bad_tables_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "day", **SMALL | {"sessions": "session,capacity\nx,two\n"})
    assert_refused(run("tables", folder, tmp_path / "out"), "sessions.csv, line 2, column 'capacity'")
    assert_refused(run("tables", tmp_path / "none", tmp_path / "out"), "no such folder; name the folder that holds")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["conflicts.csv", "priorities.xlsx"])
def test_a_folder_with_a_table_of_another_problem_is_refused(day: Path, tmp_path: Path, name: str) -> None:
    out = write_folder(tmp_path / "out", **{name: "session,other session\na,b\n", "notes.txt": "mine"})
    before = contents(out)
    assert_refused(run("tables", day, out), f"{out / name}: belongs to another problem; remove it or name another")
    assert contents(out) == before


def test_a_file_cannot_be_the_folder(day: Path) -> None:
    before = contents(day)
    assert_refused(run("tables", day, day / "sessions.csv"), "cannot write there: it is a file, not a folder")
    assert contents(day) == before


def test_the_history_of_earlier_days_is_written_into_the_tables(tmp_path: Path) -> None:
    monday = write_folder(tmp_path / "monday", **SMALL)
    newcomer = {"participants": "participant,history\np3,0.5\np2,\np1,1\n"}
    tuesday = write_folder(tmp_path / "tuesday", **SMALL | newcomer)
    wednesday = write_folder(tmp_path / "wednesday", **SMALL | newcomer)
    results = []
    for folder in (monday, tuesday):
        assert run("allocate", folder).exit_code == 0
        results.append(solve(read_tables(folder)))
    earlier = ("--history", monday, "--history", tuesday)
    assert run("tables", wednesday, tmp_path / "plain", *earlier).exit_code == 0
    assert read_tables(tmp_path / "plain") == read_tables(wednesday).with_history(history(*results))


def test_a_folder_without_results_has_no_history(day: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    assert_refused(run("tables", day, tmp_path / "plain", "--history", day), "no such file; run `pdalloc allocate")
    assert contents(tmp_path) == before
