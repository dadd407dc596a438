"""The verifier reads tables and judges allocations as the library does, though it shares no line with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Certificate, Model, Problem, certify, solve, verifier, write_tables
from pdalloc.objectives import get_objective
from pdalloc.problem.table_writer import table_texts
from tests.strategies import allocations, problems

ANY_DAY = st.one_of(
    problems(minimums=True),
    problems(minimums=True, facilitator_limits=True),
    problems(weights=True, rated=True),
    problems(minimums=True, rules=3, soft=True),
)
OBJECTIVES = ("rank-sum", "welfare", "greedy", "generous", "rank-maximal", "leximin")


def numbered(allocation: Allocation) -> tuple[list[list[int]], set[int]]:
    schedules: list[list[int]] = [[] for _ in allocation.problem.participants]
    for who, what in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
        schedules[who].append(what)
    return schedules, set(np.flatnonzero(~allocation.runs).tolist())


@given(problem=ANY_DAY, data=st.data())
def test_values_and_levels_are_those_of_the_objectives(problem: Problem, data: st.DataObject) -> None:
    allocation = data.draw(allocations(problem))
    day = verifier.Day(table_texts(problem))
    for name in OBJECTIVES:
        objective = get_objective(name)
        if objective.refuses & set(problem.features) or (name == "welfare" and problem.choices.rating is None):
            continue
        levels = verifier.levels_of(day, [{"name": name}])
        value = verifier.value_of(day, levels, *numbered(allocation))
        signed = [-part if level.maximise else part for level, part in zip(levels, value, strict=True)]
        assert [level.name for level in levels] == [level.name for level in objective.levels(problem)]
        assert tuple(signed) == objective.value(allocation)


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.integers(1, 9), st.floats(0.001, 1e6))),
        min_size=1,
        max_size=5,
    )
)
def test_weights_and_histories_are_read_to_the_same_whole_numbers(people: list[tuple[float | None, float]]) -> None:
    model = Model()
    model.add_session("x", capacity=1)
    for number, (history, weight) in enumerate(people):
        model.add_participant(f"p{number}", history=history, weight=weight)
    problem = model.build()
    day = verifier.Day(table_texts(problem))
    assert (day.weight, day.weight_scale) == (problem.integer_weights.values.tolist(), problem.integer_weights.scale)


def test_a_proof_holds_for_the_histories_it_was_made_with_alone() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_session("y", capacity=1)
    for participant, history in (("p", 1.0), ("q", 0.5)):
        model.add_participant(participant, history=history)
        model.add_ranking(participant, ["x", "y"])
    problem = model.build()
    certificate = certify(solve(problem)).to_json()
    tables = table_texts(problem)
    assert "1 weighted rank cost" in verifier.verify(certificate, tables)
    other = tables | {"participants.csv": tables["participants.csv"].replace("0.5", "1.0")}
    # as somebody would who takes an allocation for one history and claims it for another
    document = json.loads(certificate) | {"tables": verifier.tables_digest(other)}
    document["digest"] = verifier.digest_of({name: part for name, part in document.items() if name != "digest"})
    with pytest.raises(verifier.RejectedError, match="levels"):
        verifier.verify(document, other)


@given(problem=ANY_DAY, data=st.data())
def test_an_allocation_is_rejected_exactly_if_it_breaks_a_rule(problem: Problem, data: st.DataObject) -> None:
    people, sessions = len(problem.participants), len(problem.sessions)
    pairs = st.tuples(st.integers(0, people - 1), st.integers(0, sessions - 1))
    chosen = np.array(sorted(data.draw(st.sets(pairs, max_size=6))), np.int32).reshape(-1, 2)
    runs = np.array(data.draw(st.lists(st.booleans(), min_size=sessions, max_size=sessions)))
    allocation = Allocation.from_pairs(problem, chosen[:, 0], chosen[:, 1], runs)
    day = verifier.Day(table_texts(problem))
    if allocation.violations():
        with pytest.raises(verifier.RejectedError):
            verifier.check_rules(day, *numbered(allocation))
    else:
        verifier.check_rules(day, *numbered(allocation))


@given(problem=ANY_DAY, data=st.data())
def test_no_multipliers_give_a_bound_above_any_allocation(problem: Problem, data: st.DataObject) -> None:
    """Weak duality, whatever the multipliers: the one fact on which all bounds rest."""
    allocation = data.draw(allocations(problem))
    day = verifier.Day(table_texts(problem))
    name = data.draw(st.sampled_from([name for name in OBJECTIVES if name != "welfare" or day.rating]))
    levels = verifier.levels_of(day, [{"name": name}])
    price, positive = st.integers(-4, 4), st.integers(0, 4)
    may = [session for session in range(len(day.sessions)) if day.may_be_cancelled[session]]

    def price_of(row: verifier.Row) -> st.SearchStrategy[int]:
        return st.integers(0 if row.lower is None else -4, 0 if row.upper is None else 4)

    own = [(i, s) for i in range(len(day.participants)) for s in day.own[i]]
    weights = data.draw(st.lists(positive, min_size=len(levels), max_size=len(levels)))
    proof = {
        "weights": weights,
        "seats": {session: data.draw(price) for session in day.sessions},
        "links": [(who, day.sessions[session], data.draw(positive)) for session in may for who in day.participants],
        "running": [(day.participants[i], day.sessions[s], data.draw(price)) for i, s in own],
        "session_limits": {name: data.draw(positive) for name in day.most_sessions},
        "participant_limits": {name: data.draw(positive) for name in day.most_participants},
        "rules": [(*key, data.draw(price_of(row))) for key, row in day.rows.items()],
    }
    value = verifier.value_of(day, levels, *numbered(allocation))
    total = sum(weight * part for weight, part in zip(weights, value, strict=True))
    assert verifier.Bound(day, levels, proof).total <= total
    kept = [verifier.standing_of(day, s, i, numbered(allocation)[1]) for i, s in enumerate(numbered(allocation)[0])]
    assert verifier.Bound(day, levels, proof, (kept, numbered(allocation)[1])).total <= total


# ---- what is no certificate --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Certificate:
    rankings = {"p": ["x", "y"], "q": ["x"]}
    return certify(solve(Problem.from_rankings(rankings, capacity={"x": 1, "y": 1})))


def signed(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"digest": verifier.digest_of({k: part for k, part in document.items() if k != "digest"})}


def rejection(certificate: Any, tables: Any) -> str:
    with pytest.raises(verifier.RejectedError) as error:
        verifier.verify(certificate, tables)
    return str(error.value)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (None, "a NoneType is no certificate; give its JSON document"),
        ("certificate.json", "the certificate is not a JSON document: Expecting value"),
        ("[" * 100_000, "the certificate is not a JSON document: "),
        ("9" * 10_000, "the certificate is not a JSON document: Exceeds the limit"),
        (b"\xff\xfe\x00", "the certificate is not a JSON document: "),
        ("3", "this is no certificate"),
        ("[]", "this is no certificate"),
        ("NaN", "this is no certificate"),
        ("{}", "this is no certificate"),
        ('{"format": "pdalloc/result", "version": 1}', "this is no certificate"),
        ('{"format": "pdalloc/certificate", "version": Infinity}', "it is a certificate of version inf, not 1 or 2"),
        ('{"format": "pdalloc/certificate", "version": 1}', "cannot be read: KeyError: 'digest'"),
    ],
)
def test_what_is_no_certificate_is_rejected(small: Certificate, given: Any, text: str) -> None:
    assert text in rejection(given, table_texts(small.problem))


def test_what_are_no_tables_is_rejected(small: Certificate, tmp_path: Path) -> None:
    text, tables = small.to_json(), table_texts(small.problem)
    none = "there is no sessions.csv; name the folder of the plain tables"
    assert rejection(text, tmp_path / "none") == f"{tmp_path / 'none'}: {none}"
    assert rejection(text, str(tmp_path)) == f"{tmp_path}: {none}"
    assert rejection(text, small.problem) == "a Problem is no folder of tables; give its path, or texts by file name"
    assert rejection(text, {}) == "these are other tables, or not in their plain form"
    assert rejection(text, tables | {"sessions.csv": 3}).startswith("the certificate or the tables cannot be read: ")
    (tmp_path / "sessions.csv").write_bytes(b"\xff")
    assert "UnicodeDecodeError" in rejection(text, tmp_path)


@pytest.mark.parametrize("number", [1.5, float("inf"), float("nan"), "1", None, [1]])
@pytest.mark.parametrize("field", ["weights", "seats"])
def test_what_is_no_whole_number_is_rejected_in_a_proof(small: Certificate, field: str, number: Any) -> None:
    document = json.loads(small.to_json())
    document["proofs"][1][field] = {"weights": [number, 1], "seats": {"x": number}}[field]
    assert rejection(signed(document), table_texts(small.problem)).endswith(" is not a whole number")


def test_a_weight_that_is_not_whole_proves_nothing() -> None:
    """It would count in what the levels before reach, and not in the bound."""
    problem = Problem.from_rankings({"p": ["x", "y"]}, capacity={"x": 1, "y": 1})
    document = json.loads(certify(solve(problem, objective="rank-maximal")).to_json())
    document["proofs"][0]["weights"][0] += 0.5
    assert rejection(signed(document), table_texts(problem)) == "1.5 is not a whole number"


@pytest.mark.parametrize("costs", [[0, 0.5], [1, 0], [-1, 0], ["0", "1"], [None, 1]])
def test_rank_costs_that_fall_or_are_not_whole_are_rejected(small: Certificate, costs: Any) -> None:
    document = json.loads(small.to_json()) | {"objective": [{"name": "rank-sum", "rank_costs": costs}]}
    rejection(signed(document), table_texts(small.problem))


def test_a_certificate_without_an_objective_is_rejected(small: Certificate) -> None:
    document = json.loads(small.to_json()) | {"objective": [], "levels": [], "proofs": [], "shortages": []}
    assert rejection(signed(document), table_texts(small.problem)) == "there is no objective"


def test_limits_far_above_what_there_is_are_no_burden() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_participant("p", limit=2_000_000_000)
    model.add_ranking("p", ["x"])
    certificate = certify(solve(model.build()))
    assert verifier.verify(certificate.to_json(), table_texts(certificate.problem)).startswith(
        "no allocation is better"
    )


@pytest.mark.parametrize("name", ["a, b", 'a "b"', "a\nb", "a\rb", "a\r\nb", "a\x0bb", "a\x1cb", "a\x85b", "a\u2028b"])
def test_names_hold_whatever_a_cell_can(name: str, tmp_path: Path) -> None:
    model = Model()
    model.add_session("x", capacity=1, title=name)
    model.add_participant("p", name=name)
    model.add_ranking("p", ["x"])
    certificate = certify(solve(model.build()))
    write_tables(certificate.problem, tmp_path)
    for tables in (tmp_path, table_texts(certificate.problem)):
        assert verifier.verify(certificate.to_json(), tables).startswith("no allocation is better")
