"""`pdalloc allocate`: what it writes, prints and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pdalloc import read_tables, solver_names, write_tables
from pdalloc.files import write_files
from tests.cli.running import OUTPUTS, assert_refused, contents, read_csv, run, run_process
from tests.problem.folders import SMALL, write_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "wpi-2017"


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


def test_a_feature_that_the_solver_does_not_handle_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SMALL | {"participants": "participant,history\np1,1\np2,0.5\n"})
    text = "history (here: participant 'p2' has another history than the first)"
    assert_refused(run("allocate", folder, "--solver", "lottery"), f"solver 'lottery' does not handle {text}")
    assert_refused(run("allocate", folder, "--objective", "leximin"), f"objective 'leximin' does not handle {text}")
    assert not (folder / "allocation").exists()


def test_a_file_cannot_be_the_folder_of_the_results(day: Path) -> None:
    (day / "notes.txt").write_text("mine")
    before = contents(day.parent)
    for out in (day / "notes.txt", day / "notes.txt" / "below", day / "notes.txt" / "far" / "below"):
        assert_refused(run("allocate", day, "--out", out), f"{out}: cannot write there:", "name another folder")
    assert contents(day.parent) == before


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


def test_participants_choose_in_the_order_of_a_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "day", **SMALL | {"choices": "participant,session,rank\np1,y,1\np2,y,1\n"})
    order = tmp_path / "order.txt"
    order.write_text("p2\n\n p1 \n", encoding="utf-8")
    result = run("allocate", folder, "--solver", "serial-dictatorship", "--order", order)
    assert result.exit_code == 0, result.output
    assert read_csv(folder / "allocation" / "schedule.csv")[1:] == [["p1", ""], ["p2", "y"]]


def test_participants_choose_in_the_order_of_a_public_draw(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "day", **SMALL)
    public = tmp_path / "public"
    assert run("lottery", "commit", folder, "--out", public, "--openings", tmp_path / "secret").exit_code == 0
    assert run("lottery", "draw", public / "commitment.json", "--beacon", "6493", "--out", public).exit_code == 0
    transcript = json.loads((public / "transcript.json").read_text("utf-8"))
    result = run("allocate", folder, "--solver", "boston", "--order", public / "transcript.json")
    assert result.exit_code == 0, result.output
    provenance = json.loads((folder / "allocation" / "result.json").read_text("utf-8"))["provenance"]
    assert provenance["options"] == {"lottery": "single", "order": transcript["order"], "draws": None}
    (public / "transcript.json").write_text(json.dumps(transcript), encoding="utf-8")
    assert_refused(
        run("allocate", folder, "--solver", "boston", "--order", public / "transcript.json"),
        "transcript.json: the transcript is not the one that its commitment and beacon give",
    )


def test_options_of_the_solver_can_be_set(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SMALL)
    settings = ["--option", "lottery=multiple", "--option", "proposing = sessions", "--option", "draws=3"]
    assert run("allocate", folder, "--solver", "deferred-acceptance", *settings).exit_code == 0
    provenance = json.loads((folder / "allocation" / "result.json").read_text("utf-8"))["provenance"]
    assert provenance["options"] == {"lottery": "multiple", "order": None, "draws": 3, "proposing": "sessions"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--option", "lottery"], "--option 'lottery' has no name; write NAME=VALUE, such as lottery=multiple"),
        (["--option", "=3"], "--option '=3' has no name; write NAME=VALUE"),
        (["--option", "draws=3", "--option", "draws=4"], "option draws is given twice; keep one"),
        (["--option", "draw=3"], "solver 'boston' has no option 'draw'; it takes lottery, order, draws"),
        (["--option", "draws=-1"], "draws is '-1'; give a whole number from 1"),
        (
            ["--order", "absent.txt"],
            "absent.txt: cannot be read: No such file or directory; name a file with the order",
        ),
    ],
)
def test_bad_options_of_the_solver_are_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert_refused(run("allocate", write_folder(tmp_path, **SMALL), "--solver", "boston", *arguments), message)


def test_an_order_that_is_no_text_is_refused(tmp_path: Path) -> None:
    order = tmp_path / "order.txt"
    order.write_bytes(b"p1\n\xff\n")
    refused = run("allocate", write_folder(tmp_path / "day", **SMALL), "--solver", "boston", "--order", order)
    assert_refused(refused, "order.txt: is not UTF-8 text; write one participant id a line")


def test_chances_are_written_and_do_not_outlive_their_result(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SMALL | {"choices": "participant,session,rank\np1,y,1\np2,y,1\n"})
    file = folder / "allocation" / "chances.csv"
    assert run("allocate", folder, "--solver", "probabilistic-serial").exit_code == 0
    assert read_csv(file) == [["participant", "session", "probability"], ["p1", "y", "0.5"], ["p2", "y", "0.5"]]
    assert run("allocate", folder, "--solver", "boston", "--option", "draws=100", "--seed", "1").exit_code == 0
    header, *rows = read_csv(file)
    assert header == ["participant", "session", "probability", "lower", "upper"]
    assert [row[:2] for row in rows] == [["p1", "y"], ["p2", "y"]]
    shares = [[float(cell) for cell in row[2:]] for row in rows]
    assert sum(share for share, _, _ in shares) == 1
    assert all(lower <= share <= upper for share, lower, upper in shares)
    assert run("allocate", folder, "--solver", "boston").exit_code == 0
    assert not file.exists()
