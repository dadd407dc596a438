"""How many places each participant wants, as a constant and columns: running a session leaves fewer slots free."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.problem import Problem
from pdalloc.solvers.mip.rows import Rows

__all__ = ["WantedPlaces"]


class WantedPlaces:
    """What `Problem.wanted_if` says, for sessions that are not decided yet.

    A participant wants as many places as they have free slots, up to their limit. That is a constant less the slots of
    what they run, unless their limit binds for some running sessions and not for others: then it is a column of its
    own, with another that says whether the limit binds.

    Parameters
    ----------
    problem : Problem
    runs : int64 array, shape (sessions,)
        Column that is 1 if a session runs, -1 for a session that cannot be cancelled.
    columns : int
        How many columns there are already.

    Attributes
    ----------
    columns : int
        How many there are then.
    free : int64 array, shape (participants,)
        Slots in which each participant is free if nothing runs that may be cancelled.
    own_participant, own_run, own_size : int arrays, shape (entries,)
        Who would run a session that may be cancelled, its column and its slots.
    by_column : int64 array
        Participants with a column of their own.
    wish : int64 array
        Those columns.
    """

    def __init__(self, problem: Problem, runs: Int64Array, columns: int) -> None:
        self.problem = problem
        self.slots = len(problem.slots)
        own = problem.facilitated[(runs[problem.facilitated[:, 1]] >= 0) & (self.slots > 0)]
        self.own_participant, self.own_session = own[:, 0], own[:, 1]
        self.own_run, self.own_size = runs[self.own_session], problem.session_slots.count[self.own_session]
        none_run = ~problem.may_be_cancelled
        self.most = problem.wanted_if(none_run)
        self.free = problem.available_if(none_run).sum(axis=1) if self.slots else self.most
        fewest = problem.available.sum(axis=1) if self.slots else self.most
        limit = problem.limit
        self.by_column = np.flatnonzero((limit < self.free) & (limit > fewest))
        self.wish = columns + np.arange(len(self.by_column))
        self.binds = self.wish + len(self.by_column)
        self.columns = columns + 2 * len(self.by_column)

    def add_rows(self, rows: Rows) -> None:
        """Make each of the columns the smaller one of a participant's limit and their free slots."""
        for who, wish, binds in zip(self.by_column.tolist(), self.wish.tolist(), self.binds.tolist(), strict=True):
            own = self.own_participant == who
            columns, sizes = [wish, *self.own_run[own].tolist()], [1, *self.own_size[own].tolist()]
            free, limit = int(self.free[who]), int(self.problem.limit[who])
            # no more than free slots; no less than the limit, or no less than them
            rows.add([0] * len(columns), columns, sizes, -np.inf, free, rows=1)
            rows.add([0, 0], [wish, binds], [1, -self.slots], limit - self.slots, np.inf, rows=1)
            rows.add([0] * len([*columns, binds]), [*columns, binds], [*sizes, self.slots], free, np.inf, rows=1)

    def add_costs(self, column: Int64Array, each: Int64Array) -> int:
        """Add what wanted places cost to the costs of columns, in place; return the constant that is left.

        Parameters
        ----------
        column : int64 array, shape (columns,)
        each : int64 array, shape (participants,)
            Cost of one wanted place.
        """
        by_constant = np.ones(len(each), np.bool_)
        by_constant[self.by_column] = False
        column[self.wish] += each[self.by_column]
        # a limit that binds whatever runs leaves the slots out of it
        own = self.problem.limit[self.own_participant] >= self.free[self.own_participant]
        np.add.at(column, self.own_run[own], -(each[self.own_participant] * self.own_size)[own])
        return int(each[by_constant] @ self.most[by_constant])
