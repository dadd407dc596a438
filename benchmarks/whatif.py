"""What one more, or one fewer, seat in each session of a day is worth: the solve of the day and all answers."""

from __future__ import annotations

from functools import partial

from benchmarks.measure import Benchmark
from benchmarks.registry import LEXINGTON, LEXINGTON_8, LEXINGTON_REPEATED, Case, Instance
from pdalloc import Problem, Seats, WhatIf, what_if

FEWER, MORE = "one fewer seat in each session", "one more seat in each session"
SECONDS = {LEXINGTON.name: 0.2, LEXINGTON_REPEATED.name: 30.0, LEXINGTON_8.name: 60.0}
"""The most that each may take."""


def _ask(by: int, problem: Problem) -> WhatIf:
    return what_if(problem, [Seats(session, by) for session in problem.sessions])


def _changes(case: Case, found: WhatIf) -> list[int]:
    """Return the changes of all levels, question by question; all must be exact."""
    assert all(answer.is_exact for answer in found.answers)
    return [int(part) for answer in found.answers for part in answer.change or ()]


def _is_asked(by: int, instance: Instance) -> bool:
    # a seat fewer than the minimum is no question
    return instance.name in SECONDS and (by > 0 or instance is not LEXINGTON_8)


BENCHMARKS = [
    Benchmark(
        what,
        f"changes by {what}",
        partial(_is_asked, by),
        Case.problem,
        partial(_ask, by),
        _changes,
        compiles=False,
        has_memory=False,
    )
    for what, by in ((MORE, 1), (FEWER, -1))
]
