"""Results are read again with the tables they were made from, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pdalloc
from pdalloc.cli.results import read_result, read_results
from pdalloc.errors import ProblemError
from tests.cli.running import run
from tests.problem.folders import SMALL, write_folder


@pytest.fixture
def allocated(day: Path) -> Path:
    assert run("allocate", day).exit_code == 0
    return day


def refusal(folder: Path, path: Path | None = None) -> str:
    with pytest.raises(ProblemError) as error:
        read_result(folder, path)
    return str(error.value)


def test_a_result_is_found_beside_the_tables_in_a_folder_or_by_its_file(allocated: Path) -> None:
    expected = pdalloc.solve(pdalloc.read_tables(allocated)).allocation
    out = allocated / "allocation"
    for path in (None, out, out / "result.json"):
        assert read_result(allocated, path).allocation == expected
    once, again = read_results(allocated, [out, out / "result.json"])
    assert once.allocation.problem is again.allocation.problem


@pytest.mark.parametrize(("rule", "option"), [("forbidden", "last"), ("last", "forbidden")])
def test_a_result_made_with_another_rule_for_unlisted_places_is_read_with_that_rule(
    tmp_path: Path, rule: str, option: str
) -> None:
    folder = write_folder(tmp_path, **SMALL, rules=f'unlisted = "{rule}"')
    assert run("allocate", folder, "--unlisted", option).exit_code == 0
    result = read_result(folder)
    assert result.allocation.problem.unlisted == option
    assert not result.allocation.violations()


def test_a_result_that_is_not_there_says_how_to_make_it(day: Path) -> None:
    missing = day / "allocation" / "result.json"
    text = f"no such file; run `pdalloc allocate {day}` first, or name a result.json that it wrote"
    assert refusal(day) == f"{missing}: {text}"
    (day / "allocation").mkdir()
    assert refusal(day) == f"{missing}: {text}"
    assert refusal(day, day / "other.json") == f"{day / 'other.json'}: {text}"
    long = day / ("x" * 5000)
    assert refusal(day, long) == f"{long}: cannot be read: File name too long; name a result.json"
    assert refusal(day, day / "sessions.csv" / "below").endswith("cannot be read: Not a directory; name a result.json")


def test_a_result_of_other_tables_is_refused(allocated: Path) -> None:
    made_from = pdalloc.read_tables(allocated).content_hash
    (allocated / "sessions.csv").write_text("session,capacity\nx,2\ny,2\n")
    now = pdalloc.read_tables(allocated).content_hash
    file = allocated / "allocation" / "result.json"
    assert refusal(allocated) == (
        f"{file}: the result belongs to problem {made_from[:12]}..., but the tables in {allocated} are {now[:12]}...; "
        "name the folder that it was made from, or run `pdalloc allocate` again if they have changed"
    )


def test_what_is_no_result_is_refused_by_name(allocated: Path) -> None:
    file = allocated / "allocation" / "result.json"
    whole = file.read_text()
    file.write_text(whole[:50])
    assert refusal(allocated).startswith(f"{file}: not a JSON document: ")
    file.write_bytes(b"\xff\xfe")
    assert refusal(allocated).startswith(f"{file}: not a JSON document: ")
    file.write_text('{"format": "pdalloc/allocation"}')
    assert refusal(allocated) == (f"{file}: the document has format 'pdalloc/allocation'; expected 'pdalloc/result'")
    file.write_text(json.dumps(json.loads(whole) | {"schedules": {"p1": ["y"], "p2": ["y"]}}))
    assert refusal(allocated).startswith(f"{file}: the document contradicts the problem or itself: ")
