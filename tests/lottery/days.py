"""Small days for tests of the lottery."""

from __future__ import annotations

from pdalloc import Problem
from pdalloc.lottery import Commitment, Openings, Transcript, commit, draw

KEY = bytes(range(32))
RANKINGS = {"t001": ["choir", "robotics"], "t002": ["choir"], "Renée": ["robotics", "choir"]}


def day(**changes: list[str]) -> Problem:
    return Problem.from_rankings(RANKINGS | changes, capacity={"choir": 1, "robotics": 1})


def committed() -> tuple[Commitment, Openings]:
    return commit(day(), terms="serial-dictatorship", source="ten dice", key=KEY)


def drawn() -> Transcript:
    return draw(committed()[0], "3 5 1 6 6 2 4 4 1 3")
