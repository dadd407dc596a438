"""Answers by brute force, from the definitions in docs/design.md alone: nothing here calls a solver or a check.

Everything is enumerated, so problems must be tiny: about four participants and four sessions.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, pairwise, product
from math import log
from typing import NamedTuple

from pdalloc import (
    Allocation,
    Apart,
    Forbidden,
    GroupQuota,
    Prerequisite,
    Problem,
    Required,
    TagQuota,
    Together,
)
from pdalloc.problem.rules import Rule

Schedule = tuple[int, ...]
Runs = Sequence[bool]

remembered = lru_cache(20_000)
"""Of one problem the same is asked again for every allocation."""


def slots_of(problem: Problem, session: int) -> set[int]:
    return set(problem.session_slots[session].tolist())


def places(problem: Problem, schedule: Sequence[int]) -> int:
    return sum(max(1, len(slots_of(problem, session))) for session in schedule)


@remembered
def listed(problem: Problem, participant: int) -> dict[int, int]:
    """Rank of each session that a participant chose."""
    sessions, ranks = problem.choices.of(participant)
    return dict(zip(sessions.tolist(), ranks.tolist(), strict=True))


def rating(problem: Problem, participant: int, session: int) -> float:
    assert problem.choices.rating is not None
    row = range(problem.choices.indptr[participant], problem.choices.indptr[participant + 1])
    return sum(float(problem.choices.rating[entry]) for entry in row if problem.choices.session[entry] == session)


@remembered
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


def busy(problem: Problem, participant: int, runs: Runs) -> set[int]:
    slots = set(problem.away[participant].tolist())
    for session in range(len(problem.sessions)):
        if runs[session] and runs_session(problem, participant, session):
            slots |= slots_of(problem, session)
    return slots


def wanted(problem: Problem, participant: int, runs: Runs) -> int:
    limit = int(problem.limit[participant])
    if not len(problem.slots):
        return limit
    return min(limit, len(problem.slots) - len(busy(problem, participant, runs)))


def may_have(problem: Problem, participant: int, schedule: Schedule, runs: Runs) -> bool:
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
        if problem.unlisted == "forbidden" and session not in {*ranks, *own_fixed, *required(problem, participant)}:
            return False
    topics = [int(problem.topic[s]) for s in schedule if problem.topic[s] >= 0]
    if len(topics) != len(set(topics)):
        return False
    if any({first, second} <= set(schedule) for first, second in problem.conflicts.tolist()):
        return False
    return places(problem, schedule) <= wanted(problem, participant, runs)


@remembered
def required(problem: Problem, participant: int) -> set[int]:
    """The sessions that a rule may require of a participant, chosen or not."""
    rules = [rule for rule in problem.rules if isinstance(rule, Required) and participant in meant(problem, rule)]
    return {problem.sessions.index(session) for rule in rules for session in rule.sessions}


def schedules(problem: Problem, participant: int, runs: Runs) -> list[Schedule]:
    sessions = range(len(problem.sessions))
    every = chain.from_iterable(combinations(sessions, size) for size in range(len(problem.sessions) + 1))
    return [schedule for schedule in every if may_have(problem, participant, schedule, runs)]


# ---- rules of several participants or sessions -------------------------------------------------------------------


def meant(problem: Problem, rule: TagQuota | Required | Forbidden) -> set[int]:
    """Whom a rule is about."""
    people = range(len(problem.participants))
    if rule.participants:
        return {p for p in people if problem.participants[p] in rule.participants}
    if rule.group is None:
        return set(people)
    return {p for p in people if value_of(problem, rule.group, p) == rule.value}


def value_of(problem: Problem, group: str, participant: int) -> str | None:
    column = next(column for column in problem.groups if column.name == group)
    return None if column.value[participant] < 0 else column.values[column.value[participant]]


def where(problem: Problem, rule: Rule) -> set[int]:
    """Which sessions a rule is about: those named, those of its topic, those with its tag, or all."""
    every = range(len(problem.sessions))
    if named := {getattr(rule, "session", None), *getattr(rule, "sessions", ())} - {None}:
        return {s for s in every if problem.sessions[s] in named}
    if topic := getattr(rule, "topic", None):
        return {s for s in every if problem.topic[s] >= 0 and problem.topics[problem.topic[s]] == topic}
    if tag := getattr(rule, "tag", None):
        return {s for s in every if tag in [problem.tags[number] for number in problem.session_tags[s]]}
    return set(every)


def misses(problem: Problem, rule: Rule, chosen: Sequence[Schedule]) -> int:
    """By how much schedules miss the inequalities of a rule, as its docstring has them."""
    x = [[int(s in schedule) for s in range(len(problem.sessions))] for schedule in chosen]
    if isinstance(rule, Prerequisite):
        session, needs = problem.sessions.index(rule.session), [problem.sessions.index(s) for s in rule.needs]
        return sum(max(0, row[session] - sum(row[s] for s in needs)) for row in x)
    inside = where(problem, rule)
    if isinstance(rule, Together | Apart):
        people = [problem.participants.index(p) for p in rule.participants]
        if isinstance(rule, Together):
            return sum(abs(x[p][s] - x[q][s]) for p, q in pairwise(people) for s in inside)
        return sum(max(0, sum(x[p][s] for p in people) - 1) for s in inside)
    if isinstance(rule, GroupQuota):
        column = next(column for column in problem.groups if column.name == rule.group)
        sums = [
            sum(x[p][s] for p in range(len(x)) for s in inside if value_of(problem, rule.group, p) == value)
            for value in column.values
            if rule.value in (None, value)
        ]
        return sum(outside(total, rule.at_least, rule.at_most) for total in sums)
    assert isinstance(rule, TagQuota | Required | Forbidden)
    sums = [sum(x[p][s] for s in inside) for p in meant(problem, rule)]
    if isinstance(rule, TagQuota):
        return sum(outside(total, rule.at_least, rule.at_most) for total in sums)
    return sum(outside(total, 1, None) if isinstance(rule, Required) else total for total in sums)


def outside(total: int, at_least: int | None, at_most: int | None) -> int:
    return max(0, (at_least or 0) - total, 0 if at_most is None else total - at_most)


# ---- which sessions run ------------------------------------------------------------------------------------------


def all_run(problem: Problem) -> tuple[bool, ...]:
    return (True,) * len(problem.sessions)


@remembered
def sessions_run_by(problem: Problem, facilitator: int) -> list[int]:
    return [s for s in range(len(problem.sessions)) if facilitator in problem.session_facilitators[s].tolist()]


def may_be_cancelled(problem: Problem, session: int) -> bool:
    if problem.must_run[session] or session in problem.fixed[:, 1].tolist():
        return False
    return problem.minimum[session] > 0 or any(
        len(sessions_run_by(problem, facilitator)) > problem.most_sessions[facilitator]
        for facilitator in problem.session_facilitators[session].tolist()
    )


def may_run(problem: Problem, runs: Runs) -> bool:
    """Whether the right sessions run, whoever comes."""
    return all(running or may_be_cancelled(problem, session) for session, running in enumerate(runs)) and all(
        sum(runs[session] for session in sessions_run_by(problem, facilitator)) <= most
        for facilitator, most in enumerate(problem.most_sessions.tolist())
    )


def fit(problem: Problem, attendance: Sequence[int], runs: Runs) -> bool:
    """Whether no session has too many participants, or runs with too few, and no facilitator has too many."""
    for session, there in enumerate(attendance):
        if there > problem.capacity[session] or (runs[session] and there < problem.minimum[session]):
            return False
    return all(
        sum(attendance[session] for session in sessions_run_by(problem, facilitator)) <= most
        for facilitator, most in enumerate(problem.most_participants.tolist())
    )


def keeps_rules(problem: Problem, chosen: Sequence[Schedule], runs: Runs) -> bool:
    """Whether schedules and running sessions keep every rule."""
    attendance = [sum(session in schedule for schedule in chosen) for session in range(len(problem.sessions))]
    return (
        may_run(problem, runs)
        and fit(problem, attendance, runs)
        and all(may_have(problem, participant, schedule, runs) for participant, schedule in enumerate(chosen))
        and not any(misses(problem, rule, chosen) for rule in problem.rules if rule.penalty is None)
    )


# ---- every allocation --------------------------------------------------------------------------------------------


def outcomes(problem: Problem) -> Iterator[tuple[list[Schedule], tuple[bool, ...]]]:
    """Every allocation that keeps every rule, with the sessions that run in it."""
    for runs in product((True, False), repeat=len(problem.sessions)):
        if may_run(problem, runs):
            for chosen in allocations(problem, runs):
                if not any(misses(problem, rule, chosen) for rule in problem.rules if rule.penalty is None):
                    yield chosen, runs


def allocations(problem: Problem, runs: Runs) -> Iterator[list[Schedule]]:
    """Every way to fill the sessions that run."""
    sessions, capacity, minimum = range(len(problem.sessions)), problem.capacity.tolist(), problem.minimum.tolist()
    options = [schedules(problem, participant, runs) for participant in range(len(problem.participants))]
    # how many of the participants from each one on could still come to each session
    could_come = [
        [sum(any(session in day for day in days) for days in options[first:]) for session in sessions]
        for first in range(len(options) + 1)
    ]

    def extend(chosen: list[Schedule], attendance: list[int]) -> Iterator[list[Schedule]]:
        later = could_come[len(chosen)]
        if any(attendance[s] > capacity[s] for s in sessions):
            return
        if any(runs[s] and attendance[s] + later[s] < minimum[s] for s in sessions):
            return
        if len(chosen) < len(options):
            for day in options[len(chosen)]:
                yield from extend([*chosen, day], [there + (s in day) for s, there in enumerate(attendance)])
        elif fit(problem, attendance, runs):
            yield chosen

    yield from extend([], [0] * len(problem.sessions))


# ---- what an allocation is worth ---------------------------------------------------------------------------------


class Day(NamedTuple):
    """What a schedule gives one participant.

    `released` are the places they want only because a session is cancelled; `ranks` has an entry for each listed place.
    """

    empty: int
    unlisted: int
    cost: int
    released: int
    ranks: list[int]
    rating: float


@remembered
def day(problem: Problem, participant: int, schedule: Schedule, runs: tuple[bool, ...]) -> Day:
    given, last = listed(problem, participant), longest_list(problem)
    want = wanted(problem, participant, runs)
    empty = want - places(problem, schedule)
    ranks = [given[s] for s in schedule if s in given for _ in range(places(problem, [s]))]
    unlisted = places(problem, schedule) - len(ranks)
    return Day(
        empty=empty,
        unlisted=unlisted,
        cost=sum(rank - 1 for rank in ranks) + (unlisted + empty) * last,
        released=want - wanted(problem, participant, all_run(problem)),
        ranks=ranks,
        rating=0 if problem.choices.rating is None else sum(rating(problem, participant, s) for s in schedule),
    )


def day_key(problem: Problem, participant: int, schedule: Schedule, runs: Runs | None = None) -> tuple[int, int, int]:
    """Empty places, unlisted places and day cost of one participant; by default every session runs."""
    return day(problem, participant, schedule, tuple(runs or all_run(problem)))[:3]


def _first(problem: Problem, days: Sequence[Day]) -> list[int]:
    """Places first: the empty ones, then the unlisted ones where they are allowed."""
    empty, unlisted = sum(day.empty for day in days), sum(day.unlisted for day in days)
    return [empty, unlisted] if problem.unlisted == "last" else [empty]


def _profile(problem: Problem, days: Sequence[Day]) -> list[int]:
    """Places at each rank that somebody gave, the best first."""
    return [sum(day.ranks.count(rank) for day in days) for rank in sorted(set(problem.choices.rank.tolist()))]


def _less_released(profile: list[int], days: Sequence[Day]) -> list[int]:
    """Who runs a session counts as placed there, at the best rank: cancelling it gains nothing by itself."""
    released = sum(day.released for day in days)
    return [profile[0] - released, *profile[1:]] if profile else []


def weights(problem: Problem) -> list[int]:
    """Weight / history, in tenths unless all are whole; tests weigh in whole numbers."""
    history = [None if math.isnan(figure) else max(figure, 0.1) for figure in problem.history.tolist()]
    known = [figure for figure in problem.history.tolist() if not math.isnan(figure)]
    mean = max(statistics.fmean(known), 0.1) if known else 1.0
    tenths = [round(10 / (mean if figure is None else figure)) for figure in history]
    unit = 1 if any(tenth % 10 for tenth in tenths) else 10
    return [int(weight) * tenth // unit for weight, tenth in zip(problem.weight.tolist(), tenths, strict=True)]


def rank_sum(problem: Problem, days: Sequence[Day]) -> list[int]:
    costs = (weight * day.cost for weight, day in zip(weights(problem), days, strict=True))
    return [*_first(problem, days), sum(costs)]


def greedy(problem: Problem, days: Sequence[Day]) -> list[int]:
    return [*_first(problem, days), *_less_released(_profile(problem, days), days)]


def generous(problem: Problem, days: Sequence[Day]) -> list[int]:
    return [*_first(problem, days), *_less_released(_profile(problem, days), days)[::-1]]


def rank_maximal(problem: Problem, days: Sequence[Day]) -> list[int]:
    return [*_profile(problem, days), *_first(problem, days)[1:]]


def welfare(problem: Problem, days: Sequence[Day]) -> list[int]:
    """The sum of ratings, in the largest unit of 1, 1/10 or 1/100 that holds all of them; tests rate in quarters."""
    assert problem.choices.rating is not None
    ratings = problem.choices.rating.tolist()
    scale = next(scale for scale in (1, 10, 100) if all((rating * scale).is_integer() for rating in ratings))
    return [round(scale * sum(day.rating for day in days))]


def leximin(problem: Problem, days: Sequence[Day]) -> list[int]:
    """Places first, then how many participants have the largest day cost that there can be, then the next."""
    as_few = [not may_be_cancelled(problem, session) for session in range(len(problem.sessions))]
    most_wanted = max(wanted(problem, participant, as_few) for participant in range(len(problem.participants)))
    costs = range(longest_list(problem) * most_wanted, 0, -1)
    return [*_first(problem, days), *(sum(day.cost == cost for day in days) for cost in costs)]


def nash(problem: Problem, days: Sequence[Day]) -> list[int]:
    """Participants with a positive rating, and the logarithm of the product over them in millionths."""
    ratings = [day.rating for day in days if day.rating > 0]
    return [len(ratings), sum(round(10**6 * log(rating)) for rating in ratings)]


VALUES: dict[str, Callable[[Problem, Sequence[Day]], list[int]]] = {
    "rank-sum": rank_sum,
    "greedy": greedy,
    "generous": generous,
    "rank-maximal": rank_maximal,
    "welfare": welfare,
    "leximin": leximin,
    "nash": nash,
}


def value(problem: Problem, objective: str, chosen: Sequence[Schedule], runs: Runs | None = None) -> tuple[int, ...]:
    """The value of an allocation by the definition of an objective; by default every session runs."""
    if objective == "penalties":
        return (sum((rule.penalty or 0) * misses(problem, rule, chosen) for rule in problem.rules),)
    runs = tuple(runs or all_run(problem))
    return tuple(VALUES[objective](problem, [day(problem, p, schedule, runs) for p, schedule in enumerate(chosen)]))


def less_is_better(problem: Problem, objective: str, value: tuple[int, ...]) -> tuple[int, ...]:
    """The value with the opposite sign where more is better."""
    small = {"greedy": 1 + (problem.unlisted == "last"), "rank-maximal": 0, "welfare": 0, "nash": 0}
    first = small.get(objective, len(value))
    return (*value[:first], *(-number for number in value[first:]))


def best(problem: Problem, objective: str) -> tuple[int, ...]:
    """The best value of all allocations, with whatever sessions run."""
    values = {value(problem, objective, chosen, runs) for chosen, runs in outcomes(problem)}
    return min(values, key=lambda value: less_is_better(problem, objective, value))


# ---- rules that optimise nothing ---------------------------------------------------------------------------------


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


def draft(problem: Problem, order: Sequence[int], direction: str = "snake", rounds: str = "picks") -> list[Schedule]:
    """Everybody's schedule when participants pick one session at a time, round after round."""
    runs, slots, sessions = all_run(problem), len(problem.slots), range(len(problem.sessions))
    seats = problem.capacity.tolist()
    held: list[list[int]] = [
        [s for p, s in problem.fixed.tolist() if p == participant] for participant in range(len(order))
    ]
    for _, session in problem.fixed.tolist():
        seats[session] -= 1

    def belongs(session: int, number: int) -> bool:
        return number in slots_of(problem, session) if number < slots else not slots_of(problem, session)

    picked, number = True, 0
    while picked or (rounds == "slots" and number <= slots):
        picked = False
        for participant in order[::-1] if direction == "snake" and number % 2 else order:
            mine, ranks = held[participant], listed(problem, participant)
            possible = [
                session
                for session in sessions
                if seats[session] > 0
                and session not in mine
                and may_have(problem, participant, (*mine, session), runs)
                and (rounds == "picks" or belongs(session, number))
            ]
            if possible:
                best = min(possible, key=lambda session: (session not in ranks, ranks.get(session), session))
                mine.append(best)
                seats[best] -= 1
                picked = True
        number += 1
    return [tuple(sorted(mine)) for mine in held]


# ---- figures of an allocation ------------------------------------------------------------------------------------


def schedule_of(allocation: Allocation, participant: int) -> Schedule:
    return tuple(allocation.session[allocation.participant == participant].tolist())


def could_attend(problem: Problem, participant: int, session: int, runs: Runs) -> bool:
    """Whether a participant chose a session and nothing but seats and their other places could be in the way."""
    return (
        session in listed(problem, participant)
        and runs[session]
        and [participant, session] not in problem.forbidden.tolist()
        and not runs_session(problem, participant, session)
        and not slots_of(problem, session) & busy(problem, participant, runs)
    )


def free_seats(problem: Problem, attendance: Sequence[int], session: int, runs: Runs) -> int:
    """How many more could come to a session."""
    if not runs[session]:
        return 0
    left = [problem.capacity[session] - attendance[session]]
    for facilitator in problem.session_facilitators[session].tolist():
        taken = sum(attendance[other] for other in sessions_run_by(problem, facilitator))
        left.append(problem.most_participants[facilitator] - taken)
    return int(max(0, min(left)))
