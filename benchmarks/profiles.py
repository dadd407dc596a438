"""`greedy` and `generous` beside a linear program for each level."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from benchmarks.flow import choices_of, optimum
from benchmarks.measure import Benchmark
from benchmarks.registry import LEXINGTON, NEARLY_FULL, Case, Choices
from pdalloc import solve

PROFILE = 'pa.solve(problem, "flow", objective="{}")'
HIGHS = "HiGHS level by level"


def highs_level_by_level(objective: str, choices: Choices) -> list[int]:
    """Return empty places, then places at each rank in the order in which the objective looks at them.

    A level is one linear program with the values of all levels before as equations. It has an integral optimum, being a
    face of a transportation problem, so that no integer program is needed: that would take several times as long.
    """
    entries = np.arange(len(choices.rank))
    rows = np.concatenate((choices.buyer, choices.buyers + choices.session))
    places = np.concatenate((np.ones(choices.buyers), choices.capacity))
    at_most = csr_array(
        (np.ones(len(rows)), (rows, np.concatenate((entries, entries)))), shape=(len(places), len(entries))
    )
    ranks = range(1, choices.longest + 1)
    most_at = [-(choices.rank == rank).astype(float) for rank in ranks]
    levels = [-np.ones(len(entries)), *(most_at if objective == "greedy" else [-most for most in reversed(most_at)])]
    values: list[int] = []
    for level in levels:
        rules: dict[str, Any] = {"A_ub": at_most, "b_ub": places, "bounds": (0, 1)}
        if values:
            rules |= {"A_eq": csr_array(np.stack(levels[: len(values)])), "b_eq": values}
        solved: Any = linprog(level, **rules, method="highs")
        assert solved.status == 0, solved.message
        values.append(round(solved.fun))
    return [choices.buyers + values[0], *map(abs, values[1:])]


BENCHMARKS = [
    benchmark
    for objective in ("greedy", "generous")
    for benchmark in (
        Benchmark(
            PROFILE.format(objective),
            objective,
            lambda instance: instance.list_length <= 10 and instance.group != "growth",
            Case.problem,
            partial(solve, solver="flow", objective=objective),
            optimum,
        ),
        Benchmark(
            f"{HIGHS}, {objective}",
            objective,
            lambda instance: instance.name in (str(NEARLY_FULL), LEXINGTON.name),
            choices_of,
            partial(highs_level_by_level, objective),
            lambda case, value: list(value),
            peer=True,
            compiles=False,
        ),
    )
]
