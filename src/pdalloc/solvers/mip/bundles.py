"""Whole schedules as columns, for objectives that judge each participant's day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int64Array
from pdalloc.objectives import DayCosts, LevelCosts
from pdalloc.solvers.mip.rows import Rows, add_hard_rules, add_session_rows
from pdalloc.solvers.mip.schedules import Schedules

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Bundles"]


class Bundles:
    """A day as a 0/1 program with a column for each schedule, then one for each session that may be cancelled.

    Its rows: every participant has one schedule; capacities, minimums and limits of facilitators; and who would run a
    session has a schedule in which they run it if and only if it runs. Only the columns that are asked for are spelled
    out. See `Master` for the attributes.

    Parameters
    ----------
    schedules : Schedules
    """

    def __init__(self, schedules: Schedules) -> None:
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
        matrix, lower, upper = rows.matrix(len(items.session) + len(may_be_cancelled))
        self._of_items, self._of_runs = (
            part.tocsc() for part in (matrix[:, : len(items.session)], matrix[:, len(items.session) :])
        )
        self.lower, self.upper = (np.concatenate([np.ones(self.people), part]) for part in (lower, upper))
        self.least = np.zeros(len(schedules) + len(may_be_cancelled))
        self.most = np.ones(len(self.least))
        self.participant = np.concatenate([schedules.owner, np.full(len(may_be_cancelled), -1)])
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

    def costs(self, level: LevelCosts | DayCosts) -> Int64Array:
        """Return what the columns cost at a level."""
        if isinstance(level, DayCosts):
            cost = level.score(self.schedules.costs(level.places))
        else:
            cost = self.schedules.costs(level)
        return np.concatenate([cost, np.zeros(len(self.least) - len(cost), np.int64)])

    def allocation(self, values: FloatArray) -> Allocation:
        """See `Master.allocation`."""
        taken = np.flatnonzero(values[: len(self.schedules)] > 0.5)
        items = self.schedules.items
        item = self.schedules.item[taken]
        item = item[item >= 0]
        item = item[items.is_place[item]]
        runs = self.problem.all_run.copy()
        runs[self.problem.may_be_cancelled] = values[len(self.schedules) :] > 0.5
        return Allocation.from_pairs(self.problem, items.participant[item], items.session[item], runs)
