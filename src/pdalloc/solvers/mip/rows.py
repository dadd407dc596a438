"""Rows of a program, collected block by block; those about sessions are the same in every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import FloatArray, IntegerArray
from pdalloc.problem import Problem
from pdalloc.problem.rules import rule_rows

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Rows", "add_hard_rules", "add_session_rows"]


class Rows:
    """Linear constraints on columns, ``lower <= sum of coefficient x column <= upper``, a block at a time."""

    def __init__(self) -> None:
        self._row: list[IntegerArray] = []
        self._column: list[IntegerArray] = []
        self._coefficient: list[npt.NDArray[Any]] = []
        self._lower: list[FloatArray] = []
        self._upper: list[FloatArray] = []
        self.count = 0

    def add(
        self,
        row: npt.ArrayLike,
        column: npt.ArrayLike,
        coefficient: npt.ArrayLike,
        lower: npt.ArrayLike,
        upper: npt.ArrayLike,
        *,
        rows: int,
    ) -> None:
        """Add a block of rows.

        Parameters
        ----------
        row, column : array_like of int, shape (entries,)
            Rows of the block, and columns, from 0.
        coefficient : array_like, shape (entries,) or one for all
            Entries of the same row and column add up.
        lower, upper : array_like, shape (rows,) or one for all
        rows : int
            How many rows the block has.
        """
        row, column = np.asarray(row, np.int64), np.asarray(column, np.int64)
        self._row.append(row + self.count)
        self._column.append(column)
        self._coefficient.append(np.broadcast_to(np.asarray(coefficient, np.float64), len(row)))
        self._lower.append(np.broadcast_to(np.asarray(lower, np.float64), rows))
        self._upper.append(np.broadcast_to(np.asarray(upper, np.float64), rows))
        self.count += rows

    def add_exclusive(self, group: IntegerArray, column: IntegerArray) -> None:
        """Add a row for each group of two columns or more: at most one of them is taken.

        Parameters
        ----------
        group, column : integer arrays, shape (entries,)
        """
        if not len(group):
            return
        _, row, size = np.unique(group, return_inverse=True, return_counts=True)
        number = np.cumsum(size > 1) - 1
        crowded = size[row] > 1
        self.add(number[row[crowded]], column[crowded], 1, -np.inf, 1, rows=int((size > 1).sum()))

    def matrix(self, columns: int) -> tuple[scipy.sparse.csr_array, FloatArray, FloatArray]:
        """Return all rows with their lower and upper bounds."""
        from scipy.sparse import csr_array

        if not self._row:
            nothing = np.zeros(0)
            return csr_array((0, columns)), nothing, nothing
        entries = np.concatenate(self._coefficient), (np.concatenate(self._row), np.concatenate(self._column))
        matrix = csr_array(entries, shape=(self.count, columns))
        return matrix, np.concatenate(self._lower), np.concatenate(self._upper)


def add_session_rows(
    rows: Rows, problem: Problem, column: IntegerArray, session: IntegerArray, runs: IntegerArray
) -> None:
    """Add capacities, minimums and the limits of facilitators.

    Parameters
    ----------
    rows : Rows
    problem : Problem
    column, session : integer arrays, shape (entries,)
        A column has a seat in a session.
    runs : integer array, shape (sessions,)
        Column that is 1 if the session runs, -1 for a session that cannot be cancelled.
    """
    number = len(problem.sessions)
    may_be_cancelled = np.flatnonzero(runs >= 0)
    always = np.where(runs < 0, 1, 0)
    every, with_runs = np.concatenate([session, may_be_cancelled]), np.concatenate([column, runs[may_be_cancelled]])
    for bound, lower, upper in (
        (problem.capacity, -np.inf, problem.capacity * always),
        (problem.minimum, problem.minimum * always, np.inf),
    ):
        if bound is problem.minimum and not bound.any():
            continue
        coefficient = np.concatenate([np.ones(len(session)), -bound[may_be_cancelled]])
        rows.add(every, with_runs, coefficient, lower, upper, rows=number)
    _add_facilitator_rows(rows, problem, column, session, runs)


def add_hard_rules(
    rows: Rows, problem: Problem, column: IntegerArray, participant: IntegerArray, session: IntegerArray
) -> None:
    """Add the rules of several participants or sessions, but for soft ones.

    Parameters
    ----------
    rows : Rows
    problem : Problem
    column, participant, session : integer arrays, shape (entries,)
        A column is the place of a participant in a session; a pair without one is never taken.
    """
    if not problem.rules:
        return
    rules = rule_rows(problem)
    is_hard = np.array([rule.penalty is None for rule in problem.rules])[rules.rule]
    column_of = np.full((len(problem.participants), len(problem.sessions)), -1)
    column_of[participant, session] = column
    taken = column_of[rules.participant, rules.session]
    kept = np.flatnonzero(is_hard[rules.row] & (taken >= 0))
    number = np.cumsum(is_hard) - 1
    rows.add(
        number[rules.row[kept]],
        taken[kept],
        rules.coefficient[kept],
        rules.lower[is_hard],
        rules.upper[is_hard],
        rows=int(is_hard.sum()),
    )


def _add_facilitator_rows(
    rows: Rows, problem: Problem, column: IntegerArray, session: IntegerArray, runs: IntegerArray
) -> None:
    pairs = problem.session_facilitators
    for facilitator in np.flatnonzero(problem.most_sessions < problem.facilitator_sessions).tolist():
        theirs = runs[pairs.row[pairs.column == facilitator]]
        room = problem.most_sessions[facilitator] - np.count_nonzero(theirs < 0)
        theirs = theirs[theirs >= 0]
        rows.add(np.zeros(len(theirs)), theirs, 1, -np.inf, room, rows=1)
    for facilitator in np.flatnonzero(problem.most_participants < problem.facilitator_seats).tolist():
        seats = column[np.isin(session, pairs.row[pairs.column == facilitator])]
        rows.add(np.zeros(len(seats)), seats, 1, -np.inf, problem.most_participants[facilitator], rows=1)
