"""What surrounds a solve and is not part of the problem: chance, time, progress, stopping, a start."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.errors import SolveStoppedError

__all__ = ["Context", "Progress", "StopFlag"]


class Progress(NamedTuple):
    """A report on the way.

    Attributes
    ----------
    done, total : int
        Units finished, and units in all.
    unit : str
        What is counted, such as "slots".
    elapsed : float
        Seconds since the solve began.
    best, bound : float or None
        Of the level of an objective that is being decided: the best value found, and one that no allocation can better.
    """

    done: int
    total: int
    unit: str
    elapsed: float
    best: float | None = None
    bound: float | None = None


class StopFlag(Protocol):
    """Anything with `is_set`, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Whether the solve should stop."""
        ...


@dataclass(frozen=True)
class Context:
    """Handed to every solver, so that its face never changes.

    Attributes
    ----------
    rng : numpy.random.Generator
        The only source of chance.
    seed : int or None
        What `rng` was made from, for the record.
    time_limit : float or None
        Seconds from the start of the solve.
    progress : callable or None
        Called with a `Progress` now and then, in the thread that solves.
    stop : StopFlag or None
        Set it from another thread to end the solve.
    start : Allocation or None
        An allocation to begin from, for solvers that can.
    started : float
        `time.monotonic` at the start of the solve.
    """

    rng: np.random.Generator
    seed: int | None = None
    time_limit: float | None = None
    progress: Callable[[Progress], None] | None = None
    stop: StopFlag | None = None
    start: Allocation | None = None
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def from_seed(cls, seed: int) -> Context:
        """Return a context with the generator of a seed and nothing else."""
        return cls(np.random.default_rng(seed), seed)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def check(self) -> None:
        """Raise `SolveStoppedError` if the time is over or the stop flag is set; solvers call it between steps."""
        if self.stop is not None and self.stop.is_set():
            raise SolveStoppedError(
                f"stopped by the stop flag after {self.elapsed:.2f} s, before there was an allocation"
            )
        if self.time_limit is not None and self.elapsed > self.time_limit:
            raise SolveStoppedError(
                f"the time limit of {self.time_limit:g} s came before there was an allocation; allow more time "
                "or use a faster solver"
            )

    def report(self, done: int, total: int, unit: str, best: float | None = None, bound: float | None = None) -> None:
        """Tell the progress callback."""
        if self.progress is not None:
            self.progress(Progress(done, total, unit, self.elapsed, best, bound))
