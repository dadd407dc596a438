"""The command as a whole: one message and status 2 where it cannot, 130 where it was stopped, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import pdalloc
from pdalloc import read_tables, write_tables
from pdalloc.files import write_files
from tests.cli.running import OUTPUTS, assert_refused, contents, read_csv, run, run_process
from tests.problem.folders import SMALL, write_folder


def test_the_version_is_that_of_the_package() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout == f"pdalloc, version {pdalloc.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["allocate", "--help"], ["check", "-h"]])
def test_help_is_there(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


Spoil = Callable[[Path], object]


SPOILS: Mapping[str, tuple[Spoil, str]] = {
    "no folder": (lambda day: day.rename(day.with_name("elsewhere")), "no such folder"),
    "missing table": (lambda day: (day / "choices.csv").unlink(), "choices.csv: missing"),
    "unknown session": (
        lambda day: (day / "choices.csv").write_text("participant,1\np1,q\n"),
        "choices.csv, line 2, column '1': unknown session 'q'",
    ),
    "binary table": (lambda day: (day / "sessions.csv").write_bytes(bytes(99)), "sessions.csv: a binary file"),
    "not UTF-8": (lambda day: (day / "sessions.csv").write_bytes(b"session\xff"), "sessions.csv, line 1: byte 0xff"),
    "wide row": (
        lambda day: (day / "choices.csv").write_text("participant,1\np1" + ",x" * 100_000),
        "the row has 100,001 cells but there are 2 columns",
    ),
    "huge numbers": (
        lambda day: (day / "sessions.csv").write_text(f"session,capacity\nx,{'9' * 5000}\n"),
        "is too large; at most 2,147,483,647",
    ),
    "bad rules": (lambda day: (day / "rules.toml").write_text("fixed = 3"), "rules.toml: fixed is 3"),
    "bad workbook": (lambda day: (day / "priorities.xlsx").write_text("x"), "priorities.xlsx: cannot be read as an"),
}


@pytest.mark.parametrize("command", ["allocate", "check"])
@pytest.mark.parametrize(("spoil", "text"), SPOILS.values(), ids=SPOILS)
def test_bad_tables_are_refused_and_the_earlier_results_kept(day: Path, command: str, spoil: Spoil, text: str) -> None:
    out = day.parent / "out"
    write_files(out, dict.fromkeys(OUTPUTS, "of an earlier run"))
    spoil(day)
    options: list[str | Path] = ["--out", out] if command == "allocate" else []
    assert_refused(run(command, day, *options), text)
    assert contents(out) == dict.fromkeys(OUTPUTS, b"of an earlier run")
    assert not (day / "allocation").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["allocate"], ["alocate", "day"], ["allocate", "day", "--seed", "-1"], ["allocate", "day", "--seed", "two"],
     ["allocate", "day", "--unlisted", "first"], ["allocate", "day", "--time-limit", "soon"], ["demo", "extra"]],
)  # fmt: skip
def test_a_command_line_that_makes_no_sense_has_status_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert "Traceback" not in result.output


def test_a_name_that_no_file_can_have_is_refused(day: Path) -> None:
    long = day / ("x" * 5000)
    assert_refused(run("check", long), "cannot be read: File name too long; name the folder that holds sessions.csv")
    assert_refused(run("allocate", day, "--out", long), "cannot write there: File name too long; name another folder")
    with pytest.raises(pdalloc.errors.OutputError, match="cannot write there: File name too long"):
        write_tables(read_tables(day), long)


def test_an_interruption_has_status_130_and_keeps_the_earlier_results(
    day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(day / "allocation", dict.fromkeys(OUTPUTS, "of an earlier run"))
    before = contents(day)

    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pdalloc.solvers.solve.solve", interrupted)
    result = run("allocate", day)
    assert result.exit_code == 130
    assert result.stderr == "pdalloc: interrupted; files are written whole or not at all\n"
    assert contents(day) == before


def test_a_refusal_in_its_own_process_has_no_traceback(tmp_path: Path) -> None:
    finished = run_process("allocate", tmp_path)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.splitlines()[0] == "pdalloc: 3 problems in the input:"
    assert "Traceback" not in finished.stderr


def test_names_that_the_console_has_no_letters_for_do_no_harm(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        sessions="session,slots,capacity\n日本 é,朝,2\n",
        participants="participant\nZoë\n",
        choices="participant,1\nZoë,日本 é\n",
    )
    for command, path, status in (("check", folder, 0), ("allocate", folder, 0), ("check", folder / "é", 2)):
        finished = run_process(command, path, PYTHONIOENCODING="ascii")
        assert finished.returncode == status, finished.stderr
        assert "Traceback" not in finished.stderr
    assert read_csv(folder / "allocation" / "schedule.csv") == [["participant", "朝"], ["Zoë", "日本 é"]]


def test_a_reader_that_stops_early_does_no_harm() -> None:
    command = [sys.executable, "-m", "pdalloc", "solvers"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_control_c_ends_the_process_with_status_130(tmp_path: Path) -> None:
    program = (
        "import signal, sys; import pdalloc.solvers.solve as solving; from pdalloc.cli import main;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "solving.solve = lambda *a, **k: signal.raise_signal(signal.SIGINT);"
        "main(sys.argv[1:])"
    )
    folder = write_folder(tmp_path, **SMALL)
    finished = subprocess.run(
        [sys.executable, "-c", program, "allocate", str(folder)],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert finished.returncode == 130
    assert finished.stderr == "pdalloc: interrupted; files are written whole or not at all\n"
    assert sorted(contents(folder)) == sorted(f"{table}.csv" for table in SMALL)
