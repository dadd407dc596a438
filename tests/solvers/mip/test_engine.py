"""The engines agree with brute force, and time limit, stop flag and Ctrl-C end them with the best found."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from pdalloc.arrays import FloatArray
from pdalloc.context import Context
from pdalloc.errors import OptionError, SolverError
from pdalloc.solvers.mip import engine as engine_module
from pdalloc.solvers.mip.engine import ENGINES, Answer, Ending, Engine
from pdalloc.solvers.mip.program import Program
from tests.depth import examples
from tests.solvers.mip.programs import EASY, HARD, NOTHING_TAKEN, market_split

every_engine = pytest.mark.parametrize("name", ENGINES)
SETTINGS = settings(max_examples=examples(60))


@pytest.fixture
def always_in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SMALL", -1)


@pytest.fixture(scope="module")
def engines() -> Iterator[dict[str, Engine]]:
    """The engines, each with one child for all tests."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(Engine(name, Context.from_seed(0))) for name in ENGINES}


def minimise(name: str, program: Program, start: FloatArray | None = None) -> Answer:
    with Engine(name, Context.from_seed(0)) as engine:
        return engine.minimise(program, start=start)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Small programs of whole numbers, many of them without a solution."""
    rows, columns = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    numbers = st.integers(-4, 4)
    matrix = np.zeros((rows, columns))
    matrix[:] = np.reshape(draw(st.lists(numbers, min_size=matrix.size, max_size=matrix.size)), matrix.shape)
    bounds = st.tuples(st.one_of(st.just(-np.inf), numbers), st.one_of(st.just(np.inf), numbers))
    lower, upper = np.array(draw(st.lists(bounds, min_size=rows, max_size=rows)), float).reshape(rows, 2).T
    least = np.array(draw(st.lists(st.integers(-2, 1), min_size=columns, max_size=columns)), float)
    width = np.array(draw(st.lists(st.integers(0, 3), min_size=columns, max_size=columns)), float)
    cost = np.array(draw(st.lists(numbers, min_size=columns, max_size=columns)), float)
    return Program(cost, scipy.sparse.csr_array(matrix), lower, upper, least, least + width, np.ones(columns, np.bool_))


def brute_force(program: Program) -> float | None:
    """Return the smallest cost among all whole points; None if none is a solution."""
    matrix = program.rows.toarray()
    points = itertools.product(
        *(range(int(low), int(high) + 1) for low, high in zip(program.least, program.most, strict=True))
    )
    costs = [
        float(program.cost @ point)
        for point in (np.array(point, float) for point in points)
        if ((program.lower <= matrix @ point) & (matrix @ point <= program.upper)).all()
    ]
    return min(costs, default=None)


@every_engine
@SETTINGS
@given(program=programs())
def test_an_engine_finds_what_brute_force_finds(name: str, engines: dict[str, Engine], program: Program) -> None:
    answer, expected = engines[name].minimise(program), brute_force(program)
    if expected is None:
        assert answer == Answer(Ending.INFEASIBLE, None, np.inf)
        return
    assert (answer.ending, answer.bound) == (Ending.PROVED, expected)
    assert answer.values is not None
    assert program.cost @ answer.values == expected
    assert program.allows(answer.values)


@every_engine
@pytest.mark.parametrize(
    "row",
    [
        ([-1.0, 3.0, -3.0], -4.0, [-1.0, 1.0, 0.0], [0.0, 1.0, 3.0]),  # trips the presolve of HiGHS
        ([2.0, -4.0, -2.0], 1.0, [0.0, -1.0, 0.0], [3.0, 0.0, 3.0]),  # is an invalid model to CP-SAT
    ],
)
def test_a_program_over_which_an_engine_trips_has_no_solution(
    name: str, row: tuple[list[float], float, list[float], list[float]], engines: dict[str, Engine]
) -> None:
    coefficients, value, least, most = row
    sides = np.array([value])
    program = Program(
        np.array([3.0, 2.0, 0.0]),
        scipy.sparse.csr_array(np.array([coefficients]), shape=(1, 3)),
        sides,
        sides,
        np.array(least),
        np.array(most),
        np.ones(3, np.bool_),
    )
    assert engines[name].minimise(program).ending is Ending.INFEASIBLE
    assert brute_force(program) is None


@pytest.mark.parametrize("name", ["highs", "scip"])
@SETTINGS
@given(program=programs(), data=st.data())
def test_columns_may_be_continuous(
    name: str, engines: dict[str, Engine], program: Program, data: st.DataObject
) -> None:
    columns = len(program.cost)
    whole = np.array(data.draw(st.lists(st.booleans(), min_size=columns, max_size=columns)), np.bool_)
    program = replace(program, is_integer=whole)
    answer = engines[name].minimise(program)
    if program.is_empty or not columns:
        return
    expected = scipy.optimize.milp(
        program.cost,
        integrality=whole.astype(int),
        bounds=scipy.optimize.Bounds(program.least, program.most),
        constraints=scipy.optimize.LinearConstraint(program.rows, program.lower, program.upper)
        if program.rows.shape[0]
        else (),
    )
    assert (answer.ending is Ending.PROVED) == expected.success
    if answer.values is not None:
        assert program.allows(answer.values)
        assert program.cost @ answer.values == pytest.approx(expected.fun, abs=1e-6)


def test_cp_sat_refuses_a_continuous_column() -> None:
    program = replace(EASY, is_integer=np.arange(len(EASY.cost)) > 0)
    with pytest.raises(OptionError, match=r"engine 'cp-sat' takes whole columns, .* only; use engine 'highs'"):
        minimise("cp-sat", program)


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(OptionError, match=r"engine is 'glpk'; it is one of 'highs', 'scip', 'cp-sat'"):
        Engine("glpk", Context.from_seed(0))


@every_engine
def test_thread_and_child_give_the_same_bytes_every_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = market_split(2, 12)
    values = [minimise(name, program).values for _ in range(2)]
    monkeypatch.setattr(engine_module, "SMALL", -1)
    with Engine(name, Context.from_seed(0)) as engine:
        answers = [engine.minimise(program), engine.minimise(EASY), engine.minimise(program)]
    assert answers[1].ending is Ending.PROVED
    values += [answers[0].values, answers[2].values]
    assert len({None if one is None else one.tobytes() for one in values}) == 1
    assert values[0] is not None


@every_engine
@pytest.mark.usefixtures("always_in_a_child")
def test_one_child_serves_all_programs_of_an_engine(name: str) -> None:
    with Engine(name, Context.from_seed(0)) as engine:
        engine.prepare()
        child = engine.child_id
        assert child is not None
        assert engine.minimise(EASY).ending is Ending.PROVED
        assert engine.minimise(EASY).ending is Ending.PROVED
        assert engine.child_id == child
    assert is_gone(child)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@every_engine
@pytest.mark.usefixtures("always_in_a_child")
def test_the_stop_flag_ends_a_search_with_the_best_found(name: str) -> None:
    stop = threading.Event()

    def report(best: float | None, bound: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        if best is not None:
            stop.set()

    context = Context(np.random.default_rng(0), stop=stop)
    with Engine(name, context, report) as engine:
        engine.prepare()
        child = engine.child_id
        answer = engine.minimise(HARD)
    assert answer.ending is Ending.STOPPED
    assert answer.values is not None
    assert HARD.allows(answer.values)
    assert answer.bound <= HARD.cost @ answer.values
    assert child is not None
    assert is_gone(child)


@every_engine
@pytest.mark.usefixtures("always_in_a_child")
def test_the_time_limit_ends_a_search_with_the_best_found(name: str) -> None:
    context = Context(np.random.default_rng(0), time_limit=0.7)
    with Engine(name, context) as engine:
        answer = engine.minimise(HARD, start=NOTHING_TAKEN)
        assert engine.child_id is None
        assert engine.minimise(HARD) == Answer(Ending.STOPPED, None, -np.inf)
    assert answer.ending is Ending.STOPPED
    assert answer.values is not None
    assert HARD.allows(answer.values)
    assert HARD.cost @ answer.values < HARD.cost @ NOTHING_TAKEN


def test_a_search_stopped_at_once_returns_its_start() -> None:
    stop = threading.Event()
    stop.set()
    with Engine("highs", Context(np.random.default_rng(0), stop=stop)) as engine:
        answer = engine.minimise(HARD, start=NOTHING_TAKEN)
    assert answer.values is not None
    assert (answer.ending, answer.values.tolist()) == (Ending.STOPPED, NOTHING_TAKEN.tolist())


@every_engine
@pytest.mark.usefixtures("always_in_a_child")
def test_a_stop_while_the_child_starts_is_no_failure_to_start(name: str, caplog: pytest.LogCaptureFixture) -> None:
    class StopAtTheSecondLook:
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 1

    threads = threading.active_count()
    with Engine(name, Context(np.random.default_rng(0), stop=StopAtTheSecondLook())) as engine:
        assert engine.minimise(HARD) == Answer(Ending.STOPPED, None, -np.inf)
    assert caplog.text == ""
    assert threading.active_count() == threads


def test_a_start_that_is_no_solution_is_refused() -> None:
    with pytest.raises(SolverError, match="the solution to start from breaks the program"):
        minimise("highs", HARD, start=0 * NOTHING_TAKEN)


@every_engine
def test_a_start_does_not_change_the_smallest_cost(name: str) -> None:
    start = np.concatenate([np.zeros(8), EASY.lower, np.zeros(1)])
    assert minimise(name, EASY, start).bound == minimise(name, EASY).bound


@every_engine
@pytest.mark.usefixtures("always_in_a_child")
def test_what_a_report_raises_ends_the_child(name: str) -> None:
    def report(best: float | None, bound: float) -> None:
        raise LookupError("enough")

    with Engine(name, Context.from_seed(0), report) as engine:
        engine.prepare()
        child = engine.child_id
        with pytest.raises(LookupError, match="enough"):
            engine.minimise(HARD)
        assert child is not None
        assert is_gone(child)


@pytest.mark.usefixtures("always_in_a_child")
def test_the_death_of_a_child_is_told() -> None:
    def report(best: float | None, bound: float) -> None:
        assert engine.child_id is not None
        os.kill(engine.child_id, signal.SIGKILL)

    with (
        Engine("highs", Context.from_seed(0), report) as engine,
        pytest.raises(SolverError, match="HiGHS failed: its process ended with code -9"),
    ):
        engine.minimise(HARD)


@pytest.mark.usefixtures("always_in_a_child")
@pytest.mark.parametrize("executable", ["", "/bin/false", "/nowhere/python"])
def test_without_a_child_an_engine_runs_in_this_process(
    executable: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    with caplog.at_level(logging.WARNING, "pdalloc"):
        assert minimise("highs", EASY).ending is Ending.PROVED
    assert "HiGHS runs in this process, where it may not heed a stop: no child process (" in caplog.text


@every_engine
@pytest.mark.usefixtures("always_in_a_child")
def test_an_engine_needs_no_place_to_write(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert minimise(name, EASY).ending is Ending.PROVED


SEARCH = """
import os, signal, sys
import numpy as np
from pdalloc import Context
from pdalloc.solvers.mip import engine as engine_module
from pdalloc.solvers.mip.engine import Engine
from tests.solvers.mip.programs import BINARY, HARD

name, begun = sys.argv[1], False
"""

INTERRUPTED = """
def report(best, bound):
    global begun
    if engine.child_id is not None and best is not None and not begun:
        begun = True
        print(engine.child_id, flush=True)

with Engine(name, Context.from_seed(0), report) as engine:
    answer = engine.minimise(HARD)
print(answer.ending.value, HARD.allows(answer.values))
"""

INTERRUPTED_EARLY = """
engine_module.Engine._is_over = lambda self: os.kill(os.getpid(), signal.SIGINT) or False
with Engine(name, Context.from_seed(0)) as engine:
    try:
        engine.minimise(HARD)
    except KeyboardInterrupt:
        print("interrupted")
"""

HANDLERS = """
import re

def is_caught():
    caught = re.search(r"SigCgt:\\s*(\\w+)", open("/proc/self/status").read())[1]
    return bool(int(caught, 16) & 1 << signal.SIGINT - 1)

class Stop:
    def is_set(self):
        return begun

def report(best, bound):
    global begun
    begun = True
    print(engine.name, engine.child_id, is_caught(), flush=True)

signal.signal(signal.SIGINT, signal.SIG_DFL)
for name in engine_module.ENGINES:
    begun = False
    with Engine(name, Context(np.random.default_rng(0), stop=Stop()), report) as engine:
        engine.minimise(BINARY)
    print(engine.name, engine.child_id, is_caught())
"""


def python(program: str, *arguments: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join([os.getcwd(), *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, "-c", SEARCH + program, *arguments],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@every_engine
def test_control_c_ends_a_search_with_the_best_found(name: str) -> None:
    with python(INTERRUPTED, name) as run:
        assert run.stdout is not None
        child = int(run.stdout.readline())
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate()
    assert (output, errors) == ("stopped True\n", "")
    assert is_gone(child)


def test_control_c_before_any_solution_is_raised() -> None:
    with python(INTERRUPTED_EARLY, "highs") as run:
        output, errors = run.communicate()
    assert (output, errors) == ("interrupted\n", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the signals that a Linux process catches")
def test_no_engine_installs_a_signal_handler() -> None:
    with python(HANDLERS, "") as run:
        output, errors = run.communicate()
    # while they run in a thread, and afterwards
    assert len(output.splitlines()) > 2 * len(ENGINES)
    assert set(output.splitlines()) == {f"{name} None False" for name in ENGINES}
    assert errors == ""


ORPHAN = """
def report(best, bound):
    if engine.child_id is not None:
        print(engine._run.folder, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

engine_module.SMALL = -1
with Engine(name, Context.from_seed(0), report) as engine:
    engine.minimise(HARD)
"""


def test_a_child_ends_with_its_parent_and_tidies_up() -> None:
    with python(ORPHAN, "highs") as run:
        output, _ = run.communicate()
    folder = Path(output.strip())
    for _ in range(600):
        if not folder.exists():
            break
        time.sleep(0.05)
    assert folder.name.startswith("pdalloc-")
    assert not folder.exists()
