"""Minimising a program by an engine of OR-Tools so that time limit, stop flag and Ctrl-C are always heeded.

HiGHS hears nothing before it is done, and SCIP not in the middle of a step. So a program runs in a child process that
can be ended at any moment, and what HiGHS had found by then is read from the solutions that it writes on its way. Only
a program so small that it may be done before a child has started is first tried in a thread of this process.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType

from pdalloc.arrays import FloatArray
from pdalloc.context import Context
from pdalloc.errors import OptionError, SolverError
from pdalloc.solvers.mip.logs import READERS
from pdalloc.solvers.mip.program import Program
from pdalloc.solvers.mip.runs import ChildRun, NoChildError, Run, ThreadRun
from pdalloc.solvers.mip.search import Answer, Ending, Search
from pdalloc.solvers.mip.worker import ENDED, FAILED, INCUMBENT, LINE, RESULT, Job

__all__ = ["ENGINES", "Answer", "Ending", "Engine"]

logger = logging.getLogger("pdalloc")

ENGINES = {"highs": "HiGHS", "scip": "SCIP", "cp-sat": "CP-SAT"}
"""Each engine, and how it writes its name."""

SMALL = 10_000
"""Entries of a program that is first tried in this process."""

MOMENT = 0.5
"""Seconds for that."""

POLL = 0.05
"""Seconds between two looks at the clock and the stop flag."""

OVERRUN = 0.4
"""Seconds after the time limit in which an engine may stop of its own accord."""

GRACE = 1.2
"""Seconds for an engine to end once it is asked to."""


class Engine:
    """An engine of OR-Tools; a context manager, because it may own a child process.

    The same program gives the same answer unless its search is cut short: one thread, one seed, and no step that
    depends on the clock. Gaps are closed to zero, as far as the floating point of HiGHS and SCIP tells costs apart.

    Parameters
    ----------
    name : str
        "highs", "scip" or "cp-sat"; the last is for programs of whole columns and whole coefficients.
    context : Context
        Its time limit and stop flag end a search, within two seconds.
    report : callable, optional
        Called with the best cost (None before there is one) and the bound when they change, in the calling thread.
        What it raises ends the search.

    Examples
    --------
    >>> import numpy as np, scipy.sparse
    >>> rows = scipy.sparse.csr_array([[1.0, 1.0, 1.0]])
    >>> two = np.array([2.0])
    >>> program = Program(np.array([3.0, 1.0, 2.0]), rows, two, two, np.zeros(3), np.ones(3), np.ones(3, np.bool_))
    >>> with Engine("highs", Context.from_seed(0)) as engine:
    ...     engine.minimise(program)
    Answer(ending=<Ending.PROVED: 'proved'>, values=array([0., 1., 1.]), bound=3.0)
    """

    def __init__(
        self, name: str, context: Context, report: Callable[[float | None, float], None] | None = None
    ) -> None:
        if name not in ENGINES:
            raise OptionError(f"engine is {name!r}; it is one of {', '.join(map(repr, ENGINES))}")
        self.name = name
        self._context = context
        self._report = report
        self._run: Run | None = None
        self._is_interrupted = False

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def child_id(self) -> int | None:
        """Process number of the child; None if there is none."""
        return self._run.process_id if isinstance(self._run, ChildRun) else None

    def prepare(self) -> None:
        """Start the child process now, so that it is ready by the time a large program is built."""
        if self._run is None:
            try:
                self._run = ChildRun(listens=self.name != "highs")
            except NoChildError as error:
                self._run = self._without_child(error)

    def close(self) -> None:
        """End the child process, if there is one."""
        if self._run is not None:
            self._run.close()
            self._run = None

    def minimise(self, program: Program, *, start: FloatArray | None = None) -> Answer:
        """Return the best solution, or the best that was found in time.

        Parameters
        ----------
        program : Program
        start : float array, shape (columns,), optional
            A solution: where the engine begins, and the answer if it finds no better one.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C came before there was a solution.
        OptionError
            If the program is not one for CP-SAT.
        SolverError
            If the engine failed; it is then named with its words.
        """
        if self.name == "cp-sat" and not program.is_whole:
            raise OptionError("engine 'cp-sat' takes whole columns, coefficients and costs only; use engine 'highs'")
        if program.is_empty:
            return Answer(Ending.INFEASIBLE, None, math.inf)
        search = Search(ENGINES[self.name], program, start, self._report)
        if self._is_over():
            return search.stopped()
        answer = None
        # HiGHS may print a line on other programs, and nothing may be printed by this process
        if program.rows.nnz <= SMALL and (self.name != "highs" or program.is_binary):
            answer = self._search(search, ThreadRun(), MOMENT)
        if answer is None or (answer.ending is Ending.STOPPED and not self._is_over()):
            answer = self._search_in_child(search)
        if answer.values is None and answer.ending is Ending.STOPPED and self._is_interrupted:
            raise KeyboardInterrupt
        return answer

    def _search_in_child(self, search: Search) -> Answer:
        self.prepare()
        assert self._run is not None
        try:
            answer = self._search(search, self._run)
        except NoChildError as error:
            self.close()
            self._run = self._without_child(error)
            answer = self._search(search, self._run)
        if answer.ending is Ending.STOPPED:
            self.close()
            if self._context.time_limit is None and not self._is_over():
                raise SolverError(f"{search.engine} gave up, though nothing told it to")
        return answer

    def _search(self, search: Search, run: Run, seconds: float = math.inf) -> Answer:
        """Search until there is an answer, or time, stop flag or Ctrl-C ends it."""
        patience = time.monotonic() + seconds + GRACE
        try:
            run.start(self._job(search, run, seconds))
            answer = self._follow(search, run, lambda: self._is_over() or time.monotonic() > patience)
        except KeyboardInterrupt:
            self._is_interrupted = True
            answer = None
        except BaseException:
            self.close()
            raise
        if answer is not None:
            return answer
        run.interrupt()
        patience = time.monotonic() + GRACE
        try:
            answer = self._follow(search, run, lambda: time.monotonic() > patience)
        except (SolverError, NoChildError):
            # it was ended, as asked, perhaps before it had begun
            answer = None
        return answer or search.stopped()

    def _follow(self, search: Search, run: Run, is_over: Callable[[], bool]) -> Answer | None:
        """Take the messages of a run until its answer comes; None if it is over before."""
        while not is_over():
            message = run.get(POLL)
            if message is None:
                continue
            kind, content = message
            if kind == LINE:
                standing = READERS[self.name](content)
                if standing is not None:
                    search.tell(*standing)
            elif kind == INCUMBENT:
                search.offer_written(content)
            elif kind == RESULT:
                return search.finish(content)
            elif kind in (FAILED, ENDED):
                raise SolverError(f"{search.engine} failed: {content}")
        return None

    def _is_over(self) -> bool:
        stop = self._context.stop
        return self._is_interrupted or self._remaining() < -OVERRUN or (stop is not None and stop.is_set())

    def _remaining(self) -> float:
        limit = self._context.time_limit
        return math.inf if limit is None else limit - self._context.elapsed

    def _without_child(self, error: NoChildError) -> Run:
        logger.warning(
            "%s runs in this process, where it may not heed a stop: no child process (%s)", ENGINES[self.name], error
        )
        return ThreadRun(listens=True)

    def _job(self, search: Search, run: Run, seconds: float) -> Job:
        from ortools.math_opt import model_parameters_pb2

        incumbents = "" if run.folder is None else str(run.folder / "incumbents")
        hints = model_parameters_pb2.ModelSolveParametersProto()
        if search.start is not None:
            hint = hints.solution_hints.add().variable_values
            hint.ids.extend(range(len(search.start)))
            hint.values.extend(search.start.tolist())
        return Job(
            search.program.to_proto().SerializeToString(),
            hints.SerializeToString(),
            _trials(self.name, min(seconds, self._remaining()), incumbents),
            incumbents,
        )


def _trials(name: str, seconds: float, incumbents: str) -> tuple[tuple[int, bytes], ...]:
    """Return which engine is to be run with which parameters, and which if that fails.

    Both second choices are for programs without a solution: the presolve of HiGHS trips over one in some thousand of
    them, and CP-SAT calls it an invalid model when it divides a row by its divisor and nothing whole is left.
    """
    from ortools.math_opt import parameters_pb2

    highs, scip, cp_sat = (
        parameters_pb2.SolveParametersProto(relative_gap_tolerance=0.0, absolute_gap_tolerance=0.0, random_seed=0)
        for _ in range(3)
    )
    if math.isfinite(seconds):
        for parameters in (highs, scip, cp_sat):
            parameters.time_limit.FromTimedelta(timedelta(seconds=max(seconds, 0.0)))
    highs.highs.int_options["threads"] = 1
    if incumbents:
        highs.highs.string_options["mip_improving_solution_file"] = incumbents
    scip.threads = 1
    scip.gscip.bool_params["misc/catchctrlc"] = False
    cp_sat.cp_sat.num_workers = 1
    cp_sat.cp_sat.catch_sigint_signal = False
    without_presolve = parameters_pb2.SolveParametersProto()
    without_presolve.CopyFrom(highs)
    without_presolve.presolve = parameters_pb2.EMPHASIS_OFF
    trials = {
        "highs": ((parameters_pb2.SOLVER_TYPE_HIGHS, highs), (parameters_pb2.SOLVER_TYPE_HIGHS, without_presolve)),
        "scip": ((parameters_pb2.SOLVER_TYPE_GSCIP, scip),),
        "cp-sat": ((parameters_pb2.SOLVER_TYPE_CP_SAT, cp_sat), (parameters_pb2.SOLVER_TYPE_GSCIP, scip)),
    }
    return tuple((engine, parameters.SerializeToString()) for engine, parameters in trials[name])
