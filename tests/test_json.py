"""JSON documents: exact round trips, shipped schemas, and clear refusals."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from scripts.write_schemas import DOCUMENTS, schema_text

import pdalloc
from pdalloc import Allocation, Problem, Result, generators, solve
from pdalloc.errors import ProblemError
from tests.strategies import problems

SCHEMAS = Path(pdalloc.__file__).parent / "schemas"

problem = Problem.from_rankings({"t001": ["x", ["y", "z"]], "t002": ["x"]}, capacity={"x": 1, "y": 1, "z": 1})


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_shipped_schema_is_that_of_the_document(name: str) -> None:
    assert (SCHEMAS / name).read_text(encoding="utf-8") == schema_text(DOCUMENTS[name])
    jsonschema.Draft202012Validator.check_schema(schema(name))


@given(problem=problems(minimums=True, facilitator_limits=True, weights=True, rules=2, soft=True))
def test_a_problem_survives_the_round_trip(problem: Problem) -> None:
    text = problem.to_json()
    again = Problem.from_json(text)
    assert again == problem
    assert again.to_json() == text
    jsonschema.validate(json.loads(text), schema("problem-3.json"))


@given(problem=problems())
def test_allocations_and_results_survive_the_round_trip(problem: Problem) -> None:
    result = solve(problem, "lottery", seed=5)
    allocation = Allocation.from_json(result.allocation.to_json(), problem)
    assert allocation == result.allocation
    text = result.to_json()
    again = Result.from_json(text, problem)
    assert again == result
    assert again.to_json() == text
    jsonschema.validate(json.loads(text), schema("result-1.json"))
    jsonschema.validate(json.loads(allocation.to_json()), schema("allocation-1.json"))


@pytest.mark.parametrize("objective", ["rank-sum", "welfare", "welfare,rank-sum"])
def test_an_optimal_result_keeps_value_bound_and_options(objective: str) -> None:
    rated = Problem.from_ratings([[2.5, 1], [2, 0.1]], capacity=[1, 1])
    result = solve(rated, "flow", objective=objective, seed=3)
    again = Result.from_json(result.to_json(), rated)
    assert again == result
    assert (
        again.objective
        == again.bound
        == {
            "rank-sum": (0, 1),
            "welfare": (30,),
            "welfare,rank-sum": (30, 0, 1),
        }[objective]
    )
    assert again.provenance.options["objective"]["name"] == objective
    assert again.provenance.runtime == result.provenance.runtime


def test_a_document_of_version_1_is_read() -> None:
    text = problem.to_json().replace('"version": 3', '"version": 1').replace(' "facilitators": [],\n', "")
    text = text.replace(',\n "rules": []', "")
    assert Problem.from_json(text) == problem
    assert set(json.loads(text)) == {
        "format", "version", "ranking", "unlisted", "slots", "sessions", "participants", "conflicts", "fixed",
        "forbidden",
    }  # fmt: skip


def test_a_whole_day_survives() -> None:
    day = generators.lexington(seed=1, repeats=5, minimum=8)
    assert Problem.from_json(day.to_json()) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON document: Input data was truncated"),
        ("[" * 100_000, "not a JSON document: "),
        ("[]", "the document has format 'list'; expected 'pdalloc/problem'"),
        ('{"format": "pdalloc/result"}', "the document has format 'pdalloc/result'; expected 'pdalloc/problem'"),
        (
            '{"format": "pdalloc/problem", "version": 4}',
            "pdalloc/problem has version 4; this release reads 1 to 3, update pdalloc",
        ),
        (
            '{"format": "pdalloc/problem", "version": true}',
            "pdalloc/problem has version True; this release reads 1 to 3",
        ),
        ('{"format": "pdalloc/problem", "version": 1}', "missing required field `ranking`"),
        (
            problem.to_json().replace('"capacity": 1', '"capacity": "1"'),
            "Expected `int`, got `str` - at `$.sessions[0].capacity`",
        ),
        (problem.to_json().replace('"slots": []', '"slots": [], "x": 1'), "Object contains unknown field `x`"),
        (
            problem.to_json().replace('"capacity": 1', '"capacity": -1'),
            "sessions[0], column 'capacity': session 'x': capacity -1",
        ),
    ],
)
def test_a_bad_document_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        Problem.from_json(text)


def test_a_limit_of_nobody_is_refused_by_place() -> None:
    text = problem.to_json().replace('"facilitators": []', '"facilitators": [{"facilitator": "guest"}]')
    with pytest.raises(
        ProblemError, match=re.escape("facilitators[0], column 'facilitator': facilitator 'guest' runs")
    ):
        Problem.from_json(text)


def test_a_rating_without_a_rank_is_refused() -> None:
    text = problem.to_json().replace('"ranks": {\n    "x": 1\n   }', '"ranks": {"x": 1}, "ratings": {"x": 1, "y": 2}')
    with pytest.raises(
        ProblemError, match=re.escape("participants[1]: session 'y' has no rank; give both or ranks alone")
    ):
        Problem.from_json(text)


def test_a_document_of_another_problem_is_refused() -> None:
    other = Problem.from_rankings({"t001": ["x"]}, capacity={"x": 1})
    result = solve(other)
    with pytest.raises(ProblemError, match=r"the document belongs to problem [0-9a-f]{12}\.\.\., not to this one"):
        Result.from_json(result.to_json(), problem)
    with pytest.raises(ProblemError, match="read it with the problem it was made from"):
        Allocation.from_json(result.allocation.to_json(), problem)


def test_a_value_that_is_not_the_allocations_is_refused() -> None:
    poor = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    text = solve(poor, "flow").to_json().replace('"value": 1', '"value": 0').replace('"bound": 1', '"bound": 0')
    with pytest.raises(ProblemError, match=r"the document claims the value \(0, 0\), but its allocation has \(1, 1\)"):
        Result.from_json(text, poor)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"name": "rank-sum", "rank_costs": "abc"}, "itself: rank_costs is 'abc'; give whole numbers"),
        ({"name": "rank-sum", "rank_costs": [0]}, "itself: rank_costs has 1 entries but the longest list"),
        ({"name": "greedy", "rank_costs": [0, 1]}, "itself: objective 'greedy' takes no rank_costs"),
        ({"name": "welfare"}, "itself: objective 'welfare' needs ratings"),
        ({"objectives": []}, "itself: objective is []; give a name"),
        (
            {"objectives": [{"name": "greedy"}, {"name": "greedy"}]},
            "itself: a chain of objectives is ['greedy', 'greedy']",
        ),
        ({"objectives": [{"name": "rank-sum"}, {"name": "greedy"}]}, "claims the value (0, 1), but its allocation has"),
    ],
    ids=str,
)
def test_an_objective_that_does_not_fit_the_document_is_refused(option: dict[str, Any], message: str) -> None:
    document = json.loads(solve(problem, "flow").to_json())
    document["provenance"]["options"]["objective"] = option
    with pytest.raises(ProblemError, match=re.escape(message)):
        Result.from_json(json.dumps(document), problem)


@pytest.mark.parametrize(
    "option", [None, 3, [], {}, {"name": ["rank-sum"]}, {"name": "utility"}, {"objectives": {}}], ids=str
)
def test_an_objective_that_is_not_this_librarys_is_kept_as_it_is(option: Any) -> None:
    document = json.loads(solve(problem, "flow").to_json())
    document["provenance"]["options"]["objective"] = option
    result = Result.from_json(json.dumps(document), problem)
    assert result.provenance.options["objective"] == option
    assert json.loads(result.to_json()) == document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": 0}, "Expected `int` >= 1 - at `$.levels[0].scale`"),
        ({"scale": 10}, "the document's objective or levels are not those of its option, 'rank-sum'"),
        ({"name": "cost"}, "the document's objective or levels are not those of its option, 'rank-sum'"),
        ({"bound": None}, "claims an optimum, but (0, 1) is not its bound None"),
    ],
    ids=str,
)
def test_a_tampered_level_is_refused(change: dict[str, Any], message: str) -> None:
    document = json.loads(solve(problem, "flow").to_json())
    document["levels"][0] |= change
    with pytest.raises(ProblemError, match=re.escape(message)):
        Result.from_json(json.dumps(document), problem)


def test_an_optimum_of_no_levels_survives_the_round_trip() -> None:
    # rank-maximal has a level for each rank that somebody gave, and nobody gave any
    nobody = Problem.from_rankings({"t001": []}, capacity={"x": 1})
    result = solve(nobody, "flow", objective="rank-maximal")
    assert result.objective == ()
    assert Result.from_json(result.to_json(), nobody) == result


def test_a_tampered_result_is_refused() -> None:
    result = solve(problem, "flow")
    for right, wrong in (('"bound": 0', '"bound": -1'), ('"x"', '"z"')):
        with pytest.raises(ProblemError, match="the document contradicts the problem or itself: solver 'flow'"):
            Result.from_json(result.to_json().replace(right, wrong), problem)
    text = result.to_json().replace('"x"', '"unknown"', 1)
    with pytest.raises(ProblemError, match="allocation: unknown session 'unknown'"):
        Result.from_json(text, problem)
