"""`probabilistic-serial`: everybody's chances, and one draw with exactly these."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.measure import Benchmark, checksum
from benchmarks.registry import Case
from benchmarks.turns import places
from pdalloc import solve
from pdalloc.kernels.eating import Meal
from pdalloc.solvers.markets import markets
from pdalloc.solvers.probabilistic_serial import eat, meal_of, units_of_time
from pdalloc.solvers.quotas import hierarchy

Numbers = npt.NDArray[np.int32]

SERIAL = 'pa.solve(problem, "probabilistic-serial", seed=1)'
EATING = "everybody's chances by eating, from lists"


def _meal(case: Case) -> Meal:
    problem = case.problem()
    [market] = markets(problem, unlisted=False)
    return meal_of(market, hierarchy(problem, market, ()), units_of_time(len(problem.participants)))


def _is_what_is_solved(case: Case, eaten: tuple[Numbers, Numbers, npt.NDArray[np.int64]]) -> list[int]:
    """Return the pairs, after asserting that the solver has the same with the same chances."""
    who, what, share = eaten
    chances = solve(case.problem(), "probabilistic-serial", seed=1).random_assignment
    assert chances is not None
    order = np.lexsort((what, who))
    pairs = np.stack([who, what], axis=1)[order]
    assert np.array_equal(pairs, np.stack([chances.participant, chances.session], axis=1))
    assert np.array_equal(share[order] / units_of_time(case.choices.buyers), chances.probability)
    return checksum(pairs)


BENCHMARKS = [
    Benchmark(
        SERIAL,
        "probabilistic serial",
        lambda instance: instance.is_plain or instance.shape is None,
        Case.problem,
        lambda problem: solve(problem, "probabilistic-serial", seed=1),
        lambda case, result: places(result),
    ),
    Benchmark(
        EATING, "probabilistic serial's chances", lambda instance: instance.is_plain, _meal, eat, _is_what_is_solved
    ),
]
