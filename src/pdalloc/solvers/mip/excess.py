"""Columns and rows for levels that cost what goes beyond bounds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pdalloc.arrays import BoolArray, Int64Array, pair_keys
from pdalloc.objectives import Costs, ExcessCosts
from pdalloc.problem import Problem
from pdalloc.solvers.mip.pairs import Pairs
from pdalloc.solvers.mip.rows import Rows
from pdalloc.solvers.mip.schedules import Schedules

__all__ = ["ExcessColumns", "schedule_costs"]


class ExcessColumns:
    """A column for the amount of each term of such levels, behind the other columns of a model.

    Parameters
    ----------
    levels : iterable of Costs
        Levels of an objective; those of other kinds are passed over.
    first : int
        Number of the first of these columns.
    shared_only : bool
        Leave out terms about one participant alone, which columns of schedules can bear.

    Attributes
    ----------
    columns : int
        How many columns the model has then.
    least, most, participant : int64 arrays, shape (columns of these,)
        Bounds, and whom alone the term is about, -1 if there is nobody.
    """

    def __init__(self, levels: Iterable[Costs], first: int, *, shared_only: bool = False) -> None:
        self.levels = [level for level in levels if isinstance(level, ExcessCosts)]
        self.has_column = [
            level.owner < 0 if shared_only else np.ones(len(level.weight), np.bool_) for level in self.levels
        ]
        self.starts = first + np.cumsum([0, *(np.count_nonzero(has) for has in self.has_column)])
        self.first, self.columns = first, int(self.starts[-1])
        self.least, self.most, self.participant = (
            np.concatenate([np.zeros(0, np.int64), *parts])
            for parts in (
                [level.least[has] for level, has in self._each()],
                [level.most[has] for level, has in self._each()],
                [level.owner[has] for level, has in self._each()],
            )
        )

    def add_rows(self, rows: Rows, problem: Problem, pairs: Pairs, runs: Int64Array) -> None:
        """Add what keeps each amount above the excess of its rows.

        Parameters
        ----------
        rows : Rows
        problem : Problem
        pairs : Pairs
            The first columns are these.
        runs : int64 array, shape (sessions,)
            Column that is 1 if a session runs, -1 for a session that cannot be cancelled.
        """
        for number, (level, has) in enumerate(self._each()):
            kept = has[level.term]
            row_of = np.cumsum(kept) - 1
            column = _entry_columns(level, problem, pairs, runs)
            # what runs whatever happens is a constant
            always = (level.participant < 0) & (column < 0)
            bound = level.bound.copy()
            np.subtract.at(bound, level.row[always], level.coefficient[always])
            entry = np.flatnonzero(kept[level.row] & (column >= 0))
            count = int(kept.sum())
            amount = self._columns(number, has)[level.term[kept]]
            rows.add(
                np.concatenate([row_of[level.row[entry]], np.arange(count)]),
                np.concatenate([column[entry], amount]),
                np.concatenate([level.coefficient[entry], np.full(count, -1)]),
                -np.inf,
                bound[kept],
                rows=count,
            )

    def add_costs(self, level: ExcessCosts, column: Int64Array) -> None:
        """Add what the amounts of a level cost to the costs of all columns, in place."""
        number = next(number for number, other in enumerate(self.levels) if other is level)
        has = self.has_column[number]
        column[self._columns(number, has)[has]] += level.weight[has]

    def _each(self) -> Iterable[tuple[ExcessCosts, BoolArray]]:
        return zip(self.levels, self.has_column, strict=True)

    def _columns(self, number: int, has: BoolArray) -> Int64Array:
        """Return the column of each term of a level that has one."""
        columns: Int64Array = self.starts[number] + np.cumsum(has) - 1
        return columns


def _entry_columns(level: ExcessCosts, problem: Problem, pairs: Pairs, runs: Int64Array) -> Int64Array:
    """Return the column of each entry; -1 for a pair that cannot be, and for a session that surely runs."""
    sessions = len(problem.sessions)
    known = pair_keys(pairs.participant, pairs.session, sessions)
    asked = pair_keys(level.participant, level.session, sessions)
    at = np.searchsorted(known, asked)
    found = np.append(known, -1)[at] == asked
    return np.where(level.participant < 0, runs[level.session], np.where(found, at, -1))


def schedule_costs(level: ExcessCosts, schedules: Schedules) -> Int64Array:
    """Return what each schedule costs by the terms about its owner alone: shape (schedules,)."""
    items = schedules.items
    total = np.zeros(len(schedules), np.int64)
    column = _entry_columns(level, items.problem, items.pairs, np.full(len(items.problem.sessions), -1))
    terms = np.flatnonzero(level.owner >= 0)
    people = len(items.problem.participants)
    for term_of in _one_of_each(terms, level.owner[terms], people):
        amount = np.zeros(len(schedules), np.int64)
        is_one = np.zeros(len(level.weight), np.bool_)
        is_one[term_of[term_of >= 0]] = True
        rows = np.flatnonzero(is_one[level.term])
        for row_of in _one_of_each(rows, level.owner[level.term[rows]], people):
            has_row = np.zeros(len(level.bound), np.bool_)
            has_row[row_of[row_of >= 0]] = True
            entry = np.flatnonzero(has_row[level.row] & (column >= 0))
            coefficient = np.zeros(len(items.session), np.int64)
            np.add.at(coefficient, column[entry], level.coefficient[entry])
            of_owner = row_of[schedules.owner]
            excess = schedules.sums(coefficient) - level.bound[of_owner]
            amount = np.maximum(amount, np.where(of_owner >= 0, excess, 0))
        of_owner = term_of[schedules.owner]
        total += np.where(of_owner >= 0, level.weight[of_owner], 0) * amount
    return total


def _one_of_each(item: Int64Array, owner: Int64Array, people: int) -> Iterable[Int64Array]:
    """Yield everybody's first item, -1 for who has none, then everybody's second, and so on."""
    order = np.argsort(owner, kind="stable")
    item, owner = item[order], owner[order]
    position = np.arange(len(owner)) - np.searchsorted(owner, owner)
    for number in range(int(position.max(initial=-1)) + 1):
        chosen = np.full(people, -1)
        chosen[owner[position == number]] = item[position == number]
        yield chosen
