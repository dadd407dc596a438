"""How fast problems are made from arrays and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.instances import Instance
from pdalloc import Problem, generators, read_tables

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

EXAMPLE = Path(__file__).parent.parent / "examples" / "wpi-2017"


@pytest.mark.parametrize("participants", [1_000, 1_000_000])
def test_from_arrays_with_ten_choices_each(benchmark: BenchmarkFixture, participants: int) -> None:
    benchmark.group = "reading"
    sessions, length = max(138, participants // 200), 10
    start = np.random.default_rng(1).integers(sessions, size=(participants, 1))
    instance = Instance(
        np.repeat(np.arange(participants), length),
        ((start + np.arange(length) * (sessions // length)) % sessions).ravel(),
        np.tile(np.arange(1, length + 1), participants),
        np.full(sessions, participants // sessions + 1),
    )
    problem = benchmark.pedantic(instance.problem, rounds=3, warmup_rounds=1)
    assert len(problem.choices) == participants * length


def test_tables_with_priorities(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "reading"
    problem = benchmark.pedantic(read_tables, (EXAMPLE,), rounds=3, warmup_rounds=1)
    assert len(problem.priorities) == 928 * 46


def test_json_of_the_lexington_day(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "reading"
    day = generators.lexington(seed=1)
    assert benchmark(lambda: Problem.from_json(day.to_json())) == day
