"""Certificates that are checked by the verifier alone, and what happens to those that somebody changed."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from pdalloc import (
    Allocation,
    Apart,
    Certificate,
    Claim,
    GroupQuota,
    Model,
    Prerequisite,
    Problem,
    Together,
    certify,
    generators,
    read_tables,
    solve,
    verifier,
)
from pdalloc.objectives import get_objective
from pdalloc.problem.table_writer import table_texts

COHORT = Path(__file__).parents[2] / "examples" / "cohort"
PROVING = {"proof", "proofs", "prices"}
"""Parts of which there may be others that prove the same."""


@cache
def slots() -> Problem:
    return generators.day(30, 9, 3, 3, seed=3)


@cache
def tied() -> Problem:
    return generators.day(30, 9, 3, 3, minimum=4, repeats=1, seed=3)


@cache
def market() -> Problem:
    rankings = {f"p{number}": [f"s{(number + step) % 4}" for step in range(3)] for number in range(9)}
    priorities = {f"s{number}": [f"p{(5 * number + step) % 9}" for step in range(9)] for number in range(4)}
    return Problem.from_rankings(rankings, capacity={f"s{number}": 2 for number in range(4)}, priorities=priorities)


def lacking(*, limit: int = 1) -> Problem:
    """Three who could come to a session that must run with four; with limit 2 of whom nobody can take two of three."""
    day = Model()
    for number in range(1 if limit == 1 else 3):
        day.add_session(f"x{number}", capacity=5, minimum=4 if limit == 1 else 3, must_run=True)
    for who in range(3 if limit == 1 else 4):
        day.add_participant(f"p{who}", limit=limit)
        day.add_ranking(f"p{who}", [f"x{number}" for number in range(1 if limit == 1 else 3)])
    return day.build()


@cache
def ruled(*, at_least: int = 2) -> Problem:
    """Two schools: of each, some in x, not all in y; two keep together, and nobody takes z without x."""
    day = Model(ranking="per-slot")
    for session, slot in (("x", "am"), ("y", "am"), ("z", "pm"), ("w", "pm")):
        day.add_session(session, capacity=4, slots=[slot], tags=["art"] if session in "yz" else [])
    for number in range(6):
        day.add_participant(f"p{number}", groups={"school": "Hill" if number % 2 else "Mill"})
        day.add_ranking(f"p{number}", ["y", "x"] if number < 5 else ["x"])
        day.add_ranking(f"p{number}", ["z", "w"])
    day.add_rule(GroupQuota("school", session="x", at_least=at_least))
    day.add_rule(GroupQuota("school", "Hill", tag="art", at_most=3))
    day.add_rule(Together(["p0", "p1"]))
    day.add_rule(Prerequisite("z", ["x"]))
    day.add_rule(Apart(["p2", "p4"], penalty=1))
    return day.build()


def first_come(problem: Problem) -> Allocation:
    return solve(problem, "first-come").allocation


KINDS: dict[str, Callable[[], Certificate]] = {
    "prices": lambda: certify(solve(slots())),
    "prices by level": lambda: certify(solve(slots(), objective="greedy")),
    "shortages": lambda: certify(solve(market())),
    "multipliers": lambda: certify(solve(read_tables(COHORT))),
    "multipliers by level": lambda: certify(solve(tied(), objective="generous")),
    "whole days": lambda: certify(solve(tied(), objective="leximin")),
    "trade": lambda: certify(first_come(slots())),
    "better day": lambda: certify(solve(tied(), objective="greedy").allocation, "generous"),
    "efficient market": lambda: certify(solve(market()), "efficiency"),
    "inefficient market": lambda: certify(inefficient(), "efficiency"),
    "efficient day": lambda: certify(first_come(slots()), "efficiency"),
    "inefficient day": lambda: certify(solve(slots(), objective="generous").allocation, "efficiency"),
    "stable": lambda: certify(first_come(slots()), "stability"),
    "unstable": lambda: certify(first_come(market()), "stability"),
    "need": lambda: certify(lacking()),
    "no allocation": lambda: certify(lacking(limit=2)),
    "rules": lambda: certify(solve(ruled()).allocation),
    "rules by level": lambda: certify(solve(ruled()).allocation, "greedy"),
    "rules of whole days": lambda: certify(solve(ruled()).allocation, "leximin"),
    "efficient with rules": lambda: certify(solve(ruled()), "efficiency"),
    "rules that cannot hold": lambda: certify(ruled(at_least=3)),
}


def inefficient() -> Allocation:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["y", "x"]}, capacity={"x": 1, "y": 1})
    return Allocation.from_schedules(problem, {"p": ["y"], "q": ["x"]})


@cache
def certificate(kind: str) -> Certificate:
    return KINDS[kind]()


def test_every_claim_that_can_be_verified_is_among_the_kinds() -> None:
    # a bound that leaves a gap is rare on days this small; test_certify meets it
    claims = {certificate(kind).claim for kind in KINDS} | {Claim.BOUNDED, Claim.OPEN}
    assert claims == set(Claim)


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_have_the_shipped_schema(kind: str) -> None:
    schema = (Path(verifier.__file__).parent / "schemas" / "certificate-2.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(certificate(kind).to_json()), json.loads(schema))


@pytest.mark.parametrize("kind", KINDS)
def test_the_verifier_alone_accepts(kind: str, tmp_path: Path) -> None:
    shutil.copy(verifier.__file__, tmp_path / "verifier.py")
    (tmp_path / "certificate.json").write_text(certificate(kind).to_json(), encoding="utf-8")
    (tmp_path / "tables").mkdir()
    for name, text in table_texts(certificate(kind).problem).items():
        (tmp_path / "tables" / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "verifier.py", "certificate.json", "tables"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout.startswith("verified: ")
    assert run.returncode == 0
    (tmp_path / "tables" / "choices.csv").unlink()
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stderr.startswith("rejected: ")
    assert run.returncode == 1


def leaves(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value and every key of a document."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, (*path, key))
    elif isinstance(part, list) and part:
        for number, value in enumerate(part):
            yield from leaves(value, (*path, number))
    else:
        yield path


def flipped(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The document with one value changed."""
    changed = copy.deepcopy(document)
    part = changed
    for step in path[:-1]:
        part = part[step]
    value = part[path[-1]]
    if isinstance(value, bool):
        part[path[-1]] = not value
    elif isinstance(value, int):
        part[path[-1]] = value + 1
    elif isinstance(value, str):
        part[path[-1]] = value + "x"
    else:
        part[path[-1]] = ["x"] if value is None else [*value, "x"]
    return changed


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_certificate_is_rejected(kind: str) -> None:
    document, tables = json.loads(certificate(kind).to_json()), table_texts(certificate(kind).problem)
    for path in leaves(document):
        with pytest.raises(verifier.RejectedError):
            verifier.verify(flipped(document, path), tables)
    for name in document:
        with pytest.raises(verifier.RejectedError):
            verifier.verify({key: value for key, value in document.items() if key != name}, tables)


@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_certificate_claims_nothing_that_is_not_true(kind: str) -> None:
    """Whoever changes a certificate can also make its digest again; then what it says must not hold."""
    document, tables = json.loads(certificate(kind).to_json()), table_texts(certificate(kind).problem)
    rng = np.random.default_rng(1)
    paths = [path for path in leaves(document) if path[0] != "digest"]
    some = rng.choice(len(paths), size=min(len(paths), 60), replace=False).tolist()
    for path in [paths[number] for number in some]:
        forged = flipped(document, path)
        forged["digest"] = verifier.digest_of({name: part for name, part in forged.items() if name != "digest"})
        if path[0] in PROVING:
            # another proof of the same is no forgery
            try:
                verifier.verify(forged, tables)
            except verifier.RejectedError:
                continue
            assert {**forged, "digest": ""} == {**document, "digest": "", path[0]: forged[path[0]]}
        else:
            with pytest.raises(verifier.RejectedError):
                verifier.verify(forged, tables)


@pytest.mark.parametrize("kind", ["prices", "multipliers", "unstable", "rules"])
def test_changed_tables_are_rejected(kind: str) -> None:
    document, tables = json.loads(certificate(kind).to_json()), table_texts(certificate(kind).problem)
    rng = np.random.default_rng(1)
    for name, text in tables.items():
        lines = text.splitlines(keepends=True)
        for number in rng.choice(len(lines), size=min(len(lines), 40), replace=False).tolist():
            cells = lines[number].rstrip("\n").split(",")
            cells[int(rng.integers(len(cells)))] += "1"
            changed = "".join([*lines[:number], ",".join(cells) + "\n", *lines[number + 1 :]])
            with pytest.raises(verifier.RejectedError):
                verifier.verify(document, tables | {name: changed})


def trades(allocation: Allocation, rng: np.random.Generator) -> Iterator[Allocation]:
    """Allocations that differ by one random trade of one or two participants, and keep all rules."""
    problem = allocation.problem
    for _ in range(2_000):
        one, other = rng.integers(len(allocation), size=2)
        session = allocation.session.copy()
        if rng.random() < 0.5:
            session[[one, other]] = session[[other, one]]
        else:
            session[one] = rng.integers(len(problem.sessions))
        keys = np.unique(allocation.participant.astype(np.int64) * len(problem.sessions) + session)
        if len(keys) == len(session) and (session != allocation.session).any():
            traded = Allocation.from_pairs(problem, allocation.participant, session, allocation.runs)
            if not traded.violations():
                yield traded


@pytest.mark.parametrize(
    "objective", ["rank-sum", "greedy", "generous", "rank-maximal", "leximin", "rank-sum,generous"]
)
@pytest.mark.parametrize("day", [slots, tied])
def test_one_worse_trade_refutes_an_optimum(day: Callable[[], Problem], objective: str) -> None:
    best = solve(day(), objective=objective)
    proved = certify(best)
    assert proved.claim is Claim.OPTIMAL
    value = get_objective(objective).value
    worse = next(trade for trade in trades(best.allocation, np.random.default_rng(5)) if value(trade) != best.objective)
    refuted = certify(worse, objective)
    assert refuted.claim is Claim.IMPROVABLE
    verifier.verify(refuted.to_json(), table_texts(day()))
    # the proof of the best does not serve for the worse one
    document = json.loads(proved.to_json()) | {"schedules": json.loads(refuted.to_json())["schedules"]}
    document["digest"] = verifier.digest_of({name: part for name, part in document.items() if name != "digest"})
    with pytest.raises(verifier.RejectedError, match="the allocation has another value"):
        verifier.verify(document, table_texts(day()))


@pytest.mark.parametrize("day", [slots, market])
def test_one_worse_trade_refutes_efficiency_and_stability(day: Callable[[], Problem]) -> None:
    allocation = first_come(day())
    stable = certify(allocation, "stability").claim is Claim.STABLE
    assert certify(allocation, "efficiency").claim is Claim.EFFICIENT
    claims = set()
    for number, trade in enumerate(trades(allocation, np.random.default_rng(5))):
        for claim in ("efficiency", "stability"):
            made = certify(trade, claim)
            verifier.verify(made.to_json(), table_texts(day()))
            claims.add(made.claim)
        if number == 8:
            break
    assert Claim.INEFFICIENT in claims
    assert Claim.UNSTABLE in claims or not stable
