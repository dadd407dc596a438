"""Serial dictatorship by a given order: the order is honoured, and a wrong one refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc import Problem, solve
from pdalloc.errors import OptionError
from tests import oracle
from tests.strategies import problems

TWO = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x", "y"]}, capacity={"x": 1, "y": 1})


@given(problem=problems(), data=st.data())
def test_participants_choose_in_the_order_given(problem: Problem, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(problem.participants))))
    result = solve(problem, "serial-dictatorship", order=[problem.participants[who] for who in order])
    chosen = [oracle.schedule_of(result.allocation, who) for who in range(len(order))]
    assert chosen == oracle.serial_dictatorship(problem, order)
    assert not any("order" in note for note in result.notes)


@given(problem=problems())
def test_without_an_order_it_is_the_table_order_and_the_result_says_so(problem: Problem) -> None:
    result = solve(problem, "serial-dictatorship")
    order = range(len(problem.participants))
    assert [oracle.schedule_of(result.allocation, who) for who in order] == oracle.serial_dictatorship(problem, order)
    assert result.notes[-1] == "no order was given: participants chose in table order"


def test_the_order_is_recorded_and_there_is_no_seed() -> None:
    result = solve(TWO, "serial-dictatorship", order=["t002", "t001"], seed=None)
    assert result.provenance.options == {"order": ["t002", "t001"]}
    assert result.provenance.seed is None
    assert result.allocation.schedule_of("t002") == ("x",)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("t001", "order is 't001'; give the ids of all participants, first first, such as ('t002', 't001')"),
        (3, "order is a int; give the ids of all participants, first first, such as ('t002', 't001')"),
        ([1, 2], "order has 1; participants are given by their ids, which are strings"),
        (["t001", "t001"], "order has participant 't001' twice; give every participant once"),
        (["t001", "t02"], "order has 't02', who is no participant; did you mean 't002'?"),
        (["zz", "t001"], "order has 'zz', who is no participant; give ids of the participants table"),
        (["t001"], "order leaves out participant 't002'; give every participant once"),
    ],
)
def test_wrong_orders_are_refused(order: Any, message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(message)}"):
        solve(TWO, "serial-dictatorship", order=order)
