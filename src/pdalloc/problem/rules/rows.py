"""The inequalities of rules, over pairs of a participant and a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int64Array, IntegerArray

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem

__all__ = ["RuleRows", "rule_rows"]


class RuleRows:
    """Rows ``lower <= sum of coefficient x pair <= upper``, where a pair counts 1 if it is in the allocation, else 0.

    Attributes
    ----------
    rule : int64 array, shape (rows,)
        Number of the rule that each row belongs to.
    lower, upper : float arrays, shape (rows,)
        Whole numbers, or infinite.
    row, participant, session, coefficient : int64 arrays, shape (entries,)
    """

    def __init__(self) -> None:
        self.number = 0
        self.rule = self.row = self.participant = self.session = self.coefficient = np.zeros(0, np.int64)
        self.lower = self.upper = np.zeros(0)

    def __len__(self) -> int:
        return len(self.rule)

    def add(
        self,
        participant: IntegerArray,
        session: IntegerArray,
        coefficient: npt.ArrayLike = 1,
        *,
        lower: float = -np.inf,
        upper: float = np.inf,
    ) -> None:
        """Add rows to the rule with the current `number`.

        Parameters
        ----------
        participant, session, coefficient : array_like
            They broadcast to a matrix: a row for each row, with an entry for each column.
        lower, upper : float
            Of all these rows.
        """
        participant, session, coefficient = np.broadcast_arrays(participant, session, coefficient)
        count, entries = participant.shape
        self.row = np.concatenate([self.row, len(self) + np.repeat(np.arange(count), entries)])
        self.participant = np.concatenate([self.participant, participant.ravel()])
        self.session = np.concatenate([self.session, session.ravel()])
        self.coefficient = np.concatenate([self.coefficient, coefficient.ravel()])
        self.rule = np.concatenate([self.rule, np.full(count, self.number)])
        self.lower = np.concatenate([self.lower, np.full(count, lower)])
        self.upper = np.concatenate([self.upper, np.full(count, upper)])

    def misses(self, taken: Int64Array) -> Int64Array:
        """Return by how much each row misses a bound: shape (rows,).

        Parameters
        ----------
        taken : int64 array, shape (entries,)
            1 for each entry whose pair is in the allocation, 0 for the others.
        """
        total = np.bincount(self.row, self.coefficient * taken, minlength=len(self))
        return np.maximum(np.maximum(self.lower - total, total - self.upper), 0).astype(np.int64)


def rule_rows(problem: Problem) -> RuleRows:
    """Return the inequalities of all rules of a problem, hard and soft, in their order."""
    every, parts, count = RuleRows(), [RuleRows()], 0
    for number, rule in enumerate(problem.rules):
        rows = RuleRows()
        rows.number = number
        rule.add_rows(rows, problem)
        rows.row = rows.row + count
        count += len(rows)
        parts.append(rows)
    # joined once: adding to arrays rule by rule would copy them as often
    for name in ("rule", "lower", "upper", "row", "participant", "session", "coefficient"):
        setattr(every, name, np.concatenate([getattr(part, name) for part in parts]))
    return every
