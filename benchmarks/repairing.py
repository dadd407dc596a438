"""20 late changes to a day that was published, and its repair with the fewest changes."""

from __future__ import annotations

import json
from functools import cache, partial

import numpy as np

from benchmarks.measure import Benchmark
from benchmarks.registry import INSTANCES, LEXINGTON, REPEATED, Case, Shape
from pdalloc import Allocation, Problem, Repair, Status, repair, solve

__all__ = ["REPAIR", "REPAIRED", "REPAIR_FREE", "late_changes"]

REPAIR = "repair(published), 20 late changes"
REPAIR_FREE = "repair(published), 20 late changes that take no seats"
REPAIRED = [LEXINGTON, REPEATED]

DROPOUTS, NEW_LISTS, NEWCOMERS, CUTS, SEATS_CUT = 6, 5, 5, 3, 2
SEED = 2016


def late_changes(published: Allocation, seed: int, *, cuts: int = CUTS) -> Problem:
    """Return a day after 20 late changes.

    6 people drop out, 5 have the list of somebody else, 5 are new and a full session is lost. `cuts` of 3 other full
    sessions lose two seats, the others gain one.
    """
    rng = np.random.default_rng(seed)
    day = json.loads(published.problem.to_json())
    facilitators = {label for session in day["sessions"] for label in session.get("facilitators", [])}
    people = [entry for entry in day["participants"] if entry["participant"] not in facilitators]
    drawn = iter([people[number] for number in rng.permutation(len(people)).tolist()])
    left = {next(drawn)["participant"] for _ in range(DROPOUTS)}
    for _ in range(NEW_LISTS):
        next(drawn)["ranks"] = dict(next(drawn)["ranks"])
    new = [{**next(drawn), "participant": f"new{number}"} for number in range(NEWCOMERS)]
    day["participants"] = [entry for entry in day["participants"] if entry["participant"] not in left] + new
    full = np.flatnonzero(published.attendance == published.problem.capacity)
    *changed, lost = rng.choice(full, CUTS + 1, replace=False).tolist()
    for number, session in enumerate(changed):
        day["sessions"][session]["capacity"] += -SEATS_CUT if number < cuts else 1
    label = day["sessions"].pop(lost)["session"]
    day["participants"] = [
        {**entry, "ranks": {session: rank for session, rank in entry["ranks"].items() if session != label}}
        for entry in day["participants"]
    ]
    return Problem.from_json(json.dumps(day))


@cache
def _days(instance: str, cuts: int) -> tuple[Allocation, Problem]:
    source = INSTANCES[instance].source
    assert not isinstance(source, Shape)
    published = solve(source()).allocation
    return published, late_changes(published, SEED, cuts=cuts)


def _setup(case: Case, cuts: int) -> tuple[Allocation, Problem]:
    published, changed = _days(case.instance.name, cuts)
    # the same arrays, with nothing kept of what was computed from them
    return published, changed.with_options()


def _repaired(days: tuple[Allocation, Problem]) -> Repair:
    return repair(*days)


def _answer(case: Case, found: Repair) -> list[int]:
    assert found.result.status is Status.OPTIMAL
    assert found.result.objective is not None
    return list(found.result.objective)


BENCHMARKS = [
    Benchmark(
        what,
        f"{what}, proved",
        lambda instance: instance in REPAIRED,
        partial(_setup, cuts=cuts),
        _repaired,
        _answer,
        compiles=False,
        has_memory=False,
    )
    for what, cuts in ((REPAIR, CUTS), (REPAIR_FREE, 0))
]
