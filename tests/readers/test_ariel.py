"""Course allocation at Ariel University: the known answer, and the file's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pdalloc import Status, metrics, readers, solve
from pdalloc.errors import ProblemError

FILE = Path(__file__).parents[2] / "benchmarks" / "instances" / "ariel-5783" / "ariel_5783_input.json"


def test_the_most_points_with_bars_and_conflicts_are_known() -> None:
    problem = readers.ariel(FILE)
    assert (len(problem.participants), len(problem.sessions)) == (26, 23)
    result = solve(problem, objective="welfare")
    assert result.status == Status.OPTIMAL
    assert metrics.utilities(result.allocation).sum() == 21_942
    given = json.loads(FILE.read_text(encoding="utf-8"))
    points = 0
    for student in problem.participants:
        courses = set(result.allocation.schedule_of(student))
        points += sum(given["valuations"][student].get(course, 0) for course in courses)
        assert len(courses) <= given["agent_capacities"][student]
        assert not courses & set(given["agent_conflicts"].get(student, ()))
        for course in courses:
            assert not courses & set(given["item_conflicts"].get(course, ()))
    assert points == 21_942


def test_every_point_becomes_a_rating() -> None:
    problem = readers.ariel(FILE)
    given = json.loads(FILE.read_text(encoding="utf-8"))["valuations"]
    assert problem.choices.rating is not None
    found = {
        (problem.participants[who], problem.sessions[what]): rating
        for who, what, rating in zip(
            problem.choices.participant, problem.choices.session, problem.choices.rating.tolist(), strict=True
        )
    }
    assert found == {(who, what): rating for who in given for what, rating in given[who].items() if rating > 0}


SMALL: dict[str, Any] = {
    "valuations": {"s1": {"a": 600, "b": 400}},
    "agent_capacities": {"s1": 1},
    "item_capacities": {"a": 1, "b": 1},
    "agent_conflicts": {},
    "item_conflicts": {},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"agent_capacities": {}},
            "x.json: student 's1' is in valuations but not in agent_capacities; add it or correct its name",
        ),
        (
            {"item_capacities": {"a": 1}},
            "x.json: course 'b' is in valuations but not in item_capacities; add it or correct its name",
        ),
        (
            {"agent_capacities": {"s1": "two"}},
            "x.json: not such an input (Expected `int`, got `str` - at `$.agent_capacities[...]`); give a file as "
            "fairpyx publishes it",
        ),
        (
            {"item_conflicts": {"a": ["c"]}},
            "x.json: course 'c' is in item_conflicts but not in item_capacities; add it or correct its name",
        ),
        (
            {"agent_conflicts": {"s2": ["a"]}},
            "x.json: student 's2' is in agent_conflicts but not in valuations; add it or correct its name",
        ),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(SMALL | change), encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        readers.ariel(file)
    assert str(caught.value) == message
