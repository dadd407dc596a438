"""Simultaneous eating in fractions, straight from the definitions: nothing here calls a solver or knows of hierarchies.

With ties every set of participants is tried as the bottleneck, so that there may be about six of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from pdalloc import Problem
from tests import oracle

Pair = tuple[int, int]
Classes = list[list[int]]


class Bound(NamedTuple):
    """At most so many places of these (participant, session) pairs together."""

    pairs: frozenset[Pair]
    most: int


def slots(problem: Problem) -> list[set[int]]:
    """The sessions of each slot; all on a day without slots."""
    if not len(problem.slots):
        return [set(range(len(problem.sessions)))]
    return [
        {s for s in range(len(problem.sessions)) if slot in oracle.slots_of(problem, s)}
        for slot in range(len(problem.slots))
    ]


def lists(problem: Problem, sessions: set[int]) -> dict[int, Classes]:
    """What everybody who eats in a slot could have there: equally good sessions together, the best first."""
    runs, fixed = oracle.all_run(problem), problem.fixed.tolist()
    found: dict[int, Classes] = {}
    for who in range(len(problem.participants)):
        taken = any(p == who and s in sessions for p, s in fixed)
        busy = any(oracle.slots_of(problem, s) & oracle.busy(problem, who, runs) for s in sessions)
        if taken or busy or not problem.limit[who]:
            continue
        may = {s for s in sessions if [who, s] not in problem.forbidden.tolist()}
        may -= {s for s in sessions if oracle.runs_session(problem, who, s)}
        ranks = {s: rank for s, rank in oracle.listed(problem, who).items() if s in may}
        found[who] = [[s for s in sorted(ranks) if ranks[s] == rank] for rank in sorted(set(ranks.values()))]
        if problem.unlisted == "last":
            found[who] += [[s] for s in sorted(may - set(ranks))]
    return found


def seats(problem: Problem, sessions: set[int]) -> list[Bound]:
    """What fixed pairs leave of the capacities."""
    people, fixed = range(len(problem.participants)), problem.fixed[:, 1].tolist()
    return [
        Bound(frozenset((who, s) for who in people), int(problem.capacity[s]) - fixed.count(s))
        for s in sorted(sessions)
    ]


def eat(wishes: dict[int, Classes], bounds: Sequence[Bound]) -> dict[Pair, Fraction]:
    """Eating with strict lists and any bounds: from one moment at which something ends to the next."""
    eaten: dict[Pair, Fraction] = {}

    def left(bound: Bound) -> Fraction:
        return bound.most - sum((eaten.get(pair, Fraction(0)) for pair in bound.pairs), Fraction(0))

    now = Fraction(0)
    while now < 1:
        ended = [bound.pairs for bound in bounds if left(bound) == 0]
        mouths = set()
        for who, classes in wishes.items():
            may = [(who, s) for [s] in classes if not any((who, s) in pairs for pairs in ended)]
            mouths.update(may[:1])
        if not mouths:
            break
        steps = [left(b) / len(b.pairs & mouths) for b in bounds if b.pairs & mouths]
        step = min([1 - now, *steps])
        for pair in mouths:
            eaten[pair] = eaten.get(pair, Fraction(0)) + step
        now += step
    return {pair: amount for pair, amount in eaten.items() if amount}


def eat_with_ties(wishes: dict[int, Classes], seats: dict[int, int]) -> dict[int, list[Fraction]]:
    """How much everybody eats of each class of equally good sessions: Katta and Sethuraman 2006.

    At every step those end together who first have eaten all there is of what they like best, whoever these are.
    """
    eaten = {who: [Fraction(0)] * len(classes) for who, classes in wishes.items()}
    gone = {s for s, places in seats.items() if not places}
    at = {who: (0, Fraction(0)) for who in wishes}

    def go_on(who: int, now: Fraction) -> None:
        place = at[who][0]
        while place < len(wishes[who]) and gone.issuperset(wishes[who][place]):
            place += 1
        at[who] = (place, now)

    def sets(people: list[int]) -> Iterator[tuple[int, ...]]:
        for size in range(1, len(people) + 1):
            yield from combinations(people, size)

    def best(people: Sequence[int]) -> set[int]:
        return {s for who in people for s in wishes[who][at[who][0]]} - gone

    for who in wishes:
        go_on(who, Fraction(0))
    while True:
        active = [who for who in wishes if at[who][0] < len(wishes[who])]
        times = {
            group: (sum(seats[s] for s in best(group)) + sum(at[who][1] for who in group)) / Fraction(len(group))
            for group in sets(active)
        }
        now = min(times.values(), default=Fraction(1))
        if now >= 1:
            for who in active:
                eaten[who][at[who][0]] = 1 - at[who][1]
            return eaten
        done = {who for group, time in times.items() if time == now for who in group}
        gone |= best(sorted(done))
        for who in done:
            eaten[who][at[who][0]] = now - at[who][1]
            go_on(who, now)
