"""Instances of fairpyx, by an object with its methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pdalloc import Problem, metrics, readers, solve
from pdalloc.errors import ProblemError


@dataclass(frozen=True)
class Instance:
    """What fairpyx.Instance has, as mappings."""

    values: Mapping[Any, Mapping[Any, float]]
    seats: Mapping[Any, float]
    limits: Mapping[Any, int]
    barred: Mapping[Any, set[Any]] = field(default_factory=dict)
    exclude: Mapping[Any, set[Any]] = field(default_factory=dict)
    item_weight: Callable[[Any], float] = lambda _: 1
    agent_entitlement: Callable[[Any], float] = lambda _: 1
    agent_target_weight: Callable[[Any], float] = lambda _: 1_000_000
    categories_capacities: Mapping[str, int] | None = None

    @property
    def agents(self) -> Sequence[Any]:
        return list(self.values)

    @property
    def items(self) -> Sequence[Any]:
        return list(self.seats)

    def agent_item_value(self, agent: Any, item: Any) -> float:
        return self.values[agent].get(item, 0)

    def item_capacity(self, item: Any) -> float:
        return self.seats[item]

    def agent_capacity(self, agent: Any) -> int:
        return self.limits[agent]

    def agent_conflicts(self, agent: Any) -> set[Any]:
        return self.barred.get(agent, set())

    def item_conflicts(self, item: Any) -> set[Any]:
        return self.exclude.get(item, set())


COURSES = Instance(
    values={"Alice": {"c1": 11, "c2": 22, 3: 0}, "Bob": {"c1": 33, "c2": 33, 3: 7.5}},
    seats={"c1": 1, "c2": 2.0, 3: 5},
    limits={"Alice": 2, "Bob": 3},
    barred={"Bob": {"c2"}},
    exclude={"c1": {3}},
)


def test_every_field_becomes_what_it_says() -> None:
    problem = readers.fairpyx(COURSES)
    assert (list(problem.participants), list(problem.sessions)) == (["Alice", "Bob"], ["c1", "c2", "3"])
    assert (problem.limit.tolist(), problem.capacity.tolist()) == ([2, 3], [1, 2, 5])
    choices = problem.choices
    assert choices.session.tolist() == [1, 0, 0, 1, 2]
    assert choices.rank.tolist() == [1, 2, 1, 1, 2]
    assert choices.rating is not None
    assert choices.rating.tolist() == [22, 11, 33, 33, 7.5]
    assert problem.forbidden.tolist() == [[1, 1]]
    assert problem.conflicts.tolist() == [[0, 2]]


def test_the_best_bundles_keep_bars_and_conflicts() -> None:
    # c1 has one seat and excludes 3, Bob is barred from c2: with c1 and Alice's c2 it is 55, with 3 instead 40.5
    best = solve(readers.fairpyx(COURSES), objective="welfare").allocation
    assert best.schedule_of("Alice") == ("c2",)
    assert metrics.utilities(best).sum() == 55


def test_older_instances_without_weights_are_read() -> None:
    class Old:
        agents, items = ("a",), ("x", "y")
        agent_capacity = item_capacity = staticmethod(lambda _: 1)
        agent_item_value = staticmethod(lambda _, item: {"x": 3, "y": 5}[item])
        agent_conflicts = item_conflicts = staticmethod(lambda _: ())

    assert readers.fairpyx(Old()).choices.session.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"item_weight": lambda item: 2 if item == "c2" else 1}, "the weight 2 of item 'c2'"),
        ({"agent_entitlement": lambda agent: 0.5}, "the entitlement 0.5 of agent 'Alice'"),
        (
            {"agent_target_weight": lambda agent: 2},
            "the target weight 2 of agent 'Bob', below their capacity",
        ),
        ({"categories_capacities": {"seminar": 1}}, "capacities of categories"),
    ],
)
def test_what_a_problem_cannot_hold_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        readers.fairpyx(replace(COURSES, **change))
    assert str(caught.value) == f"the instance has {message}, which a problem cannot hold; leave it out"


@pytest.mark.parametrize("value", [-1, "7", None])
def test_values_that_are_negative_or_no_numbers_are_refused(value: Any) -> None:
    with pytest.raises(ProblemError, match=rf"^agent 'Bob': the value of item 'c1' is {value!r}; give numbers from 0$"):
        readers.fairpyx(replace(COURSES, values={"Alice": {}, "Bob": {"c1": value}}))


def test_anything_else_is_refused() -> None:
    problem = Problem.from_rankings({"a": ["x"]}, {"x": 1})
    with pytest.raises(ProblemError, match=r"^the Problem has no agents; give a fairpyx.Instance$"):
        readers.fairpyx(problem)
