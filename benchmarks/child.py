"""One measurement in a process of its own: `python -m benchmarks.child CAPABILITY WHAT INSTANCE FILE` prints JSON."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Benchmark, measure
from benchmarks.registry import INSTANCES, Case, Instance, Shape

if TYPE_CHECKING:
    from pdalloc import Problem

COMPILED = Shape(200_000, 100, 10)
"""Large enough for pdalloc to compile its kernels at once."""


def _small_day() -> Problem:
    from pdalloc.generators import day

    return day(60, 12, 3, 3, minimum=3, repeats=2, seed=1)


def main(capability: str, what: str, name: str, file: Path) -> None:
    """Measure one benchmark of `benchmarks/CAPABILITY.py` on an instance that was written to a file."""
    benchmarks: list[Benchmark] = importlib.import_module(f"benchmarks.{capability}").BENCHMARKS
    instance = INSTANCES[name]
    benchmark = next(benchmark for benchmark in benchmarks if benchmark.what == what and benchmark.on(instance))
    case = Case.read(instance, file)
    if benchmark.compiles:
        benchmark.call(benchmark.setup(Case(Instance.of(COMPILED, "rest"), COMPILED.choices())))
    if benchmark.once:
        benchmark.call(_small_day())
    elif not benchmark.peer:
        benchmark.call(benchmark.setup(case))
    sys.stdout.write(json.dumps(measure(benchmark, case)._asdict()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
