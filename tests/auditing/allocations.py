"""Hypothesis strategies for allocations that keep all rules, good and bad ones."""

from __future__ import annotations

from itertools import islice

from hypothesis import assume
from hypothesis import strategies as st

from pdalloc import Allocation, Problem, solve
from pdalloc.errors import InfeasibleError, UnsupportedError
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
