"""Problems with one thing changed, all else as it was; numbers of participants and sessions stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pdalloc.arrays import FloatArray, Int32Array, Int64Array, IntegerArray
from pdalloc.errors import OptionError, ProblemError
from pdalloc.problem import Choices, Incidence, Labels, Priorities, Problem
from pdalloc.problem.rules import GroupQuota, Rule

__all__ = ["changed", "with_longest_list", "with_section"]


def changed(problem: Problem, what: str, **fields: Any) -> Problem:
    """Return a problem with other fields; facilitators who could run all their sessions, and fill them, still can.

    Parameters
    ----------
    problem : Problem
    what : str
        The change in words, for errors.
    **fields
        Of the problem. Facilitators may be added after those there are.

    Raises
    ------
    OptionError
        If the changed problem breaks a rule.
    """
    pairs: Incidence = fields.get("session_facilitators", problem.session_facilitators)
    seats: Int64Array = fields.get("capacity", problem.capacity)
    most_sessions = _unless_limited(problem.most_sessions, problem.facilitator_sessions, pairs, np.ones_like(seats))
    most_participants = _unless_limited(problem.most_participants, problem.facilitator_seats, pairs, seats)
    try:
        return replace(problem, most_sessions=most_sessions, most_participants=most_participants, **fields)
    except ProblemError as error:
        raise OptionError(f"{what} would break a rule: {error}") from None


def _unless_limited(limit: Int64Array, before: Int64Array, pairs: Incidence, amount: Int64Array) -> Int64Array:
    """Return the limits that there were, and where there was none what the facilitator's sessions come to."""
    total: Int64Array = pairs.totals(amount)
    total[: len(limit)] = np.where(limit != before, limit, total[: len(limit)])
    return total


def with_section(
    problem: Problem, session: int, slots: Sequence[int], facilitators: Sequence[str], what: str
) -> Problem:
    """Return a problem with a repeat of a session as its last one; see `pdalloc.ExtraSection`."""
    label, last = _free_label(problem.sessions, problem.sessions[session]), len(problem.sessions)
    people = list(problem.facilitators)
    people += [name for name in dict.fromkeys(facilitators) if problem.facilitators.get(name) is None]
    labels = Labels(people, "facilitator")
    topics, topic = problem.topics, np.append(problem.topic, problem.topic[session])
    if topic[session] < 0:
        topic[[session, last]] = len(topics)
        topics = Labels([*topics, _free_label(topics, problem.sessions[session])], "topic")
    return changed(
        problem,
        what,
        sessions=Labels([*problem.sessions, label], "session"),
        choices=_choices_of_both(problem, session, last),
        capacity=np.append(problem.capacity, problem.capacity[session]),
        minimum=np.append(problem.minimum, problem.minimum[session]),
        must_run=np.append(problem.must_run, False),
        session_slots=_with_row(problem.session_slots, slots),
        topics=topics,
        topic=topic,
        conflicts=_with_pairs(problem.conflicts, session, last),
        facilitators=labels,
        session_facilitators=_with_row(
            problem.session_facilitators, [labels.index(name) for name in facilitators], len(labels)
        ),
        session_tags=_with_row(problem.session_tags, problem.session_tags[session].tolist()),
        forbidden=_with_pairs(problem.forbidden, session, last, column=1),
        priorities=_priorities_of_both(problem.priorities, session, last),
        title=(*problem.title, problem.title[session]) if problem.title else (),
        room=(*problem.room, "") if problem.room else (),
        rules=tuple(_rules_of_both(problem.rules, problem.sessions[session], label)),
    )


def _rules_of_both(rules: Sequence[Rule], session: str, section: str) -> Iterator[Rule]:
    """Yield the rules, about the section where they are about the session: a list names both, or there is one of each.

    A quota of a session asks for at least so many in the session alone, and for at most so many in each of the two.
    """
    for rule in rules:
        lists: dict[str, Any] = {
            name: (*named, section)
            for name in ("sessions", "needs")
            if session in (named := getattr(rule, name, None) or ())
        }
        rule = replace(rule, **lists)
        yield rule
        if getattr(rule, "session", None) == session:
            other: dict[str, Any] = {"session": section}
            if isinstance(rule, GroupQuota):
                if rule.at_most is None:
                    continue
                other["at_least"] = None
            yield replace(rule, **other)


def with_longest_list(problem: Problem, longest: int) -> Problem:
    """Return a problem whose empty and unlisted places cost as on lists of that length.

    A session without seats is added, which the first participant gave that rank; it changes nothing else.

    Parameters
    ----------
    problem : Problem
    longest : int
        At least `Problem.longest_list`.
    """
    if problem.longest_list == longest:
        return problem
    last, choices = len(problem.sessions), problem.choices
    label = _free_label(problem.sessions, "none")
    return replace(
        problem,
        sessions=Labels([*problem.sessions, label], "session"),
        choices=_with_choices(choices, np.array([0]), last, np.array([longest]), np.zeros(1)),
        capacity=np.append(problem.capacity, 0),
        minimum=np.append(problem.minimum, 0),
        must_run=np.append(problem.must_run, False),
        session_slots=_with_row(problem.session_slots, [0][: len(problem.slots)]),
        topic=np.append(problem.topic, -1),
        session_facilitators=_with_row(problem.session_facilitators, ()),
        session_tags=_with_row(problem.session_tags, ()),
        priorities=_priorities_of_both(problem.priorities, None, last),
        title=(*problem.title, "") if problem.title else (),
        room=(*problem.room, "") if problem.room else (),
    )


def _free_label(labels: Labels, label: str) -> str:
    """Return the first of "x", "x (2)", "x (3)", ... that is not taken."""
    free, number = label, 1
    while labels.get(free) is not None:
        number += 1
        free = f"{label} ({number})"
    return free


def _with_row(incidence: Incidence, row: Sequence[int], columns: int | None = None) -> Incidence:
    rows = [incidence[number].tolist() for number in range(incidence.rows)]
    return Incidence.from_lists([*rows, row], incidence.columns if columns is None else columns)


def _with_choices(
    choices: Choices, participant: IntegerArray, session: int, rank: IntegerArray, rating: FloatArray
) -> Choices:
    """Return the choices, and those of some participants for one more session."""
    return Choices.from_columns(
        np.concatenate([choices.participant, participant]),
        np.concatenate([choices.session, np.full(len(participant), session)]),
        np.concatenate([choices.rank, rank]),
        None if choices.rating is None else np.concatenate([choices.rating, rating]),
        len(choices.indptr) - 1,
    )


def _choices_of_both(problem: Problem, session: int, repeat: int) -> Choices:
    choices = problem.choices
    of_it = np.flatnonzero(choices.session == session)
    rating = np.zeros(len(of_it)) if choices.rating is None else choices.rating[of_it]
    return _with_choices(choices, choices.participant[of_it], repeat, choices.rank[of_it], rating)


def _with_pairs(pairs: Int32Array, session: int, repeat: int, column: int | None = None) -> Int32Array:
    """Return sorted pairs, those with a session also with its repeat."""
    found = pairs == session
    if column is not None:
        found[:, 1 - column] = False
    copies = np.where(found, repeat, pairs)[found.any(axis=1)]
    together: Int32Array = np.unique(
        np.concatenate([pairs, np.sort(copies, axis=1) if column is None else copies]), axis=0
    ).astype(np.int32)
    return together


def _priorities_of_both(priorities: Priorities, session: int | None, repeat: int) -> Priorities:
    """Return the priorities of one session more: those of a session, or none."""
    of = np.repeat(np.arange(len(priorities.indptr) - 1), np.diff(priorities.indptr))
    copied = np.flatnonzero(of == session) if session is not None else np.zeros(0, np.int64)
    return Priorities.from_columns(
        np.concatenate([of, np.full(len(copied), repeat)]),
        np.concatenate([priorities.participant, priorities.participant[copied]]),
        np.concatenate([priorities.level, priorities.level[copied]]),
        repeat + 1,
    )
