"""Why no allocation keeps all the rules, against brute force."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from benchmarks.infeasible import infeasible_lexington
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pdalloc
from pdalloc import (
    Apart,
    Conflict,
    Context,
    GroupQuota,
    Model,
    Problem,
    Required,
    TagQuota,
    explain_infeasible,
    generators,
    solve,
)
from pdalloc.auditing.remedies import COSTS
from pdalloc.errors import InfeasibleError, OptionError, ProblemError, SolveStoppedError
from pdalloc.problem.rules import Rule
from pdalloc.solvers.mip.conflicts import Core, Search
from tests.auditing import relaxing
from tests.depth import examples
from tests.strategies import problems

DAYS = problems(minimums=True, facilitator_limits=True, rules=3, most_participants=3, most_sessions=3)


@settings(max_examples=examples(40))
@given(problem=DAYS)
def test_a_conflict_is_irreducible_and_its_remedies_are_the_least(problem: Problem) -> None:
    conflict = explain_infeasible(problem)
    assert (conflict is None) == relaxing.is_feasible(problem)
    assume(conflict is not None)
    assert isinstance(conflict, Conflict)
    assert conflict.is_irreducible
    assert not relaxing.is_feasible(relaxing.only(problem, conflict.members))
    for member in conflict.members:
        rest = [other for other in conflict.members if other is not member]
        assert relaxing.is_feasible(relaxing.only(problem, rest)), member
    assert conflict.is_least
    assert relaxing.is_feasible(conflict.relaxed())
    assert conflict.cost == relaxing.least_cost(problem, COSTS)
    assert Conflict.from_json(conflict.to_json(), problem) == conflict


@settings(max_examples=20)
@given(problem=DAYS, cost=st.integers(1, 9), dear=st.sampled_from(list(COSTS)), never=st.sampled_from(list(COSTS)))
def test_remedies_are_the_least_at_other_costs_and_leave_out_what_may_not_be_given_up(
    problem: Problem, cost: int, dear: str, never: str
) -> None:
    conflict = explain_infeasible(problem, costs={dear: cost, never: None})
    assume(conflict is not None)
    assert isinstance(conflict, Conflict)
    assert all(remedy.kind != never for remedy in conflict.remedies)
    least = relaxing.least_cost(problem, {**COSTS, dear: cost, never: 10_000})
    assert conflict.is_least
    assert conflict.cost == (least if conflict.remedies else 0)
    assert (not conflict.remedies) == (least >= 10_000)


@settings(max_examples=20)
@given(problem=DAYS)
def test_on_a_small_day_no_conflict_has_fewer_members(problem: Problem) -> None:
    with Search(problem, Context.from_seed(0)) as search:
        core = search.core()
        assume(core is not None)
        assert isinstance(core, Core)
        every = range(len(search.elastic.members))
        assert all(search.holds(fewer) for fewer in combinations(every, len(core.members) - 1))


# ---- in words ----------------------------------------------------------------------------------------------------


def day(*rules: Rule, **options: Any) -> Problem:
    """Four participants, of whom one is away in slot b and one runs w there; a topic in both slots; x must run."""
    model = Model(**options)
    model.add_session("x", capacity=2, minimum=1, must_run=True, slots=["a"], topic="t")
    model.add_session("y", capacity=2, slots=["a"])
    model.add_session("z", capacity=3, slots=["b"], topic="t", tags=["equity"])
    model.add_session("w", capacity=2, minimum=2, slots=["b"], facilitators=["t3"])
    for number in range(4):
        groups = {"school": "Hill" if number < 3 else "Dale"}
        model.add_participant(f"t{number}", away=["b"] if number == 2 else [], groups=groups)
        for rank, session in enumerate("xyz", 1):
            model.add_choice(f"t{number}", session, rank)
    for rule in rules:
        model.add_rule(rule)
    return model.build()


ALL = ["t0", "t1", "t2", "t3"]


@pytest.mark.parametrize(
    ("rules", "sentence", "remedies"),
    [
        (
            [Required(["x"], participants=ALL)],
            "4 participants are required in session 'x' (rule 1); and session 'x' has 2 seats",
            ["add 2 seats to session 'x'"],
        ),
        (
            [Required(["y"], participants=["t0"]), Required(["x"], participants=["t0"])],
            "participant 't0' is required in session 'y' (rule 1); participant 't0' is required in session 'x' (rule "
            "2); and nobody is in two sessions in one slot",
            None,
        ),
        (
            [Required(["z"], group="school", value="Hill")],
            "everybody of school 'Hill' is required in session 'z' (rule 1; 3 participants; participant 't2' matters); "
            "and participant 't2' is away in slot 'b'",
            ["release participant 't2' of 3 from rule 1: everybody of school 'Hill' is required in session 'z'"],
        ),
        (
            [Required(["x"], participants=["t0"]), TagQuota("equity", at_least=1, participants=["t0"])],
            "participant 't0' is required in session 'x' (rule 1); participant 't0' takes at least 1 of the sessions "
            "tagged 'equity' (rule 2); and nobody is in two sessions of one topic",
            None,
        ),
        (
            [GroupQuota("school", "Hill", session="w", at_least=1), Apart(["t0", "t1", "t2"], session="w")],
            "school 'Hill' has at least 1 of the places in session 'w' (rule 1; 3 participants); and nobody takes a "
            "session that they did not choose",
            ["let rule 1 be broken by 1: school 'Hill' has at least 1 of the places in session 'w'"],
        ),
    ],
)  # fmt: skip
def test_a_conflict_is_told_in_words(rules: list[Rule], sentence: str, remedies: list[str] | None) -> None:
    problem = day(*rules)
    conflict = explain_infeasible(problem)
    assert conflict is not None
    assert conflict.sentence == sentence
    told = list(map(str, conflict.remedies))
    if remedies is not None:
        assert told == remedies
    assert str(conflict) == "\n".join(
        [
            f"no allocation keeps all the rules: {sentence}",
            f"the least that would do (cost {conflict.cost}):",
            *(f"  {remedy}" for remedy in told),
        ]
    )
    with pytest.raises(InfeasibleError, match=f"^{re.escape(f'no allocation keeps all the rules: {sentence}')}$"):
        solve(problem)
    assert solve(conflict.relaxed()).allocation.violations() == ()


def test_a_large_day_says_who_explains_it() -> None:
    problem = generators.lexington(seed=1)
    runs = problem.participants[int(problem.facilitated[0, 0])]
    own = problem.sessions[int(problem.facilitated[0, 1])]
    remedy = "pdalloc.explain_infeasible, or pdalloc check --feasible, says which of them cannot hold together"
    with pytest.raises(InfeasibleError, match=f"^{re.escape(f'no allocation keeps all the rules; {remedy}')}$"):
        solve(problem.with_rules(Required([own], participants=[runs])))


def test_other_costs_give_other_remedies() -> None:
    problem = day(Required(["x"], participants=ALL))
    texts = [
        [str(remedy) for remedy in conflict.remedies]
        for costs in ({"capacity": 4}, {"capacity": None, "rule": 7})
        if (conflict := explain_infeasible(problem, costs=costs))
    ]
    released = "of 4 from rule 1: 4 participants are required in session 'x'"
    assert all(len(told) == 1 and told[0].startswith("release ") and told[0].endswith(released) for told in texts)
    none = explain_infeasible(problem, costs=dict.fromkeys(COSTS))
    assert none is not None
    assert str(none).endswith("\nnothing that may be given up would do")
    with pytest.raises(OptionError, match=r"^the conflict has no remedies; allow more kinds of them, or more time$"):
        none.relaxed()


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"seats": 1}, "costs names 'seats'; there are capacity, minimum, most-participants, rule, fixed"),
        ({"rule": 0}, "the cost of 'rule' is 0; give a whole number from 1, or None for never"),
        ({"rule": 1.5}, "the cost of 'rule' is 1.5; give a whole number from 1, or None for never"),
    ],
)
def test_costs_that_are_none_are_refused(costs: Any, message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(message)}"):
        explain_infeasible(day(), costs=costs)


def test_only_a_problem_is_explained() -> None:
    with pytest.raises(OptionError, match=r"^problem is a str; give a Problem$"):
        explain_infeasible("day")  # type: ignore[arg-type]


def test_no_time_is_no_explanation() -> None:
    with pytest.raises(SolveStoppedError, match="time limit"):
        explain_infeasible(day(Required(["x"], participants=ALL)), time_limit=1e-9)


def test_what_is_not_proved_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    holds = Search.holds

    def no_proof(search: Search, members: Any, **options: Any) -> bool | None:
        return holds(search, members, **options) and None

    def no_time(search: Search, costs: Any) -> None:
        raise SolveStoppedError

    monkeypatch.setattr(Search, "holds", no_proof)
    monkeypatch.setattr(Search, "least", no_time)
    conflict = explain_infeasible(day(Required(["x"], participants=ALL)))
    assert conflict is not None
    assert not conflict.is_irreducible
    assert not conflict.is_least
    assert str(conflict).splitlines()[1:] == [
        "the time was over before it was proved that all of these are needed",
        "the time was over before it was known what to give up",
    ]


# ---- as a document -----------------------------------------------------------------------------------------------


def test_the_document_follows_its_schema_and_belongs_to_its_problem() -> None:
    conflict = explain_infeasible(day(Required(["x"], participants=ALL)))
    assert conflict is not None
    schema = json.loads((Path(pdalloc.__file__).parent / "schemas" / "conflict-1.json").read_text(encoding="utf-8"))
    document = json.loads(conflict.to_json())
    jsonschema.validate(document, schema)
    seats = {"kind": "capacity", "sessions": ["x"], "amount": 2, "text": "session 'x' has 2 seats"}
    assert document["members"][1] == seats
    assert document["text"] == str(conflict)
    with pytest.raises(ProblemError, match="read it with the problem it was made from"):
        Conflict.from_json(conflict.to_json(), day())


# ---- a whole day -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_of_a_lexington_under_200_rules_those_named_cannot_hold_together_and_less_can() -> None:
    problem = infeasible_lexington()
    conflict = explain_infeasible(problem)
    assert conflict is not None
    assert len(problem.rules) == 200
    assert conflict.sentence == (
        "61 participants are required in sessions 's047' or 's066' (rule 101); "
        "and sessions 's047' and 's066' have 50 seats together"
    )
    assert conflict.is_irreducible
    for member in conflict.members:
        rest = [other for other in conflict.members if other is not member]
        assert solve(relaxing.only(problem, rest), time_limit=60).allocation.violations() == ()
    with pytest.raises(InfeasibleError):
        solve(relaxing.only(problem, conflict.members))
    assert conflict.is_least
    assert solve(conflict.relaxed(), time_limit=60).allocation.violations() == ()


@pytest.mark.parametrize(
    "change", [{"members": []}, {"is_least": False}, {"remedies": []}, {"text": "all is well"}, {"structure": ["slot"]}]
)
def test_a_document_whose_text_is_not_what_it_holds_is_refused(change: dict[str, Any]) -> None:
    problem = Problem.from_rankings({"t1": ["x"], "t2": ["x"]}, capacity={"x": 1})
    problem = problem.with_rules(Required(["x"], participants=["t1", "t2"]))
    conflict = explain_infeasible(problem)
    assert conflict is not None
    document = json.loads(conflict.to_json()) | change
    with pytest.raises(ProblemError, match="pdalloc/conflict document: text and fields do not say the same"):
        Conflict.from_json(json.dumps(document), problem)
    document = json.loads(conflict.to_json())
    document["members"][0]["rule"] = 99
    with pytest.raises(ProblemError, match="text and fields do not say the same"):
        Conflict.from_json(json.dumps(document), problem)
