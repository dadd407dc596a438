"""A freed seat, offered down the waitlist, and the seats that this frees in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from pdalloc.allocation import Allocation
from pdalloc.auditing.given import allocation_of
from pdalloc.auditing.waitlist import usable, waiting_order, waits_for
from pdalloc.errors import OptionError, ProblemError
from pdalloc.result import Result
from pdalloc.solvers.solve import checked_seed

__all__ = ["Offer", "Offers", "offer_seat"]


@dataclass(frozen=True)
class Offer:
    """A seat offered to somebody who waited for it.

    Attributes
    ----------
    session, participant : str
    is_accepted : bool
    given_up : tuple of str
        Sessions that they would leave, or left, for it.
    """

    session: str
    participant: str
    is_accepted: bool
    given_up: tuple[str, ...]

    def __str__(self) -> str:
        verb = "takes" if self.is_accepted else "declines"
        return f"{self.participant} {verb} {self.session} for {', '.join(self.given_up) or 'nothing'}"


@dataclass(frozen=True)
class Offers:
    """What became of a freed seat.

    Attributes
    ----------
    allocation : Allocation
        Afterwards; it keeps all rules.
    offers : tuple of Offer
        In the order in which they were made.
    free : tuple of str
        Sessions whose freed seat nobody took.
    """

    allocation: Allocation
    offers: tuple[Offer, ...]
    free: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*map(str, self.offers), *(f"a seat in {session} stays free" for session in self.free)])


def offer_seat(
    given: Allocation | Result,
    session: str,
    *,
    dropped_by: str | None = None,
    declines: Collection[str] = (),
    accepts: Callable[[str, str], bool] | None = None,
    seed: int = 0,
) -> Offers:
    """Offer a free seat down the session's waitlist; who takes it frees a seat, which is offered in turn.

    A seat is offered to those of `waitlist`, one after the other, until somebody takes it. Passed over is only who
    could not take it so that every rule is kept, but for soft ones: a quota, say, or the minimum of the session that
    they would leave. Who takes a seat has a better day than before, so it ends; nobody has a worse one, apart from who
    dropped the seat, to whom nothing is offered.

    Parameters
    ----------
    given : Allocation or Result
    session : str
        With a free seat, or with the one that is dropped.
    dropped_by : str, optional
        Participant id of who leaves the session.
    declines : collection of str
        Ids of participants who take nothing.
    accepts : callable, optional
        Told participant id and session id, returns whether they take the seat. By default everybody does.
    seed : int
        Of the lottery in the order; see `waitlist`.

    Raises
    ------
    ProblemError
        If the allocation breaks a rule, an id is unknown, or the drop would break a rule that nobody mends.
    OptionError
        If there is no free seat, or the seed is none.

    Examples
    --------
    >>> from pdalloc import Problem
    >>> lists = {"t1": ["x"], "t2": ["x", "y"], "t3": ["y"]}
    >>> problem = Problem.from_rankings(lists, capacity={"x": 1, "y": 1})
    >>> print(offer_seat(Allocation.from_schedules(problem, {"t1": ["x"], "t2": ["y"]}), "x", dropped_by="t1"))
    t2 takes x for y
    t3 takes y for nothing
    """
    allocation = allocation_of(given, "offer seats of")
    problem, swaps = allocation.problem, usable(allocation)
    order = waiting_order(problem, checked_seed(seed) or 0)
    first = problem.sessions.get(session)
    if first is None:
        raise ProblemError(f"unknown session {session!r}; give an id of the sessions table")
    left = None
    if dropped_by is not None:
        left = problem.participants.get(dropped_by)
        if left is None or first not in swaps.held[left]:
            raise ProblemError(f"participant {dropped_by!r} holds no session {session!r}; name who drops the seat")
        swaps.drop(left, first)
    if swaps.is_full(first):
        raise OptionError(f"session {session!r} has no free seat; say with dropped_by who leaves it")
    offers: list[Offer] = []
    free, freed = [], deque([first])
    while freed:
        number = freed.popleft()
        label = problem.sessions[number]
        for who in waits_for(swaps, number, order):
            given_up = swaps.given_up(who, number)
            if who == left or given_up is None or not swaps.fits(number, given_up):
                continue
            if not swaps.keeps_rules(who, number, given_up):
                continue
            name = problem.participants[who]
            takes = name not in declines and (accepts is None or accepts(name, label))
            offers.append(Offer(label, name, takes, tuple(problem.sessions[other] for other in sorted(given_up))))
            if takes:
                swaps.take(who, number, given_up)
                freed.extend(sorted(given_up))
                break
        else:
            free.append(label)
    after = swaps.result()
    if broken := after.violations():
        raise ProblemError(
            f"the seat cannot be dropped: nobody takes it so that all rules are kept; {broken[0]}; use repair instead"
        )
    return Offers(after, tuple(offers), tuple(free))
