"""Rules: what each refuses, how it is written, what its inequalities say, and what breaks it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pdalloc import (
    Allocation,
    Apart,
    Forbidden,
    GroupQuota,
    Model,
    Prerequisite,
    Problem,
    Required,
    Result,
    Status,
    TagQuota,
    Together,
    read_tables,
    solve,
    write_tables,
)
from pdalloc.errors import InfeasibleError, ProblemError, UnsupportedError
from pdalloc.problem.rules import RULES, Rule, rule_rows
from pdalloc.problem.rules.fields import fields_of_rule, rule_of_fields
from tests import oracle
from tests.depth import examples
from tests.strategies import problems


def day(*rules: Rule, **options: Any) -> Problem:
    """Six participants of two schools; two repeats of a topic, a session with a tag, one in the other slot."""
    model = Model(ranking="per-slot", **options)
    model.add_session("x", capacity=3, slots=["a"], topic="t", tags=["equity"])
    model.add_session("y", capacity=4, slots=["a"])
    model.add_session("z", capacity=6, slots=["b"], topic="t")
    model.add_session("w", capacity=2, slots=["b"], tags=["equity"])
    for number in range(6):
        who = f"t{number}"
        model.add_participant(who, groups={"school": "Hill" if number < 3 else "Dale"})
        for slot in (["x", "y"], ["w", "z"]):
            for rank, session in enumerate(slot, 1):
                model.add_choice(who, session, rank)
    for rule in rules:
        model.add_rule(rule)
    return model.build()


# ---- each rule by itself -----------------------------------------------------------------------------------------

GOLDEN: list[tuple[Rule, dict[str, str], str]] = [
    (
        Together(["t0", "t1", "t2"], session="x"),
        {"t0": "x", "t1": "x"},
        "together: participants 't0', 't1' and 't2' are all in session 'x', or none of them is; participant 't0' is in "
        "session 'x' without 't2'",
    ),
    (
        Together(["t0", "t1"], topic="t"),
        {"t0": "z", "t1": "w"},
        "together: participants 't0' and 't1' take the same sessions of topic 't'; participant 't0' is in session 'z' "
        "without 't1'",
    ),
    (
        Together(["t0", "t1"]),
        {"t0": "y w", "t1": "y"},
        "together: participants 't0' and 't1' take the same sessions; participant 't0' is in session 'w' without 't1'",
    ),
    (
        Apart(["t0", "t1", "t2"]),
        {"t1": "y", "t2": "y"},
        "apart: of participants 't0', 't1' and 't2' at most one is in any session; participants 't1' and 't2' are both "
        "in session 'y'",
    ),
    (
        Apart(["t0", "t1"], session="x"),
        {"t0": "x", "t1": "x"},
        "apart: of participants 't0' and 't1' at most one is in session 'x'; participants 't0' and 't1' are both in "
        "session 'x'",
    ),
    (
        GroupQuota("school", "Hill", session="x", at_least=2),
        {"t0": "x", "t3": "x"},
        "group-quota: school 'Hill' has at least 2 of the places in session 'x'; places of school 'Hill': 1, fewer "
        "than 2",
    ),
    (
        GroupQuota("school", tag="equity", at_least=1, at_most=2),
        {"t0": "x w", "t1": "x", "t4": "x"},
        "group-quota: each school has at least 1 and at most 2 of the places in sessions tagged 'equity'; places of "
        "school 'Hill': 3, more than 2",
    ),
    (
        TagQuota("equity", at_least=1),
        {f"t{number}": "x" for number in range(5)},
        "tag-quota: everybody takes at least 1 of the sessions tagged 'equity'; sessions of participant 't5': 0, fewer "
        "than 1",
    ),
    (
        TagQuota("equity", at_most=1, group="school", value="Hill"),
        {"t0": "x w", "t4": "x w"},
        "tag-quota: everybody of school 'Hill' takes at most 1 of the sessions tagged 'equity'; sessions of "
        "participant 't0': 2, more than 1",
    ),
    (
        Required(["x", "w"], participants=["t0", "t1"]),
        {"t0": "w"},
        "required: participants 't0' and 't1' are required in sessions 'x' or 'w'; participant 't1' is not",
    ),
    (
        Forbidden(tag="equity", group="school", value="Dale"),
        {"t0": "x", "t5": "w"},
        "forbidden: everybody of school 'Dale' may not take sessions tagged 'equity'; participant 't5' is in session "
        "'w'",
    ),
    (
        Prerequisite("w", needs=["x"]),
        {"t0": "x w", "t1": "y w"},
        "prerequisite: nobody takes session 'w' without session 'x'; participant 't1' does",
    ),
]


@pytest.mark.parametrize(("rule", "schedules", "message"), GOLDEN, ids=lambda value: getattr(value, "name", None))
def test_a_broken_rule_is_a_violation_in_words(rule: Rule, schedules: dict[str, str], message: str) -> None:
    lists = {who: sessions.split() for who, sessions in schedules.items()}
    free = day()
    assert not [v for v in Allocation.from_schedules(free, lists).violations() if v.rule == rule.name]
    broken = Allocation.from_schedules(day(rule), lists).violations()
    assert [str(violation) for violation in broken if violation.rule == rule.name] == [message]
    soft = day(replace(rule, penalty=2))
    assert Allocation.from_schedules(soft, lists).violations() == Allocation.from_schedules(free, lists).violations()


def test_every_rule_has_a_golden_case() -> None:
    assert {type(rule) for rule, _, _ in GOLDEN} == set(RULES.values())


@pytest.mark.parametrize(
    ("rules", "value"),
    [
        # nobody takes topic t twice, so who is in x is in w or nowhere: two in x and w, four in y (1) and z (1)
        ([], (0, 8)),
        # four do not fit into x, so none of them is there
        ([Together(["t0", "t1", "t2", "t3"], session="x")], (0, 8)),
        # one in x, four in y (1 each), one nowhere (2); two in w, four in z (1 each)
        (
            [
                GroupQuota("school", "Hill", session="x", at_most=0),
                GroupQuota("school", "Dale", session="x", at_most=1),
            ],
            (1, 10),
        ),
        # three in x, two in y (1 each), one nowhere (2); two of x in w, the third nowhere (2), three in z (1 each)
        ([Apart(["t0", "t1", "t2"], session="y"), Apart(["t3", "t4", "t5"], session="y")], (2, 9)),
        ([Forbidden(["x", "w"], group="school", value="Dale")], (0, 8)),
        # a topic twice is not possible, so nobody is in z: four nowhere (2 each); three in y (1 each)
        ([Prerequisite("z", needs=["x"])], (4, 11)),
        # the third of the school is in x as well, and then nowhere (2); three in y and z (1 each)
        ([TagQuota("equity", at_least=1, group="school", value="Hill")], (1, 8)),
        # two in y (1 each) and w, two in y and z (1 each), two in x and nowhere (2)
        ([Required(["y"], participants=["t0", "t1"]), Required(["w"], participants=["t0", "t1"])], (2, 10)),
    ],
)
def test_the_best_day_under_rules_is_the_one_worked_out_by_hand(rules: list[Rule], value: tuple[int, int]) -> None:
    problem = day(*rules)
    result = solve(problem)
    assert result.provenance.solver == ("mip" if rules else result.provenance.solver)
    assert result.objective == result.bound == oracle.best(problem, "rank-sum") == value


@settings(max_examples=examples(80))
@given(problem=problems(minimums=True, rules=3, soft=True), data=st.data())
def test_violations_and_inequalities_are_the_definitions(problem: Problem, data: st.DataObject) -> None:
    assume(problem.rules)
    people, sessions = len(problem.participants), len(problem.sessions)
    taken = np.array(data.draw(st.lists(st.booleans(), min_size=people * sessions, max_size=people * sessions)))
    taken = taken.reshape(people, sessions)
    schedules = [tuple(np.flatnonzero(row).tolist()) for row in taken]
    who, what = np.nonzero(taken)
    allocation = Allocation.from_pairs(problem, who, what)
    rows = rule_rows(problem)
    misses = rows.misses(taken[rows.participant, rows.session].astype(np.int64))
    told = [violation.message for violation in allocation.violations() if violation.rule in RULES]
    for number, rule in enumerate(problem.rules):
        expected = oracle.misses(problem, rule, schedules)
        assert misses[rows.rule == number].sum() == expected
        assert any(text.startswith(f"{rule}; ") for text in told) == (expected > 0 and rule.penalty is None)


@pytest.mark.parametrize("objective", ["rank-sum", "leximin", "generous"])
@settings(max_examples=examples(25))
@given(data=st.data())
def test_the_best_allocation_under_rules_is_that_of_brute_force(objective: str, data: st.DataObject) -> None:
    problem = data.draw(problems(minimums=True, rules=3, weights=objective == "rank-sum"))
    if not any(True for _ in oracle.outcomes(problem)):
        with pytest.raises(InfeasibleError, match="no allocation keeps all the rules"):
            solve(problem, "mip", objective=objective)
        return
    result = solve(problem, "mip", objective=objective)
    assert result.objective == result.bound == oracle.best(problem, objective)


@pytest.mark.parametrize("objectives", [("penalties", "rank-sum"), ("generous", "penalties"), ("penalties", "leximin")])
@settings(max_examples=examples(25))
@given(data=st.data())
def test_soft_rules_are_broken_for_the_least_penalty(objectives: tuple[str, str], data: st.DataObject) -> None:
    problem = data.draw(problems(minimums=True, rules=3, soft=True))
    assume(any(rule.penalty for rule in problem.rules))
    every = [
        tuple(oracle.less_is_better(problem, name, oracle.value(problem, name, chosen, runs)) for name in objectives)
        for chosen, runs in oracle.outcomes(problem)
    ]
    assume(every)
    named = objectives[1:] if objectives[0] == "penalties" else objectives
    result = solve(problem, "mip", objective=list(named))
    assert result.status is Status.OPTIMAL
    schedules = [oracle.schedule_of(result.allocation, person) for person in range(len(problem.participants))]
    runs = tuple(result.allocation.runs.tolist())
    assert min(every) == tuple(
        oracle.less_is_better(problem, name, oracle.value(problem, name, schedules, runs)) for name in objectives
    )
    assert result.provenance.options["objective"]["name"] == ",".join(objectives)
    assert Result.from_json(result.to_json(), problem) == result


# ---- how a rule is written ---------------------------------------------------------------------------------------


@given(problem=problems(rules=2, soft=True))
def test_a_rule_is_read_as_it_was_written(problem: Problem) -> None:
    for rule in problem.rules:
        assert rule_of_fields(fields_of_rule(rule)) == rule
    assert Problem.from_json(problem.to_json()) == problem


def test_rules_stand_in_rules_toml(tmp_path: Path) -> None:
    problem = day(Together(["t0", "t1"], topic="t", penalty=3), GroupQuota("school", session="x", at_least=1))
    write_tables(problem, tmp_path)
    assert (
        '[[rules]]\nrule = "group-quota"\ngroup = "school"\nsession = "x"\nat_least = 1\n'
        in (tmp_path / "rules.toml").read_text()
    )
    assert read_tables(tmp_path) == problem


def test_equal_lists_make_equal_problems_and_other_rules_other_ones() -> None:
    hashes = [
        day(*rules).content_hash
        for rules in ([], [Together(["t0", "t1"])], [Together(("t0", "t1"))], [Apart(["t0", "t1"])])
    ]
    assert hashes[1] == hashes[2]
    assert len(set(hashes)) == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Together(["t0"]), "rule 'together': participants is ['t0']; name two or more"),
        (lambda: Together("t0"), "rule 'together': participants is 't0'; give a list of ids"),
        (
            lambda: Apart(["t0", 1]),  # type: ignore[list-item]
            "rule 'apart': participants holds 1; ids are texts",
        ),
        (lambda: Apart(["t0", "t0"]), "rule 'apart': participants has 't0' twice; name it once"),
        (
            lambda: Apart(["t0", "t1"], session="x", topic="t"),
            "rule 'apart': session and topic are both given; give one of the two",
        ),
        (
            lambda: Together(["t0", "t1"], session=3),  # type: ignore[arg-type]
            "rule 'together': session is 3; give one id, as a text",
        ),
        (
            lambda: GroupQuota("school", at_least=1),
            "rule 'group-quota': neither session nor tag is given; give one of them",
        ),
        (
            lambda: GroupQuota("school", session="x"),
            "rule 'group-quota': neither at_least nor at_most is given; give one or both",
        ),
        (
            lambda: TagQuota("equity", at_least=3, at_most=2),
            "rule 'tag-quota': at_least 3 is above at_most 2; lower the one or raise the other",
        ),
        (
            lambda: TagQuota("equity", at_least=-1),
            "rule 'tag-quota': at_least is -1; give a whole number from 0 to 2,147,483,647",
        ),
        (
            lambda: TagQuota("equity", at_least=1, group="school"),
            'rule \'tag-quota\': group and value go together, such as group = "school" and value = "Hill"; give both',
        ),
        (
            lambda: Required(["x"]),
            "rule 'required': neither participants nor group is given; give one of them",
        ),
        (lambda: Required([], participants=["t0"]), "rule 'required': sessions is empty; name one or more"),
        (
            lambda: Forbidden(["x"], tag="equity", participants=["t0"]),
            "rule 'forbidden': sessions and tag are both given; give one of the two",
        ),
        (lambda: TagQuota(None, at_least=1), "rule 'tag-quota': tag is None; give it"),  # type: ignore[arg-type]
        (lambda: Prerequisite("x", needs=[]), "rule 'prerequisite': needs is empty; name one session or more"),
        (lambda: Prerequisite("x", needs=["x"]), "rule 'prerequisite': session 'x' needs itself; name another one"),
        (
            lambda: Together(["t0", "t1"], penalty=0),
            "rule 'together': penalty is 0; give a whole number from 1 to 2,147,483,647",
        ),
        (lambda: Together(["t0", "t1"], penalty=True), "rule 'together': penalty is True; give a whole number"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("together", "'together' is not a rule; write rule = \"...\" and what it is about"),
        ({"rule": "togther"}, "unknown rule 'togther'; did you mean 'together'?"),
        ({"rule": 3}, "unknown rule 3; there are together, apart, group-quota, tag-quota, required, forbidden, prere"),
        ({"rule": "together", "people": []}, "rule 'together': unknown key 'people'; there are penalty, participants"),
        ({"rule": "apart"}, "rule 'apart': participants is missing; give it"),
    ],
)
def test_a_rule_that_is_written_wrongly_is_refused_with_its_place(tmp_path: Path, written: Any, message: str) -> None:
    (tmp_path / "sessions.csv").write_text("session,capacity\nx,1\n")
    (tmp_path / "participants.csv").write_text("participant\nt0\n")
    (tmp_path / "choices.csv").write_text("participant,1\nt0,x\n")
    text = re.sub("'", '"', repr(written).replace("{", "{ ").replace(": ", " = ").replace("'rule'", "rule"))
    (tmp_path / "rules.toml").write_text(f"rules = [{text}]".replace('"people"', "people"))
    with pytest.raises(ProblemError, match=re.escape(f"rules.toml, rule 1: {message}")):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Together(["t0", "t01"]), "rule 'together': unknown participant 't01'; did you mean 't1'?"),
        (Apart(["t0", "t1"], topic="q"), "rule 'apart': unknown topic 'q'; there are 1; correct it"),
        (Prerequisite("x", needs=["ww"]), "rule 'prerequisite': unknown session 'ww'; did you mean 'w'?"),
        (TagQuota("equty", at_least=1), "rule 'tag-quota': unknown tag 'equty'; did you mean 'equity'?"),
        (
            GroupQuota("shool", session="x", at_least=1),
            "rule 'group-quota': unknown group 'shool'; did you mean 'school'?",
        ),
        (
            GroupQuota("school", "Hil", session="x", at_least=1),
            "rule 'group-quota': unknown school of participants 'Hil'; did you mean 'Hill'?",
        ),
    ],
)
def test_a_rule_about_what_is_not_there_is_refused(rule: Rule, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        day(rule)
    with pytest.raises(ProblemError, match=re.escape(message)):
        day().with_rules(rule)


def test_what_is_no_rule_is_refused() -> None:
    model = Model()
    model.add_rule("together")  # type: ignore[arg-type]
    with pytest.raises(ProblemError, match=re.escape("rule 'together' is none; give one such as Together([...])")):
        model.build()


def test_what_is_no_rule_is_refused_by_a_problem() -> None:
    with pytest.raises(ProblemError, match=re.escape("rule 3 is none; give one such as Together([...])")):
        day().with_rules(3)  # type: ignore[arg-type]


def test_other_solvers_refuse_rules_by_name() -> None:
    problem = day(Together(["t0", "t1"]))
    with pytest.raises(UnsupportedError, match="rules"):
        solve(problem, "lottery", seed=1)
    assert solve(problem).provenance.solver == "mip"
