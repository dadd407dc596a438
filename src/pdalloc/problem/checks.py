"""What every problem must satisfy, one function a rule; `Problem` runs them all when it is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, get_args

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array, among_pairs, rows_outside
from pdalloc.errors import Finding
from pdalloc.hints import did_you_mean
from pdalloc.problem.choices import MAX_WHOLE
from pdalloc.problem.labels import Labels
from pdalloc.problem.options import Ranking, Unlisted

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem

__all__ = ["find_faults"]


def find_faults(problem: Problem) -> Iterator[Finding]:
    """Yield every breach of the rules in this module."""
    for rule in RULES:
        yield from rule(problem)


def _not_empty(problem: Problem) -> Iterator[Finding]:
    for kind, labels in (("participant", problem.participants), ("session", problem.sessions)):
        if not len(labels):
            yield Finding(f"there is no {kind}; a problem needs at least one")


def _options(problem: Problem) -> Iterator[Finding]:
    for column, value, words in (
        ("ranking", problem.ranking, get_args(Ranking)),
        ("unlisted", problem.unlisted, get_args(Unlisted)),
    ):
        if value not in words:
            yield Finding(f"{column} is {value!r}; it is one of {', '.join(map(repr, words))}", "rules", -1, column)


def _whole_range(values: Int64Array, labels: Labels, kind: str, column: str) -> Iterator[Finding]:
    for row in rows_outside(values, 0, MAX_WHOLE):
        yield Finding(
            f"{kind} {labels[row]!r}: {column} {values[row]} is not in 0 to {MAX_WHOLE:,}; give a number of places",
            kind,
            row,
            column,
        )


def _whole_numbers(problem: Problem) -> Iterator[Finding]:
    yield from _whole_range(problem.capacity, problem.sessions, "session", "capacity")
    yield from _whole_range(problem.minimum, problem.sessions, "session", "minimum")
    yield from _whole_range(problem.limit, problem.participants, "participant", "limit")


def _facilitator_numbers(problem: Problem) -> Iterator[Finding]:
    for column, limit, default in (
        ("most_sessions", problem.most_sessions, problem.facilitator_sessions),
        ("most_participants", problem.most_participants, problem.facilitator_seats),
    ):
        wrong = ((limit < 0) | (limit > MAX_WHOLE)) & (limit != default)
        for row in np.flatnonzero(wrong).tolist():
            yield Finding(
                f"facilitator {problem.facilitators[row]!r}: {column} {limit[row]} is not in 0 to {MAX_WHOLE:,}; "
                "give a whole number, or leave it out",
                "facilitator",
                row,
                column,
            )


def _minimum_fits(problem: Problem) -> Iterator[Finding]:
    for row in np.flatnonzero((problem.minimum > problem.capacity) & (problem.capacity >= 0)).tolist():
        yield Finding(
            f"session {problem.sessions[row]!r}: minimum {problem.minimum[row]} is above capacity "
            f"{problem.capacity[row]}; lower the minimum or raise the capacity",
            "session",
            row,
            "minimum",
        )


def _finite(values: FloatArray, wrong: np.ndarray, remedy: str, column: str, problem: Problem) -> Iterator[Finding]:
    for row in np.flatnonzero(wrong).tolist():
        message = f"participant {problem.participants[row]!r}: {column} {values[row]} {remedy}"
        yield Finding(message, "participant", row, column)


def _participant_numbers(problem: Problem) -> Iterator[Finding]:
    weight = problem.weight
    wrong_weight = ~(np.isfinite(weight) & (weight > 0))
    yield from _finite(
        weight, wrong_weight, "is not a positive number; write one such as 1, or leave it out", "weight", problem
    )
    arrival, history = problem.arrival, problem.history
    yield from _finite(arrival, np.isinf(arrival), "is not finite; leave it blank if unknown", "arrival", problem)
    remedy = "is not in 0 (had nothing) to 1 (had the best they could have); leave it blank if unknown"
    yield from _finite(history, (history < 0) | (history > 1), remedy, "history", problem)


def _conflicts_are_pairs(problem: Problem) -> Iterator[Finding]:
    for row, (first, second) in enumerate(problem.conflicts.tolist()):
        if first == second:
            yield Finding(
                f"session {problem.sessions[first]!r} conflicts with itself; name two sessions", "conflict", row
            )


def _facilitators_once_a_slot(problem: Problem) -> Iterator[Finding]:
    runs: dict[tuple[int, int], int] = {}
    pairs = problem.session_facilitators
    for session, facilitator in zip(pairs.row.tolist(), pairs.column.tolist(), strict=True):
        for slot in problem.session_slots[session].tolist():
            other = runs.setdefault((facilitator, slot), session)
            if other != session:
                yield Finding(
                    f"facilitator {problem.facilitators[facilitator]!r} runs sessions {problem.sessions[other]!r} "
                    f"and {problem.sessions[session]!r}, both in slot {problem.slots[slot]!r}; "
                    "move one of them or name another facilitator",
                    "session",
                    session,
                    "facilitators",
                )


def _facilitators_can_run(problem: Problem) -> Iterator[Finding]:
    """Yield facilitators whose limits are below what the sessions ask that cannot be cancelled."""
    runs = ~problem.may_be_cancelled
    fixed = np.bincount(problem.fixed[:, 1], minlength=len(problem.sessions))
    sessions = problem.session_facilitators.totals(runs.astype(np.int64))
    people = problem.session_facilitators.totals(np.where(runs, np.maximum(problem.minimum, fixed), 0))
    remedy = "raise it, or release must_run or fixed pairs"
    limit = problem.most_sessions
    for row in np.flatnonzero((limit >= 0) & (limit < sessions)).tolist():
        yield Finding(
            f"facilitator {problem.facilitators[row]!r}: {sessions[row]} of their sessions cannot be cancelled, above "
            f"most_sessions {limit[row]}; {remedy}",
            "facilitator",
            row,
            "most_sessions",
        )
    limit = problem.most_participants
    # with all seats the limit is none, and what goes beyond is a matter of the session
    for row in np.flatnonzero((limit >= 0) & (limit < people) & (limit < problem.facilitator_seats)).tolist():
        yield Finding(
            f"facilitator {problem.facilitators[row]!r}: their sessions that cannot be cancelled have at least "
            f"{people[row]} participants, by minimums and fixed pairs, above most_participants {limit[row]}; {remedy}",
            "facilitator",
            row,
            "most_participants",
        )


def _facilitators_present(problem: Problem) -> Iterator[Finding]:
    ever_away = problem.away.count[problem.facilitated[:, 0]] > 0
    for participant, session in problem.facilitated[ever_away].tolist():
        for slot in np.intersect1d(problem.away[participant], problem.session_slots[session]).tolist():
            yield Finding(
                f"participant {problem.participants[participant]!r} is away in slot {problem.slots[slot]!r} but "
                f"facilitates session {problem.sessions[session]!r} then; correct one of the two",
                "participant",
                participant,
                "away",
            )


def _fixed_have_seats(problem: Problem) -> Iterator[Finding]:
    count = np.bincount(problem.fixed[:, 1], minlength=len(problem.sessions))
    for session in np.flatnonzero((count > problem.capacity) & (count > 0)).tolist():
        yield Finding(
            f"session {problem.sessions[session]!r}: {count[session]} participants are fixed in it, above its "
            f"capacity of {problem.capacity[session]}; add seats or release some of them",
            "session",
            session,
            "capacity",
        )


def _fixed_can_attend(problem: Problem) -> Iterator[Finding]:
    people, sessions = problem.fixed[:, 0], problem.fixed[:, 1]
    barred = np.concatenate([problem.forbidden, problem.facilitated])
    suspicious = among_pairs(people, sessions, barred, len(problem.sessions))
    suspicious |= (problem.session_slots.mask()[sessions] & ~problem.available[people]).any(axis=1)
    for row in np.flatnonzero(suspicious).tolist():
        participant, session = problem.fixed[row].tolist()
        if reason := _bar(problem, participant, session):
            yield Finding(
                f"participant {problem.participants[participant]!r} is fixed in session {problem.sessions[session]!r} "
                f"but {reason}; release the pair",
                "fixed",
                row,
            )


def _bar(problem: Problem, participant: int, session: int) -> str:
    """Say what keeps a participant from a session, "" if nothing does."""
    if [participant, session] in problem.forbidden.tolist():
        return "is forbidden to take it"
    if [participant, session] in problem.facilitated.tolist():
        return "runs it"
    slots = problem.session_slots[session]
    if np.intersect1d(problem.away[participant], slots).size:
        return "is away then"
    return "" if problem.available[participant, slots].all() else "facilitates another session then"


def _fixed_fit_together(problem: Problem) -> Iterator[Finding]:
    suspicious = _crowded(problem)
    schedule: dict[int, list[int]] = defaultdict(list)
    for participant, session in problem.fixed[suspicious[problem.fixed[:, 0]]].tolist():
        schedule[participant].append(session)
    for participant, sessions in schedule.items():
        who = f"participant {problem.participants[participant]!r}"
        for first, second in combinations(sessions, 2):
            if reason := _clash(problem, first, second):
                yield Finding(
                    f"{who} is fixed in sessions {problem.sessions[first]!r} and {problem.sessions[second]!r}, "
                    f"{reason}; release one of them",
                    "fixed",
                )
        places = int(problem.session_size[sessions].sum())
        if places > problem.wanted[participant]:
            yield Finding(
                f"{who} is fixed in {places} places but wants {problem.wanted[participant]} (their limit, or the "
                "slots in which they are free); raise the limit or release a pair",
                "fixed",
            )


def _crowded(problem: Problem) -> BoolArray:
    """Return whose fixed pairs may not fit together: bool array, shape (participants,)."""
    people, sessions = problem.fixed[:, 0], problem.fixed[:, 1]
    in_slot = np.zeros((len(problem.participants), len(problem.slots)), np.int64)
    np.add.at(in_slot, people, problem.session_slots.mask()[sessions].astype(np.int64))
    places = np.bincount(people, problem.session_size[sessions], minlength=len(in_slot))
    # topics and conflicts are rare, and looked at wherever there is one
    special = problem.topic >= 0
    special[problem.conflicts.ravel()] = True
    several = np.bincount(people, special[sessions], minlength=len(in_slot)) > 1
    crowded: BoolArray = (in_slot > 1).any(axis=1) | (places > problem.wanted) | several
    return crowded


def _clash(problem: Problem, first: int, second: int) -> str:
    if np.intersect1d(problem.session_slots[first], problem.session_slots[second]).size:
        return "which share a slot"
    if problem.topic[first] == problem.topic[second] >= 0:
        return f"both of topic {problem.topics[int(problem.topic[first])]!r}"
    if (problem.conflicts == sorted((first, second))).all(axis=1).any():
        return "which conflict"
    return ""


def _groups_have_names(problem: Problem) -> Iterator[Finding]:
    taken = {"participant", "name", "away", "limit", "weight", "arrival", "history"}
    for group in problem.groups:
        if not group.name.strip() or group.name != group.name.strip() or group.name.casefold() in taken:
            yield Finding(
                f"group {group.name!r} needs another name: not blank, no blank at its ends, not the name of another "
                "column of the participants, and no two alike"
            )
        taken.add(group.name.casefold())


def _rules_name_what_there_is(problem: Problem) -> Iterator[Finding]:
    known: dict[str, Collection[str]] = {
        "participant": problem.participants,
        "session": problem.sessions,
        "topic": problem.topics,
        "tag": problem.tags,
        "group": [group.name for group in problem.groups],
        **{f"{group.name} of participants": group.values for group in problem.groups},
    }
    for row, rule in enumerate(problem.rules):
        for field, kind, label in rule.named():
            # where a group is unknown, its values are as well
            if kind in known and label not in known[kind]:
                remedy = did_you_mean(label, known[kind]) or f"there are {len(known[kind]):,}; correct it"
                yield Finding(f"rule {rule.name!r}: unknown {kind} {label!r}; {remedy}", "rule", row, field)


RULES: tuple[Callable[[Problem], Iterator[Finding]], ...] = (
    _not_empty,
    _options,
    _whole_numbers,
    _facilitator_numbers,
    _minimum_fits,
    _participant_numbers,
    _conflicts_are_pairs,
    _facilitators_once_a_slot,
    _facilitators_can_run,
    _facilitators_present,
    _fixed_have_seats,
    _fixed_can_attend,
    _fixed_fit_together,
    _groups_have_names,
    _rules_name_what_there_is,
)
