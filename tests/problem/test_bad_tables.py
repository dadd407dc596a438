"""Tables that cannot mean a day: one error that names file, line, column, value and remedy of all that is wrong."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Problem, read_tables
from pdalloc.errors import Finding, ProblemError
from tests.problem.folders import SMALL, write_folder

SLOTTED = SMALL | {
    "sessions": "session,title,slots,capacity,facilitators\nx,Yoga,am,2,\ny,Choir,am,1,\nz,,pm,1,guest\n",
    "participants": "participant\np1\np2\np3\n",
}
"""Sessions x and y in the morning, z in the afternoon."""

BAD_SESSIONS = [
    ("x,2\nx,3\ny,1", "line 3, column 'session': session 'x' is given twice (sessions.csv, line 2); ids must differ"),
    ("x,2\ny,1\n,4", "line 4, column 'session': the cell is blank; fill it in, or remove the row"),
    (
        'x,2\ny,1\n"a;b",1',
        "line 4, column 'session': session id 'a;b' contains ';', which separates ids inside a cell; change it",
    ),
    (
        "x,-1\ny,1",
        "line 2, column 'capacity': session 'x': capacity -1 is not in 0 to 2,147,483,647; give a number of places",
    ),
    ("x,2.5\ny,1", "line 2, column 'capacity': '2.5' is not a whole number; write one such as 12, digits only"),
    ("x,1.000\ny,1", "line 2, column 'capacity': '1.000' is not a whole number; write one such as 12, digits only"),
    ('x,"1,000"\ny,1', "line 2, column 'capacity': '1,000' is not a whole number; write one such as 12, digits only"),
    ("x,1e9\ny,1", "line 2, column 'capacity': '1e9' is not a whole number; write one such as 12, digits only"),
    ("x,nan\ny,1", "line 2, column 'capacity': 'nan' is not a whole number; write one such as 12, digits only"),
    ("x,inf\ny,1", "line 2, column 'capacity': 'inf' is not a whole number; write one such as 12, digits only"),
    ("x,many\ny,1", "line 2, column 'capacity': 'many' is not a whole number; write one such as 12, digits only"),
    ("x,2\ny,", "line 3, column 'capacity': the cell is blank; fill it in, or remove the row"),
    (
        "x,2147483648\ny,1",
        "line 2, column 'capacity': session 'x': capacity 2147483648 is not in 0 to 2,147,483,647; "
        "give a number of places",
    ),
    (
        "x,99999999999999999999\ny,1",
        "line 2, column 'capacity': '99999999999999999999' is too large; at most 2,147,483,647",
    ),
    (
        "x,2,3\ny,1",
        "line 2, column 'minimum': session 'x': minimum 3 is above capacity 2; "
        "lower the minimum or raise the capacity",
    ),
    ("x,2,two\ny,1", "line 2, column 'minimum': 'two' is not a whole number; write one such as 12, digits only"),
    (
        "x,2,-1\ny,1",
        "line 2, column 'minimum': session 'x': minimum -1 is not in 0 to 2,147,483,647; give a number of places",
    ),
    ("x,2,,,,maybe\ny,1", "line 2, column 'must_run': 'maybe' is neither yes nor no; write one of them"),
    (
        "x,2,,am,p1\ny,1,,am;pm,p2;p1",
        "line 3, column 'facilitators': facilitator 'p1' runs sessions 'x' and 'y', both in slot 'am'; "
        "move one of them or name another facilitator",
    ),
    (
        'x,2,,am,"p1, p2"\ny,1',
        "line 2, column 'facilitators': 'p1, p2' holds 2 ids; separate them with ';'",
    ),
    (
        'x,2,,am\ny,1,,pm\nz,1,,"am,pm"',
        "line 4, column 'slots': 'am,pm' holds 2 ids; separate them with ';'",
    ),
]  # fmt: skip


def assert_error(folder: Path, text: str) -> None:
    """Reading fails with exactly this text."""
    with pytest.raises(ProblemError) as caught:
        read_tables(folder)
    assert str(caught.value) == text


@pytest.mark.parametrize(("rows", "text"), BAD_SESSIONS)
def test_sessions_that_cannot_be(tmp_path: Path, rows: str, text: str) -> None:
    sessions = f"session,capacity,minimum,slots,facilitators,must_run\n{rows}\n"
    with pytest.raises(ProblemError, match=re.escape(f"sessions.csv, {text}")):
        read_tables(write_folder(tmp_path, **SMALL | {"sessions": sessions}))


@pytest.mark.parametrize(
    ("columns", "row", "text"),
    [
        ("name", "p1,x", "line 4, column 'participant': participant 'p1' is given twice (participants.csv, line 2); "
            "ids must differ"),
        ("name", ",x", "line 4, column 'participant': the cell is blank; fill it in, or remove the row"),
        ("name", '"p\n3",x', "line 4, column 'participant': participant id 'p\\n3' contains a control character, "
            "a line break or half a character; change it"),
        ("away", "p3,noon", "line 4, column 'away': unknown slot 'noon'; add the slot or correct the id"),
        ("limit", "p3,-1", "line 4, column 'limit': participant 'p3': limit -1 is not in 0 to 2,147,483,647; "
            "give a number of places"),
        ("limit", "p3,1.5", "line 4, column 'limit': '1.5' is not a whole number; write one such as 12, digits only"),
        ("weight", "p3,0", "line 4, column 'weight': participant 'p3': weight 0.0 is not a positive number"),
        ("weight", "p3,heavy", "line 4, column 'weight': 'heavy' is not a finite number; write one such as 2.5, "
            "with a point"),
        ("weight", 'p3,"1,5"', "line 4, column 'weight': '1,5' is not a finite number; write one such as 2.5, "
            "with a point"),
        ("weight", "p3,1_000", "line 4, column 'weight': '1_000' is not a finite number; write one such as 2.5, "
            "with a point"),
        ("arrival", "p3,01.03.2026 17:00", "line 4, column 'arrival': '01.03.2026 17:00' is neither a number nor a "
            "time; write one such as 2026-03-01 17:00:05"),
        ("history", "p3,inf", "line 4, column 'history': 'inf' is not a finite number; write one such as 2.5, "
            "with a point"),
        ("history", "p3,1.5", "line 4, column 'history': participant 'p3': history 1.5 is not in 0 (had nothing) to 1 "
            "(had the best they could have); leave it blank if unknown"),
    ],
)  # fmt: skip
def test_participants_that_cannot_be(tmp_path: Path, columns: str, row: str, text: str) -> None:
    participants = f"participant,{columns}\np1,\np2,\n{row}\n"
    with pytest.raises(ProblemError, match=re.escape(f"participants.csv, {text}")):
        read_tables(write_folder(tmp_path, **SMALL | {"participants": participants}))


def test_a_participant_who_is_away_cannot_facilitate(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        sessions="session,slots,capacity,facilitators\nx,am,1,p2\n",
        participants="participant,away\np1,\np2,am\n",
        choices="participant,1\np1,x\n",
    )
    assert_error(
        folder,
        "participants.csv, line 3, column 'away': participant 'p2' is away in slot 'am' but facilitates session 'x' "
        "then; correct one of the two",
    )


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("p1,q,1", "column 'session': unknown session 'q'; add the session or correct the id"),
        ("p1,X,1", "column 'session': unknown session 'X'; did you mean 'x'?"),
        ("p1,Choire,1", "column 'session': unknown session 'Choire'; did you mean 'Choir'?"),
        ("p1,x;y,1", "column 'session': unknown session 'x;y'; write one session in a cell"),
        ("p1,Yoga,1", "column 'session': title 'Yoga' is that of several sessions ('x', 'z'); write the id"),
        ("p9,x,1", "column 'participant': unknown participant 'p9'; add the participant or correct the id"),
        ("7,x,1", "column 'participant': unknown participant '7'; did you mean '007'?"),
        (",x,1", "column 'participant': the cell is blank; fill it in, or remove the row"),
        ("p1,,1", "column 'session': the cell is blank; fill it in, or remove the row"),
        ("p1,x,", "column 'rank': the cell is blank; fill it in, or remove the row"),
        ("p1,x,0", "column 'rank': participant 'p1', session 'x': rank 0 is not in 1 to 1,000,000; rank 1 is best"),
        ("p1,x,-2", "column 'rank': participant 'p1', session 'x': rank -2 is not in 1 to 1,000,000; "
            "rank 1 is best"),
        ("p1,x,2147483648", "column 'rank': participant 'p1', session 'x': rank 2147483648 is not in 1 to "
            "1,000,000; rank 1 is best"),
        ("p1,x,99999999999999999999", "column 'rank': '99999999999999999999' is too large; at most 2,147,483,647"),
        ("p1,x,1.5", "column 'rank': '1.5' is not a whole number; write one such as 12, digits only"),
        ("p1,x,first", "column 'rank': 'first' is not a whole number; write one such as 12, digits only"),
        ("p1,x,nan", "column 'rank': 'nan' is not a whole number; write one such as 12, digits only"),
        ("p2,y,2", "column 'session': participant 'p2', session 'y': the session is chosen twice; "
            "keep one of the two"),
    ],
)  # fmt: skip
def test_choices_that_cannot_be(tmp_path: Path, rows: str, text: str) -> None:
    folder = write_folder(
        tmp_path,
        sessions="session,title,capacity\nx,Yoga,2\ny,Choir,1\nz,Yoga,1\n",
        participants="participant\np1\np2\n007\n",
        choices=f"participant,session,rank\np2,y,1\n{rows}\n",
    )
    assert_error(folder, f"choices.csv, line 3, {text}")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "good", "2,5", "0x10"])
def test_ratings_that_are_not_finite_numbers(tmp_path: Path, value: str) -> None:
    folder = write_folder(tmp_path, **SMALL | {"choices": f'participant,session,rating\np1,x,1\np1,y,"{value}"\n'})
    assert_error(
        folder,
        f"choices.csv, line 3, column 'rating': '{value}' is not a finite number; write one such as 2.5, with a point",
    )


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ("participant,1,2\np1,x,y\np1,y,", "line 3, column 'participant': participant 'p1' has a row already "
            "(choices.csv, line 2); keep one"),
        ("participant,1,2\np9,x,y", "line 2, column 'participant': unknown participant 'p9'; add the participant or "
            "correct the id"),
        ("participant,1,2\np1,x,q", "line 2, column '2': unknown session 'q'; add the session or correct the id"),
        ("participant,1,2\np1,x,x", "line 2, column '2': participant 'p1', session 'x': the session is chosen twice; "
            "keep one of the two"),
        ("participant,choice 0\np1,x", "column 'choice 0': rank 0 is not in 1 to 1,000,000; rank 1 is best"),
        ("participant,choice 2147483648\np1,x", "column 'choice 2147483648': rank 2147483648 is not in 1 to "
            "1,000,000; rank 1 is best"),
        ("participant,1 of 3\np1,x", "column '1 of 3': there are the numbers 1, 3; keep only the rank, and the id of "
            "the slot"),
        ("participant,Choice 1,Comment\np1,x,thanks", "column 'Comment': the name has no rank, unlike those of other "
            "columns; add it or remove the column"),
        ("participant,y\np1,1", "column 'y': the column is a session; write a column for each rank, sessions in cells"),
        ("participant,am 1,pm 1\np1,Yoga,y", "line 2, column 'pm 1': session 'y' is not in slot 'pm'; "
            "choose it in its own slot"),
        ("participant,am or pm 1\np1,x", "column 'am or pm 1': several slots could be meant by 'am or pm 1'; "
            "name one, by an id that is not just a number"),
        ("participant\np1", "there is no column of choices; add one for each rank"),
        ("name,1\np1,x", "column 'participant': the column is missing; add it, or give its name to one of "
            "'name', '1'"),
    ],
)  # fmt: skip
def test_wide_choices_that_cannot_be(tmp_path: Path, choices: str, text: str) -> None:
    folder = write_folder(tmp_path, **SLOTTED | {"choices": choices})
    with pytest.raises(ProblemError, match=rf"choices\.csv(: |, ){re.escape(text)}"):
        read_tables(folder)


@pytest.mark.parametrize(
    ("table", "content", "text"),
    [
        ("choices", "participant,session\np1,x", ": neither 'rank' nor 'rating' is filled; fill one of them"),
        ("priorities", "session,participant,priority\nx,p1,1\nx,p1,2", ", line 3, column 'participant': session 'x' "
            "lists participant 'p1' twice; keep one of the two"),
        ("priorities", "session,participant,priority\nx,p1,high", ", line 2, column 'priority': 'high' is not a finite "
            "number; write one such as 2.5, with a point"),
        ("priorities", "session,participant,score\nx,p1,", ": neither column 'priority' nor 'score' is filled; "
            "fill 'priority' (1 comes first) or 'score' (the highest comes first)"),
        ("priorities", "session,participant,score,priority\nx,p1,1,1", ": both columns 'priority' and 'score' are "
            "filled; fill 'priority' (1 comes first) or 'score' (the highest comes first)"),
        ("priorities", "session,participant,score\nq,p1,1", ", line 2, column 'session': unknown session 'q'; "
            "add the session or correct the id"),
        ("priorities", "session,participant,score\nx,p1,1\nx,p2,", ", line 3, column 'score': the cell is blank; "
            "fill it in, or remove the row"),
        ("facilitators", "facilitator,most_sessions\np1,1", ", line 2, column 'facilitator': facilitator 'p1' runs no "
            "session; name a facilitator of a session"),
        ("facilitators", "facilitator,most_sessions\nguest,-1", ", line 2, column 'most_sessions': facilitator "
            "'guest': most_sessions -1 is not in 0 to 2,147,483,647; give a whole number, or leave it out"),
        ("facilitators", "facilitator,most_participants\nGuest,2", ", line 2, column 'facilitator': facilitator "
            "'Guest' runs no session; did you mean 'guest'?"),
        ("conflicts", "a,b,c\nx,y,z", ": the number of columns is 3; two are needed, a session in each"),
        ("conflicts", "a\nx", ": the number of columns is 1; two are needed, a session in each"),
        ("conflicts", "a,b\nx,Yoga", ", line 2, column 'b': session 'x' conflicts with itself; name two sessions"),
        ("conflicts", "a,b\nx,q", ", line 2, column 'b': unknown session 'q'; add the session or correct the id"),
        ("conflicts", "a,b\n,x", ", line 2, column 'a': the cell is blank; fill it in, or remove the row"),
    ],
)  # fmt: skip
def test_other_tables_that_cannot_be(tmp_path: Path, table: str, content: str, text: str) -> None:
    assert_error(write_folder(tmp_path, **SLOTTED | {table: content}), f"{table}.csv{text}")


def test_a_column_of_something_else_is_refused_once(tmp_path: Path) -> None:
    people = [f"p{number}" for number in range(30)]
    folder = write_folder(
        tmp_path,
        sessions=SMALL["sessions"],
        participants="\n".join(["participant", *people]),
        choices="\n".join(["when,participant,best", *(f"17:{who[1:]:>02},{who},x" for who in people)]),
    )
    text = "no cell names a session, '17:00' for example; remove the column"
    assert_error(folder, f"choices.csv, column 'when': {text}")


# ---- rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ("ranking = per-slot", ": not TOML: Invalid value (at line 1, column 11); correct it there, and put texts in "
            "quotation marks"),
        ('ranking = "x"', """: ranking is 'x'; write "per-day" or "per-slot\""""),
        ("unlisted = [3]", """: unlisted is [3]; write "forbidden" or "last\""""),
        ('rankings = "per-day"', ": key 'rankings' is unknown; did you mean 'ranking'?"),
        ("colour = 1", ": key 'colour' is unknown; remove it; there are ranking, unlisted, slots, fixed, forbidden"),
        ('slots = "am"', """: slots is 'am'; write a list such as ["morning", "afternoon"]"""),
        ('slots = [1, "am", "pm"]', ": slots: 1 is not a text; put quotation marks around it"),
        ('slots = ["am", "pm", " "]', ": slots: ' ' is blank; change it"),
        ("fixed = 3", ": fixed is 3; write [[fixed]] above the participant and session of each pair"),
        ('forbidden = [["p1", "x"]]', ", forbidden 1: ['p1', 'x'] is not a pair of ids; write participant = \"...\" "
            'and session = "...", nothing else'),
        ('fixed = [{participant = 1, session = "x"}]', ", fixed 1: {'participant': 1, 'session': 'x'} is not a pair of "
            'ids; write participant = "..." and session = "...", nothing else'),
        ('fixed = [{participant = "p1"}]', ", fixed 1: {'participant': 'p1'} is not a pair of ids; write participant = "
            '"..." and session = "...", nothing else'),
        ('[[fixed]]\nparticipant = "p1"\nsession = "x"\n[[fixed]]\nparticipant = "p1"\nsession = "q"',
            ", fixed 2, column 'session': unknown session 'q'; add the session or correct the id"),
        ('[[forbidden]]\nparticipant = "p9"\nsession = "x"', ", forbidden 1, column 'participant': unknown participant "
            "'p9'; add the participant or correct the id"),
        ('[[fixed]]\nparticipant = "p1"\nsession = "x"\n[[forbidden]]\nparticipant = "p1"\nsession = "Yoga"',
            ": participant 'p1' is fixed in session 'x' but is forbidden to take it; release the pair"),
        ('fixed = [{participant = "p1", session = "x"}, {participant = "p1", session = "y"}]',
            ": participant 'p1' is fixed in sessions 'x' and 'y', which share a slot; release one of them"),
        (b"\xff", ": not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte; correct it "
            "there, and put texts in quotation marks"),
        ("a=" + "[" * 100_000, ": not TOML: "),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_rules_that_cannot_be(tmp_path: Path, rules: str | bytes, text: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(f"rules.toml{text}")):
        read_tables(write_folder(tmp_path, **SLOTTED, rules=rules))


def test_a_slot_that_the_rules_leave_out_is_unknown(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **SLOTTED, rules='slots = ["am"]')
    assert_error(folder, "sessions.csv, line 4, column 'slots': unknown slot 'pm'; add the slot or correct the id")


def test_more_people_cannot_be_fixed_in_a_session_than_it_has_seats(tmp_path: Path) -> None:
    pairs = ", ".join(f'{{participant = "{who}", session = "z"}}' for who in ("p1", "p2", "p3"))
    assert_error(
        write_folder(tmp_path, **SLOTTED, rules=f"fixed = [{pairs}]"),
        "sessions.csv, line 4, column 'capacity': session 'z': 3 participants are fixed in it, above its capacity "
        "of 1; add seats or release some of them",
    )


# ---- tables as such ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("participants", "text"),
    [
        (b"", ": the table is empty; it needs a line of column names"),
        (" \n,,\n\n", ": the table is empty; it needs a line of column names"),
        ("participant,name\n", ": there is no row below the names of the columns; add at least one"),
        ("participant,name\n,\n\n", ": there is no row below the names of the columns; add at least one"),
        ("person\np1\n", ", column 'participant': the column is missing; add it, or give its name to one of 'person'"),
        ("participant,name,Name\np1,a,b\np2,a,b\n", ", column 'Name': the name occurs 2 times; rename or remove the "
            "other columns"),
        ("participant,,\np1,,x\np2\n", ", line 2: cell 3 is 'x' but its column has no name; name the column or clear "
            "the cell"),
        ("participant\np1\np2,x\n", ", line 3: the row has 2 cells but there are 1 columns; remove the rest, or put "
            "quotation marks around a cell that holds the separator"),
        ("participant\np1\np2" + ",x" * 99_999, ", line 3: the row has 100,000 cells but there are 1 columns; remove "
            "the rest, or put quotation marks around a cell that holds the separator"),
        ("participant,name\np1,\np2," + "x" * 200_000, ", line 3: cannot be read as cells (field larger than field "
            "limit (131072)); check its quotation marks"),
        ('participant,name\np1,"open\np2,x\n', ", line 2: cannot be read as cells (unexpected end of data); check its "
            "quotation marks"),
        ('participant,name\n\np1,"open" more\np2,x\n', ", line 3: cannot be read as cells (',' expected after '\"'); "
            "check its quotation marks"),
        ("participant,name\np1,x\np2,M\u00fcller\n".encode("latin-1"), ", line 3: byte 0xfc is not UTF-8; save the "
            "table as CSV (UTF-8)"),
        ("participant,name\np1,x\np2,y\n".encode("utf-16"), ": a binary file, not text; save the table as CSV "
            "(UTF-8), or name it .xlsx if it is a workbook"),
        (bytes(range(256)) * 10, ": a binary file, not text; save the table as CSV (UTF-8), or name it .xlsx if it is "
            "a workbook"),
        (b"PK\x03\x04workbook", ": a binary file, not text; save the table as CSV (UTF-8), or name it .xlsx if it is "
            "a workbook"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_files_that_are_no_tables(tmp_path: Path, participants: str | bytes, text: str) -> None:
    folder = write_folder(tmp_path, **SMALL | {"participants": participants})
    assert_error(folder, f"participants.csv{text}")


def test_a_column_name_that_begins_with_pk_is_no_sign_of_a_workbook(tmp_path: Path) -> None:
    participants = "PKZ,participant\n1,p1\n2,p2\n"
    assert read_tables(write_folder(tmp_path, **SMALL | {"participants": participants})).groups[0].name == "PKZ"


@pytest.mark.parametrize(
    ("choices", "first", "last"),
    [
        (
            "participant,session,rank" + "".join(f",c{number}" for number in range(100_000)) + "\np1,x,1\n",
            "choices.csv, column 'c0': the column is unknown; rename or remove it; known are participant, session, "
            "rank, rating",
            "choices.csv: 99,992 more columns are unknown; remove them",
        ),
        (
            "participant" + "".join(f",choice {number}" for number in range(100_000)) + "\np1,x,y,q\n",
            "choices.csv, column 'choice 0': rank 0 is not in 1 to 1,000,000; rank 1 is best",
            "choices.csv, line 2, column 'choice 2': unknown session 'q'; add the session or correct the id",
        ),
        (
            "participant,1" + ",choice" * 100_000 + "\np1,x,q\n",
            "choices.csv, column 'choice': the name occurs 100,000 times; rename or remove the other columns",
            "choices.csv, column 'choice': the name has no rank, unlike those of other columns; add it or remove the "
            "column",
        ),
    ],
    ids=["long", "wide", "all of one name"],
)
def test_a_hundred_thousand_columns_are_told_in_a_few_lines(
    tmp_path: Path, choices: str, first: str, last: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        read_tables(write_folder(tmp_path, **SMALL | {"choices": choices}))
    assert str(caught.value.findings[0]) == first
    assert str(caught.value.findings[-1]) == last
    assert len(caught.value.findings) < 20


def test_a_long_cell_is_told_in_short(tmp_path: Path) -> None:
    long = "x" * 100_000
    tables = SMALL | {
        "sessions": f"session,capacity\nx,{long}\ny,1\n",
        "participants": f"participant\np1\np2\n{long}\n{long}\n",
        "choices": f"participant,session,rank\np1,{long},1\n",
    }
    with pytest.raises(ProblemError, match=re.escape("xxx...' is not a whole number")) as caught:
        read_tables(write_folder(tmp_path, **tables))
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("capcity", "did you mean 'capacity'?"),
        ("Titles", "did you mean 'title'?"),
        (
            "colour",
            "rename or remove it; known are session, capacity, title, minimum, must_run, slots, topic, "
            "facilitators, tags, room",
        ),
    ],
)
def test_an_unknown_column_is_refused_with_a_hint(tmp_path: Path, column: str, text: str) -> None:
    folder = write_folder(tmp_path, **SMALL | {"sessions": f"session,capacity,{column}\nx,2,\ny,1,\n"})
    assert_error(folder, f"sessions.csv, column '{column}': the column is unknown; {text}")


def test_a_misspelt_column_is_named_on_both_sides(tmp_path: Path) -> None:
    assert_error(
        write_folder(tmp_path, **SMALL | {"choices": "participant,sesion,rank\np1,x,1\n"}),
        "2 problems in the input:\n"
        "  choices.csv, column 'sesion': the column is unknown; did you mean 'session'?\n"
        "  choices.csv, column 'session': the column is missing; add it, or give its name to one of "
        "'participant', 'sesion', 'rank'",
    )


# ---- files and folders -------------------------------------------------------------------------------------------


def test_all_missing_tables_are_named_with_the_files_that_could_be_meant(tmp_path: Path) -> None:
    tables: dict[str, str | bytes] = {
        "participants": SMALL["participants"],
        "sessions.xls": "",
        "choices (1).csv": "",
        "notes.md": "",
    }
    assert_error(
        write_folder(tmp_path, **tables),
        "2 problems in the input:\n"
        "  sessions.csv: missing; every problem needs this table; not read: choices (1).csv, sessions.xls\n"
        "  choices.csv: missing; every problem needs this table; not read: choices (1).csv, sessions.xls",
    )


def test_a_missing_table_hides_nothing_that_is_wrong_with_another(tmp_path: Path) -> None:
    tables: dict[str, str | bytes] = {
        "participants": "participant,limit\np1,one\n",
        "choices": "participant,session,rank\np1,x,first\n",
    }
    assert_error(
        write_folder(tmp_path, **tables),
        "3 problems in the input:\n"
        "  sessions.csv: missing; every problem needs this table\n"
        "  participants.csv, line 2, column 'limit': 'one' is not a whole number; write one such as 12, digits only\n"
        "  choices.csv, line 2, column 'rank': 'first' is not a whole number; write one such as 12, digits only",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("priority.csv", "not read under this name; call it priorities, or remove it"),
        ("Facilitator.csv", "not read under this name; call it facilitators, or remove it"),
        ("Conflict.xlsx", "not read under this name; call it conflicts, or remove it"),
        ("rules.toml.txt", "not read under this name; call it rules.toml, in a folder of tables, or remove it"),
    ],
)
def test_an_optional_table_of_almost_the_right_name_is_not_ignored(tmp_path: Path, name: str, text: str) -> None:
    assert_error(write_folder(tmp_path, **SMALL, **{name: "x"}), f"{name}: {text}")


@pytest.mark.parametrize("other", ["sessions.xlsx", "Sessions.csv"])
def test_a_table_that_is_there_twice_is_refused(tmp_path: Path, other: str) -> None:
    first, second = sorted(["sessions.csv", other])
    folder = write_folder(tmp_path, **SMALL, **{other: "x"})
    assert_error(folder, f"{first}: {second} is there, too; keep one of the two")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    text = "no such folder; name the folder that holds sessions.csv and the other tables"
    assert_error(tmp_path / "day", f"{tmp_path / 'day'}: {text}")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = write_folder(tmp_path, **SMALL) / "sessions.csv"
    text = "a file, but not a workbook; name the folder that holds sessions.csv and the other tables"
    assert_error(path, f"{path}: {text}")


@pytest.mark.parametrize("name", ["sessions.csv", "sessions.xlsx", "rules.toml"])
def test_a_folder_is_no_table(tmp_path: Path, name: str) -> None:
    tables = dict(SMALL)
    if name.startswith("sessions"):
        del tables["sessions"]
    (write_folder(tmp_path, **tables) / name).mkdir()
    with pytest.raises(ProblemError, match=rf"^{re.escape(name)}: cannot be read.*[Ii]s a directory"):
        read_tables(tmp_path)


@pytest.mark.parametrize("content", [b"", b"session,capacity\nx,1\n", b"PK\x03\x04" + bytes(100)])
def test_a_file_that_only_is_called_a_workbook(tmp_path: Path, content: bytes) -> None:
    folder = write_folder(tmp_path, participants="participant\np1\n", choices="", **{"sessions.xlsx": content})
    with pytest.raises(ProblemError, match=r"sessions\.xlsx: cannot be read as an \.xlsx workbook \(.*\); save it as"):
        read_tables(folder)
    with pytest.raises(ProblemError, match=r"sessions\.xlsx: cannot be read as an \.xlsx workbook \(.*\); save it as"):
        read_tables(folder / "sessions.xlsx")


def test_a_workbook_without_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (tmp_path / "day.xlsx").touch()
    text = "reading .xlsx needs openpyxl; install pdalloc[excel] or save the table as CSV (UTF-8)"
    assert_error(tmp_path / "day.xlsx", f"day.xlsx: {text}")


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        worksheet = book.create_sheet(title)
        for row in rows:
            worksheet.append(row)
    book.save(path)
    return path


def test_a_workbook_names_sheet_and_row(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "day.xlsx",
        Sessions=[[], ["session", "capacity"], ["x", 2.5]],
        participants=[["participant"], ["p1"]],
        Priority=[["session"]],
    )
    assert_error(
        path,
        "3 problems in the input:\n"
        "  day.xlsx, sheet Sessions, row 3, column 'capacity': '2.5' is not a whole number; write one such as 12, "
        "digits only\n"
        "  day.xlsx, sheet choices: missing; every problem needs this table; not read: day.xlsx, sheet Priority\n"
        "  day.xlsx, sheet Priority: not read under this name; call it priorities, or remove it",
    )


def test_a_workbook_of_one_table_has_one_sheet_that_counts(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, participants=SMALL["participants"], choices=SMALL["choices"])
    workbook(folder / "sessions.xlsx", one=[["session"]], two=[["session"]])
    text = "2 of its sheets hold cells; keep one of them, or call the one that counts 'sessions'"
    assert_error(folder, f"sessions.xlsx: {text}")


def test_a_frame_names_the_position_of_the_row() -> None:
    with pytest.raises(ProblemError) as caught:
        Problem.from_frames(
            pd.DataFrame({"session": ["x", "y"], "capacity": [1, np.nan]}),
            pd.DataFrame({"participant": ["p1"]}),
            pd.DataFrame({"participant": ["p1"], "session": ["x"], "rating": [np.inf]}),
            conflicts=pd.DataFrame(),
            rules={"fixed": [{"participant": "p1", "session": "q"}]},
        )
    assert str(caught.value) == (
        "4 problems in the input:\n"
        "  sessions, row 1, column 'capacity': the cell is blank; fill it in, or remove the row\n"
        "  choices, row 0, column 'rating': 'inf' is not a finite number; write one such as 2.5, with a point\n"
        "  conflicts: the table is empty; it needs a line of column names\n"
        "  rules, fixed 1, column 'session': unknown session 'q'; add the session or correct the id"
    )


def test_a_required_frame_that_is_none_is_missing() -> None:
    nothing: Any = None
    with pytest.raises(ProblemError, match=r"^choices: missing; every problem needs this table$"):
        Problem.from_frames(
            pd.DataFrame({"session": ["x"], "capacity": [1]}), pd.DataFrame({"participant": ["p1"]}), nothing
        )


# ---- everything at once ------------------------------------------------------------------------------------------


def test_the_problems_of_all_tables_are_told_together_in_reading_order(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        sessions="session,capacity\nx,2\ny,-1\n",
        participants="participant,weight\np1,heavy\np2,0\n",
        choices="participant,session,rank\np1,x,0\np2,q,1\np1,y,best\n",
        priorities="session,participant,priority\nx,p9,1\n",
        conflicts="a,b\nx,x\n",
        rules="fixed = 3",
    )
    with pytest.raises(ProblemError) as caught:
        read_tables(folder)
    assert list(dict.fromkeys(finding.place for finding in caught.value.findings)) == [
        "sessions.csv, line 3", "participants.csv, line 2", "participants.csv, line 3", "choices.csv, line 2",
        "choices.csv, line 3", "choices.csv, line 4", "priorities.csv, line 2", "conflicts.csv, line 2", "rules.toml",
    ]  # fmt: skip


def test_of_many_problems_the_first_twenty_are_shown(tmp_path: Path) -> None:
    choices = "participant,session,rank\n" + "".join(f"p1,q{number},1\n" for number in range(50))
    with pytest.raises(ProblemError) as caught:
        read_tables(write_folder(tmp_path, **SMALL | {"choices": choices}))
    lines = str(caught.value).splitlines()
    assert lines[0] == "50 problems in the input:"
    assert lines[1:21] == [
        f"  choices.csv, line {number + 2}, column 'session': unknown session 'q{number}'; add the session or "
        "correct the id"
        for number in range(20)
    ]
    assert lines[21:] == ["  ... and 30 more"]
    assert len(caught.value.findings) == 50


def test_a_table_that_cannot_be_read_makes_no_further_problems(tmp_path: Path) -> None:
    rules = 'fixed = [{participant = "p1", session = "x"}]'
    folder = write_folder(tmp_path, **SMALL | {"sessions": "session,seats\nx,1\n"}, conflicts="a,b\nx,y\n", rules=rules)
    with pytest.raises(ProblemError) as caught:
        read_tables(folder)
    assert {finding.place for finding in caught.value.findings} == {"sessions.csv"}


def test_a_cell_that_cannot_be_read_makes_no_further_problems(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        **SMALL | {"sessions": "session,capacity,minimum\nx,two,1\ny,1,\n"},
        rules='fixed = [{participant = "p1", session = "x"}]',
    )
    text = "'two' is not a whole number; write one such as 12, digits only"
    assert_error(folder, f"sessions.csv, line 2, column 'capacity': {text}")


TEXTS = st.text(st.sampled_from("xyp12,;\n\r\t\"' .-0\0é\ufeff\u0301"), max_size=60) | st.text(max_size=30)
"""Pieces that CSV, ids and numbers are made of."""


@given(table=st.sampled_from(sorted(SMALL)), head=st.booleans(), content=TEXTS | st.binary(max_size=60))
def test_no_table_whatever_leads_to_another_error(
    tmp_path_factory: pytest.TempPathFactory, table: str, head: bool, content: str | bytes
) -> None:
    good = SMALL[table]
    encoded = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    start = good.encode().splitlines(keepends=True)[0] if head and isinstance(good, str) else b""
    folder = write_folder(tmp_path_factory.mktemp("day"), **SMALL | {table: start + encoded})
    findings: tuple[Finding, ...] = ()
    try:
        read_tables(folder)
    except ProblemError as error:
        findings = error.findings or (Finding("an error without a finding"),)
    assert all(finding.place for finding in findings)
