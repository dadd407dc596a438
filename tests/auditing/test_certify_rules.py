"""Certificates of days with rules of several participants or sessions, against brute force."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc import (
    Allocation,
    Apart,
    Certificate,
    Claim,
    Forbidden,
    GroupQuota,
    Model,
    Problem,
    Required,
    TagQuota,
    certify,
    metrics,
    solve,
    verifier,
)
from pdalloc.errors import InfeasibleError, OptionError
from pdalloc.objectives import get_objective
from pdalloc.problem.rules import Rule
from pdalloc.problem.table_writer import table_texts
from tests import oracle
from tests.auditing.test_certify import check_refutation, cost, draw_objective, improvements, verified
from tests.depth import examples
from tests.strategies import allocations, problems

RULED = st.one_of(problems(rules=3), problems(minimums=True, rules=2, soft=True, rated=True))
OBJECTIVES = ("rank-sum", "welfare", "greedy", "generous", "rank-maximal", "leximin")


@settings(max_examples=examples(40))
@given(problem=RULED, data=st.data())
def test_nothing_false_is_said_of_the_best(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, OBJECTIVES)
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, objective)
    best = oracle.best(problem, objective)
    assert certificate.value == get_objective(objective).value(allocation)
    if certificate.claim is Claim.IMPROVABLE:
        check_refutation(certificate, objective)
    else:
        bound, reached = (cost(problem, objective, part) for part in (certificate.bound, best))
        assert bound <= reached[: len(bound)]
        assert (certificate.claim is Claim.OPTIMAL) == (bound == cost(problem, objective, certificate.value))
        assert certificate.value == best  # the search of mip is exact
    verified(certificate)


@settings(max_examples=examples(40))
@given(problem=RULED, data=st.data())
def test_nothing_false_is_said_of_efficiency(problem: Problem, data: st.DataObject) -> None:
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, "efficiency")
    hard = [rule for rule in problem.rules if rule.penalty is None]
    can_improve = any(
        not any(oracle.misses(problem, rule, chosen) for rule in hard) for chosen in improvements(allocation)
    )
    assert certificate.claim in ((Claim.INEFFICIENT,) if can_improve else (Claim.EFFICIENT, Claim.OPEN))
    if certificate.claim is not Claim.OPEN:
        verified(certificate)


@settings(max_examples=examples(25))
@given(problem=RULED, data=st.data())
def test_a_pair_that_a_rule_may_keep_apart_is_not_said_to_block(problem: Problem, data: st.DataObject) -> None:
    allocation = data.draw(allocations(problem))
    certificate = certify(allocation, "stability")
    blocks, is_hard = len(metrics.blocking_pairs(allocation)) > 0, any(r.penalty is None for r in problem.rules)
    assert certificate.claim is ((Claim.OPEN if is_hard else Claim.UNSTABLE) if blocks else Claim.STABLE)
    if certificate.claim is not Claim.OPEN:
        verified(certificate)


@settings(max_examples=examples(40))
@given(problem=RULED)
def test_infeasible_rules_are_proved_so_and_no_others(problem: Problem) -> None:
    certificate = certify(problem)
    try:
        solve(problem)
    except InfeasibleError:
        assert next(oracle.outcomes(problem), None) is None
        assert certificate.claim in (Claim.INFEASIBLE, Claim.OPEN)
    else:
        assert certificate.claim is Claim.OPEN
    if certificate.claim is Claim.INFEASIBLE:
        verified(certificate)


# ---- one small day -----------------------------------------------------------------------------------------------


def day(*rules: Rule, must_run: bool = False) -> Problem:
    """Three of Hill and one of Mill, who all want x and then y; in the afternoon some want z."""
    model = Model(ranking="per-slot")
    for session, slot in (("x", "am"), ("y", "am"), ("z", "pm")):
        model.add_session(session, capacity=4, slots=[slot], tags=["art"] if session in "yz" else [])
    if must_run:
        model.add_session("v", capacity=4, minimum=2, must_run=True, slots=["pm"])
    for who, school in (("p", "Hill"), ("q", "Hill"), ("r", "Hill"), ("s", "Mill")):
        model.add_participant(who, groups={"school": school})
        for session, rank in (("x", 1), ("y", 2), ("z", 1)):
            if (who, session) != ("s", "z"):
                model.add_choice(who, session, rank)
    for rule in rules:
        model.add_rule(rule)
    return model.build()


def proved(certificate: Certificate) -> tuple[int, ...]:
    """The value of what is proved to be the best; the verifier agrees."""
    assert certificate.claim is Claim.OPTIMAL
    verified(certificate)
    return certificate.value


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        # two of Hill move from x to y: each costs 1
        (GroupQuota("school", session="x", at_most=1), 2),
        (GroupQuota("school", "Hill", session="y", at_least=2), 2),
        (GroupQuota("school", "Hill", tag="art", at_least=5), 2),
        (TagQuota("art", at_least=1), 1),
        (Apart(["p", "q", "s"], session="x"), 2),
        (Forbidden(["x"], group="school", value="Hill"), 3),
    ],
    ids=str,
)
def test_the_price_of_a_rule_is_proved(rule: Rule, cost: int) -> None:
    ruled = day(rule)
    certificate = certify(solve(ruled))
    # the longest list of a slot has 2 choices, so that the place that s leaves empty costs 2
    assert proved(certificate) == (1, 2 + cost)
    assert any(proof and proof.get("rules") for proof in json.loads(certificate.to_json())["proofs"])


def test_a_session_that_is_required_is_open_to_who_did_not_choose_it() -> None:
    ruled = day(Required(["z"], participants=["s"]))
    certificate = certify(solve(ruled))
    assert certificate.allocation is not None
    assert certificate.allocation.schedule_of("s") == ("x", "z")
    assert proved(certificate) == (0, 2)
    # and without the rule nobody may have it
    document = json.loads(certificate.to_json())
    tables = table_texts(day())
    document |= {"tables": verifier.tables_digest(tables)}
    document["digest"] = verifier.digest_of({key: part for key, part in document.items() if key != "digest"})
    with pytest.raises(verifier.RejectedError, match="participant 's', session 'z': not open to them"):
        verifier.verify(document, tables)


def test_who_is_required_can_fill_a_session_that_must_run() -> None:
    assert certify(day(must_run=True)).claim is Claim.INFEASIBLE
    ruled = day(Required(["v"], participants=["p", "s"]), must_run=True)
    assert certify(ruled).claim is Claim.OPEN
    assert proved(certify(solve(ruled))) == (0, 4)


def test_soft_rules_are_no_part_of_an_objective_that_does_not_name_them() -> None:
    ruled = day(Forbidden(["x"], group="school", value="Hill", penalty=1))
    result = solve(ruled)
    assert result.objective == (0, 1, 5)
    with pytest.raises(OptionError, match="objective 'penalties' cannot be certified; these can: rank-sum"):
        certify(result)
    certificate = certify(result, "rank-sum")
    assert certificate.claim is Claim.IMPROVABLE
    assert certificate.better is not None
    assert get_objective("rank-sum").value(certificate.better) < (1, 5)
    verified(certificate)
    everybody_in_x = Allocation.from_schedules(ruled, {"p": ["x", "z"], "q": ["x", "z"], "r": ["x", "z"], "s": ["x"]})
    assert proved(certify(everybody_in_x)) == (1, 2)


# ---- forgeries ---------------------------------------------------------------------------------------------------


def forged(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    document = document | changes
    return document | {"digest": verifier.digest_of({k: part for k, part in document.items() if k != "digest"})}


def test_a_price_of_a_rule_that_it_cannot_have_is_rejected() -> None:
    ruled = day(GroupQuota("school", session="x", at_most=1))
    document, tables = json.loads(certify(solve(ruled)).to_json()), table_texts(ruled)
    number = next(n for n, proof in enumerate(document["proofs"]) if proof and proof.get("rules"))
    ((rule, row, price),) = document["proofs"][number]["rules"]
    assert (rule, row, price > 0) == (0, 0, True)
    for rules, text in (
        ([], "gives the bound"),
        ([[0, 0, price + 1]], "gives the bound"),
        ([[0, 0, 2 * price]], "gives the bound"),
        ([[0, 1, price]], "gives the bound"),
        ([[0, 0, -price]], "row 0 of rule 0 has no such bound"),
        ([[0, 2, price]], "cannot be read: KeyError"),
        ([[1, 0, price]], "cannot be read: KeyError"),
        ([[0, 0, price / 2]], "is not a whole number"),
    ):
        proofs = [dict(proof) if proof else None for proof in document["proofs"]]
        proofs[number] = {**proofs[number], "rules": rules}  # type: ignore[dict-item]
        with pytest.raises(verifier.RejectedError, match=text):
            verifier.verify(forged(document, proofs=proofs), tables)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("at_most = 1", "at_most = 2", "gives the bound"),
        ("at_most = 1", "at_most = 0", "rule 0 of rules.toml, counted from 0, is broken"),
        ("at_most = 1", "at_most = 1, penalty = 1", "cannot be read: KeyError"),
        ("at_most = 1", 'at_most = 1, slot = "am"', "rule 'group-quota' is told what is not known"),
        ('"group-quota"', '"quota"', "rule 'quota' is not known"),
    ],
)
def test_other_rules_are_rejected_also_by_who_takes_their_tables_for_the_right_ones(
    before: str, after: str, text: str
) -> None:
    ruled = day(GroupQuota("school", session="x", at_most=1))
    document, tables = json.loads(certify(solve(ruled)).to_json()), table_texts(ruled)
    assert before in tables["rules.toml"]
    tables |= {"rules.toml": tables["rules.toml"].replace(before, after)}
    with pytest.raises(verifier.RejectedError, match="these are other tables"):
        verifier.verify(document, tables)
    with pytest.raises(verifier.RejectedError, match=text):
        verifier.verify(forged(document, tables=verifier.tables_digest(tables)), tables)


def test_a_trade_that_breaks_a_rule_improves_nothing() -> None:
    ruled = day(GroupQuota("school", session="x", at_most=1))
    best = solve(ruled).allocation
    everybody = {who: ["x", "z"] for who in "pqr"} | {"s": ["x"]}
    document = json.loads(certify(best).to_json())
    for name in ("proofs", "shortages"):
        del document[name]
    levels = [level | {"bound": None} for level in document["levels"]]
    better = {"schedules": everybody, "cancelled": []}
    with pytest.raises(verifier.RejectedError, match=r"rule 0 of rules\.toml, counted from 0, is broken"):
        verifier.verify(forged(document, claim="improvable", levels=levels, better=better), table_texts(ruled))


def test_a_pair_is_not_said_to_block_where_a_rule_may_keep_it_apart() -> None:
    ruled = day(GroupQuota("school", session="x", at_most=1))
    best = solve(ruled).allocation
    who = next(who for who in "pqr" if "y" in best.schedule_of(who))
    document = json.loads(certify(best, "efficiency").to_json())
    for name in ("prices", "proof"):
        del document[name]
    with pytest.raises(verifier.RejectedError, match="a rule of several participants or sessions may keep the pair"):
        verifier.verify(forged(document, claim="unstable", pair=[who, "x"]), table_texts(ruled))


def test_a_certificate_of_version_1_is_verified() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x"]}, capacity={"x": 1, "y": 1})
    document = json.loads(certify(solve(problem)).to_json())
    assert verifier.verify(forged(document, version=1), table_texts(problem)).startswith("no allocation is better")
