"""`pdalloc whatif`: what it prints, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import pdalloc
from pdalloc import DropSession, ExtraSection, MoveSession, Seats, WhatIf
from pdalloc.auditing.questions import Question
from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import write_folder

TWO_SLOTS = {
    "sessions": "session,slots,capacity\nx,am,1\nx:2,am,2\ny,pm,3\n",
    "participants": "participant\n1\n2\n3\n",
    "choices": "participant,choice 1,choice 2,choice 3\n1,x,x:2,y\n2,x,x:2,y\n3,x,y\n",
}


def test_by_default_seats_are_sorted_by_worth(tmp_path: Path) -> None:
    day = write_folder(tmp_path, **TWO_SLOTS)
    before = contents(day)
    result = run("whatif", day)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    found = pdalloc.what_if(pdalloc.read_tables(day))
    lines = result.stdout.splitlines()
    assert lines[0] == found.headline()
    assert [line for line in lines if "One more seat in 'x' " in line]
    assert lines[-1] == "One more seat in 2 other sessions changes nothing."
    assert contents(day) == before


def test_questions_are_answered_in_words_and_written_as_json(tmp_path: Path) -> None:
    day, file = write_folder(tmp_path / "day", **TWO_SLOTS), tmp_path / "out" / "answers.json"
    seats = ["--seats", "x:+2", "--seats", "x:2:-1"]
    sections = ["--section", "x", "--section", "x:pm", "--section", "x:2"]
    others = ["--drop", "y", "--move", "y:am", "--move", "x:2:am;pm"]
    result = run("whatif", day, *seats, *sections, *others, "--objective", "greedy", "--json", file)
    assert result.exit_code == 0, result.output
    problem = pdalloc.read_tables(day)
    asked: list[Question] = [
        Seats("x", 2), Seats("x:2", -1), ExtraSection("x"), ExtraSection("x", "pm"), ExtraSection("x:2"),
        DropSession("y"), MoveSession("y", "am"), MoveSession("x:2", ["am", "pm"]),
    ]  # fmt: skip
    found = pdalloc.what_if(problem, asked, "greedy")
    assert result.stdout.splitlines()[-len(asked) - 1 :] == [*map(str, found.answers), f"written to {file}"]
    assert WhatIf.from_json(file.read_bytes(), problem) == found


def test_bad_questions_are_refused(tmp_path: Path) -> None:
    day = write_folder(tmp_path, **TWO_SLOTS)
    for options, text in (
        (["--seats", "x"], "--seats 'x' has no whole number; write SESSION:+1 or SESSION:-1"),
        (["--seats", "x:some"], "--seats 'x:some' has no whole number"),
        (["--move", "x"], "--move 'x' has no slot; write SESSION:SLOT"),
        (["--move", "x:noon"], "there is no slot 'noon'; there are 'am', 'pm'"),
        (["--drop", "z"], "there is no session 'z'; give an id of the sessions table"),
        (["--solver", "lottery"], "solver 'lottery' optimises nothing"),
    ):
        assert_refused(run("whatif", day, *options), text)
