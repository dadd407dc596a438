"""The solver `mip`: against brute force, on known cases, and when it is stopped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Problem, Status, solve
from pdalloc.errors import InfeasibleError
from pdalloc.objectives import OBJECTIVES
from pdalloc.solvers.mip import sums
from pdalloc.solvers.mip.engine import ENGINES
from tests import oracle
from tests.strategies import problems

RATED = ("welfare", "nash")


def days(objective: str) -> st.SearchStrategy[Problem]:
    rated = objective in RATED
    drawn = [
        problems(minimums=True, facilitator_limits=limits, rated=rated or None, weights=objective == "rank-sum")
        for limits in (False, True)
    ]
    return st.one_of(drawn).filter(lambda problem: not rated or problem.choices.rating is not None)


def check(problem: Problem, objective: str, engine: str) -> None:
    if not any(True for _ in oracle.outcomes(problem)):
        with pytest.raises(InfeasibleError, match="no allocation keeps all the rules"):
            solve(problem, "mip", objective=objective, engine=engine)
        return
    result = solve(problem, "mip", objective=objective, engine=engine)
    assert result.status is Status.OPTIMAL
    assert result.objective == oracle.best(problem, objective)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_agrees_with_brute_force(engine: str, objective: str, data: st.DataObject) -> None:
    check(data.draw(days(objective)), objective, engine)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_agrees_with_brute_force_where_relaxations_come_first(objective: str, data: st.DataObject) -> None:
    problem = data.draw(days(objective))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "FEW_COLUMNS", 0)
        check(problem, objective, "highs")
