"""Least penalty for soft rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.errors import OptionError
from pdalloc.objectives.chained import Chained
from pdalloc.objectives.levels import ExcessCosts, Level, Objective
from pdalloc.problem import Feature, Problem
from pdalloc.problem.rules import RuleRows, rule_rows

__all__ = ["Penalties", "penalties_first"]

PENALTIES = Level("penalties")


@dataclass(frozen=True)
class Penalties:
    """Least sum of penalties for soft rules that are broken.

    A soft rule costs its penalty times the units by which its inequalities miss their bounds: participants who are
    required and not there, places above a quota, sessions that one of two colleagues takes without the other.

    Places do not come first by themselves. A problem with soft rules and an objective that does not name this one is
    solved for ``["penalties", objective]``: a soft rule is broken only where all rules cannot hold together. Put it
    behind another objective, such as ``"rank-sum,penalties"``, to let rules decide only between equally good days.
    """

    name: ClassVar[str] = "penalties"
    refuses: ClassVar[frozenset[Feature]] = frozenset()

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (PENALTIES,)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        return (sum(costs.value(allocation) for costs in self.costs(allocation.problem)),)

    def costs(self, problem: Problem) -> Iterator[ExcessCosts]:
        """See `Objective.costs`."""
        yield _excess(problem, rule_rows(problem))

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()


def penalties_first(objective: Objective, problem: Problem) -> Objective:
    """Return an objective with penalties before it, where a problem has soft rules and it does not name them."""
    is_soft = len(problem.hard_rules) < len(problem.rules)
    if not is_soft or Penalties.name in objective.name.split(","):
        return objective
    return Chained((Penalties(), objective))


def _excess(problem: Problem, rules: RuleRows) -> ExcessCosts:
    """Return a term for each inequality of a soft rule, with a row for each of its bounds."""
    penalty = np.array([rule.penalty or 0 for rule in problem.rules], np.int64)
    is_soft = penalty[rules.rule] > 0
    term_of = np.cumsum(is_soft) - 1
    above, below = (
        np.flatnonzero(is_soft & np.isfinite(rules.upper)),
        np.flatnonzero(is_soft & np.isfinite(rules.lower)),
    )
    row, entry = [], []
    for number, sides in enumerate((above, below)):
        row_of = np.full(len(rules), -1)
        row_of[sides] = np.arange(len(sides)) + number * len(above)
        entry.append(np.flatnonzero(row_of[rules.row] >= 0))
        row.append(row_of[rules.row[entry[-1]]])
    both = np.concatenate(entry)
    sign = np.repeat([1, -1], [len(entry[0]), len(entry[1])])
    coefficient = sign * rules.coefficient[both]
    term = term_of[np.concatenate([above, below])]
    bound = np.concatenate([rules.upper[above], -rules.lower[below]]).astype(np.int64)
    highest = np.zeros(len(bound), np.int64)
    np.add.at(highest, np.concatenate(row), np.maximum(coefficient, 0))
    most = np.zeros(int(is_soft.sum()), np.int64)
    np.maximum.at(most, term, highest - bound)
    weight = penalty[rules.rule[is_soft]]
    if sum(int(each) * int(units) for each, units in zip(weight, most, strict=True)) >= 2**62:
        raise OptionError(f"penalties could add up beyond 62 bits; the largest is {penalty.max()}, use smaller ones")
    return ExcessCosts(
        PENALTIES,
        weight=weight,
        most=most,
        term=term,
        bound=bound,
        row=np.concatenate(row),
        participant=rules.participant[both],
        session=rules.session[both],
        coefficient=coefficient,
    )
