"""Running a study: batches out, rows in, and nothing lost when a worker dies."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pdalloc.context import Progress
from pdalloc.errors import OptionError, StudyError
from pdalloc.study.batch import Batch, Setup, forget, work
from pdalloc.study.design import Study
from pdalloc.study.executors import Processes, Serial, checked_workers, require_travel, workers_of
from pdalloc.study.folder import FolderStore
from pdalloc.study.journal import read_journal
from pdalloc.study.problems import StudyProblem
from pdalloc.study.results import StudyResults
from pdalloc.study.rows import Row, failed_row
from pdalloc.study.schedule import Schedule
from pdalloc.study.store import MemoryStore, Store

__all__ = ["run_study"]

BATCHES_A_WORKER = 2
"""One is being done, another one is there when it ends."""

ANEW = "give a new one and run the study again: what was kept in its folder is not run again"


def run_study(
    study: Study,
    folder: str | Path | None = None,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> StudyResults:
    """See `Study.run`."""
    if workers is not None:
        workers = checked_workers(workers)
    if executor is not None and not isinstance(executor, Executor):
        raise OptionError(
            f"executor is {executor!r}; give a concurrent.futures.Executor, such as Client(...).get_executor() of Dask"
        )
    is_serial = executor is None and workers in (None, 1)
    with ExitStack() as stack:
        store: Store = MemoryStore(study, has_workers=not is_serial) if folder is None else FolderStore(study, folder)
        done = stack.enter_context(store).done()
        if not done.all():
            if executor is None:
                executor = stack.enter_context(Serial() if is_serial else Processes(workers or 1))
            room = 1 if is_serial else BATCHES_A_WORKER * (workers or workers_of(executor))
            _Running(study, store, Schedule(study, done), executor, room).run(int(np.count_nonzero(done)), progress)
        return store.results()


class _Sent(NamedTuple):
    """A batch under way.

    Attributes
    ----------
    batch : Batch
    is_alone : bool
        Whether nothing else is under way, so that it is why its worker dies, if it does.
    """

    batch: Batch
    is_alone: bool


class _Running:
    """A study while it runs."""

    def __init__(self, study: Study, store: Store, schedule: Schedule, executor: Executor, room: int) -> None:
        self.study = study
        self.store = store
        self.schedule = schedule
        self.executor = executor
        self.room = room
        self.token = secrets.token_hex(4)
        self.batches = 0
        self.under_way: dict[Future[list[Row]], _Sent] = {}
        setup = Setup(study.solvers, study.measures, study.time_limit)
        self.setup: Setup | bytes = setup
        self.problems: list[StudyProblem] | list[bytes] = list(study.problems)
        if not isinstance(executor, Serial):
            self.setup, *self.problems = require_travel(executor, [setup, *study.problems])

    def run(self, done: int, progress: Callable[[Progress], None] | None) -> None:
        """Run everything that is not done yet; so many runs are."""
        started = time.monotonic()
        try:
            while self._submit():
                finished, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
                lost = []
                for future in finished:
                    sent = self.under_way.pop(future)
                    rows, error = _rows_of(future)
                    if isinstance(error, BrokenExecutor):
                        lost.append(sent)
                    else:
                        done += self._take(sent, rows or _written(sent.batch), error)
                if lost:
                    done += self._recover(lost)
                if progress is not None:
                    progress(Progress(done, len(self.study), "runs", time.monotonic() - started))
        finally:
            for future in self.under_way:
                future.cancel()
            forget()

    def _submit(self) -> bool:
        """Send batches out while there is room; return whether there is any to wait for."""
        is_alone = self.schedule.has_suspects
        while len(self.under_way) < (1 if is_alone else self.room) and (numbers := self.schedule.take()):
            batch = self._batch(numbers)
            self.under_way[self._future(batch)] = _Sent(batch, is_alone)
        return bool(self.under_way)

    def _future(self, batch: Batch) -> Future[list[Row]]:
        try:
            return self.executor.submit(work, batch)
        except BrokenExecutor as error:
            # a worker died since the last batch came back: this one is lost as well
            broken: Future[list[Row]] = Future()
            broken.set_exception(error)
            return broken

    def _batch(self, numbers: tuple[int, ...]) -> Batch:
        runs = [self.study.combination(number) for number in numbers]
        problem = runs[0].problem
        self.batches += 1
        journals = self.store.journals
        return Batch(
            study=self.token,
            setup=self.setup,
            problem_name=self.study.problems[problem].name,
            problem=self.problems[problem],
            numbers=numbers,
            solvers=tuple(run.solver for run in runs),
            seeds=tuple(run.seed for run in runs),
            journal=None if journals is None else str(journals / f"{self.token}-{self.batches:09}.jsonl"),
        )

    def _take(self, sent: _Sent, rows: list[Row], error: Exception | None = None) -> int:
        """Take in the rows of a batch; runs without one are tried again alone, or have failed where they were alone."""
        batch = sent.batch
        missing = batch.numbers[len(rows) :]
        if missing and sent.is_alone and error is not None:
            solver = self.study.solvers[batch.solvers[0]]
            rows, missing = [failed_row(batch.problem_name, None, solver, batch.seeds[0], error)], ()
        self.schedule.learn(rows)
        self.store.take(rows, batch.journal)
        self.schedule.suspect(missing)
        return len(rows)

    def _recover(self, lost: list[_Sent]) -> int:
        """Go on after a worker died: take the rows that were finished from the journals, and start new workers."""
        restart = getattr(self.executor, "restart", None)
        if restart is None:
            raise StudyError(f"the executor broke: one of its workers died; {ANEW}")
        lost += self.under_way.values()
        self.under_way.clear()
        restart()
        died = StudyError("the process that ran it died: it was killed, ran out of memory or crashed")
        return sum(self._take(sent, _written(sent.batch), died) for sent in lost)


def _written(batch: Batch) -> list[Row]:
    """Return the rows that a worker wrote before it failed or died."""
    return [] if batch.journal is None else read_journal(Path(batch.journal))


def _rows_of(future: Future[list[Row]]) -> tuple[list[Row], Exception | None]:
    """Return the rows of a batch, or why there are none."""
    try:
        return future.result(), None
    except CancelledError:
        raise StudyError(f"the executor cancelled a batch; {ANEW}") from None
    except Exception as error:
        return [], error
