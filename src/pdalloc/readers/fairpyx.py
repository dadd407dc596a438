"""Course allocation in the form of fairpyx, without importing it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from numbers import Real
from typing import Any

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem import Model, Problem

__all__ = ["course_problem", "fairpyx"]

NEEDED = ("agent_capacity", "item_capacity", "agent_item_value", "agent_conflicts", "item_conflicts")


def fairpyx(instance: Any) -> Problem:
    """Read an instance of fairpyx, the course allocation library of Ariel University.

    Agents become participants, items sessions, their names as text the ids. An agent's capacity is the participant's
    limit; values become ratings, ranks follow from them, and value 0 is not listed. What conflicts with an agent is
    forbidden to the participant, whatever its value; items in conflict become conflicts.

    Parameters
    ----------
    instance : fairpyx.Instance
        Or any object with its attributes `agents` and `items` and its methods `agent_capacity`, `item_capacity`,
        `agent_item_value`, `agent_conflicts` and `item_conflicts`.

    Raises
    ------
    ProblemError
        If it is no such object; if it has what a problem cannot hold: weights of items (credit points), target weights
        or entitlements of agents, categories; or if a value is negative or no number.
    """
    if missing := [name for name in ("agents", "items", *NEEDED) if not hasattr(instance, name)]:
        raise ProblemError(f"the {type(instance).__name__} has no {missing[0]}; give a fairpyx.Instance")
    if beyond := next(_beyond(instance), ""):
        raise ProblemError(f"the instance has {beyond}, which a problem cannot hold; leave it out")
    return course_problem(instance.agents, instance.items, *(getattr(instance, name) for name in NEEDED))


def _beyond(instance: Any) -> Iterator[str]:
    """Yield what makes the instance more than a problem can hold; older versions of fairpyx lack some of it."""
    weight, entitlement = (getattr(instance, name, lambda _: 1) for name in ("item_weight", "agent_entitlement"))
    target = getattr(instance, "agent_target_weight", lambda _: math.inf)
    yield from (f"the weight {weight(item)!r} of item {item!r}" for item in instance.items if weight(item) != 1)
    for agent in instance.agents:
        if entitlement(agent) != 1:
            yield f"the entitlement {entitlement(agent)!r} of agent {agent!r}"
        if target(agent) < instance.agent_capacity(agent):
            yield f"the target weight {target(agent)!r} of agent {agent!r}, below their capacity"
    if getattr(instance, "categories_capacities", None):
        yield "capacities of categories"


def course_problem(
    agents: Iterable[Any],
    items: Iterable[Any],
    agent_capacity: Callable[[Any], int],
    item_capacity: Callable[[Any], int],
    value: Callable[[Any, Any], float],
    agent_conflicts: Callable[[Any], Iterable[Any]],
    item_conflicts: Callable[[Any], Iterable[Any]],
    *,
    place: str = "",
) -> Problem:
    """Build the problem of what the methods of a fairpyx instance return; `place` is where it was read."""
    model, agents, items = Model(), list(agents), list(items)
    for item in items:
        model.add_session(str(item), capacity=item_capacity(item), place=place)
        for other in item_conflicts(item):
            model.add_conflict(str(item), str(other), place=place)
    for agent in agents:
        model.add_participant(str(agent), limit=agent_capacity(agent), place=place)
        for item in agent_conflicts(agent):
            model.forbid(str(agent), str(item), place=place)
        for item in items:
            rating = value(agent, item)
            if not isinstance(rating, Real) or rating < 0:
                message = f"agent {agent!r}: the value of item {item!r} is {rating!r}; give numbers from 0"
                model.report(Finding(message, place=place))
            elif rating != 0:
                model.add_choice(str(agent), str(item), rating=rating, place=place)
    return model.build()
