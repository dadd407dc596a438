"""Plain matrices, from files and arrays, against problems made choice by choice."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Model, readers
from pdalloc.errors import OptionError, ProblemError
from pdalloc.readers.matrix import Kind
from tests.depth import examples

NAN = float("nan")


def written(folder: Path, text: str) -> Path:
    file = folder / "m.csv"
    file.write_text(text, encoding="utf-8")
    return file


CELLS = {"ranks": st.integers(1, 9), "ratings": st.integers(-9, 9).map(lambda number: number / 2)}


@pytest.mark.parametrize("kind", ["ranks", "ratings"])
@settings(max_examples=examples(40))
@given(data=st.data())
def test_a_file_and_an_array_give_what_its_cells_say(
    tmp_path_factory: pytest.TempPathFactory, kind: Kind, data: st.DataObject
) -> None:
    header, labels = data.draw(st.booleans()), data.draw(st.booleans())
    people, sessions = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 4))
    row = st.lists(st.none() | CELLS[kind], min_size=sessions, max_size=sessions)
    cells = data.draw(st.lists(row, min_size=people, max_size=people))
    who = [f"p{number}" if labels else str(number) for number in range(people)]
    what = [f"s{number}" if header else str(number) for number in range(sessions)]
    lines: list[Sequence[object]] = [["", *what][1 - labels :]] if header else []
    lines += [[*([name] if labels else []), *given] for name, given in zip(who, cells, strict=True)]
    file = tmp_path_factory.getbasetemp() / f"{kind}.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(lines)
    model = Model()
    for number, session in enumerate(what):
        model.add_session(session, capacity=number)
    for person, given_cells in zip(who, cells, strict=True):
        model.add_participant(person)
        for session, cell in zip(what, given_cells, strict=True):
            if cell is not None:
                rank, rating = (int(cell), None) if kind == "ranks" else (None, cell)
                model.add_choice(person, session, rank, rating)
    expected = model.build()
    read = readers.matrix(file, capacity=range(sessions), kind=kind, header=header, labels=labels)
    assert read == expected
    if not header and not labels:
        array = np.array(cells, np.float64)
        assert readers.matrix(array, capacity=range(sessions), kind=kind) == expected


def test_ranks_are_taken_as_they_are_and_ratings_give_dense_ones() -> None:
    given_cells = [[2, 7, NAN, 2]]
    ranks = readers.matrix(given_cells, capacity=1).choices
    assert (ranks.session.tolist(), ranks.rank.tolist()) == ([0, 3, 1], [2, 2, 7])
    ratings = readers.matrix(given_cells, capacity=1, kind="ratings").choices
    assert (ratings.session.tolist(), ratings.rank.tolist()) == ([1, 0, 3], [1, 2, 2])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "who,x,y\na,1,2\nb,1.5,2\n",
            "m.csv, line 3: cell 2: '1.5' is not a whole number; write one such as 12, digits only",
        ),
        (
            "who,x,y\na,1,0\n",
            "m.csv, line 2: cell 3: rank 0 is not in 1 to 1,000,000; rank 1 is best, leave blank what is not listed",
        ),
        ("who,x,y\na,1\n", "m.csv, line 2: the row has 2 cells, but it should have 3; add or remove the others"),
        (
            "1,2,3\n3,2,1\n",
            "m.csv, line 1: its first cell is 1, so it is no line of session ids; add one, or give header=False",
        ),
        ("who,x,y\n", "m.csv: there is no row of numbers; give one a participant"),
        ("", "m.csv: there is no row of numbers; give one a participant"),
        ("who,x,y\na,1,2\na,2,1\n", "m.csv, line 3: participant 'a' is given twice (m.csv, line 2); ids must differ"),
        ("who,x,y\na,1,2\n,2,1\n", "m.csv, line 3: participant id '' is blank"),
        ("who,x,x\na,1,2\n", "m.csv, line 1: session 'x' is given twice (m.csv, line 1); ids must differ"),
        (
            'who,x,y\na,1,"2\n',
            "m.csv, line 2: cannot be read as cells (unexpected end of data); check its quotation marks",
        ),
    ],
)
def test_wrong_files_are_named_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        readers.matrix(written(tmp_path, text), capacity=1)
    assert str(caught.value) == message


def test_a_rating_must_be_a_number(tmp_path: Path) -> None:
    with pytest.raises(
        ProblemError, match=r"^m.csv, line 2: cell 3: 'good' is not a finite number; write one such as 2.5"
    ):
        readers.matrix(written(tmp_path, "who,x,y\na,1,good\n"), capacity=1, kind="ratings")


def test_wrong_arrays_and_options_are_named() -> None:
    with pytest.raises(ProblemError, match=r"^the matrix has 1 dimensions; give participants x sessions$"):
        readers.matrix([1, 2], capacity=1)
    with pytest.raises(
        ProblemError, match=r"^the matrix does not hold numbers in rows of equal length; write nan for none"
    ):
        readers.matrix([[1, 2], [1]], capacity=1)
    for rank in (0, 1.5, float("inf")):
        text = rf"^row 0, column 1: rank {rank:g} is no whole number from 1 to 1,000,000; rank 1 is best, write nan for"
        with pytest.raises(ProblemError, match=text):
            readers.matrix([[1, rank]], capacity=1)
    with pytest.raises(OptionError, match=r"^matrix: kind is 'costs'; give one of ranks, ratings$"):
        readers.matrix([[1, 2]], capacity=1, kind="costs")  # type: ignore[arg-type]
