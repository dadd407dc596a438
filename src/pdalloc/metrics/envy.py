"""Who would rather have somebody else's schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, FrozenArrays, Int64Array, freeze
from pdalloc.metrics.estimate import Estimate
from pdalloc.metrics.schedule_values import (
    Comparison,
    Schedules,
    compare_one_place,
    compare_schedules,
    integer_values,
    sample,
)

__all__ = ["Envy", "envy"]


@dataclass(frozen=True, eq=False)
class Envy(FrozenArrays):
    """Whom participants envy, counted for every participant or for a sample. Less is better in all figures.

    Attributes
    ----------
    people : int
        How many participants there are.
    participant : int64 array, shape (looked at,)
        Numbers of those who were looked at, ascending: everybody, or a sample.
    envied : int64 array, shape (looked at,)
        How many others each of them envies.
    largest_of : float64 array, shape (looked at,)
        The most by which each of them values another schedule above their own; 0 without envy.
    up_to_one, up_to_one_each : int64 arrays, shape (looked at,)
        How many others each of them envies beyond one session (EF1), and beyond one session on each side (EF[1,1]).
    """

    people: int
    participant: Int64Array
    envied: Int64Array
    largest_of: FloatArray
    up_to_one: Int64Array
    up_to_one_each: Int64Array

    @property
    def pairs(self) -> Estimate:
        """Ordered pairs of participants of whom the first envies the second (Foley 1967), from 0."""
        return self._pairs(self.envied)

    @property
    def participants(self) -> Estimate:
        """Participants who envy somebody, from 0."""
        envious = int(np.count_nonzero(self.envied))
        if self._sampled is None:
            return Estimate.exact(envious)
        return Estimate.of_share(envious, self._sampled, self.people)

    @property
    def largest(self) -> float:
        """The largest envy of those looked at, from 0; with a sample, the largest of all is at least this."""
        return float(self.largest_of.max(initial=0.0))

    @property
    def mean(self) -> float:
        """The mean over those looked at of each one's largest envy, from 0; nan if there are no participants."""
        return float(self.largest_of.mean()) if len(self.largest_of) else float("nan")

    @property
    def ef1_violations(self) -> Estimate:
        """Ordered pairs (i, j) that are not envy-free up to one session, from 0.

        That is, i envies j, and still would whatever single session were taken off the schedule of j (Lipton,
        Markakis, Mossel and Saberi 2004; Budish 2011, who calls it envy bounded by a single good).
        """
        return self._pairs(self.up_to_one)

    @property
    def ef11_violations(self) -> Estimate:
        """Ordered pairs (i, j) that are not EF[1,1], from 0.

        That is, i envies j, and still would whatever at most one session were taken off the schedule of j and at most
        one off that of i (Shoshan, Hazon and Segal-Halevi 2023, without their requirement that both be of one
        category). A session taken off the own schedule helps only where it is rated below 0; elsewhere this is EF1.
        """
        return self._pairs(self.up_to_one_each)

    @property
    def _sampled(self) -> int | None:
        return len(self.participant) if len(self.participant) < self.people else None

    def _pairs(self, of_each: Int64Array) -> Estimate:
        if self._sampled is None:
            return Estimate.exact(int(of_each.sum()))
        return Estimate.of_sum(of_each, self.people - 1, self.people)


def envy(allocation: Allocation, seed: int = 0) -> Envy:
    """Compare everybody's schedule, in their own eyes, with everybody else's.

    Participant i envies j if i values j's schedule more than their own (`choice_values`, `utilities`). What i sees in
    j's schedule are the sessions that i chose and could attend: not those that are forbidden to i or that i runs, nor
    those in a slot in which i is away or facilitates a session that runs. Where these fill more places than i wants,
    i's value is that of the best of them that fit, leaving out none that would fit beside the others; so it is what the
    schedule is worth to somebody who can use no more than that (feasible envy: Dror, Feldman and Segal-Halevi 2021).
    What slots, topics and conflicts allow together is the same for everybody and is not looked at again. Rules of
    several participants or sessions (`Problem.rules`) are not looked at: one of these may forbid what is envied.

    Values are compared as integers, so that equal sums of ratings are equal. Of fractions finer than a millionth the
    rest is rounded.

    Parameters
    ----------
    allocation : Allocation
    seed : int
        Draws the participants to look at where there would be more than 2**25 pairs of a participant and a distinct
        schedule. Where nobody has more than one session everything is counted, whatever the size.

    Returns
    -------
    Envy

    Raises
    ------
    OptionError
        If ratings are so large that their sums could leave 62 bits.

    Notes
    -----
    With at most one session each, a few passes over the choices. Otherwise a step for every participant looked at,
    every distinct schedule and every session on the longest one.

    Examples
    --------
    Two people, and what each got is worth less to the first than what the other got (an example of fairpyx):

    >>> from pdalloc.problem import Problem
    >>> problem = Problem.from_ratings([[11, 22], [33, 44]], capacity=[1, 1])
    >>> found = envy(Allocation.from_schedules(problem, {"0": ["0"], "1": ["1"]}))
    >>> found.pairs.value, found.largest, found.mean
    (1, 11.0, 5.5)
    """
    people = len(allocation.problem.participants)
    scaled = integer_values(allocation)
    compared = Comparison.of(allocation, scaled.values)
    looked_at = np.arange(people)
    if (allocation.participant[1:] > allocation.participant[:-1]).all():
        counts = compare_one_place(compared)
    else:
        schedules = Schedules.group(allocation)
        looked_at = sample(people, len(schedules.people), seed)
        counts = compare_schedules(compared, schedules, looked_at)
    return Envy(
        people,
        freeze(looked_at),
        freeze(counts.envied),
        freeze(counts.largest / scaled.scale),
        freeze(counts.up_to_one),
        freeze(counts.up_to_one_each),
    )
