"""The verifier reads tables and judges allocations as the library does, though it shares no line with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Allocation, Problem, verifier
from pdalloc.objectives import get_objective
from pdalloc.problem.table_writer import table_texts
from tests.strategies import allocations, problems

ANY_DAY = st.one_of(
    problems(minimums=True), problems(minimums=True, facilitator_limits=True), problems(weights=True, rated=True)
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
    own = [(i, s) for i in range(len(day.participants)) for s in day.own[i]]
    weights = data.draw(st.lists(positive, min_size=len(levels), max_size=len(levels)))
    proof = {
        "weights": weights,
        "seats": {session: data.draw(price) for session in day.sessions},
        "links": [(who, day.sessions[session], data.draw(positive)) for session in may for who in day.participants],
        "running": [(day.participants[i], day.sessions[s], data.draw(price)) for i, s in own],
        "session_limits": {name: data.draw(positive) for name in day.most_sessions},
        "participant_limits": {name: data.draw(positive) for name in day.most_participants},
    }
    value = verifier.value_of(day, levels, *numbered(allocation))
    total = sum(weight * part for weight, part in zip(weights, value, strict=True))
    assert verifier.Bound(day, levels, proof).total <= total
    kept = [verifier.standing_of(day, s, i, numbered(allocation)[1]) for i, s in enumerate(numbered(allocation)[0])]
    assert verifier.Bound(day, levels, proof, (kept, numbered(allocation)[1])).total <= total
