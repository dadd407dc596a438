"""Every form in which capacities come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pdalloc.errors import ProblemError
from pdalloc.readers.seats import Capacity, seats

SESSIONS = ("1", "2", "3")
TITLES = ("Art", "Music", "2")


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (7, [7, 7, 7]),
        (np.int32(7), [7, 7, 7]),
        ([4, 5, 6], [4, 5, 6]),
        (np.array([4, 5, 6]), [4, 5, 6]),
        (np.array([4.0, 5.0, 6.0]), [4, 5, 6]),
        ({1: 4, 2: 5, 3: 6}, [4, 5, 6]),
        ({"Music": 5, "1": 4, "3": 6}, [4, 5, 6]),
        # an id comes before a title: "2" is the second session
        ({"Art": 4, "2": 5, "3": 0}, [4, 5, 0]),
    ],
)
def test_capacities_are_given_in_every_form(capacity: Capacity, expected: list[int]) -> None:
    assert seats(capacity, SESSIONS, TITLES).tolist() == expected


def test_capacities_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text("room;capacity;session\na;4;Art\nb;5.0;2\nc;6;3\n", encoding="utf-8")
    assert seats(file, SESSIONS, TITLES).tolist() == seats(str(file), SESSIONS, TITLES).tolist() == [4, 5, 6]


@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        ({"1": 4}, "capacity: no capacity for session '2', '3'; every session needs one"),
        ([4, 5], r"capacity has shape (2,), but there are 3 sessions; give one number a session"),
        ({1: 4, 2: 5, 3: 6, "Musik": 7}, "capacity: unknown session 'Musik'; did you mean 'Music'?"),
        ({1: 4, 2: 5, 3: 6, "Music": 7}, "capacity: session '2' has a capacity already; keep one of the two"),
        (-6, "capacity -6 is not a whole number from 0 to 2,147,483,647; correct it"),
        (1.5, "capacity 1.5 is not a whole number from 0 to 2,147,483,647; correct it"),
        (None, "capacity None is not a whole number from 0 to 2,147,483,647; correct it"),
        (
            {1: 4, 2: 5, 3: -6},
            "capacity: session '3': capacity -6 is not a whole number from 0 to 2,147,483,647; correct it",
        ),
        (
            {1: 4, 2: 5, 3: 0.5},
            "capacity: session '3': capacity 0.5 is not a whole number from 0 to 2,147,483,647; correct it",
        ),
        (
            {1: 4, 2: 5, 3: True},
            "capacity: session '3': capacity True is not a whole number from 0 to 2,147,483,647; correct it",
        ),
    ],
)
def test_wrong_capacities_are_named(capacity: Capacity, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        seats(capacity, SESSIONS, TITLES)
    assert str(caught.value) == message


def test_a_title_of_several_sessions_names_none() -> None:
    with pytest.raises(ProblemError) as caught:
        seats({"1": 1, "2": 1, "Art": 1}, SESSIONS, ("Music", "Art", "Art"))
    assert [str(finding) for finding in caught.value.findings] == [
        "capacity: sessions '2', '3' all have the title 'Art'; give their ids",
        "capacity: no capacity for session '3'; every session needs one",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("session,seats\n1,4\n", "rooms.csv: the columns are session, seats; it needs session and capacity"),
        (
            "session,capacity\n1,4\n2,many\n3,6\n",
            "rooms.csv, line 3: session '2': capacity 'many' is not a whole number from 0 to 2,147,483,647; correct it",
        ),
        ("", "rooms.csv: the table is empty; it needs a line of column names"),
    ],
)
def test_wrong_files_of_capacities_are_named_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        seats(file, SESSIONS)
    assert str(caught.value) == message
