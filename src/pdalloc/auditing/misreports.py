"""Lists that a participant could have given instead of the true one: a finite family, and the problem with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import FloatArray, Int64Array, freeze
from pdalloc.problem import Problem
from pdalloc.problem.choices import Choices

__all__ = ["Report", "demand_per_seat", "misreports", "with_report"]


class Report(NamedTuple):
    """What a participant could say.

    Attributes
    ----------
    session : tuple of int
        Numbers from 0, by rank, then by number.
    place : tuple of int
        The position on the true list whose rank, and rating, each session gets.
    """

    session: tuple[int, ...]
    place: tuple[int, ...]


def demand_per_seat(problem: Problem) -> FloatArray:
    """Return how hot each session is: the points of all choices of it, for each seat. Shape (sessions,).

    A choice of rank r gives as many points as the longest list has choices, less r - 1.
    """
    choices = problem.choices
    points = np.bincount(choices.session, problem.unlisted_rank - choices.rank, len(problem.sessions))
    return freeze(points / np.maximum(problem.capacity, 1))


def misreports(problem: Problem, participant: int, demand: FloatArray) -> list[Report]:
    """Return other lists of a participant, each once.

    Of one list of n choices: its first k, for k from 0 to n - 1; two neighbours exchanged; the first exchanged with any
    other; any other moved to the top; one left out; the h most wanted ones left out, for h from 2 to n - 1. The ranks
    stay where they are and the sessions move, those after one left out moving up. Where ranking is per slot, one list
    changes and the others stay: the choices of equal slots are a list.

    Parameters
    ----------
    problem : Problem
    participant : int
    demand : float64 array, shape (sessions,)
        As `demand_per_seat` returns it.
    """
    sessions, ranks = (column.tolist() for column in problem.choices.of(participant))
    true = Report(tuple(sessions), tuple(range(len(sessions))))
    found: dict[tuple[tuple[int, int], ...], Report] = {}
    lists = _lists(problem, sessions)
    for own in lists:
        others = [place for other in lists if other is not own for place in other]
        by_demand = np.argsort(-demand[[sessions[place] for place in own]], kind="stable").tolist()
        for order in _orders(len(own), by_demand):
            moved = [(own[to], sessions[own[at]]) for to, at in enumerate(order)]
            stay = [(place, sessions[place]) for place in others]
            said = sorted((ranks[place], session, place) for place, session in moved + stay)
            report = Report(tuple(session for _, session, _ in said), tuple(place for *_, place in said))
            found.setdefault(tuple((rank, session) for rank, session, _ in said), report)
    found.pop(tuple(zip(ranks, true.session, strict=True)), None)
    return list(found.values())


def with_report(problem: Problem, participant: int, report: Report) -> Problem:
    """Return the problem in which a participant says something else; all others say the same."""
    choices = problem.choices
    start, end = choices.indptr[participant : participant + 2].tolist()
    place = start + np.array(report.place, np.int64)
    indptr = choices.indptr.copy()
    indptr[participant + 1 :] += len(place) - (end - start)
    entry: Int64Array = np.concatenate([np.arange(start), place, np.arange(end, len(choices))])
    session = choices.session[entry]
    session[start : start + len(place)] = report.session
    rating = None if choices.rating is None else freeze(choices.rating[entry])
    changed = Choices(freeze(indptr), freeze(session), freeze(choices.rank[entry]), rating)
    return replace(problem, choices=changed)


def _lists(problem: Problem, sessions: list[int]) -> list[list[int]]:
    """Return the positions of the choices on each list of a participant, best first."""
    if problem.ranking == "per-day" or not len(problem.slots):
        return [list(range(len(sessions)))]
    by_slots: dict[tuple[int, ...], list[int]] = {}
    for place, session in enumerate(sessions):
        by_slots.setdefault(tuple(problem.session_slots[session].tolist()), []).append(place)
    return list(by_slots.values())


def _orders(length: int, by_demand: list[int]) -> Iterator[list[int]]:
    """Yield the positions that a list keeps, in their new order; the most wanted positions are given first."""
    every = list(range(length))
    for kept in range(length):
        yield every[:kept]
    for first, second in [*pairwise(every), *((0, other) for other in every[2:])]:
        order = every.copy()
        order[first], order[second] = second, first
        yield order
    for top in every[2:]:
        yield [top, *(at for at in every if at != top)]
    for left_out in [*([at] for at in every), *(by_demand[:hot] for hot in range(2, length))]:
        yield [at for at in every if at not in left_out]
