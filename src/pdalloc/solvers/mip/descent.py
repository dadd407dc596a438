"""Level by level, each among the solutions that are best at the levels before."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array
from pdalloc.solvers.mip.engine import Answer, Ending, Engine
from pdalloc.solvers.mip.face import Face
from pdalloc.solvers.mip.program import Program
from pdalloc.solvers.mip.relaxation import Relaxation, Relaxed

__all__ = ["Decided", "Descent"]

MOSTLY = 0.6
"""A part of the columns above which it is not worth while to search them before all."""

GROWTH = 1.5

TOLERANCE = 1e-6


class Decided(NamedTuple):
    """What is known of a level.

    Attributes
    ----------
    values : float array, shape (columns,), or None
        The best solution found, in whole numbers; None if the search was stopped before there was one.
    bound : int or None
        No solution costs less; None where nothing is known.
    is_proved : bool
        Whether `values` cost that.
    """

    values: FloatArray | None
    bound: int | None
    is_proved: bool


class Descent:
    """The levels of a master, one after the other.

    At each level the linear relaxation gives a bound, and by how much each column is too dear. If its optimum is whole,
    that is the answer. Otherwise branch and bound among the columns that a solution at the bound could use mostly finds
    one; where it does not, it goes on among all that could better the best solution.

    Parameters
    ----------
    face : Face
    engine : Engine
    relaxation : Relaxation, optional
        Without one, levels go to the engine as they are.
    """

    def __init__(self, face: Face, engine: Engine, relaxation: Relaxation | None) -> None:
        self.face, self.master, self.engine = face, face.master, engine
        self.values: FloatArray | None = None
        self.relaxation = relaxation

    def decide(self, cost: Int64Array) -> Decided | None:
        """Return the optimum of a level among the solutions left, and leave only those; None if there are none.

        Parameters
        ----------
        cost : int64 array, shape (columns,)
        """
        if self.values is not None and not cost[self.face.allowed].any():
            return Decided(self.values, 0, True)
        decided = self._searched(cost) if self.relaxation is None else self._relaxed(cost, self.relaxation)
        if decided is not None and decided.is_proved:
            assert decided.bound is not None
            self.values = decided.values
            self.face.hold(cost, decided.bound)
            if self.relaxation is not None and self.values is not None:
                self.relaxation.is_known |= self.values > 0
        return decided

    def _relaxed(self, cost: Int64Array, relaxation: Relaxation) -> Decided | None:
        """Decide a level by its linear relaxation, and a search for what that leaves open."""
        relaxed = relaxation.solve(cost)
        if relaxed is None:
            # of a later level only rounding could say so
            return None if self.values is None else self._searched(cost, self.values)
        bound = math.ceil(relaxed.bound)
        whole = np.rint(relaxed.values)
        if np.abs(whole - relaxed.values).max() < TOLERANCE and _total(cost, whole) == bound:
            decided: Decided | None = Decided(whole, bound, True)
        else:
            decided = self._near(cost, relaxed, bound)
        if decided is not None and decided.is_proved:
            assert decided.bound is not None
            too_dear = np.flatnonzero(self.face.allowed & ~_within(relaxed, decided.bound) & self.master.is_free)
            self.face.allowed[too_dear] = False
            if decided.bound > bound and not self.master.people:
                # the relaxation of the compact model is loose here, and will be at the next levels
                self.relaxation = None
        return decided

    def _near(self, cost: Int64Array, relaxed: Relaxed, bound: int) -> Decided | None:
        """Search among the columns that a solution at the bound could use, and among more until one is good enough."""
        best, is_new = self.values, False
        free = self.face.allowed & self.master.is_free
        dearness = np.sort(relaxed.reduced[free])
        width = bound - relaxed.bound
        while True:
            which = self.face.allowed & ((relaxed.reduced <= width) | ~self.master.is_free)
            for least, some in self._nested(relaxed, which):
                answer = self._search(cost, some, least)
                best, is_new = _better(cost, best, answer.values), is_new or answer.values is not None
                if answer.ending is Ending.STOPPED:
                    return Decided(best, bound, False)
                if best is not None and _total(cost, best) == bound:
                    return Decided(best, bound, True)
            # what costs no more than bound and width together was among these
            bound = math.floor(relaxed.bound + width) + 1
            if best is not None and _total(cost, best) <= bound:
                return Decided(best, _total(cost, best), True)
            more = int(GROWTH * np.searchsorted(dearness, width, side="right")) + 1
            is_most = more > MOSTLY * len(dearness)
            if is_most and best is None:
                break
            # what is better than the best is no dearer than that
            enough = math.inf if best is None else _total(cost, best) - 1 - relaxed.bound
            width = enough if is_most or is_new else min(enough, float(dearness[more]))
        decided = self._searched(cost, best)
        if decided is not None and not decided.is_proved:
            return decided._replace(bound=max(bound, decided.bound or bound))
        return decided

    def _nested(self, relaxed: Relaxed, which: BoolArray) -> Iterator[tuple[FloatArray, BoolArray]]:
        """Yield columns to search, with their lower bounds: few ones first, all of these last.

        The relaxation splits few participants, and leaving everybody else with what it gives them is mostly good
        enough; so are the columns that it looked at.
        """
        assert self.relaxation is not None
        participant, least = self.master.participant, self.master.least
        is_known = self.relaxation.is_known
        is_split = np.zeros(int(participant.max(initial=-1)) + 2, np.bool_)
        is_split[participant[np.abs(np.rint(relaxed.values) - relaxed.values) > TOLERANCE]] = True
        is_split[-1] = True
        of_split = is_split[participant]
        taken = ~of_split & (relaxed.values > 0.5)
        others_stay = np.where(taken, 1.0, least)
        if not is_known[which].all():
            yield others_stay, which & of_split & is_known | taken
            yield least, which & is_known
        yield others_stay, which & of_split | taken
        yield least, which

    def _searched(self, cost: Int64Array, best: FloatArray | None = None) -> Decided | None:
        """Search among all columns."""
        answer = self._search(cost, self.face.allowed, self.master.least)
        best = _better(cost, best, answer.values)
        if best is None:
            return None if answer.ending is Ending.INFEASIBLE else Decided(None, _whole(answer.bound), False)
        if answer.ending is not Ending.STOPPED:
            return Decided(best, _total(cost, best), True)
        bound = _whole(answer.bound)
        return Decided(best, None if bound is None else min(bound, _total(cost, best)), False)

    def _search(self, cost: Int64Array, which: BoolArray, least: FloatArray) -> Answer:
        """Return the engine's answer, with values for all columns."""
        column = np.flatnonzero(which)
        lower, upper = self.face.bounds()
        program = Program(
            cost[column].astype(np.float64),
            self.face.rows(column).tocsr(),
            lower,
            upper,
            least[column],
            self.master.most[column],
            np.ones(len(column), np.bool_),
        )
        answer = self.engine.minimise(program)
        if answer.values is None:
            return answer
        values = np.zeros(len(which))
        values[column] = answer.values
        return answer._replace(values=values)


def _total(cost: Int64Array, values: FloatArray) -> int:
    return int(cost @ values.astype(np.int64))


def _better(cost: Int64Array, one: FloatArray | None, other: FloatArray | None) -> FloatArray | None:
    if one is None or other is None:
        return other if one is None else one
    return one if _total(cost, one) <= _total(cost, other) else other


def _within(relaxed: Relaxed, most: int) -> BoolArray:
    """Return whether each column could be in a solution that costs no more than this."""
    within: BoolArray = relaxed.reduced <= most - relaxed.bound
    return within


def _whole(bound: float) -> int | None:
    """Return the least whole cost that a bound of floating point leaves."""
    return math.ceil(bound - TOLERANCE * (1 + abs(bound))) if math.isfinite(bound) else None
