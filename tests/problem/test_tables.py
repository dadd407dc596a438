"""Tables that mean something: every form in which a day may be written gives the same problem."""

from __future__ import annotations

import tempfile
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Model, Problem, generators, read_tables, write_tables
from pdalloc.errors import OutputError, ProblemError
from pdalloc.problem.wide_columns import rank_in_header
from tests.problem.folders import SMALL, write_folder
from tests.strategies import problems

SLOTTED: dict[str, str | bytes] = {
    "sessions": (
        "session,title,slots,capacity\n"
        "yoga-1,Yoga,Slot 1,2\nyoga-2,Yoga,Slot 2,2\n"
        "choir,Choir,Slot 1,2\nlab,Lab: water,Slot 2,1\nwalk,Long walk,Slot 1;Slot 2,3\n"
    ),
    "participants": "participant\np1\np2\n",
}


def small_day() -> Problem:
    """The problem of the tables in `SMALL`."""
    return Problem.from_rankings({"p1": ["x", "y"], "p2": ["y"]}, capacity={"x": 2, "y": 1})


def choices_of(problem: Problem) -> dict[str, list[tuple[str, int]]]:
    """Session and rank of every choice, by participant."""
    lists = {}
    for number, participant in enumerate(problem.participants):
        sessions, ranks = problem.choices.of(number)
        lists[participant] = [(problem.sessions[s], r) for s, r in zip(sessions.tolist(), ranks.tolist(), strict=True)]
    return lists


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


# ---- every column ------------------------------------------------------------------------------------------------


def test_every_column_of_every_table_reaches_the_problem(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        sessions=(
            "Session,TITLE,slots,capacity,minimum,must_run,topic,facilitators,tags,room\n"
            "x,Reading,am,10,2,,reading,p2;guest,equity;early,Hall\n"
            'y,"Maths, again",am;pm,5,,YES,,,,\n'
            "z,,,3,,no,reading,guest;other,,\n"
        ),
        participants=(
            "participant,name,away,limit,weight,arrival,history,school,Grade level\n"
            "p1,Ann Lee,pm,1,2.5,12.25,0.25,Hill,3\n"
            "p2,,,,,,,,\n"
        ),
        choices="participant,session,rank,rating\np1,x,1,4.5\np1,z,1,-1\np2,Reading,2,0\n",
        priorities="session,participant,priority\nx,p2,1\nx,p1,7\n",
        facilitators="facilitator,most_sessions,most_participants\nguest,1,12\nother,,2\n",
        conflicts="one,other\ny,z\n",
        rules=(
            'ranking = "per-slot"\nunlisted = "last"\nslots = ["pm", "am"]\n'
            'fixed = [{ participant = "p1", session = "Reading" }]\n'
            '[[forbidden]]\nparticipant = "p2"\nsession = "z"\n'
        ),
    )
    model = Model(ranking="per-slot", unlisted="last")
    model.add_slot("pm")
    model.add_slot("am")
    model.add_session(
        "x", title="Reading", slots=["am"], capacity=10, minimum=2, topic="reading", facilitators=["p2", "guest"],
        tags=["equity", "early"], room="Hall",
    )  # fmt: skip
    model.add_session("y", title="Maths, again", slots=["am", "pm"], capacity=5, must_run=True)
    model.add_session("z", capacity=3, topic="reading", facilitators=["guest", "other"])
    model.add_facilitator("guest", most_sessions=1, most_participants=12)
    model.add_facilitator("other", most_participants=2)
    model.add_participant(
        "p1", name="Ann Lee", away=["pm"], limit=1, weight=2.5, arrival=12.25, history=0.25,
        groups={"school": "Hill", "Grade level": "3"},
    )  # fmt: skip
    model.add_participant("p2")
    model.add_choice("p1", "x", 1, 4.5)
    model.add_choice("p1", "z", 1, -1)
    model.add_choice("p2", "x", 2, 0)
    model.add_priorities("x", ["p2", "p1"])
    model.add_conflict("y", "z")
    model.fix("p1", "x")
    model.forbid("p2", "z")
    assert read_tables(folder) == model.build()


def test_ratings_alone_give_the_ranks(tmp_path: Path) -> None:
    tables = SMALL | {"choices": "participant,session,rating\np1,x,1.5\np1,y,9\np2,y,-2\n"}
    problem = read_tables(write_folder(tmp_path, **tables))
    assert choices_of(problem) == {"p1": [("y", 1), ("x", 2)], "p2": [("y", 1)]}
    assert problem.choices.rating is not None
    assert problem.choices.rating.tolist() == [9, 1.5, -2]


def test_a_column_of_values_that_is_blank_throughout_is_as_good_as_absent(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, **SMALL | {"choices": "participant,session,rank,rating\np1,x,1,\np1,y,2,\np2,y,1,\n"}
    )
    assert read_tables(folder) == small_day()


def test_a_participant_may_choose_nothing(tmp_path: Path) -> None:
    problem = read_tables(write_folder(tmp_path, **SMALL | {"choices": "participant,session,rank\np1,x,1\n"}))
    assert choices_of(problem) == {"p1": [("x", 1)], "p2": []}


def test_whole_numbers_may_have_a_point_and_zeros_as_spreadsheets_write_them(tmp_path: Path) -> None:
    tables = SMALL | {
        "sessions": "session,capacity\nx,2.0\ny,1.00\n",
        "choices": "participant,session,rank\np1,x,1.\np1,y,+2\np2,y,01\n",
    }
    assert read_tables(write_folder(tmp_path, **tables)) == small_day()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("17", "4.5"), (17.0, 4.5)),
        (("2026-03-01 17:00:05", "2026-03-01T18:00:05+01:00"), (1772384405.0, 1772384405.0)),
        (("2026-03-01", ""), (datetime(2026, 3, 1, tzinfo=UTC).timestamp(), np.nan)),
    ],
)
def test_arrival_is_a_number_or_a_moment(tmp_path: Path, cells: tuple[str, str], expected: tuple[float, float]) -> None:
    participants = "participant,arrival\np1,{}\np2,{}\n".format(*cells)
    problem = read_tables(write_folder(tmp_path, **SMALL | {"participants": participants}))
    np.testing.assert_array_equal(problem.arrival, expected)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("yes", "No"), [True, False]),
        (("TRUE", "False"), [True, False]),
        (("1", "0"), [True, False]),
        (("", ""), [False] * 2),
    ],
)
def test_a_session_is_marked_by_yes_or_no(tmp_path: Path, cells: tuple[str, str], expected: list[bool]) -> None:
    sessions = "session,capacity,must_run\nx,2,{}\ny,1,{}\n".format(*cells)
    assert read_tables(write_folder(tmp_path, **SMALL | {"sessions": sessions})).must_run.tolist() == expected


@pytest.mark.parametrize(
    "priorities",
    [
        "session,participant,priority\nx,p1,2\nx,p2,1\n",
        "participant,session,score\np1,x,0.25\np2,x,0.5\n",
        "session,participant,priority,score\nx,p1,,-3e2\nx,p2,,17\n",
    ],
)
def test_the_smallest_priority_or_the_highest_score_comes_first(tmp_path: Path, priorities: str) -> None:
    problem = read_tables(write_folder(tmp_path, **SMALL, priorities=priorities))
    assert problem.priorities.participant.tolist() == [1, 0]
    assert problem.priorities.level.tolist() == [1, 2]


# ---- long and wide -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "choices",
    [
        "participant,Choice 1,Choice 2\np1,x,y\np2,y,\n",
        "participant,2nd choice,1st choice\np1,y,x\np2,,y\n",
        "participant,1,2\np2,y,\np1,x,y\n",
        "Participant,first,second,third\np1,x,y,\np2,y,,\n",
        "participant,Choice 1,Choice 2,Comment\np1,x,y,\np2,y,,\n",
        "first,participant,second\nx,p1,y\ny,p2,\n",
    ],
    ids=[
        "numbered",
        "in another order",
        "numbers alone",
        "by position",
        "beside a blank column",
        "names in the middle",
    ],
)
def test_wide_choices_are_the_long_ones(tmp_path: Path, choices: str) -> None:
    assert read_tables(write_folder(tmp_path, **SMALL | {"choices": choices})) == small_day()


def test_a_blank_wide_cell_leaves_later_ranks_as_they_are(tmp_path: Path) -> None:
    problem = read_tables(write_folder(tmp_path, **SMALL | {"choices": "participant,1,2,3\np1,x,,y\n"}))
    assert choices_of(problem)["p1"] == [("x", 1), ("y", 3)]


@pytest.mark.parametrize(
    "header",
    [
        "participant,Slot 1: choice 1,Slot 1: choice 2,Slot 2: choice 1,Slot 2: choice 2",
        "participant,1st choice (slot 1),2nd choice (slot 1),1st choice (slot 2),2nd choice (slot 2)",
        "participant,first in Slot 1,then in Slot 1,first in Slot 2,then in Slot 2",
    ],
)
def test_wide_columns_may_name_a_slot_and_its_titles_mean_the_sessions_there(tmp_path: Path, header: str) -> None:
    choices = f"{header}\np1,Yoga,Choir,Lab: water,Yoga\np2,walk,,walk,Yoga\n"
    folder = write_folder(tmp_path, **SLOTTED, choices=choices, rules='ranking = "per-slot"')
    assert choices_of(read_tables(folder)) == {
        "p1": [("yoga-1", 1), ("lab", 1), ("yoga-2", 2), ("choir", 2)],
        "p2": [("walk", 1), ("yoga-2", 2)],
    }


def test_a_column_that_is_called_like_a_slot_holds_the_first_choice_there(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SLOTTED, choices="participant,Slot 1,Slot 2\np1,Choir,Yoga\np2,,lab\n")
    assert choices_of(read_tables(folder)) == {"p1": [("yoga-2", 1), ("choir", 1)], "p2": [("lab", 1)]}


@pytest.mark.parametrize(
    ("header", "slots", "expected"),
    [
        ("Choice 3", [], ("", 3)),
        ("3", ["1", "2", "3"], ("", 3)),
        ("Choice 3", ["1", "3"], ("", 3)),
        ("Slot 1", ["Slot 1", "Slot 10"], ("Slot 1", None)),
        ("Slot 10, choice 2", ["Slot 1", "Slot 10"], ("Slot 10", 2)),
        ("choice 2, SLOT 1", ["Slot 1"], ("Slot 1", 2)),
        ("9:00-10:15 choice 4", ["9:00-10:15", "11:00-12:15"], ("9:00-10:15", 4)),
        ("Slot 1: choice 3", ["1", "2"], ("1", 3)),
        ("Slot 1: choice 1", ["1", "2"], ("1", 1)),
        ("Wahl 2 (früh)", ["früh", "spät"], ("früh", 2)),
        ("comment", ["am", "pm"], ("", None)),
    ],
)
def test_a_columns_name_holds_a_slot_and_a_rank(
    header: str, slots: list[str], expected: tuple[str, int | None]
) -> None:
    assert rank_in_header(header, slots) == expected


# ---- how a table is written --------------------------------------------------------------------------------------


def retold(tables: dict[str, str | bytes], change: Any) -> dict[str, str | bytes]:
    return {name: change(text) for name, text in tables.items()}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", ",\n"),
        lambda text: text.replace("\n", ",,,\n"),
        lambda text: "\n,,\n" + text.replace("\n", "\n\n"),
        lambda text: text.replace(",", " , ").replace("\n", " \n"),
        lambda text: text.rstrip("\n"),
        lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()),
        lambda text: ("\ufeff" + text.replace(",", ";").replace("\n", ";\r\n")).encode(),
    ],
    ids=[
        "byte order mark", "semicolons", "tabs", "carriage return and line feed", "carriage returns", "trailing column",
        "trailing columns", "blank lines", "blanks around cells", "no last line feed", "quoted", "all at once",
    ],
)  # fmt: skip
def test_the_same_day_as_another_program_writes_it(tmp_path: Path, change: Any) -> None:
    assert read_tables(write_folder(tmp_path, **retold(SMALL, change))) == small_day()


def test_quoted_cells_may_hold_separators_quotation_marks_and_line_breaks(tmp_path: Path) -> None:
    sessions = 'session,title,capacity\nx,"Read, ""write""; run",2\ny,"two\r\nlines",1\n'
    choices = 'participant,session,rank\np1,"Read, ""write""; run",1\np1,"two\r\nlines",2\np2,y,1\n'
    problem = read_tables(write_folder(tmp_path, **SMALL | {"sessions": sessions, "choices": choices}))
    assert problem.title == ('Read, "write"; run', "two\r\nlines")
    assert choices_of(problem) == choices_of(small_day())


def test_accents_are_the_same_in_whatever_way_they_are_encoded(tmp_path: Path) -> None:
    def decomposed(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    folder = write_folder(
        tmp_path,
        sessions=decomposed("session,title,slots,capacity\nx,Théâtre,après-midi,1\n"),
        participants=f"participant,école\nZoé,{decomposed('Élysée')}\n",
        choices=decomposed("participant,après-midi: choix 1\nZoé,") + "Théâtre\n",
        rules=decomposed('slots = ["après-midi"]\nfixed = [{participant = "Zoé", session = "Théâtre"}]'),
    )
    problem = read_tables(folder)
    assert choices_of(problem) == {"Zoé": [("x", 1)]}
    assert (tuple(problem.slots), problem.title, problem.groups[0].name) == (("après-midi",), ("Théâtre",), "école")


def test_a_group_may_have_separators_in_its_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SMALL | {"participants": "participant,a;b;c\np1,1\np2,2\n"})
    assert [group.name for group in read_tables(folder).groups] == ["a;b;c"]


def test_files_may_have_capitals_in_their_names(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **{f"{name.upper()}.CSV": content for name, content in SMALL.items()})
    (folder / ".~lock.sessions.csv#").touch()
    (folder / "~$conflicts.xlsx").touch()
    (folder / "notes.csv").write_text("anything")
    assert read_tables(folder) == small_day()


# ---- workbooks and frames ----------------------------------------------------------------------------------------

SMALL_ROWS: dict[str, list[list[Any]]] = {
    "Sessions": [["session", "capacity", "title"], ["x", 2, "Théâtre"], ["y", 1.0, None]],
    "Participants": [["participant", "arrival"], ["p1", datetime(2026, 3, 1, 17, 0, 5)], ["p2", None]],
    "Choices": [[], ["participant", "Choice 1", "Choice 2", None], ["p1", "Théâtre", "y"], [None], ["p2", "y", None]],
}


def small_day_with_titles() -> Problem:
    model = Model()
    model.add_session("x", capacity=2, title="Théâtre")
    model.add_session("y", capacity=1)
    model.add_participant("p1", arrival=1772384405)
    model.add_participant("p2")
    model.add_ranking("p1", ["x", "y"])
    model.add_ranking("p2", ["y"])
    return model.build()


def test_a_workbook_has_a_sheet_for_each_table(tmp_path: Path) -> None:
    path = tmp_path / "day.XLSX"
    write_workbook(path, {"Notes": [["anything"]], **SMALL_ROWS, "Sheet4": []})
    assert read_tables(path) == small_day_with_titles()


@pytest.mark.parametrize("others", [{}, {"Sheet2": [], "Sheet3": []}])
def test_a_folder_may_hold_workbooks_beside_csv_files(tmp_path: Path, others: dict[str, list[list[Any]]]) -> None:
    write_workbook(tmp_path / "sessions.xlsx", {"Sheet1": SMALL_ROWS["Sessions"], **others})
    write_workbook(tmp_path / "choices.xlsx", {"other": [["anything"]], "choices": SMALL_ROWS["Choices"]})
    write_folder(tmp_path, participants="participant,arrival\np1,1772384405\np2,\n")
    assert read_tables(tmp_path) == small_day_with_titles()


def test_frames_are_tables(tmp_path: Path) -> None:
    sessions = pd.DataFrame(
        {
            "session": ["x", "y"],
            "slots": [["am", "pm"], ("pm",)],
            "capacity": pd.array([20, 10], dtype="Int64"),
            "minimum": [np.nan, 2.0],
            "title": pd.Categorical(["Reading", None]),
            "topic": [pd.NA, None],
            "must_run": [True, False],
            "facilitators": ["guest", None],
        }
    )
    participants = pd.DataFrame(
        {
            "participant": [7, 12],
            "limit": [1.0, np.nan],
            "arrival": [pd.Timestamp("2026-03-01 17:00:05"), pd.NaT],
            "school": ["Hill", np.nan],
        }
    )
    choices = pd.DataFrame({"participant": [7.0, 7.0, 12.0], "session": ["x", "y", "Reading"], "rank": [1.0, 2.0, 1.0]})
    rules = {"ranking": "per-slot", "fixed": [{"participant": "7", "session": "y"}]}
    priorities = pd.DataFrame({"session": ["y"], "participant": [12], "score": [0.5]})
    conflicts = pd.DataFrame([["x", "y"]], columns=[0, 1])
    facilitators = pd.DataFrame({"facilitator": ["guest"], "most_participants": [np.float64(5)]})
    model = Model(ranking="per-slot")
    model.add_session("x", slots=["am", "pm"], capacity=20, title="Reading", must_run=True, facilitators=["guest"])
    model.add_facilitator("guest", most_participants=5)
    model.add_session("y", slots=["pm"], capacity=10, minimum=2)
    model.add_participant("7", limit=1, arrival=1772384405, groups={"school": "Hill"})
    model.add_participant("12")
    model.add_ranking("7", ["x", "y"])
    model.add_ranking("12", ["x"])
    model.add_priority("y", "12", 1)
    model.add_conflict("x", "y")
    model.fix("7", "y")
    problem = Problem.from_frames(
        sessions,
        participants,
        choices,
        priorities=priorities,
        conflicts=conflicts,
        facilitators=facilitators,
        rules=rules,
    )
    assert problem == model.build()


def test_a_wide_frame_may_have_numbers_as_column_names() -> None:
    problem = Problem.from_frames(
        pd.DataFrame({"session": ["x", "y"], "capacity": [2, 1]}),
        pd.DataFrame({"participant": ["p1", "p2"]}),
        pd.DataFrame({"participant": ["p1", "p2"], 1: ["x", "y"], 2: ["y", np.nan]}),
    )
    assert problem == small_day()


# ---- there and back ----------------------------------------------------------------------------------------------


def assert_round_trip(problem: Problem) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_tables(problem, folder)
        again = read_tables(folder)
    assert again == problem
    assert again.content_hash == problem.content_hash


@given(
    problem=st.one_of(
        problems(),
        problems(minimums=True, facilitator_limits=True, weights=True),
        problems(coupled=False, rated=True, weights=True),
    )
)
def test_writing_and_reading_gives_an_equal_problem(problem: Problem) -> None:
    assert_round_trip(problem)


def test_a_whole_day_survives_writing_and_reading() -> None:
    assert_round_trip(generators.lexington(seed=1, repeats=3, minimum=8))


def test_the_real_example_survives_writing_and_reading() -> None:
    assert_round_trip(read_tables(Path(__file__).parents[2] / "examples" / "wpi-2017"))


def test_a_day_on_which_nobody_chose_anything_survives_writing_and_reading() -> None:
    assert_round_trip(Problem.from_rankings({"p1": [], "p2": []}, capacity={"x": 2}))


def test_numbered_ids_and_slots_without_sessions_survive_writing_and_reading() -> None:
    assert_round_trip(Problem.from_arrays([0, 1, 1], [1, 0, 1], [1, 1, 2], capacity=[1, 2], slot=[0, 2]))


@pytest.mark.parametrize("text", ['"', "a\rb", "a\r\nb", "a,b;c\td", "'=1+1", "\ufeffx", "#", "nan", "\u2028x"])
def test_any_text_survives_as_a_title_a_name_and_a_group(text: str) -> None:
    model = Model()
    model.add_session("=x", capacity=1, title=text, room=text)
    model.add_participant("nan", name=text, arrival=-0.0, history=1e-300, weight=0.1, groups={"a;b;c;d": "x"})
    model.add_choice("nan", "=x", 1, -0.0)
    assert_round_trip(model.build())


def test_writing_keeps_formulas_as_they_are(tmp_path: Path) -> None:
    write_tables(Problem.from_rankings({"=p": ["@x"]}, capacity={"@x": 1}), tmp_path)
    assert (tmp_path / "choices.csv").read_text() == "participant,session,rank\n=p,@x,1\n"


def test_columns_and_tables_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    write_tables(small_day(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "choices.csv", "participants.csv", "rules.toml", "sessions.csv",
    ]  # fmt: skip
    assert (tmp_path / "sessions.csv").read_text() == "session,slots,capacity\nx,,2\ny,,1\n"
    assert (tmp_path / "participants.csv").read_text() == "participant\np1\np2\n"


@pytest.mark.parametrize("left", ["conflicts.csv", "priorities.xlsx", "sessions.xlsx"])
def test_writing_refuses_a_folder_in_which_another_problems_table_would_stay(tmp_path: Path, left: str) -> None:
    (tmp_path / left).write_text("x,y\n")
    with pytest.raises(OutputError, match=f"{left}: belongs to another problem; remove it or name another folder"):
        write_tables(small_day(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [left]


def test_writing_replaces_the_tables_of_the_same_names(tmp_path: Path) -> None:
    write_tables(generators.lexington(seed=1), tmp_path)
    write_tables(small_day(), tmp_path)
    assert read_tables(tmp_path) == small_day()


def test_reading_is_a_matter_of_content_not_of_the_folders_place(tmp_path: Path) -> None:
    here, there = write_folder(tmp_path / "a b", **SMALL), write_folder(tmp_path / "ä" / "c", **SMALL)
    assert read_tables(str(here)) == read_tables(there)


def test_a_title_never_hides_an_id(tmp_path: Path) -> None:
    tables = SMALL | {"sessions": "session,capacity,title\nx,2,y\ny,1,\n"}
    assert choices_of(read_tables(write_folder(tmp_path, **tables))) == choices_of(small_day())


def test_errors_of_reading_are_value_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such folder") as caught:
        read_tables(tmp_path / "nowhere")
    assert isinstance(caught.value, ProblemError)
