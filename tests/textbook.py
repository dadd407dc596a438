"""Published rules for one slot, as a textbook puts them: lists and orders in dictionaries, nothing fast.

Nothing here calls a solver; what a participant could attend comes from tests/oracle.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pdalloc import Problem
from tests import oracle

Placed = dict[int, int]


class Market(NamedTuple):
    """One slot: the list of everybody who wants a place there, everybody's order in every session, and seats."""

    lists: dict[int, list[int]]
    places: dict[int, dict[int, int]]
    """Round in which each participant would reach each session of their list."""
    orders: dict[int, list[int]]
    seats: dict[int, int]


def markets(problem: Problem, orders: Callable[[int], Sequence[int]]) -> Iterator[Market]:
    """The slots of a problem, where `orders` gives everybody in the order in which lots put them for a session."""
    for slot in range(len(problem.slots)) if len(problem.slots) else [None]:
        sessions = [s for s in range(len(problem.sessions)) if slot is None or slot in oracle.slots_of(problem, s)]
        fixed = [(p, s) for p, s in problem.fixed.tolist() if s in sessions]
        lists = {
            p: _list(problem, p, sessions)
            for p in range(len(problem.participants))
            if problem.limit[p] > 0
            and all(p != placed for placed, _ in fixed)
            and (slot is None or slot not in oracle.busy(problem, p, oracle.all_run(problem)))
        }
        longest = max((len([s for s in lists[p] if s in oracle.listed(problem, p)]) for p in lists), default=0)
        places = {}
        for participant, listed in lists.items():
            ranked = [s for s in listed if s in oracle.listed(problem, participant)]
            places[participant] = {s: ranked.index(s) if s in ranked else longest + sessions.index(s) for s in listed}
        yield Market(
            lists,
            places,
            {s: [p for p in _order(problem, s, orders(s)) if p in lists] for s in sessions},
            {s: int(problem.capacity[s]) - sum(s == taken for _, taken in fixed) for s in sessions},
        )


def _list(problem: Problem, participant: int, sessions: Sequence[int]) -> list[int]:
    ranks = oracle.listed(problem, participant)
    could = [
        s
        for s in sessions
        if [participant, s] not in problem.forbidden.tolist() and not oracle.runs_session(problem, participant, s)
    ]
    ranked = sorted((s for s in could if s in ranks), key=lambda s: (ranks[s], s))
    return ranked + [s for s in could if s not in ranks and problem.unlisted == "last"]


def _order(problem: Problem, session: int, lots: Sequence[int]) -> list[int]:
    """Everybody as the session prefers them: by level, those whom it does not list last, lots among equals."""
    row = range(problem.priorities.indptr[session], problem.priorities.indptr[session + 1])
    level = {int(problem.priorities.participant[k]): int(problem.priorities.level[k]) for k in row}
    return sorted(lots, key=lambda p: (level.get(p, len(lots) + 1), lots.index(p)))


def boston(market: Market) -> Placed:
    """Abdulkadiroglu and Sonmez 2003, section I: in round k only the k-th choices of the unplaced are looked at."""
    placed: Placed = {}
    seats = dict(market.seats)
    for number in range(1 + max((max(places.values(), default=0) for places in market.places.values()), default=0)):
        for session, order in market.orders.items():
            for participant in order:
                wants = market.places[participant].get(session) == number
                if participant not in placed and wants and seats[session] > 0:
                    placed[participant] = session
                    seats[session] -= 1
    return placed


def deferred_acceptance(market: Market) -> Placed:
    """Gale and Shapley 1962: all who are free propose to the best session that has not turned them down."""
    left = {participant: list(listed) for participant, listed in market.lists.items()}
    held: dict[int, list[int]] = {session: [] for session in market.seats}
    while True:
        placed = {participant: session for session, there in held.items() for participant in there}
        free = [participant for participant in left if participant not in placed and left[participant]]
        if not free:
            return placed
        for participant in free:
            held[left[participant].pop(0)].append(participant)
        for session, there in held.items():
            there.sort(key=market.orders[session].index)
            del there[market.seats[session] :]


def deferred_acceptance_by_sessions(market: Market) -> Placed:
    """The same with sides exchanged: sessions with free seats propose to the next participant who lists them."""
    left = {s: [p for p in order if s in market.lists[p]] for s, order in market.orders.items()}
    placed: Placed = {}
    while True:
        free = [s for s in left if left[s] and sum(s == taken for taken in placed.values()) < market.seats[s]]
        if not free:
            return placed
        session = free[0]
        participant = left[session].pop(0)
        listed = market.lists[participant]
        if participant not in placed or listed.index(session) < listed.index(placed[participant]):
            placed[participant] = session


def top_trading_cycles(market: Market) -> Placed:
    """Abdulkadiroglu and Sonmez 2003, section II.B: in each step all cycles trade, and counters of seats go down."""
    placed: Placed = {}
    seats, there = dict(market.seats), set(market.lists)
    while True:
        wish = {p: next((s for s in market.lists[p] if seats[s] > 0), None) for p in there}
        gone = {p for p, session in wish.items() if session is None}
        if gone:
            there -= gone
            continue
        if not there:
            return placed
        favourite = {s: next(p for p in order if p in there) for s, order in market.orders.items()}
        for participant in sorted(there):
            walk = [participant]
            for _ in there:
                walk.append(favourite[wish[walk[-1]]])  # type: ignore[index]
            if participant in walk[1:]:
                session = wish[participant]
                assert session is not None
                placed[participant] = session
                seats[session] -= 1
        there -= set(placed)


def stable(market: Market) -> Iterator[Placed]:
    """All allocations without a blocking pair, by looking at every allocation."""
    people = list(market.lists)
    for choice in product(*[[None, *market.lists[p]] for p in people]):
        placed = {p: s for p, s in zip(people, choice, strict=True) if s is not None}
        held = {s: [p for p in placed if placed[p] == s] for s in market.seats}
        if all(len(held[s]) <= market.seats[s] for s in held) and not any(blocking(market, placed, held)):
            yield placed


def blocking(market: Market, placed: Mapping[int, int], held: Mapping[int, list[int]]) -> Iterator[tuple[int, int]]:
    for participant, listed in market.lists.items():
        for session in listed[: listed.index(placed[participant])] if participant in placed else listed:
            order = market.orders[session].index
            if len(held[session]) < market.seats[session] or any(
                order(participant) < order(other) for other in held[session]
            ):
                yield participant, session
