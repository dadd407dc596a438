"""What participants would think of each other's schedules, counted over distinct schedules."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array, row_pointers
from pdalloc.errors import OptionError
from pdalloc.integers import ScaledIntegers
from pdalloc.kernels.wishes import count_envied
from pdalloc.metrics.attendable import attendable_choices, rows_between

__all__ = ["Comparison", "Counts", "Schedules", "compare_one_place", "compare_schedules", "integer_values", "sample"]

BLOCK = 2**20
"""Pairs of a participant and a schedule that are looked at together."""

MOST_PAIRS = 2**25
"""Pairs of a participant and a distinct schedule that are all looked at; beyond, participants are sampled."""

FEWEST_SAMPLED = 400

NOTHING = -(2**62)


class Counts(NamedTuple):
    """What was counted for each participant looked at; int64 arrays, shape (looked at,).

    Attributes
    ----------
    envied : others whose schedule they value more than their own
    largest : the most by which they do; 0 where they envy nobody
    up_to_one, up_to_one_each : others of whom they also do after one session is taken away, as `Envy` defines it
    """

    envied: Int64Array
    largest: Int64Array
    up_to_one: Int64Array
    up_to_one_each: Int64Array


class Comparison(NamedTuple):
    """What participants compare with what.

    Attributes
    ----------
    allocation : Allocation
    value : int64 array, shape (choices,)
        Scaled.
    could : bool array, shape (choices,)
        Whether the participant could attend, and wants as many places as the session fills.
    own : int64 array, shape (participants,)
        Value of the own schedule.
    own_at_best : int64 array, shape (participants,)
        The same, or without the session that takes most from it.
    """

    allocation: Allocation
    value: Int64Array
    could: BoolArray
    own: Int64Array
    own_at_best: Int64Array

    @classmethod
    def of(cls, allocation: Allocation, value: Int64Array) -> Comparison:
        """Collect what follows from an allocation and the values of all choices."""
        people = len(allocation.problem.participants)
        listed = allocation.choice >= 0
        who, entry = allocation.participant[listed], allocation.choice[listed]
        worth = value[entry]
        own = np.diff(np.append(0, np.cumsum(worth, dtype=np.int64))[row_pointers(who, people)])
        own_at_best = own
        if (worth < 0).any():
            least = np.zeros(people, np.int64)
            np.minimum.at(least, who, worth)
            own_at_best = own - least
        could = attendable_choices(allocation)
        problem = allocation.problem
        if (problem.session_size > 1).any() or not allocation.wanted.all():
            choices = problem.choices
            could &= problem.session_size[choices.session] <= allocation.wanted[choices.participant]
        could[entry] = True
        return cls(allocation, value, could, own, own_at_best)


def integer_values(allocation: Allocation) -> ScaledIntegers:
    """Return `choice_values` as integers, so that no sum of ratings differs from another by rounding alone.

    Raises
    ------
    OptionError
        If the values of one schedule could leave 62 bits.
    """
    problem = allocation.problem
    scaled = problem.choices.integer_ratings
    if scaled is None:
        points = np.int32(problem.unlisted_rank) - problem.choices.rank
        if (problem.session_size > 1).any():
            points = points * problem.session_size[problem.choices.session]
        return ScaledIntegers(points, 1, False)
    longest = int(np.bincount(allocation.participant).max(initial=0))
    largest = max(-int(scaled.values.min(initial=0)), int(scaled.values.max(initial=0)))
    if largest * longest >= 2**62:
        raise OptionError(
            f"ratings up to {largest / scaled.scale:g} times scale {scaled.scale} do not fit 62 bits in schedules of "
            f"{longest} sessions; use smaller numbers"
        )
    return scaled


def compare_one_place(compared: Comparison) -> Counts:
    """Count where nobody has more than one session: a session counts as often as it has participants.

    Cost: a pass over the choices.
    """
    allocation, value, could, own, _ = compared
    choices, there = allocation.problem.choices, allocation.attendance
    people = len(own)
    falling = choices.rating is None and not (allocation.problem.session_size > 1).any()
    envied, largest = count_envied.run(len(choices), choices.indptr, choices.session, value, could, falling, own, there)

    # whom their own session costs something, they envy also everybody who has nothing, or nothing that they could have
    unhappy = own < 0
    if unhappy.any():
        valued = np.flatnonzero(unhappy[choices.participant] & could)
        others = people - np.bincount(choices.participant[valued], there[choices.session[valued]], people)
        others = np.where(unhappy, others, 0).astype(np.int64)
        envied += others
        largest = np.maximum(largest, np.where(others > 0, -own, 0))
    return Counts(envied, largest, np.where(unhappy, envied, 0), np.zeros(people, np.int64))


class Schedules(NamedTuple):
    """The distinct schedules of an allocation.

    Attributes
    ----------
    session : int64 array, shape (schedules, longest)
        Sessions of each, ascending; where there are fewer, the number of sessions fills up.
    people : int64 array, shape (schedules,)
        How many participants have it.
    of : int64 array, shape (participants,)
        Which one each participant has.
    """

    session: Int64Array
    people: Int64Array
    of: Int64Array

    @classmethod
    def group(cls, allocation: Allocation) -> Schedules:
        """Group participants of equal schedules."""
        problem = allocation.problem
        number = np.bincount(allocation.participant, minlength=len(problem.participants))
        every = np.full((len(number), max(1, int(number.max(initial=0)))), len(problem.sessions), np.int64)
        column = np.arange(len(allocation)) - np.repeat(np.cumsum(number) - number, number)
        every[allocation.participant, column] = allocation.session
        session, of, count = np.unique(every, axis=0, return_inverse=True, return_counts=True)
        return cls(session, count.astype(np.int64), of.ravel().astype(np.int64))


def sample(people: int, schedules: int, seed: int) -> Int64Array:
    """Return the participants to look at, ascending: everybody, or so many that `MOST_PAIRS` is kept."""
    if people * schedules <= MOST_PAIRS:
        return np.arange(people)
    number = min(people, max(FEWEST_SAMPLED, MOST_PAIRS // schedules))
    return np.sort(np.random.default_rng(seed).choice(people, number, replace=False))


def compare_schedules(compared: Comparison, schedules: Schedules, looked_at: Int64Array) -> Counts:
    """Count for some participants, in blocks of bounded memory.

    Cost: a step for every participant looked at, distinct schedule and session on the longest one.
    """
    rows = max(1, BLOCK // max(len(schedules.people), len(compared.allocation.problem.sessions)))
    parts = [
        _compare_block(compared, schedules, looked_at[first : first + rows]) for first in range(0, len(looked_at), rows)
    ]
    return Counts(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _compare_block(compared: Comparison, schedules: Schedules, people: Int64Array) -> Counts:
    problem, shape = compared.allocation.problem, (len(people), len(compared.allocation.problem.sessions) + 1)
    whose, entry = rows_between(problem.choices.indptr[people], problem.choices.indptr[people + 1])
    whose, entry = whose[compared.could[entry]], entry[compared.could[entry]]
    session = problem.choices.session[entry]
    value, size = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    value[whose, session] = compared.value[entry]
    size[whose, session] = problem.session_size[session]

    total, places, top = np.zeros((3, len(people), len(schedules.people)), np.int64)
    for column in schedules.session.T:
        taken = value[:, column]
        total += taken
        places += size[:, column]
        np.maximum(top, taken, out=top)
    without = total - top
    row, at = np.nonzero(places > compared.allocation.wanted[people, None])
    if len(row):
        column = schedules.session[at]
        total[row, at], without[row, at] = _up_to_limit(
            value[row[:, None], column], size[row[:, None], column], compared.allocation.wanted[people[row]]
        )
    own = compared.own[people, None]
    envied = total > own
    envied[np.arange(len(people)), schedules.of[people]] = False
    return Counts(
        envied @ schedules.people,
        (total - own).max(axis=1, where=envied, initial=0),
        (envied & (without > own)) @ schedules.people,
        (envied & (without > compared.own_at_best[people, None])) @ schedules.people,
    )


def _up_to_limit(value: Int64Array, size: Int64Array, limit: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return the values of schedules of which some sessions must be left out, whole and without their best session.

    Parameters
    ----------
    value, size : int64 arrays, shape (pairs, longest)
        Of each session; size 0 marks one that could not be attended.
    limit : int64 array, shape (pairs,)
        Most places.
    """
    total = _best_within(value, size, limit)
    without = total
    for column in range(value.shape[1]):
        rest = size.copy()
        rest[:, column] = 0
        without = np.minimum(without, _best_within(value, rest, limit))
    return total, without


def _best_within(value: Int64Array, size: Int64Array, limit: Int64Array) -> Int64Array:
    """Return the largest value of sessions within the limit when none is left out that would fit beside the others."""
    here, best = size > 0, np.full(len(value), NOTHING)
    if (size <= 1).all():
        ordered = -np.sort(np.where(here, -value, -NOTHING), axis=1)
        taken = np.arange(value.shape[1]) < np.minimum(limit, here.sum(axis=1))[:, None]
        total: Int64Array = np.where(taken, ordered, 0).sum(axis=1)
        return total
    for chosen in product((False, True), repeat=value.shape[1]):
        taken = here & np.array(chosen)
        left = limit - np.where(taken, size, 0).sum(axis=1)
        full = (left >= 0) & ~(here & ~taken & (size <= left[:, None])).any(axis=1)
        best = np.where(full, np.maximum(best, np.where(taken, value, 0).sum(axis=1)), best)
    return best
