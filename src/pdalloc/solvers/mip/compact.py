"""The compact model: one 0/1 column for each participant and session, for objectives that are sums over places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int32Array, Int64Array, IntegerArray
from pdalloc.objectives import LevelCosts
from pdalloc.problem import Incidence, Problem
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.rows import Rows, add_session_rows

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["ColumnCosts", "Compact"]


class ColumnCosts(NamedTuple):
    """Costs of a level over the columns of a model: ``column @ x + constant``."""

    column: Int64Array
    constant: int


class Compact:
    """A day as a 0/1 program.

    Its columns are, in this order: a pair is in the allocation; a session runs (for sessions that may be cancelled);
    places that a participant wants, and whether their limit says so (for facilitators with a limit that binds for some
    running sessions and not for others).

    Parameters
    ----------
    problem : Problem
    unlisted : bool
        Whether unlisted places are of use.
    """

    def __init__(self, problem: Problem, *, unlisted: bool) -> None:
        self.problem = problem
        self.pairs = possible_pairs(problem, unlisted=unlisted)
        self.size = problem.session_size[self.pairs.session]
        may_be_cancelled = np.flatnonzero(problem.may_be_cancelled)
        self.runs = np.full(len(problem.sessions), -1)
        self.runs[may_be_cancelled] = len(self.size) + np.arange(len(may_be_cancelled))
        self._want(len(self.size) + len(may_be_cancelled))
        rows = Rows()
        add_session_rows(rows, problem, np.arange(len(self.size)), self.pairs.session, self.runs)
        self._add_person_rows(rows)
        matrix, lower, upper = rows.matrix(self.columns)
        least, most = np.zeros(self.columns), np.ones(self.columns)
        least[: len(self.size)] = self.pairs.is_fixed
        most[self.own_wish] = problem.limit[self.wishing]
        self.rows, self.lower, self.upper = matrix.tocsc(), lower, upper
        self.least, self.most = least, most
        self.participant = np.full(self.columns, -1)
        self.participant[: len(self.size)] = self.pairs.participant
        self.people = 0
        self.is_free = (np.arange(self.columns) < len(self.size)) & (least == 0)

    # ---- places that participants want ---------------------------------------------------------------------------

    def _want(self, columns: int) -> None:
        """Write the wanted places of each participant as a constant and columns."""
        problem = self.problem
        own = problem.facilitated[self.runs[problem.facilitated[:, 1]] >= 0]
        if not len(problem.slots):
            own = own[:0]
        self.own_participant, self.own_session = own[:, 0], own[:, 1]
        self.freed = problem.session_slots.count[self.own_session]
        none_run = ~problem.may_be_cancelled
        self.most_wanted = problem.wanted_if(none_run)
        most_free = problem.available_if(none_run).sum(axis=1) if len(problem.slots) else self.most_wanted
        least_free = problem.available.sum(axis=1) if len(problem.slots) else self.most_wanted
        self.free = most_free
        self.is_linear = problem.limit >= most_free
        self.wishing = np.flatnonzero((problem.limit < most_free) & (problem.limit > least_free))
        self.own_wish = columns + np.arange(len(self.wishing))
        self.by_limit = columns + len(self.wishing) + np.arange(len(self.wishing))
        self.columns = columns + 2 * len(self.wishing)

    def _add_wish_rows(self, rows: Rows) -> None:
        """Make a column the smaller one of a participant's limit and the slots in which they are free."""
        problem = self.problem
        for who, wish, by_limit in zip(
            self.wishing.tolist(), self.own_wish.tolist(), self.by_limit.tolist(), strict=True
        ):
            own = self.own_participant == who
            free, limit, far = int(self.free[who]), int(problem.limit[who]), len(problem.slots)
            columns = [wish, *self.runs[self.own_session[own]].tolist()]
            freed = [1, *self.freed[own].tolist()]
            rows.add([0] * len(columns), columns, freed, -np.inf, free, rows=1)
            rows.add([0, 0], [wish, by_limit], [1, -far], limit - far, np.inf, rows=1)
            rows.add([0] * (len(columns) + 1), [*columns, by_limit], [*freed, far], free, np.inf, rows=1)

    # ---- rules ---------------------------------------------------------------------------------------------

    def _add_person_rows(self, rows: Rows) -> None:
        problem, pairs = self.problem, self.pairs
        column = np.arange(len(self.size))
        slots, topics = problem.session_slots, len(problem.topics)
        # one session in a slot, the own one among them
        in_slot, at = _spread(slots, pairs.session)
        own_slot, own_at = _spread(slots, self.own_session)
        person = np.concatenate([pairs.participant[at], self.own_participant[own_at]]).astype(np.int64)
        rows.add_exclusive(
            person * len(problem.slots) + np.concatenate([in_slot, own_slot]),
            np.concatenate([column[at], self.runs[self.own_session[own_at]]]),
        )
        topic = problem.topic[pairs.session]
        has = np.flatnonzero(topic >= 0)
        rows.add_exclusive(pairs.participant[has].astype(np.int64) * topics + topic[has], column[has])
        for first, second in problem.conflicts.tolist():
            either = np.flatnonzero((pairs.session == first) | (pairs.session == second))
            rows.add_exclusive(pairs.participant[either], either)
        self._add_limit_rows(rows)
        self._add_wish_rows(rows)

    def _add_limit_rows(self, rows: Rows) -> None:
        """Nobody has more places than they want, where slots alone do not see to that."""
        problem, people = self.problem, len(self.problem.participants)
        slotless = np.zeros(people, np.bool_)
        slotless[self.pairs.participant[problem.session_slots.count[self.pairs.session] == 0]] = True
        for affected, bound, with_own in (
            (problem.limit < self.free if len(problem.slots) else slotless, problem.limit, False),
            (slotless & (len(problem.slots) > 0), self.free, True),
        ):
            number = np.cumsum(affected) - 1
            column = np.flatnonzero(affected[self.pairs.participant])
            row, size = number[self.pairs.participant[column]], self.size[column]
            if with_own:
                own = np.flatnonzero(affected[self.own_participant])
                row = np.concatenate([row, number[self.own_participant[own]]])
                column = np.concatenate([column, self.runs[self.own_session[own]]])
                size = np.concatenate([size, self.freed[own]])
            rows.add(row, column, size, -np.inf, bound[affected], rows=int(affected.sum()))

    # ---- as a master ---------------------------------------------------------------------------------------------

    def costs(self, level: LevelCosts) -> ColumnCosts:
        """Return what the columns cost at a level."""
        problem, pairs = self.problem, self.pairs
        people = len(problem.participants)
        listed = np.broadcast_to(level.listed, len(problem.choices))
        unlisted = np.broadcast_to(level.unlisted, people)
        empty = np.broadcast_to(level.empty, people).astype(np.int64)
        column = np.zeros(self.columns, np.int64)
        is_listed = pairs.choice >= 0
        column[: len(self.size)] = unlisted[pairs.participant] * self.size
        column[: len(self.size)][is_listed] = listed[pairs.choice[is_listed]]
        column[: len(self.size)] -= empty[pairs.participant] * self.size
        # every wanted place costs as an empty one; taking it makes up for that
        want = empty + level.released
        own = self.is_linear[self.own_participant]
        np.add.at(
            column,
            self.runs[self.own_session[own]],
            -(want[self.own_participant[own]] * self.freed[own]),
        )
        column[self.own_wish] = want[self.wishing]
        is_constant = np.ones(people, np.bool_)
        is_constant[self.wishing] = False
        constant = want[is_constant] @ self.most_wanted[is_constant] - level.released * problem.wanted.sum()
        return ColumnCosts(column, int(constant))

    def matrix(self, chosen: Int64Array) -> scipy.sparse.csc_array:
        """See `Master.matrix`."""
        return self.rows if len(chosen) == self.columns else self.rows[:, chosen]

    def at_prices(self, prices: FloatArray) -> FloatArray:
        """See `Master.at_prices`."""
        paid: FloatArray = self.rows.T @ prices
        return paid

    def allocation(self, values: FloatArray) -> Allocation:
        """See `Master.allocation`."""
        taken = np.flatnonzero(values[: len(self.size)] > 0.5)
        runs = self.problem.all_run.copy()
        runs[self.runs >= 0] = values[self.runs[self.runs >= 0]] > 0.5
        return Allocation.from_pairs(self.problem, self.pairs.participant[taken], self.pairs.session[taken], runs)


def _spread(incidence: Incidence, row: IntegerArray) -> tuple[Int32Array, Int64Array]:
    """Return the columns of each given row, one after the other, and which given row each is of."""
    count = incidence.count[row]
    at = np.repeat(np.arange(len(row)), count)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return incidence.column[incidence.indptr[row][at] + offset], at
