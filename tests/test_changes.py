"""The objective `changes`: fewest changed schedules, against brute force, in both models of `mip`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pdalloc import Allocation, Feature, Problem, Result, Status, certify, solve
from pdalloc.errors import OptionError, ProblemError
from pdalloc.objectives import Changes, ExcessCosts, Level, get_objective
from pdalloc.solvers.mip import sums
from tests import oracle
from tests.strategies import problems

DAYS = st.one_of(
    problems(minimums=True, most_participants=3),
    problems(minimums=True, facilitator_limits=True, most_participants=3),
    problems(coupled=False),
)


def published(problem: Problem, data: st.DataObject) -> dict[str, list[str]]:
    """What may have been published before the day changed: any sessions, some of which are no more."""
    labels = st.lists(st.sampled_from([*problem.sessions, "lost"]), unique=True, max_size=3)
    people = st.sampled_from([*problem.participants, "left"])
    return data.draw(st.dictionaries(people, labels))


def changed(problem: Problem, before: dict[str, list[str]], chosen: Sequence[oracle.Schedule]) -> int:
    """Participants with a schedule before whose sessions differ, by their ids."""
    now = {
        label: {problem.sessions[session] for session in schedule}
        for label, schedule in zip(problem.participants, chosen, strict=True)
    }
    return sum(bool(held) and who in now and now[who] != set(held) for who, held in before.items())


def best(problem: Problem, before: dict[str, list[str]], then: str, *, places_first: bool) -> tuple[int, ...]:
    """The least number of empty places if they are first, of changes, and the best value of the next objective."""

    def key(chosen: list[oracle.Schedule], runs: tuple[bool, ...]) -> tuple[int, ...]:
        value = oracle.less_is_better(problem, then, oracle.value(problem, then, chosen, runs))
        moved = changed(problem, before, chosen)
        return (value[0], moved, *value[1:]) if places_first else (moved, *value)

    return min(key(chosen, runs) for chosen, runs in oracle.outcomes(problem))


@pytest.mark.parametrize("then", ["rank-sum", "generous", "leximin"])
@settings(max_examples=15)
@given(data=st.data())
def test_changes_are_fewest_and_the_next_objective_is_best_among_those(then: str, data: st.DataObject) -> None:
    problem = data.draw(DAYS)
    assume(any(True for _ in oracle.outcomes(problem)))
    before, places_first = published(problem, data), data.draw(st.booleans())
    with pytest.MonkeyPatch.context() as patch:
        if data.draw(st.booleans()):
            patch.setattr(sums, "FEW_COLUMNS", 0)
        result = solve(problem, objective=[Changes(before, places_first), then])
    assert result.status is Status.OPTIMAL
    assert result.objective is not None
    assert oracle.less_is_better(problem, then, result.objective)[:1] == result.objective[:1]
    value = [-part if level.maximise else part for level, part in zip(result.levels, result.objective, strict=True)]
    assert tuple(value) == best(problem, before, then, places_first=places_first)


@settings(max_examples=15)
@given(data=st.data())
def test_schedules_as_columns_count_changes_as_places_do(data: st.DataObject) -> None:
    problem = data.draw(DAYS)
    assume(any(True for _ in oracle.outcomes(problem)))
    before = published(problem, data)
    result = solve(problem, objective=["leximin", Changes(before)])

    def key(chosen: list[oracle.Schedule], runs: tuple[bool, ...]) -> tuple[int, ...]:
        return (*oracle.value(problem, "leximin", chosen, runs), changed(problem, before, chosen))

    assert result.objective == min(key(chosen, runs) for chosen, runs in oracle.outcomes(problem))


@dataclass(frozen=True)
class Soft:
    """Rows of several participants and of sessions that run, each with what going beyond its bound costs."""

    terms: list[tuple[int, list[tuple[int, list[tuple[int, int, int]]]]]]
    name: ClassVar[str] = "changes"
    refuses: ClassVar[frozenset[Feature]] = frozenset()

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        return (Level("broken"),)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        pairs = set(zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True))
        total = 0
        for weight, rows in self.terms:
            sums = (
                sum(c * (bool(allocation.runs[s]) if p < 0 else (p, s) in pairs) for p, s, c in entries) - bound
                for bound, entries in rows
            )
            total += weight * max(0, *sums)
        return (total,)

    def costs(self, problem: Problem) -> Iterator[ExcessCosts]:
        rows = [(term, *row) for term, (_, rows) in enumerate(self.terms) for row in rows]
        entries = np.array(
            [(row, *entry) for row, (_, _, listed) in enumerate(rows) for entry in listed], np.int64
        ).reshape(-1, 4)
        yield ExcessCosts(
            Level("broken"),
            weight=np.array([weight for weight, _ in self.terms], np.int64),
            most=np.full(len(self.terms), 50, np.int64),
            term=np.array([row[0] for row in rows], np.int64),
            bound=np.array([row[1] for row in rows], np.int64),
            row=entries[:, 0],
            participant=entries[:, 1],
            session=entries[:, 2],
            coefficient=entries[:, 3],
        )

    def notes(self, problem: Problem) -> tuple[str, ...]:
        return ()


@pytest.mark.parametrize("other", ["rank-sum", "leximin"])
@settings(max_examples=15)
@given(data=st.data())
def test_costs_of_going_beyond_any_bounds_are_least(other: str, data: st.DataObject) -> None:
    problem = data.draw(DAYS)
    assume(any(True for _ in oracle.outcomes(problem)))
    person, session = (st.integers(low, len(of) - 1) for low, of in ((-1, problem.participants), (0, problem.sessions)))
    entries = st.lists(st.tuples(person, session, st.integers(-2, 2)), max_size=4)
    rows = st.lists(st.tuples(st.integers(-2, 2), entries), min_size=1, max_size=3)
    soft = Soft(data.draw(st.lists(st.tuples(st.integers(1, 3), rows), max_size=3)))
    first = data.draw(st.booleans()) and other != "leximin"
    result = solve(problem, "mip", objective=[soft, other] if first else [other, soft])

    def key(chosen: list[oracle.Schedule], runs: tuple[bool, ...]) -> tuple[int, ...]:
        pairs = np.array([(p, s) for p, day in enumerate(chosen) for s in day], np.int32).reshape(-1, 2)
        broken = soft.value(Allocation.from_pairs(problem, pairs[:, 0], pairs[:, 1], np.array(runs)))
        value = oracle.value(problem, other, chosen, runs)
        return (*broken, *value) if first else (*value, *broken)

    assert result.objective == min(key(chosen, runs) for chosen, runs in oracle.outcomes(problem))


def two() -> Allocation:
    problem = Problem.from_rankings({"t1": ["x", "y"], "t2": ["y", "x"], "t3": ["x"]}, {"x": 1, "y": 1})
    return Allocation.from_schedules(problem, {"t1": ["y"], "t2": ["x"]})


def test_who_is_new_or_had_nothing_or_is_free_does_not_count() -> None:
    before = two()
    problem = Problem.from_rankings({"t3": ["x"], "t2": ["y", "x"], "t1": ["x", "y"], "t4": ["x"]}, {"y": 2, "x": 4})
    kept = solve(problem, objective=[Changes(before), "rank-sum"])
    assert (kept.objective, kept.headline()) == (
        (0, 0, 2),
        "mip: optimal, changes,rank-sum (0 changed schedules, 0 empty places, 2 rank cost)",
    )
    assert solve(problem, objective=[Changes(before, free=["t1"]), "rank-sum"]).objective == (0, 0, 1)
    assert solve(problem, objective=[Changes({"t1": ["y"]}), "rank-sum"]).objective == (0, 0, 1)
    assert solve(problem, objective=["rank-sum", Changes(before)]).objective == (0, 0, 2)


def test_places_first_moves_somebody_to_fill_one_more() -> None:
    problem = Problem.from_rankings({"t1": ["x", "y"], "t2": ["x"]}, {"x": 1, "y": 1})
    before = Allocation.from_schedules(problem, {"t1": ["x"]})
    assert solve(problem, objective=[Changes(before), "rank-sum"]).objective == (0, 1, 2)
    assert solve(problem, objective=[Changes(before, places_first=True), "rank-sum"]).objective == (0, 1, 1)


def test_a_result_keeps_what_was_published_and_is_checked_when_read() -> None:
    before = two()
    result = solve(before.problem, objective=[Changes(before), "rank-sum"])
    text = result.to_json()
    assert Result.from_json(text, before.problem).to_json() == text
    document = json.loads(text)
    document["provenance"]["options"]["objective"]["objectives"][0]["before"] = [["t1", ["x"]]]
    with pytest.raises(
        ProblemError, match=r"the document claims the value \(0, 1, 4\), but its allocation has \(1, 1, 4\)"
    ):
        Result.from_json(json.dumps(document), before.problem)
    document["provenance"]["options"]["objective"]["objectives"][0]["before"] = 3
    with pytest.raises(ProblemError, match="changes are counted from published schedules, not from a int"):
        Result.from_json(json.dumps(document), before.problem)


def test_nothing_is_claimed_of_changes_that_was_not_proved() -> None:
    result = solve(two().problem, objective=[Changes(two()), "rank-sum"])
    with pytest.raises(OptionError, match="objective 'changes' cannot be certified; these can: rank-sum, welfare"):
        certify(result)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: get_objective("changes"),
            "objective 'changes' needs what was published; give Changes.before. instead",
        ),
        (lambda: Changes(3), "changes are counted from published schedules, not from a int; give an Allocation, or"),  # type: ignore[arg-type]
        (lambda: Changes({"t1": "xy"}), "changes are counted from published schedules, not from a dict"),
        (lambda: Changes({}, free="t1"), "free is 't1'; give a list of participant ids"),
        (lambda: solve(two().problem, "flow", objective=Changes(two())), "solver 'flow' does not optimise 'changes'"),
    ],
)
def test_bad_forms_are_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(OptionError, match=message):
        make()
