"""How fast problems are made from arrays, tables and JSON."""

from __future__ import annotations

from benchmarks.measure import Benchmark
from benchmarks.registry import LEXINGTON, WPI, WPI_TABLES, Case
from pdalloc import Problem, read_tables

FROM_ARRAYS = "Problem.from_arrays(...)"


BENCHMARKS = [
    Benchmark(
        FROM_ARRAYS,
        "problem",
        lambda instance: instance.is_plain,
        lambda case: case,
        Case.problem,
        lambda case, problem: [len(problem.choices)],
    ),
    Benchmark(
        'pa.read_tables("examples/wpi-2017")',
        "problem",
        lambda instance: instance.name == WPI.name,
        lambda case: WPI_TABLES,
        read_tables,
        lambda case, problem: [len(problem.choices), len(problem.priorities)],
        compiles=False,
    ),
    Benchmark(
        "Problem.from_json(problem.to_json())",
        "problem",
        lambda instance: instance.name == LEXINGTON.name,
        Case.problem,
        lambda problem: Problem.from_json(problem.to_json()),
        lambda case, problem: [int(problem == case.problem())],
        compiles=False,
    ),
]
