"""Which run is next, and how many of them together."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from pdalloc.arrays import BoolArray
from pdalloc.study.design import Run, Study
from pdalloc.study.rows import TIMINGS, Row

__all__ = ["Schedule"]

SECONDS_A_BATCH = 0.25
"""Long enough that sending a batch costs little, short enough that no worker waits long for the last one."""

MOST_RUNS = 500


class Schedule:
    """Hands out the runs of a study that are not done, in order, in batches of about the same time.

    Parameters
    ----------
    study : Study
    done : bool array, shape (runs,)
        Which ones are done already.
    """

    def __init__(self, study: Study, done: BoolArray) -> None:
        self._study = study
        self._left: Iterator[int] = iter(np.flatnonzero(~done).tolist())
        self._next: int | None = next(self._left, None)
        self._suspects: deque[int] = deque()
        # of each problem and solver: mean seconds of a run, the later ones weighing more
        self._seconds: dict[tuple[str, str], float] = {}

    @property
    def has_suspects(self) -> bool:
        """Whether there are runs that must be tried alone."""
        return bool(self._suspects)

    def suspect(self, numbers: Iterable[int]) -> None:
        """Take back runs whose worker died, or whose batch was lost; any of them may be why."""
        self._suspects.extend(numbers)

    def take(self) -> tuple[int, ...]:
        """Return the next runs, all on one problem; none if there is nothing left."""
        if self._suspects:
            return (self._suspects.popleft(),)
        taken: list[int] = []
        seconds = 0.0
        while self._next is not None and len(taken) < MOST_RUNS and seconds < SECONDS_A_BATCH:
            run = self._study.combination(self._next)
            if taken and run.problem != self._study.combination(taken[0]).problem:
                break
            taken.append(self._next)
            seconds += self._estimate(run)
            self._next = next(self._left, None)
        return tuple(taken)

    def learn(self, rows: Iterable[Row]) -> None:
        """Note how long runs took."""
        for row in rows:
            spent = sum(row[name] for name in TIMINGS if row[name] is not None and not math.isnan(row[name]))
            key = (row["problem"], row["solver"])
            self._seconds[key] = spent if key not in self._seconds else (self._seconds[key] + spent) / 2

    def _estimate(self, run: Run) -> float:
        """Return the seconds that a run may take; as long as a batch where nothing is known."""
        key = (self._study.problems[run.problem].name, self._study.solvers[run.solver].name)
        return self._seconds.get(key, SECONDS_A_BATCH)
