"""`pdalloc explain` and `pdalloc record`: what participants are told, and what they take along."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

import pdalloc
from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import write_folder

TIMES = "slot,start,end\nam,2026-03-01T09:00,2026-03-01T10:00\n"


@pytest.fixture
def allocated(tmp_path: Path) -> Path:
    """p2 and p3 want x, in which there is one seat; p2 comes first."""
    folder = write_folder(
        tmp_path / "day",
        sessions='session,title,slots,capacity\nx,"Maß, Zahl",am,1\ny,,am,1\n',
        participants="participant,name,arrival\np2,Kim,1\np3,Renée,2\n",
        choices="participant,session,rank\np2,x,1\np3,x,1\np3,y,2\n",
    )
    assert run("allocate", folder, "--solver", "first-come").exit_code == 0
    return folder


def result_of(folder: Path) -> pdalloc.Result:
    return pdalloc.solve(pdalloc.read_tables(folder), "first-come")


def test_participants_are_told_one_after_the_other_and_nothing_is_written(allocated: Path) -> None:
    before = contents(allocated)
    result = run("explain", allocated, "p2", "p3")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    told = [str(pdalloc.explain(result_of(allocated), who)) for who in ("p2", "p3")]
    assert result.stdout == "\n\n".join(told) + "\n"
    assert "The only seat is taken" in result.stdout
    assert contents(allocated) == before


@pytest.mark.parametrize("names", [False, True])
def test_the_documents_are_those_of_the_library_and_name_others_only_if_asked(allocated: Path, names: bool) -> None:
    result = run("explain", allocated, "p3", "--json", *["--names"] * names)
    assert result.stdout == pdalloc.explain(result_of(allocated), "p3", names=names).to_json() + "\n"
    (reason,) = json.loads(result.stdout)["reasons"]
    assert reason["people"] == (["p2"] if names else [])
    assert ("p2" in result.stdout) is names


def test_the_result_can_be_named(allocated: Path) -> None:
    out = allocated / "best"
    assert run("allocate", allocated, "--out", out).exit_code == 0
    assert (
        run("explain", allocated, "p2", "--result", out).stdout
        == run("explain", allocated, "p2", "--result", out / "result.json").stdout
    )
    assert_refused(run("explain", allocated, "p2", "--result", allocated / "none"), "no such file; run `pdalloc alloc")


def test_what_cannot_be_explained_or_recorded_is_refused(day: Path) -> None:
    out = day / "own"
    first = f"no such file; run `pdalloc allocate {day}` first"
    assert_refused(run("explain", day, "p1"), first)
    assert_refused(run("record", day, "p1", "--out", out), first)
    assert run("allocate", day).exit_code == 0
    text = "unknown participant 'p9'; give an id of the participants table"
    assert_refused(run("explain", day, "p1", "p9"), text)
    assert_refused(run("record", day, "p9", "--out", out), text)
    assert not out.exists()
    assert run("explain", day).exit_code == 2
    assert run("record", day, "p1").exit_code == 2


def test_a_record_is_that_of_the_library(allocated: Path, tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text("\ufeff" + TIMES, encoding="utf-8")
    own, out = tmp_path / "own", tmp_path / "own" / "p2"
    result = run("record", allocated, "p2", "--times", tmp_path / "times.csv", "--out", out)
    assert (result.exit_code, result.output) == (0, f"record.json and record.ics written to {out}\n")
    times = {"am": (datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10))}
    expected = pdalloc.export_record(result_of(allocated), "p2", times=times)
    expected.write(own / "library")
    assert contents(out) == contents(own / "library")
    assert b"DTSTART:20260301T090000" in (out / "record.ics").read_bytes()
    assert run("record", allocated, "p2", "--out", out).exit_code == 0
    assert b"BEGIN:VTODO" in (out / "record.ics").read_bytes()


def test_who_has_nothing_gets_no_calendar(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "day",
        sessions="session,capacity\nx,1\n",
        participants="participant\np1\np2\n",
        choices="participant,session,rank\np1,x,1\n",
    )
    assert run("allocate", folder).exit_code == 0
    result = run("record", folder, "p2", "--out", tmp_path / "own")
    assert (result.exit_code, result.output) == (0, f"record.json written to {tmp_path / 'own'}\n")
    assert sorted(contents(tmp_path / "own")) == ["record.json"]


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (None, "times.csv: cannot be read: No such file or directory; give a CSV with slot, start and end"),
        (b"", "times.csv: there is no column 'slot'; it needs slot, start and end"),
        (b"\xff", "times.csv: cannot be read: it is no CSV in UTF-8"),
        ("slot,start\nam,2026-03-01T09:00\n", "times.csv: there is no column 'end'; it needs slot, start and end"),
        ("slot,start,end\n\nam,9 o'clock,x\n", "times.csv, line 3: \"9 o'clock\" to 'x' are no times; write them as"),
        ("slot,start,end\nam\n", "times.csv, line 2: None to None are no times; write them as 2026-03-01T09:00"),
        (TIMES.replace("10:00", "09:00"), "times: slot 'am' ends at 2026-03-01 09:00:00, not after its start"),
        (TIMES.replace("10:00", "10:00Z"), "times: of slot 'am' only one of start and end has a time zone"),
        (TIMES.replace("am", "pm"), "times: there is no slot 'pm'; the slots are 'am'"),
        (TIMES + TIMES.splitlines()[1] + "\n", "times.csv, line 3: slot 'am' is given twice; keep one of the two"),
        ("slot,start,end\n" + "x" * 200_000, "times.csv: cannot be read: it is no CSV in UTF-8 (field larger than"),
    ],
)
def test_bad_times_are_refused_and_nothing_is_written(
    allocated: Path, tmp_path: Path, times: str | bytes | None, text: str
) -> None:
    if times is not None:
        (tmp_path / "times.csv").write_bytes(times.encode() if isinstance(times, str) else times)
    arguments = ("--times", tmp_path / "times.csv", "--out", tmp_path / "own")
    assert_refused(run("record", allocated, "p2", *arguments), text)
    assert not (tmp_path / "own").exists()


def test_a_record_is_written_whole_or_not_at_all(allocated: Path, tmp_path: Path) -> None:
    out = tmp_path / "own"
    (out / "record.ics").mkdir(parents=True)
    (out / "record.json").write_text("of an earlier day")
    before = contents(tmp_path)
    assert_refused(run("record", allocated, "p2", "--out", out), f"{out}: cannot write there: record.ics is a folder")
    assert contents(tmp_path) == before
