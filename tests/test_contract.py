"""What every solver promises, run for every registered solver on every problem that it accepts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pdalloc import Problem, Result, Status, generators, solve, solver_class, solver_names
from pdalloc.errors import InfeasibleError, SolveStoppedError, UnsupportedError
from pdalloc.problem import Feature
from pdalloc.solvers.base import unsupported_by
from tests import oracle
from tests.strategies import problems

SEED = 7

pytestmark = pytest.mark.parametrize("solver", solver_names())


def accepts(solver: str, problem: Problem) -> bool:
    return not unsupported_by(solver_class(solver).features, problem)


def days(solver: str, *, feasible: bool = False) -> st.SearchStrategy[Problem]:
    """Problems with all that a solver handles, or without what could leave no allocation."""
    handled = solver_class(solver).features - ({Feature.MINIMUMS, Feature.FACILITATOR_LIMITS} if feasible else set())
    minimums, weights = Feature.MINIMUMS in handled, Feature.WEIGHTS in handled
    drawn = [problems(minimums=minimums, coupled=False, weights=weights)]
    if Feature.TOPICS in handled:
        drawn.append(problems(minimums=minimums))
    if Feature.FACILITATOR_LIMITS in handled:
        drawn.append(problems(minimums=minimums, facilitator_limits=True, weights=weights))
    return st.one_of(drawn).filter(lambda problem: accepts(solver, problem))


def stopped(attempt: Callable[[], Result], message: str) -> None:
    """A solve that was stopped on its way has nothing, and says why, or an allocation without proof of being best."""
    outcome: Result | SolveStoppedError
    try:
        outcome = attempt()
    except SolveStoppedError as error:
        outcome = error
    if isinstance(outcome, SolveStoppedError):
        assert message in str(outcome)
        return
    assert outcome.status is Status.FEASIBLE
    assert outcome.allocation.violations() == ()
    assert outcome.bound is not None
    assert outcome.objective is not None
    # of rank-sum, where less is better
    assert outcome.bound < outcome.objective


@given(data=st.data())
def test_keeps_every_rule_and_tells_the_truth_about_it(solver: str, data: st.DataObject) -> None:
    problem = data.draw(days(solver))
    if not any(True for _ in oracle.outcomes(problem)):
        with pytest.raises(InfeasibleError, match="no allocation keeps all the rules"):
            solve(problem, solver, seed=SEED)
        return
    result = solve(problem, solver, seed=SEED)
    chosen = [
        tuple(result.allocation.session[result.allocation.participant == participant].tolist())
        for participant in range(len(problem.participants))
    ]
    runs = result.allocation.runs.tolist()
    assert oracle.keeps_rules(problem, chosen, runs)
    assert result.allocation.violations() == ()
    if result.status is Status.RULE:
        assert result.objective is None
        assert not solver_class(solver).objectives
    else:
        assert result.status is Status.OPTIMAL
        assert result.objective == oracle.value(problem, "rank-sum", chosen, runs)
        assert result.objective == result.bound == oracle.best(problem, "rank-sum")


@given(problem=st.one_of(problems(minimums=True, facilitator_limits=True), problems(coupled=False, weights=True)))
def test_refuses_by_name_what_it_does_not_handle(solver: str, problem: Problem) -> None:
    if solver_class(solver).features == set(Feature):
        pytest.skip("it handles every feature")
    assume(not accepts(solver, problem))
    missing = unsupported_by(solver_class(solver).features, problem)
    with pytest.raises(UnsupportedError, match=f"solver '{solver}' does not handle {next(iter(missing))} ") as caught:
        solve(problem, solver)
    assert all(f"{feature} (here: {example})" in str(caught.value) for feature, example in missing.items())


@given(data=st.data())
def test_same_seed_gives_the_same_bytes(solver: str, data: st.DataObject) -> None:
    problem = data.draw(days(solver, feasible=True))
    once, again = (solve(problem, solver, seed=SEED).to_json(runtime=False) for _ in range(2))
    assert once == again


def test_same_answer_in_threads(solver: str) -> None:
    problem = generators.lexington(seed=3)
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda _: solve(problem, solver, seed=SEED).to_json(runtime=False), range(4)))
    assert set(texts) == {solve(problem, solver, seed=SEED).to_json(runtime=False)}


@cache
def digests(hash_seed: str) -> dict[str, str]:
    """What each solver answers, by its digest, in a process of its own with this hash seed."""
    program = (
        "import pdalloc, hashlib, json; problem = pdalloc.generators.lexington(seed=3);"
        f"texts = {{name: pdalloc.solve(problem, name, seed={SEED}).to_json(runtime=False)"
        " for name in pdalloc.solver_names()};"
        "print(json.dumps({name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(finished.stdout)
    return found


def test_same_answer_under_another_hash_seed(solver: str) -> None:
    assert len({digests(hash_seed)[solver] for hash_seed in ("0", "1", "4711")}) == 1


def test_reports_progress_and_stops_when_told(solver: str) -> None:
    class Stop:
        def __init__(self) -> None:
            self.looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 1

    problem = generators.lexington(seed=3)
    seen: list[tuple[int, int]] = []
    solve(problem, solver, seed=SEED, progress=lambda progress: seen.append(progress[:2]))
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] > 0
    assert seen == sorted(seen)
    stopped(lambda: solve(problem, solver, seed=SEED, stop=Stop()), "stopped by the stop flag after")


def test_stops_at_the_time_limit(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = generators.lexington(seed=3)
    with pytest.raises(SolveStoppedError, match="the time limit of 1e-09 s came before there was an allocation"):
        solve(problem, solver, time_limit=1e-9)
    late = 0.0

    def be_late(progress: object) -> None:
        nonlocal late
        late = 9_000.0

    monkeypatch.setattr("pdalloc.context.time", SimpleNamespace(monotonic=lambda: time.monotonic() + late))
    stopped(
        lambda: solve(problem, solver, seed=SEED, time_limit=9_000, progress=be_late),
        "the time limit of 9000 s came before there was an allocation",
    )


def test_declares_only_features_that_exist(solver: str) -> None:
    made = solver_class(solver)
    assert made.name == solver
    assert made.features <= set(Feature)
