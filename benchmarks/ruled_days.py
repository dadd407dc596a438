"""Whole days with rules of several participants: Lexington with colleagues, school quotas and a tag."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from pdalloc import GroupQuota, Problem, TagQuota, Together
from pdalloc.generators import lexington
from pdalloc.problem import Group, Incidence, Labels

__all__ = ["PAIRS", "SCHOOLS", "TAG", "lexington_with_rules", "with_schools_and_tag"]

SCHOOLS, PAIRS = 34, 40
TAG = "equity"
TAGGED_IN = 4
"""One in so many sessions has the tag."""
ENOUGH = 3
"""Who facilitates nothing, is in no pair and listed so many sessions with the tag has to take one."""


def with_schools_and_tag(problem: Problem, seed: int) -> Problem:
    """Return a day whose participants are of 34 schools, and of whose sessions every fourth has a tag."""
    school = np.random.default_rng(seed).integers(0, SCHOOLS, len(problem.participants)).astype(np.int32)
    group = Group("school", tuple(f"school-{number:02}" for number in range(SCHOOLS)), school)
    tagged = [[0] if number % TAGGED_IN == 0 else [] for number in range(len(problem.sessions))]
    return replace(problem, groups=(group,), tags=Labels([TAG], "tag"), session_tags=Incidence.from_lists(tagged, 1))


def lexington_with_rules(seed: int = 2016, repeats: int = 0, *, minimum: int = 0) -> Problem:
    """Make Lexington with 40 pairs together all day, a quota of each school in one session, and one tag quota."""
    problem = with_schools_and_tag(lexington(seed, repeats, minimum=minimum), seed)
    chosen = np.zeros((len(problem.participants), len(problem.sessions)), np.bool_)
    chosen[problem.choices.participant, problem.choices.session] = True
    pairs = _colleagues(problem, chosen, seed)
    asked = chosen[:, ::TAGGED_IN].sum(axis=1) >= ENOUGH
    asked[problem.facilitated[:, 0]] = False
    asked[[problem.participants.index(who) for pair in pairs for who in pair.participants]] = False
    return problem.with_rules(
        *pairs,
        *_school_quotas(problem, chosen),
        TagQuota(TAG, at_least=1, participants=[problem.participants[who] for who in np.flatnonzero(asked).tolist()]),
    )


def _colleagues(problem: Problem, chosen: np.ndarray, seed: int) -> list[Together]:
    """Return pairs of one school who facilitate nothing and have a choice in common in every slot."""
    free = np.ones(len(chosen), np.bool_)
    free[problem.facilitated[:, 0]] = False
    in_slot = problem.session_slots.mask().T
    pairs: list[Together] = []
    for people in (np.flatnonzero(free & (problem.groups[0].value == number)) for number in range(SCHOOLS)):
        for one, other in combinations(np.random.default_rng(seed).permutation(people).tolist(), 2):
            in_common = (in_slot & (chosen[one] & chosen[other])).any(axis=1)
            if len(pairs) < PAIRS and free[one] and free[other] and in_common.all():
                free[[one, other]] = False
                pairs.append(Together([problem.participants[one], problem.participants[other]]))
    return pairs


def _school_quotas(problem: Problem, chosen: np.ndarray) -> list[GroupQuota]:
    """Return for each school that at least two of it are in the session most of it chose, another for each school."""
    left = np.ones(len(problem.sessions), np.bool_)
    quotas = []
    for number, school in enumerate(problem.groups[0].values):
        votes = chosen[problem.groups[0].value == number].sum(axis=0)
        session = int(np.argmax(np.where(left, votes, -1)))
        left[session] = False
        quotas.append(GroupQuota("school", school, session=problem.sessions[session], at_least=2))
    return quotas
