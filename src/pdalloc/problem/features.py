"""Features that a problem can use and a solver must declare, so that nothing given is ever ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.problem.history import history_weights

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem

__all__ = ["Feature", "features_in_use"]


class Feature(StrEnum):
    """What a problem may ask of a solver.

    A feature is in use only where it can change the answer: a topic repeated inside one slot asks for nothing, because
    nobody takes two sessions in one slot anyway.
    """

    SLOTS = "slots"
    LONG_SESSIONS = "sessions over several slots"
    SLOTLESS_SESSIONS = "sessions without a slot beside others with slots"
    SEVERAL_PLACES = "several places a participant on a day without slots"
    LIMITS = "limits below the number of slots"
    MINIMUMS = "minimums"
    TOPICS = "topics repeated in several slots"
    CONFLICTS = "conflicts beyond slots"
    FACILITATORS = "facilitators who are participants"
    FACILITATOR_LIMITS = "facilitator limits"
    AWAY = "away times"
    FIXED = "fixed pairs"
    FORBIDDEN = "forbidden pairs"
    TIES = "ties"
    UNLISTED = "unlisted places"
    WEIGHTS = "participant weights"
    HISTORY = "history"
    PRIORITIES = "priorities"
    RULES = "rules"


def features_in_use(problem: Problem) -> Mapping[Feature, str]:
    """Return the features in use, each with an example that names an object; in the order of `Feature`."""
    found = dict(_examples(problem))
    return MappingProxyType({feature: found[feature] for feature in Feature if feature in found})


def _examples(problem: Problem) -> Iterator[tuple[Feature, str]]:
    yield from _slot_examples(problem)
    yield from _limit_examples(problem)
    yield from _coupling_examples(problem)
    yield from _participant_examples(problem)
    sessions = problem.sessions
    if (problem.minimum > 0).any():
        first = int(np.argmax(problem.minimum > 0))
        yield Feature.MINIMUMS, f"session {sessions[first]!r} has minimum {problem.minimum[first]}"
    yield from _facilitator_limit_examples(problem)
    if len(problem.priorities):
        first = int(np.argmax(np.diff(problem.priorities.indptr) > 0))
        yield Feature.PRIORITIES, f"session {sessions[first]!r} lists participants"
    if problem.unlisted == "last":
        yield Feature.UNLISTED, 'unlisted = "last"'
    if problem.rules:
        yield Feature.RULES, str(problem.rules[0])
    for feature, pairs in ((Feature.FIXED, problem.fixed), (Feature.FORBIDDEN, problem.forbidden)):
        if len(pairs):
            participant, session = pairs[0].tolist()
            yield feature, f"participant {problem.participants[participant]!r}, session {sessions[session]!r}"


def _slot_examples(problem: Problem) -> Iterator[tuple[Feature, str]]:
    count = problem.session_slots.count
    if not len(problem.slots):
        return
    yield Feature.SLOTS, f"slot {problem.slots[0]!r}"
    for feature, which in ((Feature.LONG_SESSIONS, count > 1), (Feature.SLOTLESS_SESSIONS, count == 0)):
        if which.any():
            first = int(np.argmax(which))
            yield feature, f"session {problem.sessions[first]!r} has {count[first]} slots"


def _limit_examples(problem: Problem) -> Iterator[tuple[Feature, str]]:
    limit = problem.limit
    if len(problem.slots):
        feature, which = Feature.LIMITS, (limit > 0) & (limit < problem.available.sum(axis=1))
    else:
        feature, which = Feature.SEVERAL_PLACES, limit > 1
    if which.any():
        first = int(np.argmax(which))
        yield feature, f"participant {problem.participants[first]!r} has limit {limit[first]}"


def _facilitator_limit_examples(problem: Problem) -> Iterator[tuple[Feature, str]]:
    for column, limit, most in (
        ("most_sessions", problem.most_sessions, problem.facilitator_sessions),
        ("most_participants", problem.most_participants, problem.facilitator_seats),
    ):
        if (limit < most).any():
            first = int(np.argmax(limit < most))
            who = problem.facilitators[first]
            yield Feature.FACILITATOR_LIMITS, f"facilitator {who!r} has {column} {limit[first]}, below {most[first]}"
            return


def _coupling_examples(problem: Problem) -> Iterator[tuple[Feature, str]]:
    """Pairs of sessions that slots and limits alone would let one participant take."""
    if problem.wanted.max() <= 1:
        return
    slots = problem.session_slots.bits()

    def together(first: int, second: int) -> bool:
        return not slots[first] & slots[second]

    seen: dict[int, list[int]] = {}
    for session in np.flatnonzero(problem.topic >= 0).tolist():
        others = seen.setdefault(int(problem.topic[session]), [])
        other = next((other for other in others if together(other, session)), None)
        if other is not None:
            yield (
                Feature.TOPICS,
                f"sessions {problem.sessions[other]!r} and {problem.sessions[session]!r} are both of topic "
                f"{problem.topics[int(problem.topic[session])]!r}",
            )
            break
        others.append(session)
    for first, second in problem.conflicts.tolist():
        if together(first, second):
            yield Feature.CONFLICTS, f"sessions {problem.sessions[first]!r} and {problem.sessions[second]!r}"
            break


def _participant_examples(problem: Problem) -> Iterator[tuple[Feature, str]]:
    people, by_history = problem.participants, history_weights(problem.history)
    if len(problem.facilitated):
        participant, session = problem.facilitated[0].tolist()
        yield Feature.FACILITATORS, f"participant {people[participant]!r} runs session {problem.sessions[session]!r}"
    marks = (
        (Feature.AWAY, problem.away.count > 0, "is away"),
        (Feature.WEIGHTS, problem.weight != problem.weight[0], "has another weight than the first"),
        (Feature.HISTORY, by_history != by_history[0], "has another history than the first"),
    )
    for feature, which, what in marks:
        if which.any():
            yield feature, f"participant {people[int(np.argmax(which))]!r} {what}"
    for participant, rank in _ties(problem):
        yield Feature.TIES, f"participant {people[participant]!r} at rank {rank}"


def _ties(problem: Problem) -> Iterator[tuple[int, int]]:
    """Yield participant and rank of the first choice that has the rank of another one on the same list."""
    choices = problem.choices
    whole_day = problem.ranking == "per-day" or not len(problem.slots)
    for listed in [slice(None)] if whole_day else problem.choices_by_slot():
        participant, rank = choices.participant[listed], choices.rank[listed]
        tied = np.flatnonzero(rank[1:] == rank[:-1])
        tied = tied[participant[tied] == participant[tied + 1]]
        if tied.size:
            yield int(participant[tied[0]]), int(rank[tied[0]])
            return
