"""Which things that could be given up cannot hold together, and what to give up at least cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array
from pdalloc.context import Context
from pdalloc.errors import SolveStoppedError
from pdalloc.problem import Problem
from pdalloc.solvers.mip.elastic import Elastic
from pdalloc.solvers.mip.engine import Answer, Ending, Engine
from pdalloc.solvers.mip.fewest import fewest_members
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.members import Kind
from pdalloc.solvers.mip.program import Program

__all__ = ["Core", "Given", "Search"]

TOLERANCE = 1e-6
NEARLY = 0.5
"""Reduced cost up to which columns join when some pay."""

SMALL = 10_000
"""Entries of a program of whole columns that goes to CP-SAT, in this process, and not to HiGHS."""


class Core(NamedTuple):
    """Members that cannot hold together.

    Attributes
    ----------
    members : tuple of int
        Numbers of members.
    is_irreducible : bool
        Whether it is proved that without any one of them the others hold together.
    structure : tuple of str
        What always holds and is needed for that: "slot", "topic", "conflict".
    rows : int64 array
        Rows of the rules among them that are enough for it, where a linear relaxation tells; else all of them.
    """

    members: tuple[int, ...]
    is_irreducible: bool
    structure: tuple[str, ...]
    rows: Int64Array


class Given(NamedTuple):
    """What to give up.

    Attributes
    ----------
    cost : int
    is_least : bool
        Whether it is proved that nothing cheaper is enough.
    column, amount : int64 arrays
        Slacks that are not 0.
    """

    cost: int
    is_least: bool
    column: Int64Array
    amount: Int64Array


@dataclass(frozen=True, eq=False)
class Part:
    """The part of a program that matters: the other columns are at their least."""

    program: Program
    row: Int64Array
    column: Int64Array


class Search:
    """Looks for a conflict of a day; a context manager, because it may own child processes.

    Parameters
    ----------
    problem : Problem
    context : Context
        Its time limit and stop flag end the search.
    """

    def __init__(self, problem: Problem, context: Context) -> None:
        self.context = context
        self.elastic = Elastic(problem)
        self._up, self._down = self.elastic.matrix.maximum(0), -self.elastic.matrix.minimum(0)
        self._up_by_column, self._down_by_column = self._up.T.tocsr(), self._down.T.tocsr()
        self._engine, self._small = Engine("highs", context), Engine("cp-sat", context)
        self._linear = LinearSolver(context, lambda: None)
        self._known: dict[frozenset[int], bool | None] = {}
        is_pair = np.arange(self.elastic.columns) < len(self.elastic.participant)
        self._is_unlisted = is_pair & (self.elastic.owner >= 0)

    def __enter__(self) -> Search:
        return self

    def __exit__(self, *error: object) -> None:
        self._engine.close()
        self._small.close()
        self._linear.__exit__(None, None, None)

    # ---- what cannot hold together -----------------------------------------------------------------------------------

    def core(self) -> Core | None:
        """Return an irreducible set of members that cannot hold together; None if all hold together.

        The dual values of the elastic linear program leave few candidates (Chinneck 2008, section 6.2), among which the
        set is found by halves (QuickXplain: Junker 2004); on a small day it is then one of the fewest members. Every
        answer that the set rests on is that of an integer program.

        Raises
        ------
        SolveStoppedError
            If time or stop flag came before it was known whether there is one.
        """
        every = range(len(self.elastic.members))
        candidates = self._candidates()
        if not candidates or self.holds(candidates) is not False:
            whole = self.holds(every)
            if whole is None:
                self.context.check()
                raise SolveStoppedError("the search ended before it was known whether all rules can be kept")
            if whole:
                return None
            candidates = list(every)
        # what comes first is kept rather
        found = self._explain([], sorted(candidates, key=self._order))
        if self.elastic.matrix.nnz <= SMALL:
            found = fewest_members(found, self.holds, self._broken, self._small)
        members = tuple(sorted(found, key=self._order))
        is_irreducible = all(self.holds(set(members) - {member}) for member in members)
        return Core(members, is_irreducible, self._structure(members), self._rule_rows(members))

    def holds(self, members: Iterable[int], *, without: str | None = None) -> bool | None:
        """Return whether members can hold together, all others given up; None if that is not known in time.

        Parameters
        ----------
        members : iterable of int
        without : str, optional
            What of the structure to leave out.
        """
        key = frozenset(members)
        if without is None and key in self._known:
            return self._known[key]
        least, most, is_open = self._only(key)
        if without is not None:
            is_open |= self.elastic.structure[without]
        part = self._part(np.zeros(self.elastic.columns), least, most, is_open)
        answer = self._minimise(part)
        found = {Ending.PROVED: True, Ending.INFEASIBLE: False, Ending.STOPPED: None}[answer.ending]
        if without is None and found is not None:
            self._known[key] = found
        return found

    def _only(self, members: Iterable[int]) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Return the bounds of all columns, and which rows are open, if everything but some members is given up."""
        elastic = self.elastic
        holds = np.zeros(len(elastic.members) + 1, np.bool_)
        holds[list(members)] = True
        is_slack, is_held = elastic.owner >= 0, holds[elastic.owner]
        is_given = is_slack & ~is_held
        # a place may be left, and of a rule both sides are given up at once
        is_given[: len(elastic.participant)] = False
        is_of_rule = np.array([member.kind is Kind.RULE for member in elastic.members] + [False])
        most = np.where(is_slack & (is_held | is_of_rule[elastic.owner]), 0, elastic.most)
        least = np.where(is_given, most, elastic.least)
        kept = [elastic.members[member].numbers[0] for member in members if is_of_rule[member]]
        return least, most, ~np.isin(elastic.rule, [-1, *kept])

    def _order(self, member: int) -> tuple[int, int]:
        return list(Kind).index(self.elastic.members[member].kind), member

    def _explain(self, background: list[int], members: list[int], *, has_more: bool = False) -> list[int]:
        """Return few of the members that cannot hold together with those of the background."""
        if has_more and self.holds(background) is False:
            return []
        if len(members) == 1:
            return members
        first, last = members[: len(members) // 2], members[len(members) // 2 :]
        of_last = self._explain(background + first, last, has_more=bool(first))
        of_first = self._explain(background + of_last, first, has_more=bool(of_last))
        return of_first + of_last

    def _candidates(self) -> list[int]:
        """Return members that the linear relaxation shows not to hold together, none where it does not."""
        elastic = self.elastic
        is_slack = elastic.owner >= 0
        most = np.where(self._is_unlisted, 0, elastic.most)
        prices = self._prices(self._part(is_slack.astype(np.float64), elastic.least, most))
        if prices is None:
            return []
        every = self._blamed(prices)
        for proof in self._proofs(prices, elastic.least, np.where(is_slack, 0, elastic.most)):
            blamed = self._blamed(proof)
            if len(blamed) < len(every) and self.holds(blamed) is False:
                return blamed
        return every

    def _blamed(self, prices: FloatArray) -> list[int]:
        """Return the members whose slack would pay at these prices."""
        elastic = self.elastic
        gain = prices @ elastic.matrix
        members: list[int] = np.unique(elastic.owner[(elastic.owner >= 0) & (gain > TOLERANCE)]).tolist()
        return members

    def _proofs(self, prices: FloatArray, least: FloatArray, most: FloatArray) -> Iterator[FloatArray]:
        """Yield the prices of rows that share no column with others, small groups first.

        Only of rows that prove by themselves that nothing between these bounds of columns keeps them.
        """
        from scipy.sparse.csgraph import connected_components

        elastic = self.elastic
        row = np.flatnonzero(np.abs(prices) > TOLERANCE)
        entries = elastic.matrix[row]
        is_entry = entries.astype(np.bool_)
        _, group = connected_components(is_entry @ is_entry.T, directed=False)
        bound = np.where(prices[row] > 0, elastic.lower[row], elastic.upper[row])
        gain = np.bincount(group, prices[row] * bound)
        paid = prices @ elastic.matrix
        paid = np.where(paid > 0, paid * most, paid * least)
        # each column is in the rows of one group
        of_column = np.zeros(elastic.columns, np.int64)
        of_column[entries.indices] = np.repeat(group, np.diff(entries.indptr))
        gain -= np.bincount(of_column, paid, minlength=len(gain))
        sizes = np.bincount(group)
        for number in np.argsort(sizes, kind="stable").tolist():
            if gain[number] > TOLERANCE:
                proof = np.zeros_like(prices)
                proof[row[group == number]] = prices[row[group == number]]
                yield proof

    def _prices(self, part: Part) -> FloatArray | None:
        """Return the dual values of all rows, None if the least cost is 0."""
        if not len(part.column):
            return None
        optimum = self._linear.solve(part.program)
        if optimum is None or part.program.cost @ optimum.values < TOLERANCE:
            return None
        prices = np.zeros(len(self.elastic.lower))
        prices[part.row] = optimum.prices
        return prices

    def _broken(self, members: list[int]) -> list[int]:
        """Return members, none of the given ones, without which all the rest can hold together; [] if not in time."""
        elastic = self.elastic
        is_slack = (elastic.owner >= 0) & ~np.isin(elastic.owner, members)
        most = np.where(is_slack | (elastic.owner < 0), elastic.most, 0)
        part = self._part(is_slack.astype(np.float64), elastic.least, most)
        answer = self._minimise(part)
        if answer.values is None:
            return []
        is_used = np.zeros(elastic.columns, np.bool_)
        is_used[part.column] = answer.values > 0.5
        broken: list[int] = np.unique(elastic.owner[is_slack & is_used]).tolist()
        return broken

    def _structure(self, members: Sequence[int]) -> tuple[str, ...]:
        """Return what always holds and without which the members would hold together."""
        return tuple(
            name
            for name, rows in self.elastic.structure.items()
            if rows.any() and self.holds(members, without=name) is True
        )

    def _rule_rows(self, members: Sequence[int]) -> Int64Array:
        """Return the rows of rules that the linear relaxation needs to show that the members do not hold together."""
        elastic = self.elastic
        least, most, is_open = self._only(members)
        is_slack = np.isin(elastic.owner, members)
        is_slack[: len(elastic.participant)] = False
        elastic_most = np.where(is_slack, elastic.most, most)
        try:
            prices = self._prices(self._part(is_slack.astype(np.float64), least, elastic_most, is_open))
        except SolveStoppedError:
            prices = None
        proof = None if prices is None else next(self._proofs(prices, least, most), None)
        theirs = np.flatnonzero((elastic.rule >= 0) & ~is_open)
        needed = theirs if proof is None else theirs[np.abs(proof[theirs]) > TOLERANCE]
        return elastic.row_of_rules[needed]

    # ---- what to give up -------------------------------------------------------------------------------------------

    def least(self, costs: Mapping[Kind, int | None]) -> Given | None:
        """Return what to give up so that all else holds together, at least cost; None if nothing would do.

        Places that were not chosen are looked at where the dual values of the linear program leave it open whether they
        are of use, so that the least cost is that over all of them.

        Parameters
        ----------
        costs : mapping of Kind to int or None
            Of one unit of each kind; None for what may not be given up.

        Raises
        ------
        SolveStoppedError
            If time or stop flag came before anything was found.
        """
        elastic = self.elastic
        of_kind = [costs[member.kind] for member in elastic.members]
        unit = np.array([*(cost or 0 for cost in of_kind), 0], np.float64)[elastic.owner]
        most = np.where(np.array([*(cost is None for cost in of_kind), False])[elastic.owner], 0, elastic.most)
        relaxed = self._relaxed(unit, most)
        if relaxed is None:
            return None
        lowest, reduced = relaxed
        # what costs no more than `highest` uses nothing that is dearer than the rest of it
        highest = np.ceil(lowest - TOLERANCE)
        least, best = np.inf, None
        while True:
            could = reduced <= highest - lowest + TOLERANCE
            part = self._part(unit, elastic.least, np.where(could, most, 0))
            answer = self._minimise(part)
            if answer.values is not None and (cost := round(float(part.program.cost @ answer.values))) < least:
                values = elastic.least.copy()
                values[part.column] = np.rint(answer.values)
                least, best = cost, values
            is_over = answer.ending is Ending.STOPPED
            if is_over or could.all() or least <= highest + 1:
                break
            highest = min(least - 1, 2 * highest + 1)
        if best is None:
            if is_over:
                self.context.check()
                raise SolveStoppedError("the search ended before it was known what to give up")
            return None
        column = np.flatnonzero((elastic.owner >= 0) & (best > 0))
        return Given(int(least), not is_over, column, best[column].astype(np.int64))

    def _relaxed(self, unit: FloatArray, most: FloatArray) -> tuple[float, FloatArray] | None:
        """Return the least cost without whole columns, and by how much each column is too dear for it.

        Places that were not chosen join when they pay (column generation). None if nothing is enough.
        """
        elastic = self.elastic
        is_left_out = self._is_unlisted & (most > 0)
        while True:
            part = self._part(unit, elastic.least, np.where(is_left_out, 0, most))
            optimum = self._linear.solve(part.program)
            if optimum is None:
                if not is_left_out.any():
                    return None
                is_left_out[:] = False
                continue
            prices = np.zeros(len(elastic.lower))
            prices[part.row] = optimum.prices
            reduced = unit - prices @ elastic.matrix
            if not (is_left_out & (reduced < -TOLERANCE)).any():
                return float(part.program.cost @ optimum.values), reduced
            is_left_out &= reduced > NEARLY

    # ---- programs ------------------------------------------------------------------------------------------------

    def _minimise(self, part: Part) -> Answer:
        if not len(part.row):
            return Answer(Ending.PROVED, np.zeros(0), 0.0)
        is_small = part.program.rows.nnz <= SMALL
        return (self._small if is_small else self._engine).minimise(part.program)

    def _part(self, cost: FloatArray, least: FloatArray, most: FloatArray, is_open: BoolArray | None = None) -> Part:
        """Return the part of the program in which something is amiss while every column is at its least.

        From the rows that are broken then, it reaches the columns that could mend them, from these the rows that they
        could break, and so on; whatever is not reached stays at its least.
        """
        elastic = self.elastic
        lower, upper = elastic.lower, elastic.upper
        if is_open is not None:
            lower, upper = np.where(is_open, -np.inf, lower), np.where(is_open, np.inf, upper)
        matrix, start = elastic.matrix, elastic.matrix @ least
        room = most - least
        reached = np.zeros(elastic.columns, np.bool_)
        highest, lowest = start, start
        while True:
            too_low, too_high = lowest < lower - TOLERANCE, highest > upper + TOLERANCE
            helps = self._up_by_column @ too_low.astype(np.float64) + self._down_by_column @ too_high.astype(np.float64)
            more = (helps > 0) & (room > 0)
            if (more <= reached).all():
                break
            reached |= more
            highest, lowest = start + self._up @ (room * reached), start - self._down @ (room * reached)
        row, column = np.flatnonzero(too_low | too_high), np.flatnonzero(reached)
        rest = (matrix @ np.where(reached, 0, least))[row]
        program = Program(
            cost[column],
            matrix[row][:, column],
            lower[row] - rest,
            upper[row] - rest,
            least[column],
            most[column],
            np.ones(len(column), np.bool_),
        )
        return Part(program, row, column)
