"""Two places where an engine can run: a thread of this process, and a child process."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Protocol

from pdalloc.solvers.mip.worker import ENDED, READY, Job, Message, work

__all__ = ["ChildRun", "NoChildError", "Run", "ThreadRun"]

STARTING = 30.0
"""Seconds that a child may take to load the engines."""


class NoChildError(Exception):
    """A child process cannot be started here."""


class Run(Protocol):
    """A place where one job runs at a time."""

    @property
    def folder(self) -> Path | None:
        """Where engines may write, if anywhere."""
        ...

    def start(self, job: Job) -> None:
        """Begin a job; the last one is over."""
        ...

    def get(self, timeout: float) -> Message | None:
        """Return the next message, None after `timeout` seconds without one."""
        ...

    def interrupt(self) -> None:
        """Ask for the job to be over soon, with a last message."""
        ...

    def close(self) -> None:
        """Leave nothing behind, whatever is running."""
        ...


class ThreadRun:
    """A thread, for jobs with a short limit, and where there cannot be a child.

    An engine does not heed Ctrl-C in a thread, and HiGHS nothing but its own time limit. Each job has a new thread,
    because HiGHS keeps the number of its helpers by thread.

    Parameters
    ----------
    listens : bool
        Whether the engine should be told to listen to `interrupt`; SCIP then prints an error that means nothing.
    """

    folder = None

    def __init__(self, listens: bool = False) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._listens = listens
        self._interrupter: Any = None

    def start(self, job: Job) -> None:
        """See `Run.start`."""
        if self._listens:
            from ortools.util.python.pybind_solve_interrupter import PySolveInterrupter

            self._interrupter = PySolveInterrupter()
        self._messages = queue.SimpleQueue()
        threading.Thread(target=work, args=(job, self._messages.put, self._interrupter), daemon=True).start()

    def get(self, timeout: float) -> Message | None:
        """See `Run.get`."""
        return _next(self._messages, timeout)

    def interrupt(self) -> None:
        """See `Run.interrupt`."""
        if self._interrupter is not None:
            self._interrupter.interrupt()

    def close(self) -> None:
        """See `Run.close`; a thread cannot be ended, so one that does not listen is left to itself."""
        self.interrupt()


class ChildRun:
    """A child process, which can be ended at any moment and does several jobs.

    It has a session of its own, so that Ctrl-C at a terminal reaches this process alone.

    Parameters
    ----------
    listens : bool
        Whether `interrupt` asks the engine, or ends the child.

    Raises
    ------
    NoChildError
        If there can be no child, here or later from `get`.
    """

    def __init__(self, listens: bool) -> None:
        if not sys.executable or getattr(sys, "frozen", False):
            raise NoChildError("this is no ordinary Python interpreter")
        self.folder = _new_folder()
        self._listens = listens
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._waiting: Job | None = None
        self._is_ready = False
        self._patience = time.monotonic() + STARTING
        try:
            self._process = _python("pdalloc.solvers.mip.worker", self.folder)
        except OSError as error:
            _remove(self.folder)
            raise NoChildError(str(error)) from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def process_id(self) -> int:
        """Number of the process."""
        return self._process.pid

    def start(self, job: Job) -> None:
        """See `Run.start`."""
        if self._is_ready:
            self._write(tuple(job))
        else:
            self._waiting = job

    def get(self, timeout: float) -> Message | None:
        """See `Run.get`."""
        message = _next(self._messages, timeout)
        if self._is_ready:
            return message
        if message is None:
            if time.monotonic() > self._patience:
                raise NoChildError(f"it did not start within {STARTING:g} s")
            return None
        if message[0] == ENDED:
            raise NoChildError(message[1])
        self._is_ready = message[0] == READY
        if self._waiting is not None:
            self._write(tuple(self._waiting))
            self._waiting = None
        return None

    def interrupt(self) -> None:
        """See `Run.interrupt`."""
        if self._listens and self._is_ready:
            self._write(None)
        else:
            self._process.kill()

    def close(self) -> None:
        """See `Run.close`."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        _remove(self.folder)

    def _write(self, message: Any) -> None:
        """Send the child something; that it is no more, the reader will say."""
        with contextlib.suppress(OSError):
            pickle.dump(message, self._process.stdin)  # type: ignore[arg-type]
            self._process.stdin.flush()  # type: ignore[union-attr]

    def _read(self) -> None:
        try:
            while True:
                self._messages.put(pickle.load(self._process.stdout))  # type: ignore[arg-type]
        except Exception:  # cut off anywhere
            self._messages.put((ENDED, self._last_words()))

    def _last_words(self) -> str:
        self._process.wait()
        errors = ""
        if self.folder is not None:
            with contextlib.suppress(OSError):
                errors = (self.folder / "errors").read_text(errors="replace").strip()
        return f"its process ended with code {self._process.returncode}" + (f": {errors[-500:]}" if errors else "")


def _new_folder() -> Path | None:
    """Return a new private folder; None where nothing can be written."""
    try:
        return Path(tempfile.mkdtemp(prefix="pdalloc-"))
    except OSError:
        return None


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _python(module: str, folder: Path | None) -> subprocess.Popen[bytes]:
    """Start a module that finds what this process finds; what it prints as errors goes to ``folder/errors``."""
    places = os.pathsep.join(os.path.abspath(place) for place in sys.path)
    separate: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        separate = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    with open(os.devnull if folder is None else folder / "errors", "wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", module, *([] if folder is None else [str(folder)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": places},
            **separate,
        )


def _next(messages: queue.SimpleQueue[Message], timeout: float) -> Message | None:
    try:
        return messages.get(timeout=timeout)
    except queue.Empty:
        return None
