"""Saying why no allocation keeps all the rules of a day: 61 required people and 50 seats, hidden among 200 rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice

import numpy as np

from benchmarks.measure import Benchmark
from benchmarks.registry import LEXINGTON_INFEASIBLE, Case
from pdalloc import Apart, Forbidden, GroupQuota, Prerequisite, Problem, Required, TagQuota, Together, generators
from pdalloc.auditing.conflict import Conflict, explain_infeasible
from pdalloc.problem import Group, Incidence, Labels
from pdalloc.problem.rules import Rule

__all__ = ["EXPLAIN", "infeasible_lexington"]

EXPLAIN = "pa.explain_infeasible(problem)"
SCHOOLS, PAIRS, TAGGED, RULES, REQUIRED, SEATS = 34, 40, 20, 200, 61, 50


def infeasible_lexington() -> Problem:
    """Return a Lexington with minimums of 8 and 200 rules of all kinds, one of which cannot be kept.

    The 101st requires 61 participants who run nothing in two sessions of the second slot, which have 50 seats together.
    The others are 40 pairs of colleagues who share choices in every slot, two participants from each of 34 schools in a
    session that this school chose much, at most two sessions with a tag, and single people kept apart, out of a session
    they chose, or required in one; and sessions that need one of a dozen in another slot.
    """
    rng = np.random.default_rng(2016)
    day = generators.lexington(2016, minimum=8)
    people, sessions = range(len(day.participants)), range(len(day.sessions))
    tagged = set(rng.choice(len(sessions), TAGGED, replace=False).tolist())
    school = Group(
        "school", tuple(f"school-{k:02}" for k in range(SCHOOLS)), rng.integers(0, SCHOOLS, len(people), np.int32)
    )
    day = replace(
        day,
        groups=(school,),
        tags=Labels(["equity"], "tag"),
        session_tags=Incidence.from_lists([[0] if s in tagged else [] for s in sessions], 1),
    )
    chosen = [set(day.choices.of(who)[0].tolist()) for who in people]
    free = sorted(set(people) - set(day.facilitated[:, 0].tolist()))
    pairs = list(islice(_colleagues(day, chosen, free, rng), PAIRS))
    rules: list[Rule] = [Together([day.participants[who] for who in pair]) for pair in pairs]
    quotas = dict(_favourites(day, school, chosen))
    rules += [GroupQuota("school", school.values[k], session=day.sessions[s], at_least=2) for s, k in quotas.items()]
    rules.append(TagQuota("equity", at_most=2))
    paired = {who for pair in pairs for who in pair}
    many = sorted(rng.choice(sorted(set(free) - paired), REQUIRED, replace=False).tolist())
    others = sorted(set(free) - paired - set(many))
    rules += islice(_single(day, chosen, others, set(quotas), rng), RULES - 1 - len(rules))
    in_slot = np.flatnonzero(day.session_slots.mask()[:, 1]).tolist()
    two = next(pair for pair in combinations(in_slot, 2) if day.capacity[list(pair)].sum() == SEATS)
    required = Required([day.sessions[s] for s in two], participants=[day.participants[who] for who in many])
    return day.with_rules(*rules[:100], required, *rules[100:])


def _colleagues(
    day: Problem, chosen: list[set[int]], free: list[int], rng: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """Yield pairs of participants who have a choice in common in every slot, each participant once."""
    slots = [set(np.flatnonzero(in_slot).tolist()) for in_slot in day.session_slots.mask().T]
    left = set(free)
    while True:
        one, other = rng.choice(sorted(left), 2, replace=False).tolist()
        if all(chosen[one] & chosen[other] & slot for slot in slots):
            left -= {one, other}
            yield one, other


def _favourites(day: Problem, school: Group, chosen: list[set[int]]) -> Iterator[tuple[int, int]]:
    """Yield for each school the session that most of it chose, of those that no school before has."""
    taken: set[int] = set()
    for k in range(SCHOOLS):
        count = np.zeros(len(day.sessions), np.int64)
        for who in school.members(school.values[k]).tolist():
            count[sorted(chosen[who])] += 1
        favourite = next(s for s in np.argsort(-count, kind="stable").tolist() if s not in taken)
        taken.add(favourite)
        yield favourite, k


def _single(
    day: Problem, chosen: list[set[int]], others: list[int], named: set[int], rng: np.random.Generator
) -> Iterator[Rule]:
    """Yield rules of four kinds in turn that single people can keep."""
    people = iter(rng.permutation(others).tolist())
    needing: set[int] = set()
    slots = day.session_slots.mask()
    while True:
        one, other = next(people), next(people)
        yield Apart([day.participants[one], day.participants[other]])
        yield Forbidden([day.sessions[min(chosen[one])]], participants=[day.participants[one]])
        needing.add(needs := next(s for s in rng.permutation(len(slots)).tolist() if s not in named | needing))
        elsewhere = [s for s in range(len(slots)) if not (slots[s] & slots[needs]).any()]
        dozen = rng.choice(elsewhere, 12, replace=False).tolist()
        yield Prerequisite(day.sessions[needs], needs=[day.sessions[s] for s in dozen])
        session = next((s for s in sorted(chosen[other]) if s not in needing), None)
        if session is not None:
            named.add(session)
            yield Required([day.sessions[session]], participants=[day.participants[other]])


def _answer(case: Case, conflict: Conflict) -> list[int]:
    """Return how many people and seats cannot hold together, and the least cost."""
    assert conflict.is_irreducible
    assert conflict.is_least
    required, *sessions = conflict.members
    assert [member.kind for member in conflict.members] == ["rule", "capacity", "capacity"]
    return [len(required.participants), sum(session.amount or 0 for session in sessions), conflict.cost]


BENCHMARKS = [
    Benchmark(
        EXPLAIN,
        "why no allocation keeps all the rules",
        lambda instance: instance is LEXINGTON_INFEASIBLE,
        Case.problem,
        explain_infeasible,
        _answer,
        compiles=False,
    )
]
