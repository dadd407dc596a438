"""Schedules and rosters: what each cell says."""

from __future__ import annotations

import pytest

from pdalloc import Allocation, Model, Problem
from pdalloc.report.lists import neutralised, roster_rows, schedule_rows


def rows(text: str) -> list[list[str]]:
    """Cells of a table drawn with bars."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def full_day(*, names: bool = True) -> Problem:
    """Two slots, a session over both, two without a slot, p3 facilitating and p4 away in the morning."""
    model = Model()
    title, name, room = ("Reading", "Zoë", "Hall") if names else ("", "", "")
    model.add_session("x", capacity=2, slots=["am"], facilitators=["p3", "guest"], title=title, room=room)
    model.add_session("y", capacity=2, slots=["pm"])
    model.add_session("long", capacity=1, slots=["am", "pm"])
    model.add_session("web", capacity=9, facilitators=["p4"])
    model.add_session("book", capacity=9)
    model.add_participant("p1", name=name)
    model.add_participant("p2")
    model.add_participant("p3")
    model.add_participant("p4", away=["am"])
    model.add_ranking("p1", ["x", "y"])
    model.add_ranking("p2", [["long", "web"], "book"])
    return model.build()


def test_a_schedule_has_a_row_for_each_participant_and_a_column_for_each_slot() -> None:
    allocation = Allocation.from_schedules(
        full_day(), {"p1": ["x", "y"], "p2": ["long", "web", "book"], "p3": ["y"], "p4": []}
    )
    assert list(schedule_rows(allocation)) == rows("""
        participant | name | am            | pm   | session
        p1          | Zoë  | x             | y    |
        p2          |      | long          | long | web;book
        p3          |      | facilitates x | y    |
        p4          |      | away          |      | facilitates web
    """)


def test_nobody_facilitates_or_attends_a_cancelled_session() -> None:
    allocation = Allocation.from_schedules(full_day(names=False), {"p2": ["y"]}, cancelled=["x", "web"])
    assert list(schedule_rows(allocation)) == rows("""
        participant | am   | pm | session
        p1          |      |    |
        p2          |      | y  |
        p3          |      |    |
        p4          | away |    |
    """)
    assert list(roster_rows(allocation)) == rows("""
        session | slots | status    | participant | rank
        x       | am    | cancelled |             |
        y       | pm    | runs      | p2          | unlisted
        long    | am;pm | runs      |             |
        web     |       | cancelled |             |
        book    |       | runs      |             |
    """)


def test_a_roster_has_a_row_for_each_participant_of_each_session() -> None:
    allocation = Allocation.from_schedules(full_day(), {"p1": ["x", "y"], "p2": ["long", "web", "book"], "p3": ["y"]})
    assert list(roster_rows(allocation)) == rows("""
        session | title   | slots | room | status | participant | name | rank
        x       | Reading | am    | Hall | runs   | p1          | Zoë  | 1
        y       |         | pm    |      | runs   | p1          | Zoë  | 2
        y       |         | pm    |      | runs   | p3          |      | unlisted
        long    |         | am;pm |      | runs   | p2          |      | 1
        web     |         |       |      | runs   | p2          |      | 1
        book    |         |       |      | runs   | p2          |      | 2
    """)


def test_a_day_without_slots_has_one_column() -> None:
    problem = Problem.from_rankings({"p1": ["x"], "p2": ["x"]}, capacity={"x": 1})
    allocation = Allocation.from_schedules(problem, {"p1": ["x"]})
    assert list(schedule_rows(allocation)) == [["participant", "session"], ["p1", "x"], ["p2", ""]]


def test_a_day_on_which_every_session_has_a_slot_has_no_column_for_others() -> None:
    problem = Problem.from_rankings({"p1": ["x"]}, capacity={"x": 1}, slots={"x": "am"})
    assert list(schedule_rows(Allocation.from_schedules(problem, {}))) == [["participant", "am"], ["p1", ""]]


def test_the_columns_that_matter_stay_where_nobody_has_a_place() -> None:
    problem = Problem.from_rankings({"p1": []}, capacity={"x": 1})
    assert list(roster_rows(Allocation.from_schedules(problem, {}))) == [
        ["session", "status", "participant", "rank"],
        ["x", "runs", "", ""],
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("", ""),
        ("a", "a"),
        ("a=1+1", "a=1+1"),
        ("3-5", "3-5"),
        ("a@b.c", "a@b.c"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("=a;=b;c", "'=a;'=b;c"),
        ("two\n-lines", "two\n'-lines"),
        ("'=1", "'=1"),
        ("==", "'=="),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str, expected: str) -> None:
    assert neutralised(cell) == expected


def test_all_cells_of_schedules_and_rosters_are_neutralised() -> None:
    model = Model()
    model.add_session("=x", capacity=1, slots=["-am"], title="+t", room="@r")
    model.add_session("=w", capacity=1)
    model.add_session("-w", capacity=1)
    model.add_participant("@p", name="=n", limit=3)
    model.add_ranking("@p", ["=x", "=w", "-w"])
    allocation = Allocation.from_schedules(model.build(), {"@p": ["=x", "=w", "-w"]})
    assert list(schedule_rows(allocation)) == [
        ["participant", "name", "'-am", "session"],
        ["'@p", "'=n", "'=x", "'=w;'-w"],
    ]
    assert list(roster_rows(allocation))[1] == ["'=x", "'+t", "'-am", "'@r", "runs", "'@p", "'=n", "1"]
