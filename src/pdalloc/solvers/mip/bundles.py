"""Whole schedules as columns, for objectives that judge each participant's day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.objectives import Costs, DayCosts, ExcessCosts
from pdalloc.solvers.mip.excess import ExcessColumns, schedule_costs
from pdalloc.solvers.mip.rows import Rows, add_hard_rules, add_session_rows
from pdalloc.solvers.mip.schedules import Schedules

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Bundles"]


class Bundles:
    """A day as a program with a 0/1 column for each schedule, then one for each session that may be cancelled.

    Behind them are the amounts of levels that cost what goes beyond bounds, where those are about several participants.

    Its rows: every participant has one schedule; capacities, minimums and limits of facilitators; and who would run a
    session has a schedule in which they run it if and only if it runs. Only the columns that are asked for are spelled
    out. See `Master` for the attributes.

    Parameters
    ----------
    schedules : Schedules
    levels : iterable of Costs
        Of the objective; some need columns of their own.
    """

    def __init__(self, schedules: Schedules, levels: Iterable[Costs] = ()) -> None:
        self.schedules = schedules
        items = schedules.items
        problem = items.problem
        self.problem, self.people = problem, len(problem.participants)
        may_be_cancelled = np.flatnonzero(problem.may_be_cancelled)
        runs = np.full(len(problem.sessions), -1)
        runs[may_be_cancelled] = len(items.session) + np.arange(len(may_be_cancelled))
        rows = Rows()
        places, own = np.flatnonzero(items.is_place), np.flatnonzero(~items.is_place)
        add_session_rows(rows, problem, places, items.session[places], runs)
        add_hard_rules(rows, problem, places, items.participant[places], items.session[places])
        rows.add(
            np.tile(np.arange(len(own)), 2),
            np.concatenate([own, runs[items.session[own]]]),
            np.repeat([1, -1], len(own)),
            0,
            0,
            rows=len(own),
        )
        self.excess = ExcessColumns(levels, len(items.session) + len(may_be_cancelled), shared_only=True)
        self.excess.add_rows(rows, problem, items.pairs, runs)
        matrix, lower, upper = rows.matrix(self.excess.columns)
        self._of_items, self._of_runs = (
            part.tocsc() for part in (matrix[:, : len(items.session)], matrix[:, len(items.session) :])
        )
        self.lower, self.upper = (np.concatenate([np.ones(self.people), part]) for part in (lower, upper))
        before = len(schedules) + len(may_be_cancelled)
        self.least = np.concatenate([np.zeros(before), self.excess.least])
        self.most = np.concatenate([np.ones(before), self.excess.most])
        self.participant = np.concatenate([schedules.owner, np.full(len(self.least) - len(schedules), -1)])
        self.is_free = self.participant >= 0

    def matrix(self, chosen: Int64Array) -> scipy.sparse.csc_array:
        """See `Master.matrix`."""
        from scipy.sparse import csc_array, hstack, vstack

        is_schedule = chosen < len(self.schedules)
        part = chosen[is_schedule]
        item = self.schedules.item[part]
        column, at = np.nonzero(item >= 0)
        shape = len(self.schedules.items.session), len(part)
        taken = csc_array((np.ones(len(column)), (item[column, at], column)), shape=shape)
        owner = csc_array(
            (np.ones(len(part)), (self.schedules.owner[part], np.arange(len(part)))), (self.people, len(part))
        )
        of_runs = self._of_runs[:, chosen[~is_schedule] - len(self.schedules)]
        nothing = csc_array((self.people, of_runs.shape[1]))
        rows: csc_array = vstack([hstack([owner, nothing]), hstack([self._of_items @ taken, of_runs])], format="csc")
        return rows

    def at_prices(self, prices: FloatArray) -> FloatArray:
        """See `Master.at_prices`."""
        of_person, of_rows = prices[: self.people], prices[self.people :]
        of_items = self._of_items.T @ of_rows
        paid = of_person[self.schedules.owner] + self.schedules.sums(of_items)
        return np.concatenate([paid, self._of_runs.T @ of_rows])

    def costs(self, level: Costs) -> Int64Array:
        """Return what the columns cost at a level."""
        if isinstance(level, ExcessCosts):
            cost = schedule_costs(level, self.schedules)
        elif isinstance(level, DayCosts):
            cost = level.score(self.schedules.costs(level.places))
        else:
            cost = self.schedules.costs(level)
        others = np.zeros(self.excess.columns, np.int64)
        if isinstance(level, ExcessCosts):
            self.excess.add_costs(level, others)
        return np.concatenate([cost, others[len(self.schedules.items.session) :]])

    def allocation(self, values: FloatArray) -> Allocation:
        """See `Master.allocation`."""
        taken = np.flatnonzero(values[: len(self.schedules)] > 0.5)
        items = self.schedules.items
        item = self.schedules.item[taken]
        item = item[item >= 0]
        item = item[items.is_place[item]]
        runs = self.problem.all_run.copy()
        of_runs = slice(len(self.schedules), len(values) - len(self.excess.most))
        runs[self.problem.may_be_cancelled] = values[of_runs] > 0.5
        return Allocation.from_pairs(self.problem, items.participant[item], items.session[item], runs)
