"""What a benchmark is, and how its time and memory are measured."""

from __future__ import annotations

import ctypes
import gc
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.registry import Case, Instance

__all__ = ["RANK_SUM", "SERIAL_DICTATORSHIP", "Benchmark", "Measurement", "checksum", "measure"]

RANK_SUM = "rank-sum"
SERIAL_DICTATORSHIP = "serial dictatorship in table order"
"""What packages of several environments compute."""

ROUNDS = 3
MOST_ROUNDS = 30
SECONDS = 1.0
"""Rounds go on for so long, setting up included, between the two numbers above."""

SLOW = 3.0
"""Seconds from which on the first call counts as a round; otherwise only its memory is kept."""

ENOUGH = 10.0
"""Seconds after which no further round begins."""


@dataclass(frozen=True)
class Benchmark:
    """One thing to time.

    Attributes
    ----------
    what : str
        Its name in the table.
    computes : str
        What is computed. All that compute the same on one instance must return the same answer, and are compared.
    on : callable
        Whether it runs on an instance.
    setup : callable
        Takes the Case, returns what `call` takes. Before every call, not timed.
    call : callable
        What is timed.
    answer : callable
        Takes the Case and what `call` returned, asserts that it is right, and returns it as whole numbers.
    peer : bool
        Whether somebody else's code is timed.
    compiles : bool
        Whether it first runs on an instance that is large enough for pdalloc to compile its kernels.
    has_memory : bool
        Whether its memory means something; not where other processes do the work.
    once : bool
        Whether it takes so long that it is measured once, after a warm-up on another, small day; its `call` takes a
        Problem.
    """

    what: str
    computes: str
    on: Callable[[Instance], bool]
    setup: Callable[[Case], Any]
    call: Callable[[Any], Any]
    answer: Callable[[Case, Any], list[int]]
    peer: bool = False
    compiles: bool = True
    has_memory: bool = True
    once: bool = False


class Measurement(NamedTuple):
    """What came out.

    Attributes
    ----------
    times : list of float
        Seconds of each call.
    memory : int or None
        Bytes by which the first call raised the memory of its process at most; None where that cannot be known.
    answer : list of int
    """

    times: list[float]
    memory: int | None
    answer: list[int]


def measure(benchmark: Benchmark, case: Case) -> Measurement:
    """Time a benchmark in this process; every call must give the same answer."""
    prepared = benchmark.setup(case)
    before = _forget_peak_memory() if benchmark.has_memory else None
    start = time.perf_counter()
    seconds, result = _timed(benchmark, prepared)
    memory = None if before is None else max(_memory("VmHWM") - before, 0)
    del prepared  # so that no call finds what an earlier one left
    answer = benchmark.answer(case, result)
    if benchmark.once:
        return Measurement([seconds], memory, answer)
    times = [seconds] if seconds >= SLOW else []
    while not times or not _is_enough(len(times), time.perf_counter() - start):
        del result
        seconds, result = _timed(benchmark, benchmark.setup(case))
        times.append(seconds)
        assert benchmark.answer(case, result) == answer
    return Measurement(times, memory, answer)


def checksum(pairs: npt.NDArray[np.integer[Any]]) -> list[int]:
    """Return how many sorted (participant, session) pairs there are, shape (pairs, 2), and a number made of them."""
    return [len(pairs), zlib.crc32(np.ascontiguousarray(pairs, np.int64).tobytes())]


def _is_enough(rounds: int, seconds: float) -> bool:
    return seconds >= ENOUGH or (rounds >= ROUNDS and (seconds >= SECONDS or rounds >= MOST_ROUNDS))


def _timed(benchmark: Benchmark, prepared: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = benchmark.call(prepared)
    return time.perf_counter() - start, result


def _memory(field: str) -> int:
    """Return memory of this process in bytes: VmRSS now, VmHWM at its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _forget_peak_memory() -> int | None:
    """Begin a new peak, and return the memory in use; None if this system cannot."""
    gc.collect()
    try:
        # what the allocator keeps for later would be used again unseen
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        return _memory("VmRSS")
    except (OSError, AttributeError):
        return None
