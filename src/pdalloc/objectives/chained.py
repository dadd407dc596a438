"""One objective after another."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pdalloc.allocation import Allocation
from pdalloc.errors import OptionError
from pdalloc.objectives.levels import Costs, Level, Objective
from pdalloc.problem import Feature, Problem

__all__ = ["Chained"]

Item = TypeVar("Item")


@dataclass(frozen=True)
class Chained:
    """The best for the first objective; among those allocations the best for the second, and so on.

    Levels that an earlier objective has already decided, such as empty places, are left out.

    Parameters
    ----------
    objectives : tuple of Objective
        Two or more of different names. A chain among them counts as its parts.

    Raises
    ------
    OptionError
        If there are fewer, or one is twice in the chain.
    """

    objectives: tuple[Objective, ...]

    def __post_init__(self) -> None:
        nested = (part.objectives if isinstance(part, Chained) else (part,) for part in self.objectives)
        object.__setattr__(self, "objectives", tuple(itertools.chain.from_iterable(nested)))
        names = [objective.name for objective in self.objectives]
        if len(names) < 2 or len(set(names)) < len(names):
            raise OptionError(f"a chain of objectives is {names}; give two or more different ones")

    @property
    def name(self) -> str:
        """Names of the objectives, separated by commas."""
        return ",".join(objective.name for objective in self.objectives)

    @property
    def refuses(self) -> frozenset[Feature]:
        """What any of the objectives refuses."""
        return frozenset().union(*(objective.refuses for objective in self.objectives))

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        every = (level for objective in self.objectives for level in objective.levels(problem))
        return tuple(_first_of_each_name(every, lambda level: level.name))

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        every = (
            pair
            for objective in self.objectives
            for pair in zip(objective.levels(allocation.problem), objective.value(allocation), strict=True)
        )
        return tuple(value for _, value in _first_of_each_name(every, lambda pair: pair[0].name))

    def costs(self, problem: Problem) -> Iterator[Costs]:
        """See `Objective.costs`."""
        every = (costs for objective in self.objectives for costs in objective.costs(problem))
        return _first_of_each_name(every, lambda costs: costs.level.name)

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return tuple(note for objective in self.objectives for note in objective.notes(problem))


def _first_of_each_name(items: Iterable[Item], name: Callable[[Item], str]) -> Iterator[Item]:
    """Yield the items, but not what counts the same as one before."""
    seen: set[str] = set()
    for item in items:
        if name(item) not in seen:
            yield item
        seen.add(name(item))
