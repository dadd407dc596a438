"""The command: what it writes and prints, and that it ends in one message and status 2 where it cannot."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pdalloc
from pdalloc import generators, read_tables, solver_names, write_tables
from pdalloc.cli import _progress, main
from pdalloc.context import Progress
from pdalloc.files import check_writable, write_files
from tests.problem.folders import SMALL, write_folder

OUTPUTS = ["result.json", "rosters.csv", "schedule.csv"]
EXAMPLE = Path(__file__).parents[1] / "examples" / "wpi-2017"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="pdalloc")


def run_process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pdalloc", *map(str, arguments)],
        capture_output=True, encoding="utf-8", env=os.environ | environment, check=False,
    )  # fmt: skip


def assert_refused(result: Result, *texts: str) -> None:
    """The command ended in status 2 with one message on standard error, and printed nothing else."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.startswith("pdalloc: ")
    assert "Traceback" not in result.stderr
    for text in texts:
        assert text in result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "day", **SMALL)


@pytest.fixture
def lexington(tmp_path: Path) -> Path:
    write_tables(generators.lexington(seed=1), tmp_path / "lexington")
    return tmp_path / "lexington"


# ---- allocate ----------------------------------------------------------------------------------------------------


def test_allocate_writes_three_files_beside_the_tables_and_prints_the_figures(day: Path) -> None:
    result = run("allocate", day)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "places filled" in result.stdout
    assert "flow: optimal, rank-sum (0 empty places, 0 rank cost)" in result.stdout
    assert f"written to {day / 'allocation'}" in result.stdout
    assert sorted(contents(day / "allocation")) == OUTPUTS
    assert read_csv(day / "allocation" / "schedule.csv") == [["participant", "session"], ["p1", "x"], ["p2", "y"]]
    assert read_csv(day / "allocation" / "rosters.csv") == [
        ["session", "status", "participant", "rank"],
        ["x", "runs", "p1", "1"],
        ["y", "runs", "p2", "1"],
    ]
    document = json.loads((day / "allocation" / "result.json").read_text())
    assert document["schedules"] == {"p1": ["x"], "p2": ["y"]}
    assert document["provenance"]["runtime"] is None


def test_allocate_reads_a_workbook_and_writes_beside_it(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for table, content in SMALL.items():
        assert isinstance(content, str)
        sheet = book.create_sheet(table)
        for line in content.splitlines():
            sheet.append(line.split(","))
    book.save(tmp_path / "day.xlsx")
    assert run("allocate", tmp_path / "day.xlsx").exit_code == 0
    assert sorted(contents(tmp_path / "allocation")) == OUTPUTS


@pytest.mark.parametrize("solver", [*solver_names(), "auto"])
def test_every_solver_can_be_named(lexington: Path, solver: str) -> None:
    out = lexington / "results" / solver
    result = run("allocate", lexington, "--solver", solver, "--seed", "3", "--out", out)
    assert result.exit_code == 0, result.output
    provenance = json.loads((out / "result.json").read_text())["provenance"]
    assert provenance["solver"] == ("flow" if solver == "auto" else solver)
    assert provenance["seed"] == 3
    assert f"seed 3; written to {out}" in result.stdout


@pytest.mark.parametrize("solver", ["flow", "hungarian"])
def test_the_real_example_gives_every_student_a_place(tmp_path: Path, solver: str) -> None:
    result = run("allocate", EXAMPLE, "--solver", solver, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    schedule = read_csv(tmp_path / "schedule.csv")[1:]
    assert len(schedule) == 928
    assert all(project for _, project in schedule)
    ranks = [row[-1] for row in read_csv(tmp_path / "rosters.csv")[1:] if row[-1]]
    assert (ranks.count("1"), ranks.count("2")) == (885, 43)
    assert f"note: {solver} does not use the sessions' priorities" in result.stdout


def test_objectives_with_commas_are_a_chain(tmp_path: Path) -> None:
    result = run("allocate", write_folder(tmp_path, **SMALL), "--objective", "rank-sum,generous")
    assert result.exit_code == 0
    assert "flow: optimal, rank-sum,generous (" in result.output


def test_a_day_with_minimums_is_allocated_and_the_rosters_say_what_is_cancelled(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SMALL | {"sessions": "session,capacity,minimum\nx,2,2\ny,1,1\n"})
    result = run("allocate", folder)
    assert result.exit_code == 0, result.output
    # p2 does not want x, so it cannot have its two participants; y goes to one of them
    assert "mip: optimal, rank-sum (1 empty places, 2 rank cost)" in result.stdout
    assert read_csv(folder / "allocation" / "rosters.csv") == [
        ["session", "status", "participant", "rank"],
        ["x", "cancelled", "", ""],
        ["y", "runs", "p2", "1"],
    ]


def test_a_day_on_which_the_rules_cannot_be_kept_is_said_so(tmp_path: Path) -> None:
    sessions = "session,capacity,minimum,must_run\nx,2,2,yes\ny,1,,\n"
    folder = write_folder(tmp_path, **SMALL | {"sessions": sessions})
    assert_refused(run("allocate", folder), "pdalloc: no allocation keeps all the rules")
    assert not (folder / "allocation").exists()


def test_the_objective_can_be_named(tmp_path: Path) -> None:
    tables = SMALL | {"choices": "participant,session,rating\np1,x,5\np1,y,9\np2,y,1\n"}
    result = run("allocate", write_folder(tmp_path, **tables), "--objective", "welfare")
    assert result.exit_code == 0, result.output
    assert "flow: optimal, welfare (9" in result.stdout
    assert read_csv(tmp_path / "allocation" / "schedule.csv")[1:] == [["p1", "y"], ["p2", ""]]


def test_unlisted_places_can_be_asked_for(tmp_path: Path) -> None:
    tables = SMALL | {"choices": "participant,session,rank\np1,y,1\np2,y,1\n"}
    folder = write_folder(tmp_path, **tables, rules='unlisted = "forbidden"')
    assert run("allocate", folder).exit_code == 0
    assert read_csv(folder / "allocation" / "schedule.csv")[1:] in (
        [["p1", "y"], ["p2", ""]],
        [["p1", ""], ["p2", "y"]],
    )
    assert run("allocate", folder, "--unlisted", "last").exit_code == 0
    rosters = read_csv(folder / "allocation" / "rosters.csv")[1:]
    assert sorted((session, rank) for session, _, _, rank in rosters) == [("x", "unlisted"), ("y", "1")]


def test_a_seed_is_made_up_told_and_gives_the_same_again(lexington: Path, tmp_path: Path) -> None:
    assert run("allocate", lexington, "--solver", "lottery", "--out", tmp_path / "once").exit_code == 0
    seed = json.loads((tmp_path / "once" / "result.json").read_text())["provenance"]["seed"]
    again = run("allocate", lexington, "--solver", "lottery", "--seed", str(seed), "--out", tmp_path / "again")
    assert f"seed {seed}; written to" in again.stdout
    assert contents(tmp_path / "once") == contents(tmp_path / "again")
    assert (
        run(
            "allocate", lexington, "--solver", "lottery", "--seed", str(seed + 1), "--out", tmp_path / "other"
        ).exit_code
        == 0
    )
    assert contents(tmp_path / "other") != contents(tmp_path / "once")


@pytest.mark.parametrize("solver", ["lottery", "flow"])
def test_the_same_seed_gives_the_same_bytes_in_another_process(lexington: Path, tmp_path: Path, solver: str) -> None:
    for name, hash_seed in (("once", "1"), ("again", "2")):
        arguments = ("--solver", solver, "--seed", "5", "--out", tmp_path / name)
        finished = run_process("allocate", lexington, *arguments, PYTHONHASHSEED=hash_seed)
        assert finished.returncode == 0, finished.stderr
        assert finished.stderr == ""
    assert contents(tmp_path / "once") == contents(tmp_path / "again")


def test_another_run_replaces_the_files(day: Path) -> None:
    assert run("allocate", day).exit_code == 0
    (day / "allocation" / "schedule.csv").write_text("of an earlier day")
    (day / "allocation" / "notes.txt").write_text("mine")
    assert run("allocate", day).exit_code == 0
    assert read_csv(day / "allocation" / "schedule.csv")[1] == ["p1", "x"]
    assert sorted(contents(day / "allocation")) == ["notes.txt", *OUTPUTS]


def test_cells_that_a_spreadsheet_would_run_are_neutralised_only_in_the_results(tmp_path: Path) -> None:
    formulas = ["=1+1", "+1", "-1", "@x", "a", "b"]
    folder = write_folder(
        tmp_path,
        sessions="session,title,slots,capacity\n=s,+title,-slot,9\n@t,,-slot;other,9\n",
        participants="participant,name\n" + "".join(f"{who},{who}\n" for who in formulas),
        choices="participant,1\n" + "".join(f"{who},=s\n" for who in formulas[:5]) + "b,@t\n",
    )
    assert run("allocate", folder, "--solver", "first-come").exit_code == 0
    out = folder / "allocation"
    schedule, rosters = read_csv(out / "schedule.csv"), read_csv(out / "rosters.csv")
    assert schedule[0] == ["participant", "name", "'-slot", "other"]
    assert schedule[1] == ["'=1+1", "'=1+1", "'=s", ""]
    assert schedule[-1] == ["b", "b", "'@t", "'@t"]
    assert rosters[1] == ["'=s", "'+title", "'-slot", "runs", "'=1+1", "'=1+1", "1"]
    assert not [cell for row in schedule + rosters for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert list(json.loads((out / "result.json").read_text())["schedules"]) == formulas
    write_tables(read_tables(folder), tmp_path / "copy")
    assert [row[0] for row in read_csv(tmp_path / "copy" / "participants.csv")[1:]] == formulas


# ---- the other commands ------------------------------------------------------------------------------------------


def test_check_says_what_the_tables_hold_and_writes_nothing(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        sessions="session,slots,capacity,facilitators\nx,am,20,p3;guest\ny,pm,1,\n[red]z[/],am;pm,3,\n",
        participants="participant,schol\np1,Hill\np2,\np3,Lake\n",
        choices="participant,session,rank\np1,x,1\np1,y,2\np3,y,4\n",
    )
    before = contents(folder)
    result = run("check", folder)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "3 participants (1 without a choice), 3 sessions",
        "3 choices, longest list 4, ranking per-day",
        "5 wanted places, 27 on offer",
        "slots: am, pm",
        "groups: schol",
        "facilitators who are not participants: guest",
        "uses slots: slot 'am'",
        "uses sessions over several slots: session '[red]z[/]' has 2 slots",
        "uses facilitators who are participants: participant 'p3' runs session 'x'",
        "solvers that can allocate it: first-come, lottery, mip",
    ]
    assert contents(folder) == before


def test_check_lists_a_few_of_many(tmp_path: Path) -> None:
    people = ";".join(f"g{number}" for number in range(1, 21))
    folder = write_folder(tmp_path, **SMALL | {"sessions": f"session,capacity,facilitators\nx,2,{people}\ny,1,\n"})
    listed = ", ".join(f"g{number}" for number in range(1, 13))
    assert f"facilitators who are not participants: {listed} and 8 more\n" in run("check", folder).stdout


def test_solvers_lists_every_solver_with_its_features() -> None:
    result = run("solvers")
    assert result.exit_code == 0, result.output
    for name in solver_names():
        assert f"│ {name}" in result.stdout
    assert "rank-sum, welfare" in result.stdout
    assert "nothing: a rule" in result.stdout


def test_the_demo_shows_three_solvers_side_by_side() -> None:
    result = run("demo", "--seed", "7")
    assert result.exit_code == 0, result.output
    header, *rows = [line for line in result.stdout.splitlines() if line.startswith(("┃", "│"))]
    assert header.replace("┃", "").split() == ["first-come", "lottery", "flow"]
    figures = {cells[1].strip(): cells[2:5] for cells in (row.split("│") for row in rows)}

    def figure(name: str) -> list[int]:
        return [int(cell.replace(",", "")) for cell in figures[name]]

    filled, cost = figure("places filled"), figure("total rank cost")
    assert filled[2] >= max(filled)
    assert cost[2] < min(cost[:2])


def test_the_version_is_that_of_the_package() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout == f"pdalloc, version {pdalloc.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["allocate", "--help"], ["check", "-h"]])
def test_help_is_there(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


# ---- bad input ---------------------------------------------------------------------------------------------------

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
    ("options", "text"),
    [
        (["--solver", "flwo"], "unknown solver 'flwo'; did you mean 'flow'?"),
        (["--solver", "lottery", "--objective", "rank-sum"], "solver 'lottery' has no option 'objective'"),
        (["--objective", "happiness"], "'happiness'"),
        (["--objective", "welfare"], "welfare"),
        (["--time-limit", "0"], "give seconds above 0"),
        (["--time-limit", "nan"], "give seconds above 0"),
        (["--time-limit", "1e-9"], "the time limit of 1e-09 s came before there was an allocation"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(lexington: Path, options: list[str], text: str) -> None:
    before = contents(lexington)
    assert_refused(run("allocate", lexington, *options), text)
    assert contents(lexington) == before
    assert not (lexington / "allocation").exists()


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


def test_a_feature_that_the_solver_does_not_handle_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SMALL | {"participants": "participant,history\np1,1\np2,\n"})
    text = "history (here: participant 'p1' has a history)"
    assert_refused(run("allocate", folder, "--solver", "lottery"), f"solver 'lottery' does not handle {text}")
    assert_refused(run("allocate", folder), f"no exact solver handles {text}")
    assert not (folder / "allocation").exists()


# ---- output that cannot be written -------------------------------------------------------------------------------


def test_a_file_cannot_be_the_folder_of_the_results(day: Path) -> None:
    (day / "notes.txt").write_text("mine")
    before = contents(day.parent)
    for out in (day / "notes.txt", day / "notes.txt" / "below", day / "notes.txt" / "far" / "below"):
        assert_refused(run("allocate", day, "--out", out), f"{out}: cannot write there:", "name another folder")
    assert contents(day.parent) == before


def test_a_name_that_no_file_can_have_is_refused(day: Path) -> None:
    long = day / ("x" * 5000)
    assert_refused(run("check", long), "cannot be read: File name too long; name the folder that holds sessions.csv")
    assert_refused(run("allocate", day, "--out", long), "cannot write there: File name too long; name another folder")
    with pytest.raises(pdalloc.errors.OutputError, match="cannot write there: File name too long"):
        write_tables(read_tables(day), long)


@pytest.mark.parametrize("blocked", OUTPUTS)
def test_a_folder_in_the_place_of_a_result_keeps_all_results_as_they_were(day: Path, blocked: str) -> None:
    out = day / "allocation"
    write_files(out, {name: "of an earlier run" for name in OUTPUTS if name != blocked})
    (out / blocked).mkdir()
    (out / blocked / "kept").touch()
    before = contents(day)
    assert_refused(run("allocate", day), f"{out}: cannot write there: {blocked} is a folder; name another folder")
    assert contents(day) == before


def test_whether_the_results_can_be_written_is_known_before_the_work(
    day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (day / "allocation").touch()
    monkeypatch.setattr("pdalloc.solvers.solve.solve", None)
    assert_refused(run("allocate", day), "cannot write there: it is a file, not a folder")


def test_finding_out_whether_a_folder_can_be_written_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "deep")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_files_get_their_names_all_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Another program may hold one of the files open: replacing it fails when others were replaced already."""
    write_files(tmp_path, {"a": "old", "c": "old"})
    replace, calls = Path.replace, []

    def replace_some(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == failing:
            raise PermissionError(13, "held by another program")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_some)
    with pytest.raises(pdalloc.errors.OutputError, match="cannot write there: held by another program"):
        write_files(tmp_path, {"a": "new", "b": "new", "c": "new"})
    assert contents(tmp_path) == {"a": b"old", "c": b"old"}


def test_a_folder_that_was_made_in_vain_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(28, "no space left on the device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(pdalloc.errors.OutputError, match="no space left on the device; name another folder"):
        write_files(tmp_path / "new" / "deep", {"a": "new"})
    assert list(tmp_path.iterdir()) == []


# ---- interruption ------------------------------------------------------------------------------------------------


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


def test_an_interruption_while_files_get_their_names_puts_them_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a": "old", "b": "old"})
    replace = Path.replace

    def interrupted_at_b(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted_at_b)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a": "new", "b": "new"})
    assert contents(tmp_path) == {"a": b"old", "b": b"old"}


# ---- in a process of its own -------------------------------------------------------------------------------------


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


def test_progress_is_shown_where_somebody_can_see_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with _progress("lottery") as show:
        assert show is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with _progress("lottery") as show:
        assert show is not None
        show(Progress(1, 2, "slots", 0.5))
    printed = capsys.readouterr()
    assert "lottery" in printed.err
    assert printed.out == ""
