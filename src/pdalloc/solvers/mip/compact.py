"""The compact model: one 0/1 column for each participant and session, for objectives that are sums over places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int32Array, Int64Array, IntegerArray
from pdalloc.objectives import Costs, ExcessCosts, LevelCosts
from pdalloc.problem import Incidence, Problem
from pdalloc.solvers.mip.excess import ExcessColumns
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.rows import Rows, add_hard_rules, add_session_rows
from pdalloc.solvers.mip.wanted import WantedPlaces

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
    running sessions and not for others); the amounts of levels that cost what goes beyond bounds.

    Parameters
    ----------
    problem : Problem
    unlisted : bool
        Whether unlisted places are of use.
    levels : iterable of Costs
        Of the objective; some need columns of their own.
    """

    def __init__(self, problem: Problem, *, unlisted: bool, levels: Iterable[Costs] = ()) -> None:
        self.problem = problem
        self.pairs = possible_pairs(problem, unlisted=unlisted)
        self.size = problem.session_size[self.pairs.session]
        may_be_cancelled = np.flatnonzero(problem.may_be_cancelled)
        self.runs = np.full(len(problem.sessions), -1)
        self.runs[may_be_cancelled] = len(self.size) + np.arange(len(may_be_cancelled))
        self.wanted = WantedPlaces(problem, self.runs, len(self.size) + len(may_be_cancelled))
        self.excess = ExcessColumns(levels, self.wanted.columns)
        self.columns = self.excess.columns
        rows = Rows()
        add_session_rows(rows, problem, np.arange(len(self.size)), self.pairs.session, self.runs)
        self._add_person_rows(rows)
        add_hard_rules(rows, problem, np.arange(len(self.size)), self.pairs.participant, self.pairs.session)
        self.excess.add_rows(rows, problem, self.pairs, self.runs)
        matrix, lower, upper = rows.matrix(self.columns)
        least, most = np.zeros(self.columns), np.ones(self.columns)
        least[: len(self.size)] = self.pairs.is_fixed
        most[self.wanted.wish] = problem.limit[self.wanted.by_column]
        of_excess = slice(self.excess.first, None)
        least[of_excess], most[of_excess] = self.excess.least, self.excess.most
        self.rows, self.lower, self.upper = matrix.tocsc(), lower, upper
        self.least, self.most = least, most
        self.participant = np.full(self.columns, -1)
        self.participant[: len(self.size)] = self.pairs.participant
        self.participant[of_excess] = self.excess.participant
        self.people = 0
        self.is_free = (least == 0) & (np.arange(self.columns) < len(self.size))
        self.is_free[of_excess] = least[of_excess] == 0

    # ---- rules ---------------------------------------------------------------------------------------------

    def _add_person_rows(self, rows: Rows) -> None:
        problem, pairs = self.problem, self.pairs
        column = np.arange(len(self.size))
        slots, topics = problem.session_slots, len(problem.topics)
        # one session in a slot, the own one among them
        in_slot, at = _spread(slots, pairs.session)
        own_slot, own_at = _spread(slots, self.wanted.own_session)
        person = np.concatenate([pairs.participant[at], self.wanted.own_participant[own_at]]).astype(np.int64)
        rows.add_exclusive(
            person * len(problem.slots) + np.concatenate([in_slot, own_slot]),
            np.concatenate([column[at], self.wanted.own_run[own_at]]),
        )
        topic = problem.topic[pairs.session]
        has = np.flatnonzero(topic >= 0)
        rows.add_exclusive(pairs.participant[has].astype(np.int64) * topics + topic[has], column[has])
        for first, second in problem.conflicts.tolist():
            either = np.flatnonzero((pairs.session == first) | (pairs.session == second))
            rows.add_exclusive(pairs.participant[either], either)
        self._add_limit_rows(rows)
        self.wanted.add_rows(rows)

    def _add_limit_rows(self, rows: Rows) -> None:
        """Nobody has more places than they want, where slots alone do not see to that."""
        problem, wanted, participant = self.problem, self.wanted, self.pairs.participant
        slotless = np.zeros(len(problem.participants), np.bool_)
        slotless[participant[problem.session_slots.count[self.pairs.session] == 0]] = True
        limited = problem.limit < wanted.free if len(problem.slots) else slotless
        column = np.flatnonzero(limited[participant])
        number = np.cumsum(limited) - 1
        rows.add(
            number[participant[column]], column, self.size[column], -np.inf, problem.limit[limited], rows=limited.sum()
        )
        if not len(problem.slots):
            return
        column, own = np.flatnonzero(slotless[participant]), np.flatnonzero(slotless[wanted.own_participant])
        number = np.cumsum(slotless) - 1
        rows.add(
            number[np.concatenate([participant[column], wanted.own_participant[own]])],
            np.concatenate([column, wanted.own_run[own]]),
            np.concatenate([self.size[column], wanted.own_size[own]]),
            -np.inf,
            wanted.free[slotless],
            rows=slotless.sum(),
        )

    # ---- as a master ---------------------------------------------------------------------------------------------

    def costs(self, level: LevelCosts | ExcessCosts) -> ColumnCosts:
        """Return what the columns cost at a level."""
        if isinstance(level, ExcessCosts):
            amounts = np.zeros(self.columns, np.int64)
            self.excess.add_costs(level, amounts)
            return ColumnCosts(amounts, 0)
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
        constant = self.wanted.add_costs(column, empty + level.released)
        return ColumnCosts(column, constant - level.released * int(problem.wanted.sum()))

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
