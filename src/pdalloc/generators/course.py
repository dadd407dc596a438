"""An online course in cohorts that begin only with enough people. All people and choices in it are synthetic."""

from __future__ import annotations

import numpy as np

from pdalloc.generators.inputs import require_whole, whole_day_stream
from pdalloc.problem import Model, Problem
from pdalloc.problem.rules import Together

__all__ = ["course"]

SCHOOLS = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Oak", "Pine", "Rowan")
WEEKDAYS, HOURS = ("Mon", "Tue", "Wed", "Thu", "Fri"), ("16:00", "19:30")
APPEAL = [weekday + hour for weekday in (0.3, 1, 1.2, 0.9, 0) for hour in (0, 0.6)]
"""Late hours and the middle of the week are liked best."""

TEAMS = (4, 3, 3, 3, *[2] * 12)
"""Sizes of the teams of colleagues."""

STRAY = 0.6
"""How far the wishes of colleagues differ, against a difference of 1 between teams."""

MAX_ALONE, MAX_CAPACITY = 10_000, 10_000


def course(seed: int, *, alone: int = 59, capacity: int = 14, minimum: int = 8, list_length: int = 4) -> Problem:
    """Return an online course in ten cohorts, with colleagues who stay together.

    - There is a cohort for every weekday at 16:00 and at 19:30, with a minimum below which it is cancelled.
    - 37 teachers come in 16 teams of two to four from one school, each with a rule `Together`; the others come alone.
    - Everybody ranks cohorts by how well people in general like the hour, plus Gumbel noise; colleagues share
      it but for noise of their own, 0.6 times as large.

    Parameters
    ----------
    seed : int
        From 0; the same seed gives the same course.
    alone : int
        Teachers who come alone, 0 to 10,000.
    capacity : int
        Seats of each cohort, 1 to 10,000.
    minimum : int
        0 to `capacity`; 0 for none.
    list_length : int
        Cohorts on each list, 1 to 10.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Examples
    --------
    >>> course(seed=12)
    <Problem: 96 participants, 10 sessions, 0 slots, 384 choices>
    """
    cohorts = [f"{weekday}-{hour[:2]}" for weekday in WEEKDAYS for hour in HOURS]
    alone = require_whole("course", "alone", alone, 0, MAX_ALONE)
    capacity = require_whole("course", "capacity", capacity, 1, MAX_CAPACITY)
    minimum = require_whole("course", "minimum", minimum, 0, capacity)
    list_length = require_whole("course", "list_length", list_length, 1, len(cohorts))
    rng = whole_day_stream("course", seed)
    model = Model()
    for cohort, title in zip(cohorts, (f"{weekday} {hour}" for weekday in WEEKDAYS for hour in HOURS), strict=True):
        model.add_session(cohort, title=title, capacity=capacity, minimum=minimum)
    number = 0
    for size in (*TEAMS, *[1] * alone):
        school = SCHOOLS[int(rng.integers(len(SCHOOLS)))]
        shared = np.array(APPEAL) + rng.gumbel(size=len(cohorts))
        team = [f"t{number + member:03d}" for member in range(1, size + 1)]
        number += size
        for teacher in team:
            model.add_participant(teacher, groups={"school": school})
            taste = shared + STRAY * rng.gumbel(size=len(cohorts)) * (size > 1)
            model.add_ranking(teacher, [cohorts[place] for place in np.argsort(-taste)[:list_length].tolist()])
        if size > 1:
            model.add_rule(Together(team))
    return model.build()
