"""A roll-out to schools in waves. All people and choices in it are synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pdalloc.generators.inputs import require_whole, whole_day_stream
from pdalloc.problem import Model, Problem
from pdalloc.problem.rules import GroupQuota, Required

__all__ = ["rollout_wave"]

SCHOOLS = tuple(f"school-{number:02d}" for number in range(1, 35))

MAX_VOLUNTEERS = 99


@dataclass(frozen=True)
class Wave:
    """Seats of each session, the share of volunteers who apply, and what is asked of each school."""

    seats: Mapping[str, int]
    share: float
    at_least: int | None = None
    at_most: int | None = None


WAVES = (
    Wave({"kick-off-a": 17, "kick-off-b": 17}, 1.0),
    Wave({"pilot-a": 10, "pilot-b": 10}, 0.3, at_most=1),
    Wave({"early-a": 20, "early-b": 20, "early-c": 20}, 0.6, at_most=2),
    Wave({"open-a": 20, "open-b": 20, "open-c": 20, "open-d": 17}, 0.95, at_least=2),
)


def rollout_wave(seed: int, wave: int = 4, *, volunteers: int = 7) -> Problem:
    """Return one of the four waves in which something new comes to 34 schools.

    1. The leader of every school must come: 34 participants, 34 seats in two sessions, a rule `Required`.
    2. A pilot: 20 seats in two sessions; three in ten volunteers apply; at most one from each school.
    3. Early adopters: 60 seats in three sessions; six in ten apply; at most two from each school.
    4. Open training: 77 seats in four sessions; nineteen in twenty apply, and at least two of every school; at least
       two from each school have a place.

    Who applies ranks all sessions of the wave, in a uniformly random order. Volunteers apply for each wave whether or
    not they had a place in an earlier one; a rule `Forbidden` for those who had leaves them out.

    Parameters
    ----------
    seed : int
        From 0; the same seed gives the same four waves.
    wave : int
        1 to 4.
    volunteers : int
        In every school beside the leader, 2 to 99.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Examples
    --------
    >>> rollout_wave(seed=7)
    <Problem: 238 participants, 4 sessions, 0 slots, 912 choices>
    >>> [str(rule) for rule in rollout_wave(seed=7).rules]
    ["each school has at least 2 of the places in sessions tagged 'wave-4'"]
    """
    wave = require_whole("rollout_wave", "wave", wave, 1, len(WAVES))
    volunteers = require_whole("rollout_wave", "volunteers", volunteers, 2, MAX_VOLUNTEERS)
    rng = whole_day_stream("rollout_wave", seed)
    # the waves are drawn one after the other, so that they are four waves of one roll-out
    for number in range(1, wave + 1):
        model = _draw(rng, number, volunteers)
    return model.build()


def _draw(rng: np.random.Generator, number: int, volunteers: int) -> Model:
    wave, tag = WAVES[number - 1], f"wave-{number}"
    model = Model()
    for session, seats in wave.seats.items():
        model.add_session(session, capacity=seats, tags=[tag])
    people = ["leader"] if number == 1 else [f"t{volunteer}" for volunteer in range(1, volunteers + 1)]
    for school in SCHOOLS:
        applied = 0
        for left, person in zip(range(len(people), 0, -1), people, strict=True):
            model.add_participant(f"{school}-{person}", groups={"school": school})
            # everybody applies to the first wave; later, nobody is spared without whom the school could not have enough
            if wave.share == 1 or rng.random() < wave.share or applied + left <= (wave.at_least or 0):
                applied += 1
                model.add_ranking(f"{school}-{person}", rng.permutation(list(wave.seats)).tolist())
    if number == 1:
        model.add_rule(Required(list(wave.seats), participants=[f"{school}-leader" for school in SCHOOLS]))
    else:
        model.add_rule(GroupQuota("school", tag=tag, at_least=wave.at_least, at_most=wave.at_most))
    return model
