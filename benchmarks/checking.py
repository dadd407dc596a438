"""The check of every rule that each result passes through."""

from __future__ import annotations

from benchmarks.measure import Benchmark
from benchmarks.registry import Case
from pdalloc import Allocation, solve

VIOLATIONS = "allocation.violations()"


def fresh(case: Case) -> Allocation:
    """Return an allocation of which nothing has been computed yet."""
    problem = case.problem()
    solved = solve(problem, "flow").allocation
    return Allocation.from_pairs(problem, solved.participant, solved.session)


BENCHMARKS = [
    Benchmark(
        VIOLATIONS,
        "violations",
        lambda instance: instance.is_plain,
        fresh,
        Allocation.violations,
        lambda case, found: [len(found)],
    )
]
