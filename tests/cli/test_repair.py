"""`pdalloc repair`: the fewest changes to what was published, and what is written of it."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

import pdalloc
from tests.cli.running import OUTPUTS, assert_refused, contents, read_csv, run
from tests.problem.folders import write_folder
from tests.test_fair_day import ROOT, RUNTIME, commands
from tests.test_fair_day import run as run_command

SESSIONS = "session,slots,capacity\nx,am,{}\ny,am,2\n"
PEOPLE = "participant\np1\np2\np3\n"
CHOICES = "participant,session,rank\np1,x,1\np1,y,2\np2,x,1\np2,y,2\np3,y,1\n"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A day that was published; then x lost one of its two seats."""
    tables = {"participants": PEOPLE, "choices": CHOICES}
    folder = write_folder(tmp_path / "day", sessions=SESSIONS.format(2), **tables)
    assert run("allocate", folder).exit_code == 0
    (folder / "sessions.csv").write_text(SESSIONS.format(1), encoding="utf-8")
    return folder


def repaired(folder: Path, **options: object) -> pdalloc.Repair:
    published = {"p1": ["x"], "p2": ["x"], "p3": ["y"]}
    return pdalloc.repair(published, pdalloc.read_tables(folder), **options)  # type: ignore[arg-type]


def test_moves_are_shown_and_written_beside_the_result(day: Path) -> None:
    before = contents(day)
    result = run("repair", day)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    found = repaired(day)
    assert found.headline() == "1 of 3 published schedules change, proved to be the fewest"
    for line in (found.headline(), found.result.headline(), f"s; written to {day / 'repair'}"):
        assert line in result.stdout
    assert "has 1 seats for 2 who held one and could stay" in result.stdout
    assert sorted(path.name for path in (day / "repair").iterdir()) == sorted([*OUTPUTS, "moves.csv"])
    assert (
        read_csv(day / "repair" / "moves.csv")
        == [
            ["participant", "before", "after", "counts", "reason", "why"],
            ["p1", "x", "y", "True", "seats", "session 'x' has 1 seats for 2 who held one and could stay"],
        ]
        or read_csv(day / "repair" / "moves.csv")[1][0] == "p2"
    )
    assert {name: content for name, content in contents(day).items() if not name.startswith("repair")} == before


def test_kept_pairs_stay_and_the_result_can_be_audited(day: Path) -> None:
    for kept, moved in (("p1", "p2"), ("p2", "p1")):
        assert run("repair", day, "--keep", f"{kept}:x").exit_code == 0
        assert read_csv(day / "repair" / "moves.csv")[1][:3] == [moved, "x", "y"]
        assert run("audit", day, day / "repair").exit_code == 0
    (day / "sessions.csv").write_text(SESSIONS.format(2), encoding="utf-8")
    assert_refused(run("audit", day, day / "repair"), "the result belongs to problem")


def test_the_other_options_are_those_of_the_library(day: Path) -> None:
    (day / "choices.csv").write_text(CHOICES.replace("p3,y,1", "p3,y,2\np3,x,1"), encoding="utf-8")
    (day / "sessions.csv").write_text(SESSIONS.format(3), encoding="utf-8")
    out = day / "free"
    assert run("repair", day, "--free", "p3", "--out", out, "--objective", "generous", "--places-first").exit_code == 0
    assert read_csv(out / "moves.csv")[1:] == [["p3", "y", "x", "False", "free", "was free to move"]]
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert (document["objective"], document["levels"][0]["name"]) == ("changes,generous", "empty places")


def test_an_allocation_or_a_result_anywhere_can_be_what_was_published(day: Path, tmp_path: Path) -> None:
    published = pdalloc.Allocation.from_schedules(pdalloc.read_tables(day), {"p1": ["x"], "p2": ["x"], "p3": ["y"]})
    file = tmp_path / "published.json"
    file.write_text(published.to_json(), encoding="utf-8")
    shutil.move(day / "allocation", tmp_path / "elsewhere")
    shown = [
        RUNTIME.sub("", run("repair", day, "--published", path).stdout)
        for path in (file, tmp_path / "elsewhere", tmp_path / "elsewhere" / "result.json")
    ]
    assert len(set(shown)) == 1
    assert "1 of 3 published schedules change" in shown[0]


def test_bad_input_is_refused(day: Path, tmp_path: Path) -> None:
    assert_refused(run("repair", day, "--keep", "p1"), "--keep 'p1' has no session; write PARTICIPANT:SESSION")
    assert_refused(run("repair", day, "--keep", "p1:y"), "keep: participant 'p1' held no session 'y'")
    assert_refused(run("repair", day, "--free", "p9"), "free: there is no 'p9' in the changed problem")
    assert_refused(run("repair", day, "--published", tmp_path / "no.json"), "no such file; name with --published")
    wrong = tmp_path / "wrong.json"
    for text, message in (("[", "not a JSON document"), ("[1]", "the document has format 'list'")):
        wrong.write_text(text, encoding="utf-8")
        assert_refused(run("repair", day, "--published", wrong), f"{wrong}: {message}")


@pytest.mark.skipif(sys.platform == "win32", reason="the page edits tables with tools that are not there")
def test_every_command_of_the_page_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples" / "wpi-2017", tmp_path / "wpi-2017")
    monkeypatch.chdir(tmp_path)
    shown = list(commands((ROOT / "docs" / "repair.md").read_text(encoding="utf-8")))
    assert [shlex.split(command)[1] for command, _ in shown].count("repair") == 2
    for command, output in shown:
        assert RUNTIME.sub("... s", run_command(command)) == RUNTIME.sub("... s", output), command
