"""Hypothesis strategies for whole problems, small enough for the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from pdalloc import (
    Allocation,
    Apart,
    Forbidden,
    GroupQuota,
    Model,
    Prerequisite,
    Problem,
    Required,
    TagQuota,
    Together,
)
from pdalloc.errors import ProblemError
from pdalloc.problem.rules import Rule
from tests import oracle

NAMES = st.sampled_from(["", "Renée Müller", "=1+1", 'a "quoted", name', "two\nlines", "日本"])


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    coupled: bool = True,
    single: bool = False,
    minimums: bool = False,
    facilitator_limits: bool = False,
    rated: bool | None = None,
    weights: bool = False,
    rules: int = 0,
    soft: bool = False,
    most_participants: int = 4,
    most_sessions: int = 4,
) -> Problem:
    """A problem that may use every feature the arguments allow.

    `coupled` allows what ties slots together: long and slotless sessions, topics, conflicts, limits; `single` leaves of
    these only topics and conflicts, and several of them. `minimums` also marks sessions that must run, and
    `facilitator_limits` lets two people run several sessions each. There are up to `rules` rules; `soft` lets some of
    them be so.
    """
    topics = [None, "topic", "other"] if single else [None, None, "topic"]
    loose = coupled and not single
    slots = [f"slot {number}" for number in range(draw(st.integers(0, 3 if coupled else 2)))]
    people = [f"p{number}" for number in range(draw(st.integers(1, most_participants)))]
    sessions = [f"s{number}" for number in range(draw(st.integers(1, most_sessions)))]
    model = Model(
        ranking=draw(st.sampled_from(["per-day", "per-slot"])), unlisted=draw(st.sampled_from(["forbidden", "last"]))
    )
    for slot in slots:
        model.add_slot(slot)
    if facilitator_limits:
        few = st.sampled_from(["guest", people[0]])
        facilitators = draw(st.lists(few, min_size=len(sessions), max_size=len(sessions)))
    else:
        facilitators = draw(st.lists(st.sampled_from([*people, "guest"]), max_size=len(sessions), unique=True))
    running = set()
    for number, session in enumerate(sessions):
        capacity = draw(st.integers(0, 3))
        runs_it = facilitators[number : number + 1] if draw(st.booleans()) else []
        running.update(runs_it)
        model.add_session(
            session,
            capacity=capacity,
            minimum=draw(st.integers(0, capacity)) if minimums else 0,
            must_run=minimums and draw(st.sampled_from([False, False, True])),
            slots=draw(_session_slots(slots, loose)),
            topic=draw(st.sampled_from(topics)) if coupled else None,
            facilitators=runs_it,
            tags=draw(st.lists(st.sampled_from(["equity", "reading"]), unique=True)),
            title=draw(NAMES),
            room=draw(NAMES),
        )
    if facilitator_limits:
        for facilitator in sorted(running):
            model.add_facilitator(
                facilitator,
                most_sessions=draw(st.sampled_from([None, 0, 1, 1, 2])),
                most_participants=draw(st.sampled_from([None, None, 0, 1, 2, 3])),
            )
    is_rated = draw(st.booleans()) if rated is None else rated
    for person in people:
        model.add_participant(person, **draw(_participant(slots, coupled=loose, weights=weights)))
        for session in draw(st.lists(st.sampled_from(sessions), unique=True)):
            rating = draw(st.integers(-2, 5)) / 4 if is_rated else None
            model.add_choice(person, session, draw(st.integers(1, 4)), rating)
        for session in draw(st.lists(st.sampled_from(sessions), unique=True, max_size=2)):
            model.add_priority(session, person, draw(st.integers(0, 2)))
    if coupled and len(sessions) > 1 and draw(st.booleans()):
        model.add_conflict(sessions[0], sessions[1])
    if single:
        for first, second in draw(
            st.lists(st.tuples(st.sampled_from(sessions), st.sampled_from(sessions)), max_size=4)
        ):
            if first != second:
                model.add_conflict(first, second)
    pairs = st.tuples(st.sampled_from(people), st.sampled_from(sessions))
    for pair in draw(st.lists(pairs, max_size=1)):
        model.fix(*pair)
    for pair in draw(st.lists(pairs, max_size=2)):
        model.forbid(*pair)
    try:
        problem = model.build()
    except ProblemError:
        assume(False)
        raise
    for _ in range(draw(st.integers(0, rules))):
        problem = problem.with_rules(draw(rules_of(problem, soft=soft)))
    return problem


@st.composite
def rules_of(draw: st.DrawFn, problem: Problem, *, soft: bool = False) -> Rule:
    """A rule of any kind that names what there is in a problem."""

    def some(labels: Sequence[str], least: int = 1, most: int = 3) -> list[str]:
        return draw(st.lists(st.sampled_from(list(labels)), min_size=least, max_size=most, unique=True))

    def one_of(**labels: Sequence[str]) -> dict[str, Any]:
        """One of some fields, where there is anything to name."""
        field = draw(st.sampled_from([name for name, there in labels.items() if len(there)]))
        return {field: draw(st.sampled_from(list(labels[field])))} if field != "anywhere" else {}

    values: tuple[str, ...] = problem.groups[0].values if problem.groups else ()
    kinds: list[type[Rule]] = [Required, Forbidden]
    kinds += [Together, Apart] if len(problem.participants) > 1 else []
    kinds += [Prerequisite] if len(problem.sessions) > 1 else []
    kinds += [GroupQuota] if values else []
    kinds += [TagQuota] if len(problem.tags) else []
    kind = draw(st.sampled_from(kinds))
    told: dict[str, Any] = {"penalty": draw(st.sampled_from([None, 1, 1, 3])) if soft else None}
    if kind in (Together, Apart):
        told |= {"participants": some(problem.participants, 2)}
        told |= one_of(session=problem.sessions, topic=problem.topics, anywhere=["day"])
    elif kind is Prerequisite:
        session, *needs = some(problem.sessions, 2)
        told |= {"session": session, "needs": needs}
    elif kind is GroupQuota:
        told |= {"group": "school", "value": draw(st.sampled_from([None, *values]))}
        told |= one_of(session=problem.sessions, tag=problem.tags)
    elif kind is TagQuota:
        told |= {"tag": draw(st.sampled_from(list(problem.tags)))}
    else:
        told |= {"sessions": some(problem.sessions)}
    if kind in (TagQuota, Required, Forbidden):
        if values and draw(st.sampled_from([False, True])):
            told |= {"group": "school", "value": values[0]}
        else:
            told |= {"participants": some(problem.participants)}
    if kind in (GroupQuota, TagQuota):
        told |= draw(st.sampled_from([{"at_least": 1}, {"at_most": 1}, {"at_least": 1, "at_most": 2}, {"at_most": 0}]))
    return kind(**told)


def _session_slots(slots: list[str], coupled: bool) -> st.SearchStrategy[list[str]]:
    if not slots:
        return st.just([])
    if coupled:
        return st.lists(st.sampled_from(slots), unique=True, max_size=2)
    return st.sampled_from(slots).map(lambda slot: [slot])


@st.composite
def _participant(draw: st.DrawFn, slots: list[str], *, coupled: bool, weights: bool) -> dict[str, Any]:
    """Keyword arguments of `Model.add_participant`."""
    limit = draw(st.sampled_from([None, None, 0, 1, 2])) if coupled or not slots else draw(st.sampled_from([None, 0]))
    return {
        "name": draw(NAMES),
        "away": draw(st.lists(st.sampled_from(slots), unique=True, max_size=1)) if slots else [],
        "limit": limit,
        "weight": float(draw(st.integers(1, 3))) if weights else 1.0,
        "history": draw(st.sampled_from([None, None, 0.0, 0.05, 0.25, 0.7, 1.0])) if weights else None,
        "arrival": draw(st.sampled_from([None, 0.0, 1.5, 1e9 + 0.25])),
        "groups": {"school": draw(st.sampled_from(["", "Hill", "École"]))},
    }


@st.composite
def allocations(draw: st.DrawFn, problem: Problem) -> Allocation:
    """An allocation that keeps every rule, good or bad."""
    every = [runs for runs in product((True, False), repeat=len(problem.sessions)) if oracle.may_run(problem, runs)]
    assume(every)
    runs = draw(st.sampled_from(every))
    chosen: list[oracle.Schedule] = []
    for participant in range(len(problem.participants)):
        there = [sum(session in schedule for schedule in chosen) for session in range(len(problem.sessions))]
        days = [
            day
            for day in oracle.schedules(problem, participant, runs)
            if all(there[session] < problem.capacity[session] for session in day)
        ]
        assume(days)
        chosen.append(draw(st.sampled_from(days)))
    assume(oracle.keeps_rules(problem, chosen, runs))
    pairs = np.array([(p, s) for p, schedule in enumerate(chosen) for s in schedule], np.int32).reshape(-1, 2)
    return Allocation.from_pairs(problem, pairs[:, 0], pairs[:, 1], np.array(runs))
