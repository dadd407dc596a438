"""Running an engine on one job: in a thread of this process, or as the whole of a child process.

The child is ``python -m pdalloc.solvers.mip.worker [FOLDER]``. It reads pickled jobs from its standard input and writes
pickled messages to its standard output, ends when its input ends, which is also how it learns that its parent died, and
loads nothing but the engines.
"""

from __future__ import annotations

import os
import pickle
import queue
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias

Message: TypeAlias = tuple[str, Any]
"""What is told, and its content: one of the constants below."""
READY = "ready"  # nothing: the child has loaded the engines
LINE = "line"  # str, of the engine's log
INCUMBENT = "incumbent"  # bytes, as HiGHS writes a solution that is the best so far
RESULT = "result"  # bytes of a SolveResultProto; the job is over
FAILED = "failed"  # str, what the first engine said; the job is over
ENDED = "ended"  # str, why, as far as known; the child is no more


class Job(NamedTuple):
    """A program for an engine, in MathOpt's terms.

    Attributes
    ----------
    model, hints : bytes
        A ``ModelProto`` and a ``ModelSolveParametersProto``.
    trials : tuple of (int, bytes)
        Number in ``SolverTypeProto`` and ``SolveParametersProto`` of what to try, and of what next if that fails.
    incumbents : str
        Where HiGHS was told to write solutions while it runs; empty for nowhere.
    """

    model: bytes
    hints: bytes
    trials: tuple[tuple[int, bytes], ...]
    incumbents: str


def work(job: Job, send: Callable[[Message], None], interrupter: Any = None) -> None:
    """Do a job and tell of it; the last message is its result or its failure.

    Parameters
    ----------
    job : Job
    send : callable
        Takes each message, in this thread. It must not raise: an exception that an engine sees ends the process.
    interrupter : PySolveInterrupter, optional
    """
    from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2
    from ortools.math_opt.core.python import solver

    tail = _Tail(job.incumbents) if job.incumbents else None

    def hear(lines: list[str]) -> None:
        if tail and (text := tail.read()):
            send((INCUMBENT, text))
        for line in lines:
            send((LINE, line))

    failures = []
    for engine, parameters in job.trials:
        try:
            result = solver.solve(
                model_pb2.ModelProto.FromString(job.model),
                engine,
                parameters_pb2.SolverInitializerProto(),
                parameters_pb2.SolveParametersProto.FromString(parameters),
                model_parameters_pb2.ModelSolveParametersProto.FromString(job.hints),
                hear,
                callback_pb2.CallbackRegistrationProto(),
                None,
                interrupter,
            )
        except Exception as error:
            failures.append(str(error))
        else:
            send((RESULT, result.SerializeToString()))
            return
    send((FAILED, failures[0]))


class _Tail:
    """What was added to a file of HiGHS since the last look.

    HiGHS writes through C's buffers, which are flushed here. Looked at from within HiGHS, as its log is heard, the text
    ends with a whole solution.
    """

    def __init__(self, path: str) -> None:
        import ctypes

        self.path = Path(path)
        self.path.unlink(missing_ok=True)
        self.position = 0
        self.flush = (ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)).fflush

    def read(self) -> bytes:
        self.flush(None)
        try:
            with self.path.open("rb") as file:
                file.seek(self.position)
                text = file.read()
        except OSError:
            return b""
        self.position += len(text)
        return text


def main() -> None:
    """Do jobs until the input ends."""
    from ortools.math_opt import parameters_pb2  # noqa: F401
    from ortools.math_opt.core.python import solver  # noqa: F401
    from ortools.util.python import pybind_solve_interrupter  # noqa: F401

    # what an engine prints must not come between the messages
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(message: Message) -> None:
        try:
            pickle.dump(message, output)
            output.flush()
        except OSError:
            _leave()

    jobs: queue.SimpleQueue[tuple[Job, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    send((READY, None))
    while True:
        job, interrupter = jobs.get()
        work(job, send, interrupter)


def _listen(jobs: queue.SimpleQueue[tuple[Job, Any]]) -> None:
    """Pass on jobs; None interrupts the last one."""
    from ortools.util.python.pybind_solve_interrupter import PySolveInterrupter

    interrupter = PySolveInterrupter()
    while True:
        try:
            message = pickle.load(sys.stdin.buffer)
        except (EOFError, OSError, pickle.UnpicklingError):
            _leave()
        if message is None:
            interrupter.interrupt()
        else:
            interrupter = PySolveInterrupter()
            jobs.put((Job(*message), interrupter))


def _leave() -> NoReturn:
    """End at once, because the parent is no more, and remove the folder that it would have removed."""
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
