"""Hypothesis strategies for allocations that keep all rules, good and bad ones."""

from __future__ import annotations

from itertools import islice
from random import Random

from hypothesis import assume
from hypothesis import strategies as st

from pdalloc import Allocation, Model, Problem, solve
from pdalloc.errors import InfeasibleError, ProblemError, UnsupportedError
from tests import oracle
from tests.strategies import problems


@st.composite
def allocations(draw: st.DrawFn, *, most_participants: int = 4, most_sessions: int = 4) -> Allocation:
    """An allocation of a problem that may use every feature: by a solver, or any that keeps all rules."""
    coupled = draw(st.sampled_from([True, True, False]))
    limits = draw(st.booleans())
    problem: Problem = draw(
        problems(
            coupled=coupled,
            minimums=limits and draw(st.booleans()),
            facilitator_limits=limits,
            weights=draw(st.booleans()),
            rules=draw(st.sampled_from([0, 2])),
            soft=True,
            most_participants=most_participants,
            most_sessions=most_sessions,
        )
    )
    solver = draw(st.sampled_from(["lottery", "first-come", "auto", "any", "any", "any"]))
    if solver != "any":
        try:
            return solve(problem, solver, seed=draw(st.integers(0, 5))).allocation
        except (InfeasibleError, UnsupportedError):
            assume(False)
    found = list(islice(oracle.outcomes(problem), draw(st.sampled_from([1, 7, 60, 500]))))
    assume(found)
    chosen, runs = found[draw(st.integers(0, len(found) - 1))]
    return allocation_of(problem, chosen, runs)


def allocation_of(problem: Problem, chosen: list[oracle.Schedule], runs: oracle.Runs) -> Allocation:
    """The allocation with these schedules and these sessions that run."""
    schedules = {problem.participants[p]: [problem.sessions[s] for s in day] for p, day in enumerate(chosen)}
    cancelled = [problem.sessions[s] for s, running in enumerate(runs) if not running]
    return Allocation.from_schedules(problem, schedules, cancelled)


@st.composite
def crowded_days(draw: st.DrawFn) -> Allocation:
    """An allocation of a day with few seats and long lists, where it takes others to move."""
    random = Random(draw(st.integers(0, 2**32)))
    problem = crowded_problem(random)
    if random.random() < 0.3:
        try:
            return solve(problem, random.choice(["auto", "lottery"]), seed=1).allocation
        except (InfeasibleError, UnsupportedError):
            pass
    cancelled = random.random() < 0.3
    runs = [not (cancelled and oracle.may_be_cancelled(problem, s)) for s in range(len(problem.sessions))]
    options = [oracle.schedules(problem, p, runs) for p in range(len(problem.participants))]
    assume(all(options))
    for _ in range(30):
        chosen: list[oracle.Schedule] = [()] * len(options)
        for p in random.sample(range(len(options)), len(options)):
            days = random.sample(options[p], len(options[p]))
            if random.random() < 0.8:
                days.sort(key=len, reverse=True)
            seats = [int(c) - sum(s in day for day in chosen) for s, c in enumerate(problem.capacity)]
            chosen[p] = next((day for day in days if all(seats[s] > 0 for s in day)), days[0])
        if oracle.keeps_rules(problem, chosen, runs):
            return allocation_of(problem, chosen, runs)
    assume(False)
    raise AssertionError


def crowded_problem(random: Random) -> Problem:
    """A problem with few seats: one or two slots or none, and each further rule now and then."""

    def now_and_then() -> bool:
        return random.random() < 0.25

    model = Model(ranking=random.choice(["per-day", "per-slot"]), unlisted="last" if now_and_then() else "forbidden")
    slots = random.choice([["am"], ["am"], ["am", "pm"], []])
    people = [f"p{number}" for number in range(random.randint(3, 6))]
    sessions = [f"s{number}" for number in range(random.randint(3, 5))]
    topics, long, minimums, leaders = now_and_then(), now_and_then(), now_and_then(), now_and_then()
    for slot in slots:
        model.add_slot(slot)
    for session in sessions:
        capacity = random.choice([1, 1, 2, 3])
        model.add_session(
            session,
            capacity=capacity,
            minimum=random.randint(0, capacity) if minimums else 0,
            slots=random.sample(slots, random.choice([1, 2]) if long and len(slots) > 1 else min(1, len(slots))),
            topic="topic" if topics and random.random() < 0.5 else None,
            facilitators=[random.choice(["guest", "host", people[0]])] if leaders and random.random() < 0.5 else [],
        )
    if leaders:
        model.add_facilitator("guest", most_participants=random.randint(1, 3))
    for person in people:
        model.add_participant(
            person,
            limit=random.choice([1, 2]) if now_and_then() or not slots else None,
            weight=float(random.randint(1, 3)) if now_and_then() else 1.0,
            away=slots[:1] if random.random() < 0.05 else [],
        )
        for rank, session in enumerate(random.sample(sessions, random.randint(2, len(sessions)))):
            model.add_choice(person, session, rank // random.choice([1, 1, 2]) + 1)
            if now_and_then():
                model.add_priority(session, person, random.randint(0, 2))
    if now_and_then():
        model.add_conflict(*sessions[:2])
    for pair in random.sample([(p, s) for p in people for s in sessions], 2):
        if now_and_then():
            random.choice([model.fix, model.forbid])(*pair)
    try:
        return model.build()
    except ProblemError:
        assume(False)
        raise
