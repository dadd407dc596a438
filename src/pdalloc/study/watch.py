"""What keeps an eye on a worker process: that it ends with its study, and with a run that exceeds its time."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from pdalloc.errors import SolveStoppedError

__all__ = ["start_watching", "watched"]

LOOKS_EVERY = 0.2
"""Seconds."""

PATIENCE, MARGIN = 3.0, 5.0
"""A solver that looks at its time limit returns well within so many times that limit and so many seconds."""


class Watched(NamedTuple):
    """A solve that must have returned at a time of `time.monotonic`, and what to do if not."""

    latest: float
    give_up: Callable[[], None]


_running: Watched | None = None


def start_watching(line: Connection) -> None:
    """Begin to watch this process, a worker of its own study alone; called once when it starts.

    It ends when the other end of the line is closed, by the process that started it or by that one's own end, also in
    the middle of a run; and it leaves it to that process to answer an interrupt from the keyboard.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(line,), daemon=True).start()


@contextmanager
def watched(time_limit: float | None, tell: Callable[[Exception], None]) -> Iterator[None]:
    """Watch a solve: in a process that is watched, one that does not return in time is told and ends the process."""
    global _running
    if time_limit is None:
        yield
        return
    allowed = PATIENCE * time_limit + MARGIN
    error = SolveStoppedError(
        f"the solver did not return within {allowed:g} s, with a time limit of {time_limit:g} s; its process was ended"
    )
    _running = Watched(time.monotonic() + allowed, lambda: tell(error))
    try:
        yield
    finally:
        _running = None


def _watch(line: Connection) -> None:
    while not wait([line], timeout=LOOKS_EVERY):
        running = _running
        if running is not None and time.monotonic() > running.latest:
            running.give_up()
            break
    os._exit(1)
