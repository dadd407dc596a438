"""PrefLib files: written here in every way the format allows, and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import Problem, readers
from pdalloc.errors import ProblemError
from tests.depth import examples

HEADER = (
    "# FILE NAME: {name}\n# TITLE: Courses: 2003\n# DATA TYPE: {kind}\n# NUMBER ALTERNATIVES: 4\n# NUMBER VOTERS: 3\n"
)
NAMES = "".join(f"# ALTERNATIVE NAME {number}: Course {letter}\n" for number, letter in enumerate("ABCD", 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, kind: str, orders: str, header: str = HEADER + NAMES) -> Path:
    file = folder / f"00099-00000001.{kind}"
    file.write_text(header.format(name=file.name, kind=kind) + orders, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("kind", "orders", "first", "last"),
    [
        ("soc", "2: 4,2,1,3\n1: 1,2,3,4\n", ["4", "2", "1", "3"], ["1", "2", "3", "4"]),
        ("soi", "2: 4,2\n1: 1\n", ["4", "2"], ["1"]),
        ("toc", "2: 4,{1,2,3}\n1: {2,3},{1,4}\n", ["4", ["1", "2", "3"]], [["2", "3"], ["1", "4"]]),
        ("toi", "2: 4,{1,2},3\n1: {2,3}\n", ["4", ["1", "2"], "3"], [["2", "3"]]),
        ("toi", "\n 2 :4 , { 1, 2 } ,3\r\n\n1: {2 ,3}", ["4", ["1", "2"], "3"], [["2", "3"]]),
        ("soi", "2: {4},2\n1:\n", ["4", "2"], []),
    ],
)
def test_each_kind_of_orders_is_read(folder: Path, kind: str, orders: str, first: list[str], last: list[str]) -> None:
    problem = readers.preflib(written(folder, kind, orders), capacity=2)
    expected = Problem.from_rankings({"1": first, "2": first, "3": last}, dict.fromkeys("1234", 2))
    assert problem == replace(expected, title=("Course A", "Course B", "Course C", "Course D"))


def test_no_rank_is_skipped_after_a_tie(folder: Path) -> None:
    problem = readers.preflib(written(folder, "toi", "3: 1,{3,4},2\n"), capacity=1)
    assert problem.choices.session[:4].tolist() == [0, 2, 3, 1]
    assert problem.choices.rank[:4].tolist() == [1, 2, 2, 3]


def test_alternatives_that_were_not_ranked_may_be_allowed(folder: Path) -> None:
    assert readers.preflib(written(folder, "soi", "3: 1\n"), capacity=1, unlisted="last").unlisted == "last"


@st.composite
def profiles(draw: st.DrawFn) -> tuple[str, int, list[tuple[int, list[list[int]]]]]:
    """A kind, a number of alternatives, and distinct lines of voters and their order as ties."""
    kind = draw(st.sampled_from(["soc", "soi", "toc", "toi"]))
    alternatives = draw(st.integers(1, 5))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        left = draw(st.permutations(range(1, alternatives + 1)))
        if kind.endswith("i"):
            left = left[: draw(st.integers(0, alternatives))]
        order = []
        while left:
            size = draw(st.integers(1, len(left))) if kind.startswith("t") else 1
            order.append(list(left[:size]))
            left = left[size:]
        lines.append((draw(st.integers(1, 3)), order))
    return kind, alternatives, lines


@settings(max_examples=examples(50))
@given(profiles(), st.sampled_from(["", " "]))
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, profile: tuple[str, int, list[tuple[int, list[list[int]]]]], blank: str
) -> None:
    kind, alternatives, lines = profile
    header = [f"# DATA TYPE: {kind}", f"# NUMBER ALTERNATIVES: {alternatives}"]
    header.append(f"# NUMBER VOTERS: {sum(count for count, _ in lines)}")
    header += [f"# ALTERNATIVE NAME {number}: n{number}" for number in range(1, alternatives + 1)]
    separator = f"{blank},{blank}"
    text = [
        f"{count}: "
        + separator.join(str(tie[0]) if len(tie) == 1 else "{" + separator.join(map(str, tie)) + "}" for tie in order)
        for count, order in lines
    ]
    file = tmp_path_factory.getbasetemp() / "profile"
    file.write_text("\n".join([*header, *text]), encoding="utf-8")
    votes = [[[str(number) for number in tie] for tie in order] for count, order in lines for _ in range(count)]
    expected = Problem.from_rankings(
        {str(voter): vote for voter, vote in enumerate(votes, 1)},
        {str(number): number for number in range(1, alternatives + 1)},
    )
    problem = readers.preflib(file, capacity=range(1, alternatives + 1))
    assert problem == replace(expected, title=tuple(f"n{number}" for number in range(1, alternatives + 1)))


FILE = "00099-00000001"


@pytest.mark.parametrize(
    ("kind", "orders", "message"),
    [
        (
            "soc",
            "3: 1,2,{3,4}\n",
            f"{FILE}.soc, line 10: alternatives 3 and 4 tie, but the data type is soc (strict and complete); correct "
            "the order, or make it toc",
        ),
        (
            "soi",
            "3: {1,2}\n",
            f"{FILE}.soi, line 10: alternatives 1 and 2 tie, but the data type is soi (strict, maybe incomplete); "
            "correct the order, or make it toi",
        ),
        (
            "toc",
            "3: {1,2},4\n",
            f"{FILE}.toc, line 10: 3 of 4 alternatives are listed, but the data type is toc (maybe tied, complete); "
            "correct the order, or make it toi",
        ),
        (
            "soi",
            "3: 1,5\n",
            f"{FILE}.soi, line 10: alternative 5 is not in 1 to 4; correct it or NUMBER ALTERNATIVES",
        ),
        ("soi", "3: 1,0\n", f"{FILE}.soi, line 10: alternative 0 is not in 1 to 4; correct it or NUMBER ALTERNATIVES"),
        ("soi", "3: 1,2,1\n", f"{FILE}.soi, line 10: alternative 1 is listed twice; keep one of the two"),
        (
            "soi",
            "2: 1\n",
            f"{FILE}.soi, line 5: NUMBER VOTERS is 3, but the orders are those of 2; correct whichever is wrong",
        ),
        (
            "soi",
            "0: 1\n",
            f"{FILE}.soi, line 10: the order is that of 0 voters; write how many there are, from 1 to 100,000,000",
        ),
        (
            "toi",
            "3: 1,{2,{3}}\n",
            f"{FILE}.toi, line 10: '3: 1,{{2,{{3}}}}' is no order; write voters, a colon, and alternatives best first "
            "with ties in braces, such as 2: 1,{3,4},2",
        ),
    ],
)
def test_wrong_orders_are_named_with_their_line(folder: Path, kind: str, orders: str, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        readers.preflib(written(folder, kind, orders), capacity=1)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "orders", ["3: 1 2\n", "3: {}\n", "3: 1,,2\n", "3; 1\n", "1,2,3\n", "3: 1,\n", "-3: 1\n", "3: a\n"]
)
def test_lines_that_are_no_orders_are_refused(folder: Path, orders: str) -> None:
    with pytest.raises(ProblemError, match=r"^00099-00000001.toi, line 10: .* is no order; write voters, a colon"):
        readers.preflib(written(folder, "toi", orders), capacity=1)


def test_all_wrong_lines_are_reported_together(folder: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        readers.preflib(written(folder, "soi", "1: 1,5\n1: 2\n1: 3,3\n"), capacity=1)
    assert [finding.place for finding in caught.value.findings] == [f"{FILE}.soi, line 10", f"{FILE}.soi, line 12"]


@pytest.mark.parametrize("kind", ["cat", "wmd", "tog", "dat"])
def test_other_data_types_are_refused_by_name(folder: Path, kind: str) -> None:
    message = f"{FILE}.{kind}, line 3: the data type is '{kind}', which holds no orders; give one of soc, soi, toc, toi"
    with pytest.raises(ProblemError, match=message):
        readers.preflib(written(folder, kind, "1,2\n"), capacity=1)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("# NUMBER VOTERS: 3\n", r"soi: there is no line '# NUMBER ALTERNATIVES: ...'; it must say how many there are"),
        ("# NUMBER ALTERNATIVES: x\n", "soi, line 1: NUMBER ALTERNATIVES is 'x'; it must say how many there are"),
        ("# NUMBER ALTERNATIVES: 4\n# NUMBER VOTERS: 0\n" + NAMES, "soi, line 2: NUMBER VOTERS is '0'; it must say"),
        (
            "# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 3\n" + NAMES,
            "soi, line 6: there are 3 alternatives, but one has the number '4'",
        ),
        (
            "# NUMBER ALTERNATIVES: 4\n# NUMBER VOTERS: 3\n" + NAMES + "# ALTERNATIVE NAME 4: E\n",
            "soi, line 7: ALTERNATIVE NAME 4 is given twice; keep one of the two",
        ),
        (
            "# NUMBER ALTERNATIVES: 5\n# NUMBER VOTERS: 3\n" + NAMES,
            "soi: there are 5 alternatives, but number 5 has no line '# ALTERNATIVE NAME ...'",
        ),
    ],
)
def test_headers_that_disagree_are_refused(folder: Path, header: str, message: str) -> None:
    with pytest.raises(ProblemError, match=f"^{FILE}.{message}"):
        readers.preflib(written(folder, "soi", "3: 1\n", header), capacity=1)


def test_files_that_are_no_text_are_refused(folder: Path) -> None:
    file = folder / "x.soc"
    with pytest.raises(ProblemError, match=r"^x.soc: cannot be read: No such file or directory"):
        readers.preflib(file, capacity=1)
    file.write_bytes(b"# DATA TYPE: soc\n# ALTERNATIVE NAME 1: Caf\xe9\n")
    with pytest.raises(ProblemError, match=r"^x.soc, line 2: byte 0xe9 is not UTF-8; save it as UTF-8 text"):
        readers.preflib(file, capacity=1)
    file.write_bytes(b"\0\1")
    with pytest.raises(ProblemError, match=r"^x.soc: a binary file, not text; save it as UTF-8 text$"):
        readers.preflib(file, capacity=1)
