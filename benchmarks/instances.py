"""Instances of the benchmarks, each pinned by a seed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pdalloc import Problem

Columns = npt.NDArray[np.integer[Any]]


class Instance(NamedTuple):
    """Choices as arrays, the form that costs no solver anything to read."""

    participant: Columns
    session: Columns
    rank: Columns
    capacity: Columns

    def problem(self) -> Problem:
        return Problem.from_arrays(self.participant, self.session, self.rank, self.capacity)


def one_slot(participants: int, sessions: int, list_length: int, *, zipf: float = 0.8, slack: float = 1.1) -> Instance:
    """Everybody ranks `list_length` sessions by a Plackett-Luce draw from popularities that fall like rank^-zipf.

    Drawing with replacement and dropping repeats gives the exact law. Capacities are even, `slack` seats a participant.
    """
    rng = np.random.default_rng(20160)
    weight = np.arange(1, sessions + 1) ** -zipf
    bound = np.cumsum(weight) / weight.sum()
    lists = np.full((participants, list_length), -1)
    count = np.zeros(participants, int)
    while (open_list := np.flatnonzero(count < list_length)).size:
        drawn = np.searchsorted(bound, rng.random(open_list.size))
        new = (lists[open_list] != drawn[:, None]).all(axis=1)
        lists[open_list[new], count[open_list[new]]] = drawn[new]
        count[open_list[new]] += 1
    return Instance(
        np.repeat(np.arange(participants), list_length),
        rng.permutation(sessions)[lists].ravel(),
        np.tile(np.arange(1, list_length + 1), participants),
        np.full(sessions, int(np.ceil(slack * participants / sessions))),
    )
