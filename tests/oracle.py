"""Answers by brute force, from the definitions in docs/design.md alone: nothing here calls a solver or a check.

Everything is enumerated, so problems must be tiny: about four participants and four sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from pdalloc import Problem

Schedule = tuple[int, ...]


def slots_of(problem: Problem, session: int) -> set[int]:
    return set(problem.session_slots[session].tolist())


def places(problem: Problem, schedule: Sequence[int]) -> int:
    return sum(max(1, len(slots_of(problem, session))) for session in schedule)


def listed(problem: Problem, participant: int) -> dict[int, int]:
    """Rank of each session that a participant chose."""
    sessions, ranks = problem.choices.of(participant)
    return dict(zip(sessions.tolist(), ranks.tolist(), strict=True))


def rating(problem: Problem, participant: int, session: int) -> float:
    assert problem.choices.rating is not None
    row = range(problem.choices.indptr[participant], problem.choices.indptr[participant + 1])
    return sum(float(problem.choices.rating[entry]) for entry in row if problem.choices.session[entry] == session)


def longest_list(problem: Problem) -> int:
    longest = 0
    for participant in range(len(problem.participants)):
        ranks = listed(problem, participant)
        lists = [set(ranks)]
        if problem.ranking == "per-slot" and len(problem.slots):
            lists = [{s for s in ranks if slot in slots_of(problem, s)} for slot in range(len(problem.slots))]
            lists.append({s for s in ranks if not slots_of(problem, s)})
        longest = max([longest, *map(len, lists), *ranks.values()])
    return longest


def runs_session(problem: Problem, participant: int, session: int) -> bool:
    label = problem.participants[participant]
    return any(problem.facilitators[f] == label for f in problem.session_facilitators[session].tolist())


def busy(problem: Problem, participant: int, runs: Sequence[bool]) -> set[int]:
    slots = set(problem.away[participant].tolist())
    for session in range(len(problem.sessions)):
        if runs[session] and runs_session(problem, participant, session):
            slots |= slots_of(problem, session)
    return slots


def wanted(problem: Problem, participant: int, runs: Sequence[bool]) -> int:
    limit = int(problem.limit[participant])
    if not len(problem.slots):
        return limit
    return min(limit, len(problem.slots) - len(busy(problem, participant, runs)))


def may_have(problem: Problem, participant: int, schedule: Schedule, runs: Sequence[bool]) -> bool:
    """Whether a schedule keeps every rule that concerns one participant alone."""
    ranks = listed(problem, participant)
    pairs = {(p, s) for p, s in problem.fixed.tolist()}
    own_fixed = {s for p, s in pairs if p == participant}
    if not own_fixed <= set(schedule):
        return False
    if any([participant, s] in problem.forbidden.tolist() for s in schedule):
        return False
    occupied = busy(problem, participant, runs)
    for session in schedule:
        if not runs[session] or runs_session(problem, participant, session):
            return False
        if slots_of(problem, session) & occupied:
            return False
        occupied = occupied | slots_of(problem, session)
        if problem.unlisted == "forbidden" and session not in ranks and session not in own_fixed:
            return False
    topics = [int(problem.topic[s]) for s in schedule if problem.topic[s] >= 0]
    if len(topics) != len(set(topics)):
        return False
    if any({first, second} <= set(schedule) for first, second in problem.conflicts.tolist()):
        return False
    return places(problem, schedule) <= wanted(problem, participant, runs)


def schedules(problem: Problem, participant: int, runs: Sequence[bool]) -> list[Schedule]:
    sessions = range(len(problem.sessions))
    every = chain.from_iterable(combinations(sessions, size) for size in range(len(problem.sessions) + 1))
    return [schedule for schedule in every if may_have(problem, participant, schedule, runs)]


def allocations(problem: Problem) -> Iterator[list[Schedule]]:
    """Every allocation in which all sessions run and every rule is kept."""
    runs = [True] * len(problem.sessions)
    options = [schedules(problem, participant, runs) for participant in range(len(problem.participants))]

    def extend(chosen: list[Schedule], seats: list[int]) -> Iterator[list[Schedule]]:
        if len(chosen) == len(options):
            yield chosen
            return
        for schedule in options[len(chosen)]:
            if all(seats[session] > 0 for session in schedule):
                left = [count - (session in schedule) for session, count in enumerate(seats)]
                yield from extend([*chosen, schedule], left)

    yield from extend([], problem.capacity.tolist())


def day_key(problem: Problem, participant: int, schedule: Schedule) -> tuple[int, int, int]:
    """Empty places, unlisted places and day cost of one participant."""
    ranks, last = listed(problem, participant), longest_list(problem)
    want = wanted(problem, participant, [True] * len(problem.sessions))
    empty = want - places(problem, schedule)
    unlisted = sum(places(problem, [s]) for s in schedule if s not in ranks)
    cost = sum((ranks.get(s, last + 1) - 1) * places(problem, [s]) for s in schedule)
    return empty, unlisted, cost + empty * last


def rank_sum(problem: Problem, chosen: Sequence[Schedule]) -> tuple[int, ...]:
    """The value of `rank-sum` for whole weights."""
    keys = [day_key(problem, participant, schedule) for participant, schedule in enumerate(chosen)]
    cost = sum(int(weight) * key[2] for weight, key in zip(problem.weight.tolist(), keys, strict=True))
    empty, unlisted = sum(key[0] for key in keys), sum(key[1] for key in keys)
    return (empty, unlisted, cost) if problem.unlisted == "last" else (empty, cost)


def welfare(problem: Problem, chosen: Sequence[Schedule]) -> float:
    return sum(rating(problem, participant, session) for participant, day in enumerate(chosen) for session in day)


def best_rank_sum(problem: Problem) -> tuple[int, ...]:
    return min(rank_sum(problem, chosen) for chosen in allocations(problem))


def best_welfare(problem: Problem) -> float:
    return max(welfare(problem, chosen) for chosen in allocations(problem))


def serial_dictatorship(problem: Problem, order: Sequence[int]) -> list[Schedule]:
    """Everybody's schedule when participants take turns; fixed pairs have their seats from the start."""
    runs = [True] * len(problem.sessions)
    seats = problem.capacity.tolist()
    for _, session in problem.fixed.tolist():
        seats[session] -= 1
    chosen: list[Schedule] = [()] * len(order)
    for participant in order:
        fixed = {s for p, s in problem.fixed.tolist() if p == participant}
        possible = [
            schedule
            for schedule in schedules(problem, participant, runs)
            if all(seats[session] > 0 for session in set(schedule) - fixed)
        ]
        best = min(possible, key=lambda day: (*day_key(problem, participant, day), sorted(set(day) - fixed)))
        chosen[participant] = best
        for session in set(best) - fixed:
            seats[session] -= 1
    return chosen


def keeps_rules(problem: Problem, chosen: Sequence[Schedule], runs: Sequence[bool]) -> bool:
    """Whether schedules and running sessions keep every rule."""
    for session in range(len(problem.sessions)):
        there = sum(session in schedule for schedule in chosen)
        if there > problem.capacity[session] or (runs[session] and there < problem.minimum[session]):
            return False
    return all(may_have(problem, participant, schedule, runs) for participant, schedule in enumerate(chosen))
