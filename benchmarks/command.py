"""The whole command in a fresh process, on its very first run after installing and later."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.measure import Benchmark
from benchmarks.registry import LEXINGTON, Case

FIRST_RUN = "pdalloc demo, no compiled kernels yet"
LATER_RUN = "pdalloc demo"


def demo(cache: tempfile.TemporaryDirectory[str]) -> str:
    """Run the command with a folder for compiled kernels, and return what it printed."""
    command = [sys.executable, "-m", "pdalloc", "demo"]
    environment = os.environ | {"NUMBA_CACHE_DIR": cache.name}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def _empty_cache(case: Case) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _filled_cache(case: Case) -> tempfile.TemporaryDirectory[str]:
    cache = _empty_cache(case)
    demo(cache)
    return cache


BENCHMARKS = [
    Benchmark(
        what,
        "the demo",
        lambda instance: instance.name == LEXINGTON.name,
        setup,
        demo,
        lambda case, printed: [printed.count("\n")],
        compiles=False,
        has_memory=False,
    )
    for what, setup in ((FIRST_RUN, _empty_cache), (LATER_RUN, _filled_cache))
]
