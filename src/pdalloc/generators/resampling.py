"""Days drawn from a real one, to see what of a result is due to who happened to be there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array, IntegerArray, frozen_copy
from pdalloc.errors import OptionError
from pdalloc.generators.inputs import MAX_COUNT, Seed, require_whole, stream
from pdalloc.problem import Choices, Group, Incidence, Labels, Priorities, Problem
from pdalloc.problem.rules import Rule

__all__ = ["resample"]


def resample(
    problem: Problem, participants: int | None = None, *, keep_capacities: bool = False, seed: Seed
) -> Problem:
    """Draw the participants of a problem anew, with replacement: the bootstrap (Efron 1979).

    Who is drawn comes with all that is theirs: choices, groups, away, limit, weight, arrival, history, forbidden pairs,
    and the priority that sessions give them. Copies of one participant are tied in every priority order.

    - Kept, each once, are those whom something names: facilitators, and the participants of fixed pairs and of rules. A
      copy of them would mean nothing: a session has one such facilitator, a team one such member. The others are drawn
      from the others.
    - Participants stay in table order, copies behind each other. The first has the id, the next ones ``id~2``,
      ``id~3`` and so on (with more tildes if an id of the problem has one).
    - Capacities are scaled to the new number of participants: their total is rounded to the nearest number, and seats
      are shared out by largest remainders (ties to the first in table order); then a session that had a seat has at
      least one, and as many as are fixed in it. Minimums are scaled and rounded down, but not to 0, and
      `most_participants` are rounded up. For the same number of participants nothing changes.
    - Rules stay as they are, and their numbers are not scaled. What nobody has any more of a group, such as a school
      from which nobody was drawn, is left out with the rules that name it.

    Parameters
    ----------
    problem : Problem
    participants : int, optional
        How many there are in the result, at least those who are kept; by default as many as in the problem.
    keep_capacities : bool
        Whether capacities, minimums and `most_participants` are left as they are, for any number of participants.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same problem.

    Raises
    ------
    OptionError
        If a parameter is out of its range.
    ProblemError
        If the participants of fixed pairs and the scaled limits of facilitators do not fit together.

    Notes
    -----
    Time and memory grow with the size of the result. Demands on a group, such as at least two from each school, may be
    more than those who are drawn can meet; `explain_infeasible` says so.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t1": ["x"], "t2": ["y", "x"], "t3": ["y"]}, capacity={"x": 1, "y": 2})
    >>> again = resample(problem, 6, seed=1)
    >>> list(again.participants), again.capacity.tolist()
    (['t1', 't1~2', 't2', 't2~2', 't3', 't3~2'], [2, 4])
    """
    kept = _kept(problem)
    count = require_whole(
        "resample", "participants", len(problem.participants) if participants is None else participants, 1, MAX_COUNT
    )
    others = np.setdiff1d(np.arange(len(problem.participants)), kept)
    if count < len(kept) or (count > len(kept) and not len(others)):
        raise OptionError(
            f"resample: participants is {count}, but {len(kept)} of {len(problem.participants)} are kept, whom "
            f"facilitators, fixed pairs or rules name; give {len(kept)}{' or more' if len(others) else ''}"
        )
    rng = stream("resample", seed)
    drawn = rng.choice(others, count - len(kept)) if count > len(kept) else others[:0]
    people = _people(problem, np.sort(np.concatenate([kept, drawn])))
    return people if keep_capacities else _scaled(people, len(problem.participants))


def _kept(problem: Problem) -> Int64Array:
    """Numbers of the participants of whom there can be no copy, ascending."""
    named = {
        problem.participants.index(label)
        for rule in problem.rules
        for _, kind, label in rule.named()
        if kind == "participant"
    }
    return np.unique([*problem.facilitated[:, 0].tolist(), *problem.fixed[:, 0].tolist(), *named]).astype(np.int64)


def _people(problem: Problem, origin: Int64Array) -> Problem:
    """Return the problem with participants who are copies of those of some numbers, ascending."""
    first = np.searchsorted(origin, np.arange(len(problem.participants)))
    copies = np.bincount(origin, minlength=len(problem.participants))

    def copied(participant: IntegerArray) -> tuple[Int64Array, Int64Array]:
        """For entries of some participants, return entry and participant of each copy."""
        many = copies[participant]
        entry = np.repeat(np.arange(len(participant)), many)
        place = np.arange(len(entry)) - np.repeat(np.cumsum(many) - many, many)
        return entry, first[participant][entry] + place

    choices, priorities = problem.choices, problem.priorities
    choice, chooser = copied(choices.participant)
    entry, listed = copied(priorities.participant)
    pair, forbidden = copied(problem.forbidden[:, 0])
    of_session = np.repeat(np.arange(len(problem.sessions)), np.diff(priorities.indptr))
    names = tuple(problem.name[who] for who in origin.tolist()) if problem.name else ()
    groups = tuple(group for group in (_group(group, origin) for group in problem.groups) if group.values)
    return replace(
        problem,
        participants=_copied_labels(problem, origin, first),
        choices=Choices.from_columns(
            chooser,
            choices.session[choice],
            choices.rank[choice],
            None if choices.rating is None else choices.rating[choice],
            len(origin),
        ),
        away=Incidence.from_lists([problem.away[who].tolist() for who in origin.tolist()], len(problem.slots)),
        limit=problem.limit[origin],
        weight=problem.weight[origin],
        arrival=problem.arrival[origin],
        history=problem.history[origin],
        groups=groups,
        fixed=np.stack([first[problem.fixed[:, 0]], problem.fixed[:, 1]], axis=1),
        forbidden=_sorted_pairs(forbidden, problem.forbidden[pair, 1]),
        priorities=Priorities.from_columns(of_session[entry], listed, priorities.level[entry], len(problem.sessions)),
        rules=tuple(rule for rule in problem.rules if _has_somebody(rule, groups)),
        name=names if any(names) else (),
    )


def _copied_labels(problem: Problem, origin: Int64Array, first: Int64Array) -> Labels:
    joint = "~"
    while any(joint in label for labels in (problem.participants, problem.facilitators) for label in labels):
        joint += "~"
    copy = np.arange(len(origin)) - first[origin]
    return Labels(
        (
            problem.participants[who] + (f"{joint}{number + 1}" if number else "")
            for who, number in zip(origin.tolist(), copy.tolist(), strict=True)
        ),
        "participant",
    )


def _group(group: Group, origin: Int64Array) -> Group:
    """Return the column of the copies; values are numbered in order of appearance, as in one that is read."""
    value = group.value[origin]
    there = [number for number in dict.fromkeys(value.tolist()) if number >= 0]
    renumbered = np.full(len(group.values) + 1, -1)  # the last one is for -1, who is unknown
    renumbered[there] = np.arange(len(there))
    return Group(group.name, tuple(group.values[number] for number in there), frozen_copy(renumbered[value], np.int32))


def _has_somebody(rule: Rule, groups: Iterable[Group]) -> bool:
    there = {("group", group.name) for group in groups}
    there |= {(f"{group.name} of participants", value) for group in groups for value in group.values}
    return all(
        (kind, label) in there
        for _, kind, label in rule.named()
        if kind == "group" or kind.endswith(" of participants")
    )


def _sorted_pairs(participant: Int64Array, session: IntegerArray) -> Int32Array:
    order = np.lexsort((session, participant))
    return np.stack([participant[order], session[order]], axis=1).astype(np.int32)


def _scaled(problem: Problem, before: int) -> Problem:
    """Scale what is meant for so many participants to those there are."""
    now = len(problem.participants)
    seats = problem.capacity * now // before
    remainder = problem.capacity * now % before
    total = (2 * int(problem.capacity.sum()) * now + before) // (2 * before)
    seats[np.argsort(-remainder, kind="stable")[: total - int(seats.sum())]] += 1
    fixed = np.bincount(problem.fixed[:, 1], minlength=len(seats))
    seats = np.maximum(seats, np.maximum(fixed, np.minimum(problem.capacity, 1)))
    people = -(-problem.most_participants * now // before)
    unlimited = problem.most_participants == problem.facilitator_seats
    return replace(
        problem,
        capacity=seats,
        minimum=np.maximum(problem.minimum * now // before, np.minimum(problem.minimum, 1)),
        most_participants=np.where(unlimited, problem.session_facilitators.totals(seats), people),
    )
