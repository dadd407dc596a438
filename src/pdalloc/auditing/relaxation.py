"""Multipliers for days whose slots are tied together: the dual of a linear program.

Where multipliers come from does not matter for what they prove, so rounding is no danger: the bound that they give is
computed afterwards, in whole numbers, by `pdalloc.verifier`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.program import Program
from pdalloc.solvers.mip.rows import Rows, add_hard_rules
from pdalloc.solvers.mip.schedules import Items, Schedules

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Dual", "Limit", "Multipliers", "Relaxation"]

TOLERANCE = 1e-6
SAFE = 1e-4
"""By how much dearer than it need be what is excluded, since the verifier excludes by rounded multipliers."""

NEAR = 0.7
A_ROUND = 8
"""Schedules of each participant that are put in at a time."""


class Multipliers(NamedTuple):
    """A dual solution, by what is paid for.

    Attributes
    ----------
    limits : float array, shape (limits,)
        What participants may cost together.
    seats : float array, shape (sessions,)
    session_limits, participant_limits : float arrays, shape (facilitators,)
    links, running : float arrays, shape (items,)
        That a session runs in which somebody has a place, or which somebody runs.
    rules : float array, shape (rows,)
        For each inequality of hard rules: above 0 for its upper bound, below 0 for its lower one.
    """

    limits: FloatArray
    seats: FloatArray
    session_limits: FloatArray
    participant_limits: FloatArray
    links: FloatArray
    running: FloatArray
    rules: FloatArray


class Limit(NamedTuple):
    """A sum over the columns that is not to be above `most`."""

    cost: Int64Array
    most: int


class _Solved(NamedTuple):
    """An optimum on the known columns; `reduced` says by how much the cost changes with each column."""

    cost: float
    values: FloatArray
    reduced: FloatArray
    multipliers: Multipliers


class Dual(NamedTuple):
    """What some multipliers say.

    Attributes
    ----------
    bound : float
        No allocation costs less.
    dearer : float array, shape (schedules,)
        By how much each schedule is dearer than the cheapest of the same participant; empty if items are the columns.
    multipliers : Multipliers
    """

    bound: float
    dearer: FloatArray
    multipliers: Multipliers


def _between(best: Multipliers, last: Multipliers) -> Multipliers:
    """Return multipliers nearer to the best ones than to the last."""
    return Multipliers(*(NEAR * one + (1 - NEAR) * other for one, other in zip(best, last, strict=True)))


class Relaxation:
    """The linear relaxation of a day.

    Its columns are items (somebody has a place in a session, or runs one that may be cancelled), or whole schedules of
    them; then one for each session that may be cancelled: it runs. That a session runs in which somebody has a place is
    a row for each such place, put in when it is broken; with these rows few fractions are left.

    Parameters
    ----------
    items : Items
    solver : LinearSolver
    schedules : Schedules, optional
        To be the columns instead of items.
    first : int64 array, optional
        Schedules to begin with.
    cancelled : bool array, shape (sessions,), optional
        Which sessions are cancelled, where that is decided.
    """

    def __init__(
        self,
        items: Items,
        solver: LinearSolver,
        schedules: Schedules | None = None,
        first: Int64Array | None = None,
        cancelled: BoolArray | None = None,
    ) -> None:
        from scipy.sparse import csr_array, eye_array

        self.items, self.problem, self.schedules, self.solver = items, items.problem, schedules, solver
        sessions = len(self.problem.sessions)
        self.is_open = self.problem.may_be_cancelled if cancelled is None else np.zeros(sessions, np.bool_)
        self.runs = ~self.is_open if cancelled is None else ~cancelled
        cancellable = np.flatnonzero(self.is_open)
        shape = sessions, len(cancellable)
        self.decided = csr_array((np.ones(len(cancellable)), (cancellable, np.arange(len(cancellable)))), shape)
        self.own = np.flatnonzero(~items.is_place & self.is_open[items.session])
        self.place = np.flatnonzero(items.is_place & self.is_open[items.session])
        self.linked = np.zeros(len(self.place), np.bool_)
        if schedules is None:
            self.of_columns = eye_array(len(items.session), format="csr")
            self.persons, self.person_most = self._person_rows()
        else:
            self.of_columns = _items_of(schedules)
            self.persons = csr_array((np.ones(len(schedules)), (schedules.owner, np.arange(len(schedules)))))
            self.person_most = np.ones(self.persons.shape[0])
        self.columns = self.of_columns.shape[1] + len(cancellable)
        self.always = np.ones(self.columns, np.bool_)
        self.always[: self.of_columns.shape[1]] = False
        self.known, self.allowed = (np.ones(self.columns, np.bool_) for _ in range(2))
        if first is not None:
            self.known = self.always.copy()
            self.known[first] = True
        # facilitators with fewer sessions, or participants, than they could have
        self.limited = (
            np.flatnonzero(self.problem.most_sessions < self.problem.facilitator_sessions),
            np.flatnonzero(self.problem.most_participants < self.problem.facilitator_seats),
        )
        rules, place = Rows(), np.flatnonzero(items.is_place)
        add_hard_rules(rules, self.problem, place, items.participant[place], items.session[place])
        self.of_rules, *self.rule_bounds = rules.matrix(len(items.session))
        self.blocks = [*self._session_blocks(), *self._rule_blocks()]

    def solve(self, cost: Int64Array, limits: list[Limit], enough: float) -> Dual | None:
        """Return multipliers for a level, None if the relaxation has no solution.

        It is solved on some columns; those that would improve the optimum are put in, and rows that are broken, until
        the bound is near what is to be proved or nothing is left to put in. Multipliers between the last ones and the
        best so far lead there sooner than the last ones alone (Pessoa et al. 2018, section 3). Afterwards only
        schedules are kept that could be in an allocation which costs what was to be proved.

        Parameters
        ----------
        cost : int64 array, shape (columns,)
        limits : list of Limit
        enough : float
            What is to be proved. A bound above one less proves it, since costs are whole.
        """
        best: Dual | None = None
        while True:
            solved = self._solve(cost, limits)
            if solved is None:
                return None
            last = self._priced(cost, limits, solved.multipliers, solved)
            if best is None:
                best = last
            between = self._priced(cost, limits, _between(best.multipliers, solved.multipliers), solved)
            best = max(best, last, between, key=lambda dual: dual.bound)
            if best.bound > enough - 1 + TOLERANCE:
                self._keep(best, enough)
                return best
            improving = np.flatnonzero(~self.known & self.allowed & (solved.reduced < -TOLERANCE))
            broken = np.zeros(0, np.int64)
            if len(self.place):
                broken = np.flatnonzero((self._runs_where(self.place) @ solved.values > TOLERANCE) & ~self.linked)
            if not len(improving) and not len(broken):
                return best
            self.known[self._best_of_each(improving, solved.reduced)] = True
            self.linked[broken] = True

    def _priced(self, cost: Int64Array, limits: list[Limit], multipliers: Multipliers, solved: _Solved) -> Dual:
        """Return the bound that multipliers give, as `pdalloc.verifier` computes it but in floating point."""
        if self.schedules is None:
            # schedules are not at hand; those of an optimum are cheapest at its own multipliers
            return Dual(solved.cost, np.zeros(0), multipliers)
        problem, items, schedules = self.problem, self.items, self.schedules
        of_session, of_place, of_run, seats_of = (
            multipliers.seats,
            multipliers.links,
            multipliers.running,
            problem.capacity,
        )
        pairs = problem.session_facilitators
        of_group = np.bincount(pairs.row, multipliers.participant_limits[pairs.column], len(of_session))
        price = np.where(items.is_place, (of_session + of_group)[items.session] + of_place, of_run)
        price += self.of_rules.T @ multipliers.rules
        number = len(schedules)
        total = cost[:number] + schedules.sums(price)
        for limit, multiplier in zip(limits, multipliers.limits.tolist(), strict=True):
            total += multiplier * limit.cost[:number]
        cheapest = np.full(len(problem.participants), np.inf)
        allowed = np.flatnonzero(self.allowed[:number])
        np.minimum.at(cheapest, schedules.owner[allowed], total[allowed])
        running = np.minimum(-of_session * seats_of, -of_session * problem.minimum)
        running += np.bincount(pairs.row, multipliers.session_limits[pairs.column], len(of_session))
        running -= np.bincount(items.session, of_place + of_run, len(of_session))
        bound = cheapest.sum() + np.where(self.is_open, np.minimum(running, 0), running)[self.is_open | self.runs].sum()
        bound -= sum(limit.most * part for limit, part in zip(limits, multipliers.limits.tolist(), strict=True))
        bound -= multipliers.session_limits @ problem.most_sessions
        bound -= multipliers.participant_limits @ problem.most_participants
        for side, sign in zip(self.rule_bounds, (multipliers.rules < 0, multipliers.rules > 0), strict=True):
            bound -= multipliers.rules[sign] @ side[sign]
        return Dual(float(bound), total - cheapest[schedules.owner], multipliers)

    def _keep(self, priced: Dual, enough: float) -> None:
        """Keep only schedules that could be in an allocation which costs what was to be proved."""
        self.allowed[: len(priced.dearer)] &= priced.dearer <= enough - priced.bound + SAFE
        self.known &= self.allowed

    def _best_of_each(self, column: Int64Array, reduced: FloatArray) -> Int64Array:
        """Return the columns that promise most, a few of each participant."""
        if self.schedules is None:
            return column
        owner = self.schedules.owner[column]
        order = np.lexsort((reduced[column], owner))
        owner = owner[order]
        chosen: Int64Array = column[order][np.arange(len(owner)) - np.searchsorted(owner, owner) < A_ROUND]
        return chosen

    def shortfall(self) -> Multipliers | None:
        """Return multipliers of the least by which minimums and rules are missed, None if all can be kept."""
        from scipy.sparse import csr_array, hstack

        self.linked[:] = True
        rows = self._program([])
        start = np.cumsum([0, *(len(most) for _, most in self.blocks)])
        of_rules = np.arange(start[4], start[6])
        row = np.concatenate([np.arange(start[1], start[2]), of_rules])
        most = np.concatenate([self.problem.minimum, np.abs(rows.upper[of_rules]) + len(self.items.session)])
        missing = csr_array((-np.ones(len(row)), (row, np.arange(len(row)))), shape=(rows.rows.shape[0], len(row)))
        program = Program(
            np.concatenate([np.zeros(self.columns), np.ones(len(row))]),
            hstack([rows.rows, missing], format="csr"),
            rows.lower,
            rows.upper,
            np.concatenate([rows.least, np.zeros(len(row))]),
            np.concatenate([rows.most, most]),
            np.zeros(self.columns + len(row), np.bool_),
        )
        found = self.solver.solve(program)
        if found is None or found.values[self.columns :].sum() < TOLERANCE:
            return None
        return self._multipliers(-found.prices, 0)

    def whole(self, column: Int64Array) -> Program:
        """Return the program of some columns in whole numbers, without costs."""
        self.linked[:] = True
        return replace(_some(self._program([]), column), is_integer=np.ones(len(column), np.bool_))

    def _solve(self, cost: Int64Array, limits: list[Limit]) -> _Solved | None:
        program = self._program(limits)
        known = np.flatnonzero(self.known)
        found = self.solver.solve(replace(_some(program, known), cost=cost[known].astype(np.float64)))
        if found is None:
            return None
        values = np.zeros(self.columns)
        values[known] = found.values
        reduced = cost - program.rows.T @ found.prices
        multipliers = self._multipliers(-found.prices, len(limits))
        return _Solved(float(cost[known] @ found.values), values, reduced, multipliers)

    def _program(self, limits: list[Limit]) -> Program:
        """Return the rows, those that are "at most" first, and the bounds of all columns, without costs."""
        from scipy.sparse import csr_array, vstack

        links = self._runs_where(self.place[self.linked])
        rows = [csr_array(limit.cost[None, :].astype(np.float64)) for limit in limits]
        rows += [*(block for block, _ in self.blocks), links, self._runs_where(self.own), self._wide(self.persons)]
        upper = [np.array([limit.most for limit in limits], np.float64), *(most for _, most in self.blocks)]
        upper += [np.zeros(links.shape[0] + len(self.own)), self.person_most]
        upper_of_all = np.concatenate(upper)
        lower = np.full(len(upper_of_all), -np.inf)
        people = len(self.person_most)
        lower[len(lower) - people - len(self.own) : len(lower) - people] = 0
        least = np.zeros(self.columns)
        if self.schedules is None:
            least[: len(self.items.pairs.is_fixed)] = self.items.pairs.is_fixed
        else:
            lower[len(lower) - people :] = self.person_most
        most, is_integer = np.ones(self.columns), np.zeros(self.columns, np.bool_)
        return Program(np.zeros(self.columns), vstack(rows, format="csr"), lower, upper_of_all, least, most, is_integer)

    def _multipliers(self, paid: FloatArray, limits: int) -> Multipliers:
        """Return what is paid for the rows, by what they are about."""
        sizes = [limits, *(len(most) for _, most in self.blocks), int(self.linked.sum()), len(self.own)]
        parts = np.split(paid, np.cumsum(sizes))
        of_limits, capacity, minimum, of_sessions, of_participants, above, below, of_links = (
            np.maximum(part, 0) for part in parts[:8]
        )
        links, runs = np.zeros(len(self.items.session)), np.zeros(len(self.items.session))
        links[self.place[self.linked]] = of_links
        session_limits, participant_limits = (np.zeros(len(self.problem.facilitators)) for _ in range(2))
        session_limits[self.limited[0]], participant_limits[self.limited[1]] = of_sessions, of_participants
        runs[self.own] = parts[8]
        lower, upper = map(np.isfinite, self.rule_bounds)
        rules = np.zeros(len(lower))
        rules[upper] += above
        rules[lower] -= below
        return Multipliers(of_limits, capacity - minimum, session_limits, participant_limits, links, runs, rules)

    # ---- rows ----------------------------------------------------------------------------------------------------

    def _wide(self, rows: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        """Return rows about participants over all columns."""
        from scipy.sparse import csr_array, hstack

        wide: csr_array = hstack([rows, csr_array((rows.shape[0], self.decided.shape[1]))], format="csr")
        return wide

    def _runs_where(self, item: Int64Array) -> scipy.sparse.csr_array:
        """Return for each of some items a row: the item, less that its session runs."""
        from scipy.sparse import hstack

        return hstack([self.of_columns[item], -self.decided[self.items.session[item]]], format="csr")

    def _session_blocks(self) -> Iterator[tuple[scipy.sparse.csr_array, FloatArray]]:
        """Yield rows that tie participants together, and what they may come to: four blocks."""
        from scipy.sparse import csr_array, diags_array, hstack

        problem, items = self.problem, self.items
        place = np.flatnonzero(items.is_place)
        shape = len(problem.sessions), len(items.session)
        attendance = csr_array((np.ones(len(place)), (items.session[place], place)), shape) @ self.of_columns
        capacity, minimum = (
            np.where(self.is_open | self.runs, part, 0) for part in (problem.capacity, problem.minimum)
        )
        for sign, bound in ((1, capacity), (-1, -minimum)):
            yield (
                hstack([sign * attendance, -diags_array(bound.astype(np.float64)) @ self.decided], format="csr"),
                np.where(self.runs, bound, 0).astype(np.float64),
            )
        pairs = problem.session_facilitators
        shape = len(problem.facilitators), len(problem.sessions)
        facilitates = csr_array((np.ones(len(pairs.row)), (pairs.column, pairs.row)), shape)
        nobody = csr_array((len(problem.facilitators), self.of_columns.shape[1]))
        runs = hstack([nobody, facilitates @ self.decided], format="csr")
        few, least = self.limited
        yield runs[few], (problem.most_sessions - facilitates @ self.runs)[few]
        yield self._wide(facilitates @ attendance)[least], problem.most_participants[least].astype(np.float64)

    def _rule_blocks(self) -> Iterator[tuple[scipy.sparse.csr_array, FloatArray]]:
        """Yield the rows of hard rules, and what they may come to: a block for upper bounds, one for lower ones."""
        for sign, bound in zip((1, -1), self.rule_bounds[::-1], strict=True):
            kept = np.flatnonzero(np.isfinite(bound))
            yield self._wide(sign * self.of_rules[kept] @ self.of_columns), sign * bound[kept]

    def _person_rows(self) -> tuple[scipy.sparse.csr_array, FloatArray]:
        """Return the rows about one participant each: what they may take together."""
        problem, items = self.problem, self.items
        rows = Rows()
        every = np.arange(len(items.session))
        bits = items.slots[:, None] >> np.arange(len(problem.slots)) & 1
        item, slot = np.nonzero(bits)
        rows.add_exclusive(items.participant[item].astype(np.int64) * len(problem.slots) + slot, item)
        has = np.flatnonzero(items.topic >= 0)
        rows.add_exclusive(items.participant[has].astype(np.int64) * len(problem.topics) + items.topic[has], has)
        for first, second in problem.conflicts.tolist():
            either = np.flatnonzero(items.is_place & ((items.session == first) | (items.session == second)))
            rows.add_exclusive(items.participant[either], either)
        people = len(problem.participants)
        rows.add(items.participant, every, items.size, -np.inf, problem.limit, rows=people)
        free = problem.available_if(~problem.may_be_cancelled).sum(axis=1) if len(problem.slots) else problem.limit
        rows.add(items.participant, every, items.size + items.freed, -np.inf, free, rows=people)
        matrix, _, most = rows.matrix(len(every))
        return matrix, most


def _some(program: Program, column: Int64Array) -> Program:
    """Return a program of some columns."""
    return replace(
        program,
        cost=program.cost[column],
        rows=program.rows.tocsc()[:, column].tocsr(),
        least=program.least[column],
        most=program.most[column],
        is_integer=program.is_integer[column],
    )


def _items_of(schedules: Schedules) -> scipy.sparse.csr_array:
    """Return which items each schedule has: shape (items, schedules)."""
    from scipy.sparse import csr_array

    column, at = np.nonzero(schedules.item >= 0)
    shape = len(schedules.items.session), len(schedules)
    return csr_array((np.ones(len(column)), (schedules.item[column, at], column)), shape)
