"""The best day that each participant could have had alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, FloatArray, Int64Array
from pdalloc.metrics.values import choice_values, utilities
from pdalloc.problem import Problem

__all__ = ["own_maximum", "share_of_own_maximum"]

CHOICES_AT_ONCE = 2**16
"""So many that what is made of them stays in the processor's cache."""

ROUNDING = 1e-12


def share_of_own_maximum(allocation: Allocation, utility: FloatArray | None = None) -> FloatArray:
    """Return each participant's utility as a share of `own_maximum`, given which sessions run.

    Parameters
    ----------
    allocation : Allocation
    utility : float64 array, shape (participants,), optional
        `utilities`, where they are known already.

    Returns
    -------
    float64 array, shape (participants,)
        At most 1 if the allocation keeps the rules; nan where there was nothing of value to have.
    """
    utility = utilities(allocation) if utility is None else utility
    most = own_maximum(allocation.problem, allocation.runs)
    share: FloatArray = np.divide(utility, most, out=np.full(len(utility), np.nan), where=most > 0)
    return share


def own_maximum(problem: Problem, runs: BoolArray | None = None) -> FloatArray:
    """Return what the best schedule is worth that each participant could have in an otherwise empty day.

    It keeps every rule that concerns them alone: their slots, limit, sessions they run, topics, conflicts, forbidden
    and fixed pairs, and no session without a seat. Values are those of `choice_values`. Rules of several participants
    or sessions (`Problem.rules`) are not looked at; they could only make it smaller.

    Parameters
    ----------
    problem : Problem
    runs : bool array, shape (sessions,), optional
        By default every session runs.

    Returns
    -------
    float64 array, shape (participants,)
        0 where there is nothing of value to have; below 0 only where somebody is fixed in a session they rate below 0.

    Notes
    -----
    Where nothing ties a participant's slots together, it is the sum over slots of the first choice there, or of the
    best-rated one, for all such participants at once; on a day without slots, of as many of the best ones as they want.
    The others are searched one by one, by branch and bound over their own choices.
    """
    alone = _Alone(problem, problem.all_run if runs is None else runs)
    most = alone.by_slot() if len(problem.slots) or problem.limit.max() <= 1 else alone.best_few()
    search = alone.may_be_tied()
    search[problem.fixed[:, 0]] = True
    for participant in np.flatnonzero(search).tolist():
        most[participant] = alone.search(participant)
    return most


class Option(NamedTuple):
    """A session that a participant could take alone."""

    rate: float
    """Value a place."""
    value: float
    session: int
    slots: int
    """Bit mask; a session without a slot has a bit of its own."""
    size: int


class _Alone:
    """A problem made ready to look at participants as if each were alone."""

    def __init__(self, problem: Problem, runs: BoolArray) -> None:
        self.problem = problem
        self.indptr, self.session = problem.choices.indptr, problem.choices.session
        self.available = problem.available_if(runs)
        self.wanted = problem.wanted if runs.all() else problem.wanted_if(runs)
        self.runs, self.open = runs, runs & (problem.capacity > 0)
        barred = np.concatenate([problem.forbidden, problem.facilitated])
        position = problem.choices.find(barred[:, 0], barred[:, 1])
        self.barred = np.sort(position[position >= 0])
        count = problem.session_slots.count
        slots = len(problem.slots)
        self.single = self.open & ((count == 1) | (not slots))
        # on a day without slots one place is one slot for all
        inside = problem.session_slots.mask() if slots else np.ones((len(problem.sessions), 1), np.bool_)
        self.markets = inside & self.single[:, None]
        self.free = self.available if slots else np.ones((len(problem.participants), 1), np.bool_)
        self.fixed: dict[int, list[int]] = {}
        for participant, session in problem.fixed.tolist():
            self.fixed.setdefault(participant, []).append(session)
        self.excludes = _exclusions(problem)
        self.tied = np.zeros(len(problem.sessions), np.bool_)
        self.tied[[session for session in self.excludes if self.open[session]]] = True

    def by_slot(self) -> FloatArray:
        """Return everybody's maximum as if their slots were separate."""
        best = np.zeros((len(self.wanted), self.markets.shape[1]))
        best_in = self._points_of_first if self.problem.choices.rating is None else self._best_rating
        for rows in _blocks(self.indptr):
            for market, inside in enumerate(self.markets.T):
                best[rows, market] = best_in(rows, inside)
        best *= self.free
        few = np.flatnonzero(self.wanted < self.free.sum(axis=1))
        if len(few):
            ranked = -np.sort(-best[few], axis=1)
            best[few] = ranked * (np.arange(best.shape[1]) < self.wanted[few, None])
        total: FloatArray = best.sum(axis=1)
        return total

    def best_few(self) -> FloatArray:
        """Return everybody's maximum on a day without slots: the sum of their best choices, as many as they want."""
        best = np.zeros(len(self.wanted))
        for rows in _blocks(self.indptr):
            value = np.maximum(self._values(rows, self.open), 0)
            size = np.diff(self.indptr[rows.start : rows.stop + 1])
            row = np.repeat(np.arange(len(size)), size)
            value = value[np.lexsort((-value, row))]
            position = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
            best[rows] = np.bincount(row, value * (position < self.wanted[rows][row]), len(size))
        return best

    def _values(self, rows: slice, inside: BoolArray) -> FloatArray:
        """Return what the choices of some participants are worth to them, 0 for what they cannot have."""
        start, end = int(self.indptr[rows.start]), int(self.indptr[rows.stop])
        value = choice_values(self.problem, slice(start, end)) * inside[self.session[start:end]]
        first, last = np.searchsorted(self.barred, (start, end))
        value[self.barred[first:last] - start] = 0
        return value

    def _points_of_first(self, rows: slice, inside: BoolArray) -> FloatArray:
        """Return the points of the first choice of some participants in a market; lists are in the order of ranks."""
        start, end = self.indptr[rows], self.indptr[rows.start + 1 : rows.stop + 1]
        points = np.zeros(len(start))
        looking = np.flatnonzero(start < end)
        at = start[looking]
        while len(looking):
            found = inside[self.session[at]]
            if len(self.barred):
                found &= ~np.isin(at, self.barred)
            points[looking[found]] = self.problem.unlisted_rank - self.problem.choices.rank[at[found]]
            looking, at = looking[~found], at[~found] + 1
            more = at < end[looking]
            looking, at = looking[more], at[more]
        return points

    def _best_rating(self, rows: slice, inside: BoolArray) -> FloatArray:
        """Return the largest rating above 0 that some participants gave in a market."""
        best = np.zeros(rows.stop - rows.start)
        indptr = self.indptr[rows.start : rows.stop + 1] - self.indptr[rows.start]
        listed = np.flatnonzero(np.diff(indptr))
        if len(listed):
            best[listed] = np.maximum.reduceat(self._values(rows, inside), indptr[listed])
        return np.maximum(best, 0)

    def may_be_tied(self) -> BoolArray:
        """Whether each list has a session that fills no single slot, or two that other rules may keep apart."""
        may = np.zeros(len(self.wanted), np.bool_)
        awkward = self.open & ~self.single
        if not (awkward.any() or self.tied.any()):
            return may
        participant = self.problem.choices.participant
        may[participant[awkward[self.session]]] = True
        may |= np.bincount(participant[self.tied[self.session]], minlength=len(may)) > 1
        # one place is never tied to another one, unless the session fills several
        return may & (self.wanted > (0 if len(self.problem.slots) else 1))

    def search(self, participant: int) -> float:
        """Return the maximum of one participant, whatever ties their slots together."""
        row = slice(int(self.indptr[participant]), int(self.indptr[participant + 1]))
        session = self.session[row].tolist()
        value = dict(zip(session, choice_values(self.problem, row).tolist(), strict=True))
        fixed = [taken for taken in self.fixed.get(participant, []) if self.runs[taken]]
        first, last = np.searchsorted(self.barred, (row.start, row.stop))
        barred = {session[position] for position in (self.barred[first:last] - row.start).tolist()}
        busy = sum(1 << slot for slot in np.flatnonzero(~self.available[participant]).tolist())
        wanted, given = int(self.wanted[participant]), 0.0
        barred |= set(fixed)
        for taken in fixed:
            busy |= self._slots(taken)
            barred |= self.excludes.get(taken, set())
            wanted -= int(self.problem.session_size[taken])
            given += value.get(taken, 0.0)
        options = [
            self._option(listed, worth)
            for listed, worth in value.items()
            if worth > 0 and self.open[listed] and listed not in barred and not self._slots(listed) & busy
        ]
        options.sort(key=lambda option: (-option.rate, option.session))
        return given + _best_value(options, wanted, self.excludes)

    def _option(self, session: int, value: float) -> Option:
        size = int(self.problem.session_size[session])
        return Option(value / size, value, session, self._slots(session), size)

    def _slots(self, session: int) -> int:
        mask = sum(1 << slot for slot in self.problem.session_slots[session].tolist())
        return mask or 1 << (len(self.problem.slots) + session)


def _blocks(indptr: Int64Array) -> Iterator[slice]:
    """Yield the participants in blocks, each of few choices or of one participant alone."""
    starts = np.searchsorted(indptr, np.arange(0, int(indptr[-1]) + 1, CHOICES_AT_ONCE))
    bounds = np.unique(np.concatenate([[0], starts, [len(indptr) - 1]])).tolist()
    for first, last in pairwise(bounds):
        yield slice(first, last)


def _exclusions(problem: Problem) -> dict[int, set[int]]:
    """For each session those that nobody takes beside it, by topic or conflict."""
    excludes: dict[int, set[int]] = {}
    order = np.argsort(problem.topic, kind="stable")
    topics, start = np.unique(problem.topic[order], return_index=True)
    for topic, repeats in zip(topics.tolist(), np.split(order, start[1:]), strict=True):
        if topic >= 0 and len(repeats) > 1:
            every = set(repeats.tolist())
            excludes.update({session: every - {session} for session in every})
    for first, second in problem.conflicts.tolist():
        excludes.setdefault(first, set()).add(second)
        excludes.setdefault(second, set()).add(first)
    return excludes


def _best_value(options: list[Option], wanted: int, excludes: dict[int, set[int]]) -> float:
    """Return the largest value of options that fit together, by branch and bound in the order of their rates."""
    best = 0.0

    def bound(first: int, busy: int, left: int, barred: frozenset[int]) -> float:
        """At most what the options from `first` on add: each free slot counts the best rate of an option over it."""
        total = 0.0
        for option in options[first:]:
            if option.session in barred:
                continue
            fresh = min((option.slots & ~busy).bit_count(), left)
            total += fresh * option.rate
            busy |= option.slots
            left -= fresh
            if not left:
                break
        return total

    def search(first: int, busy: int, left: int, barred: frozenset[int], value: float) -> None:
        nonlocal best
        best = max(best, value)
        for position in range(first, len(options)):
            if value + bound(position, busy, left, barred) <= best * (1 + ROUNDING):
                return
            option = options[position]
            if option.size <= left and not option.slots & busy and option.session not in barred:
                rest = barred | excludes.get(option.session, set())
                search(position + 1, busy | option.slots, left - option.size, rest, value + option.value)

    search(0, 0, wanted, frozenset(), 0.0)
    return best
