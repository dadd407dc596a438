"""Days with some of their members given up wholly, and what it costs to give up as much as a schedule breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from pdalloc import ConflictMember, Problem, Required
from pdalloc.problem import Incidence, Labels
from tests import oracle


def has_reason(problem: Problem, session: int) -> bool:
    """Whether a session could be cancelled, were it not marked and nobody fixed in it."""
    return bool(problem.minimum[session] > 0) or any(
        len(oracle.sessions_run_by(problem, facilitator)) > problem.most_sessions[facilitator]
        for facilitator in problem.session_facilitators[session].tolist()
    )


def only(problem: Problem, members: Sequence[ConflictMember]) -> Problem:
    """The day with everything given up but the members, and what always holds."""

    def keeps(kind: str, **ids: object) -> bool:
        return any(
            member.kind == kind and all(getattr(member, name) == value for name, value in ids.items())
            for member in members
        )

    people, sessions = problem.participants, problem.sessions
    everybody, number = range(len(people)), range(len(sessions))
    rules = [
        rule if rule.penalty or keeps("rule", rule=row) else replace(rule, penalty=1)
        for row, rule in enumerate(problem.rules)
    ]
    fixed, forbidden = problem.fixed.tolist(), problem.forbidden.tolist()
    kept = [pair for pair in fixed if keeps("fixed", participants=(people[pair[0]],), sessions=(sessions[pair[1]],))]
    rules += [Required([sessions[s]], participants=[people[p]], penalty=1) for p, s in fixed if [p, s] not in kept]
    barred = [
        pair for pair in forbidden if keeps("forbidden", participants=(people[pair[0]],), sessions=(sessions[pair[1]],))
    ]
    capacity, minimum, must_run = problem.capacity.copy(), problem.minimum.copy(), problem.must_run.copy()
    most_sessions = problem.most_sessions.copy()
    for s in number:
        only_here = {"sessions": (sessions[s],)}
        if not keeps("capacity", **only_here):
            capacity[s] = max(capacity[s], len(people))
        must_run[s] &= keeps("must-run", **only_here) or not has_reason(problem, s)
        runs = must_run[s] or s in [pair[1] for pair in kept] or not has_reason(problem, s)
        if not keeps("minimum", **only_here):
            minimum[s] = 0 if runs else 1
        if not runs and minimum[s] == 0:
            # cancelled as ever if nobody comes, also where its facilitator has room for it
            minimum[s] = 1
        if minimum[s] > capacity[s]:
            capacity[s] = 1
            barred += [[p, s] for p in everybody]
    for f, label in enumerate(problem.facilitators):
        if not keeps("most-sessions", facilitator=label):
            most_sessions[f] = len(sessions)
    seats = problem.session_facilitators.totals(capacity)
    most_participants = [
        most if most < before and keeps("most-participants", facilitator=label) else after
        for label, most, before, after in zip(
            problem.facilitators, problem.most_participants.tolist(), problem.facilitator_seats.tolist(),
            seats.tolist(), strict=True,
        )
    ]  # fmt: skip
    away = [
        [
            slot
            for slot in problem.away[p].tolist()
            if keeps("away", participants=(people[p],), slot=problem.slots[slot])
        ]
        for p in everybody
    ]
    limit = [
        int(problem.limit[p]) if keeps("limit", participants=(people[p],)) else 9 + len(problem.slots)
        for p in everybody
    ]
    facilitators = [
        label if label not in people or keeps("facilitates", participants=(label,)) else f"instead of {label}"
        for label in problem.facilitators
    ]
    return replace(
        problem,
        rules=tuple(rules),
        fixed=np.array(kept, np.int32).reshape(-1, 2),
        forbidden=np.array(barred, np.int32).reshape(-1, 2),
        capacity=capacity,
        minimum=minimum,
        must_run=must_run,
        most_sessions=most_sessions,
        most_participants=np.array(most_participants, np.int64),
        away=Incidence.from_lists(away, len(problem.slots)),
        limit=np.array(limit, np.int64),
        facilitators=Labels(facilitators, "facilitator"),
        unlisted="forbidden" if problem.unlisted == "forbidden" and keeps("unlisted") else "last",
    )


def is_feasible(problem: Problem) -> bool:
    return any(True for _ in oracle.outcomes(problem))


def least_cost(problem: Problem, costs: Mapping[str, int]) -> int:
    """The least cost of giving up, over everything that anybody could be given."""
    sessions = range(len(problem.sessions))
    days = [tuple(s for s in sessions if here[s]) for here in product((0, 1), repeat=len(sessions))]
    found = []
    for runs in product((True, False), repeat=len(problem.sessions)):
        if not all(runs[s] or has_reason(problem, s) for s in range(len(problem.sessions))):
            continue
        options = [
            [(day, cost) for day in days if (cost := own_cost(problem, who, day, runs, costs)) is not None]
            for who in range(len(problem.participants))
        ]
        for chosen in product(*options):
            own = sum(cost for _, cost in chosen)
            found.append(own + day_cost(problem, [day for day, _ in chosen], runs, costs))
    return min(found)


def own_cost(
    problem: Problem, who: int, day: tuple[int, ...], runs: Sequence[bool], costs: Mapping[str, int]
) -> int | None:
    """What one participant's sessions cost; None if they could not be had at any cost."""
    slots = [slot for s in day for slot in oracle.slots_of(problem, s)]
    topics = [topic for s in day if (topic := int(problem.topic[s])) >= 0]
    if len(set(slots)) < len(slots) or len(set(topics)) < len(topics) or not all(runs[s] for s in day):
        return None
    if any({first, second} <= set(day) for first, second in problem.conflicts.tolist()):
        return None
    opened = {*oracle.listed(problem, who), *oracle.required(problem, who)}
    opened |= {s for p, s in problem.fixed.tolist() if p == who}
    cost = sum(costs["fixed"] for p, s in problem.fixed.tolist() if p == who and s not in day)
    cost += sum(costs["forbidden"] for p, s in problem.forbidden.tolist() if p == who and s in day)
    cost += sum(costs["unlisted"] for s in day if problem.unlisted == "forbidden" and s not in opened)
    places = oracle.places(problem, day)
    cost += costs["limit"] * max(0, places - int(problem.limit[who]))
    ways = list(free_slots(problem, who, day, runs, costs))
    return cost + min(ways) if ways else None


def free_slots(
    problem: Problem, who: int, day: tuple[int, ...], runs: Sequence[bool], costs: Mapping[str, int]
) -> Iterator[int]:
    """The costs of all ways of being there."""
    away = problem.away[who].tolist()
    own = [s for s in range(len(problem.sessions)) if oracle.runs_session(problem, who, s)]
    for present in product((False, True), repeat=len(away)):
        for substitute in (False, True):
            taken = {slot for slot, there in zip(away, present, strict=True) if not there}
            if not substitute:
                taken |= {slot for s in own if runs[s] for slot in oracle.slots_of(problem, s)}
            busy = any(oracle.slots_of(problem, s) & taken or (s in own and not substitute) for s in day)
            if busy or (len(problem.slots) and oracle.places(problem, day) > len(problem.slots) - len(taken)):
                continue
            yield costs["away"] * sum(present) + costs["facilitates"] * substitute


def day_cost(
    problem: Problem, chosen: Sequence[tuple[int, ...]], runs: Sequence[bool], costs: Mapping[str, int]
) -> int:
    """What it costs that sessions and facilitators have too many or too few, and rules are broken."""
    cost = 0
    attendance = [sum(s in day for day in chosen) for s in range(len(problem.sessions))]
    for s, there in enumerate(attendance):
        cost += costs["capacity"] * max(0, there - int(problem.capacity[s]))
        cost += costs["minimum"] * max(0, int(problem.minimum[s]) - there) * runs[s]
        cost += costs["must-run"] * (bool(problem.must_run[s]) and not runs[s])
    for f in range(len(problem.facilitators)):
        own = oracle.sessions_run_by(problem, f)
        cost += costs["most-sessions"] * max(0, sum(runs[s] for s in own) - int(problem.most_sessions[f]))
        most = int(problem.most_participants[f])
        if most < sum(int(problem.capacity[s]) for s in own):
            cost += costs["most-participants"] * max(0, sum(attendance[s] for s in own) - most)
    return cost + sum(
        costs["rule"] * oracle.misses(problem, rule, chosen) for rule in problem.rules if not rule.penalty
    )
