"""Why no allocation keeps all the rules, against brute force."""

from __future__ import annotations

from hypothesis import assume, given, settings

from pdalloc import Conflict, Problem, explain_infeasible
from pdalloc.auditing.remedies import COSTS
from tests.auditing import relaxing
from tests.strategies import problems

DAYS = problems(minimums=True, facilitator_limits=True, rules=3, most_participants=3, most_sessions=3)


@settings(max_examples=60)
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
