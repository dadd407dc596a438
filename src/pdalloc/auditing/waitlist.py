"""Who waits for a seat in each full session, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.auditing.given import allocation_of
from pdalloc.auditing.swaps import Swaps
from pdalloc.errors import ProblemError
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result
from pdalloc.solvers.solve import checked_seed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Waitlists", "waiting_order", "waitlist", "waits_for"]


@dataclass(frozen=True)
class Waitlists:
    """Who waits for each full session, first come first.

    Attributes
    ----------
    allocation : Allocation
    order : str
        How the lists are ordered, in words.
    lists : dict of str to tuple of str
        Participant ids by session id, of full sessions that somebody waits for, in table order.
    """

    allocation: Allocation
    order: str
    lists: dict[str, tuple[str, ...]]

    def __str__(self) -> str:
        return "\n".join([self.order, *(f"{session}: {', '.join(people)}" for session, people in self.lists.items())])

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each who waits: session, position from 1, participant."""
        import pandas as pd

        rows = [
            (session, position, label)
            for session, people in self.lists.items()
            for position, label in enumerate(people, start=1)
        ]
        return pd.DataFrame(rows, columns=["session", "position", "participant"])


def waitlist(given: Allocation | Result, *, seed: int = 0) -> Waitlists:
    """Return for each full session those who would have a better day with a seat in it, in a published order.

    A participant waits for a session they chose if their day would be better with it: fewer empty places, then fewer
    unlisted ones, then less day cost, when they give up what excludes it, or beyond their limit their worst places. On
    a day of one session a slot that is who ranked it above what they have in its slot.

    A list is ordered by the session's priorities, then by arrival, then by a lottery. What is not given says nothing.

    Parameters
    ----------
    given : Allocation or Result
    seed : int
        Of the lottery, one order of all participants for all sessions.

    Raises
    ------
    ProblemError
        If the allocation breaks a rule.
    OptionError
        If `given` is no allocation or result, or the seed is none.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t1": ["x", "y"], "t2": ["x", "y"]}, capacity={"x": 1, "y": 1})
    >>> print(waitlist(Allocation.from_schedules(problem, {"t1": ["x"], "t2": ["y"]})))
    in order of a lottery (seed 0)
    x: t2
    """
    allocation = allocation_of(given, "make waitlists of")
    seed = checked_seed(seed) or 0
    swaps = usable(allocation)
    order = waiting_order(allocation.problem, seed)
    problem = allocation.problem
    lists = {}
    for session in np.flatnonzero(allocation.runs).tolist():
        if swaps.is_full(session) and (people := waits_for(swaps, session, order)):
            lists[problem.sessions[session]] = tuple(problem.participants[who] for who in people)
    return Waitlists(allocation, order_text(problem, seed), lists)


def usable(allocation: Allocation) -> Swaps:
    """Return the swaps of an allocation that keeps all rules."""
    if broken := allocation.violations():
        raise ProblemError(
            f"the allocation breaks a rule, so nobody can wait for its seats; {broken[0]}; mend that first"
        )
    return Swaps(allocation)


def waits_for(swaps: Swaps, session: int, order: list[Int64Array]) -> list[int]:
    """Return who would have a better day with a session, in the order of its list."""
    problem = swaps.problem
    row = problem.choices.participant[problem.choices.session == session]
    waiting = np.array([who for who in row.tolist() if swaps.given_up(who, session) is not None], np.int64)
    priorities = problem.priorities
    level = np.full(len(problem.participants), np.iinfo(np.int64).max)
    listed = slice(priorities.indptr[session], priorities.indptr[session + 1])
    level[priorities.participant[listed]] = priorities.level[listed]
    keys = [key[waiting] for key in (*order[::-1], level)]
    ordered: list[int] = waiting[np.lexsort(keys)].tolist()
    return ordered


def waiting_order(problem: Problem, seed: int) -> list[Int64Array]:
    """Return what orders all participants where a session's priorities do not: arrival, then a lottery."""
    position = np.empty(len(problem.participants), np.int64)
    position[np.random.default_rng(seed).permutation(len(position))] = np.arange(len(position))
    # unknown arrivals sort last
    arrival = np.unique(problem.arrival, return_inverse=True, equal_nan=True)[1].astype(np.int64)
    return [arrival, position]


def order_text(problem: Problem, seed: int) -> str:
    """Say in words how waitlists are ordered."""
    arrival = problem.arrival
    parts = []
    if Feature.PRIORITIES in problem.features:
        parts.append("the sessions' priorities")
    if not np.isnan(arrival).all():
        parts.append("arrival")
    if not parts or len(np.unique(arrival)) < len(arrival):
        parts.append(f"a lottery (seed {seed})")
    return f"in order of {', then '.join(parts)}"
