"""Where runs are done: here, in processes of our own, or wherever an executor brings them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import Any

from pdalloc.errors import OptionError, StudyError
from pdalloc.study.watch import start_watching

__all__ = ["Processes", "Serial", "checked_workers", "require_travel", "workers_of"]


class Serial(Executor):
    """Runs everything where it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function now."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Processes(Executor):
    """Processes of our own, which end with this one, whatever happens to it.

    Parameters
    ----------
    workers : int
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        # a fork would copy locks that other threads of the caller hold
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        theirs, self._line = self._context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            self._workers, mp_context=self._context, initializer=start_watching, initargs=(theirs,)
        )
        try:
            # all start now, not one after the other
            started = [self._pool.submit(os.getpid) for _ in range(self._workers)]
            started[0].result()
        except BrokenExecutor:
            raise StudyError(
                "worker processes cannot start; a script that runs a study in several processes does so under "
                "`if __name__ == '__main__':`, since every worker imports it"
            ) from None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have one of the processes call the function."""
        return self._pool.submit(fn, *args, **kwargs)

    def restart(self) -> None:
        """Start anew, after a process was killed or crashed; what was under way is lost."""
        self.shutdown()
        self._start()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """End all processes, also in the middle of a run."""
        self._pool.shutdown(wait=False, cancel_futures=cancel_futures)
        self._line.close()
        self._pool.shutdown(wait=wait)


def require_travel(executor: Executor, objects: Iterable[object]) -> list[bytes]:
    """Return objects as the bytes that a worker makes them of, after one worker did.

    Raises
    ------
    OptionError
        If one cannot be sent to another process, or not be made there.
    StudyError
        If the executor is shut down or broken.
    """
    packed = []
    for each in objects:
        try:
            packed.append(pickle.dumps(each))
        except Exception as error:
            # objects of somebody else may fail in their own ways
            failure: str | None = f"{type(error).__name__}: {error}"
        else:
            try:
                failure = executor.submit(_failure, packed[-1]).result()
            except RuntimeError as error:
                raise StudyError(f"the executor takes no work: {error}; give a new one") from None
        if failure is not None:
            raise OptionError(
                f"{each!r} cannot be sent to another process ({failure}); make it of functions and classes of a module "
                "that can be imported there, or of functools.partial of these, or run the study in one process"
            )
    return packed


def _failure(packed: bytes) -> str | None:
    """Return why an object cannot be made here, None if it can."""
    try:
        pickle.loads(packed)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def checked_workers(workers: object) -> int:
    """Return a number of workers.

    Raises
    ------
    OptionError
        If it is not a whole number from 1.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise OptionError(f"workers is {workers!r}; give a whole number from 1")
    return workers


def workers_of(executor: Executor) -> int:
    """Return how many calls an executor does at the same time, as far as it says."""
    says = getattr(executor, "_max_workers", None)
    return says if isinstance(says, int) and says > 0 else os.cpu_count() or 1
