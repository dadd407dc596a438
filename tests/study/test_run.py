"""Studies give the same rows wherever they run, and a run that fails is a row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdalloc as pa
from pdalloc import Progress, Study, StudyResults, read_study
from pdalloc.errors import OptionError, StudyError
from pdalloc.generators import capacities, impartial_culture, market
from pdalloc.study.problems import Problems
from pdalloc.study.rows import TIMINGS
from pdalloc.study.solvers import Solvers
from pdalloc.study.streams import stream_seed
from tests.study.counting import Counting, exits, no_day, no_number, no_problem, runs_of, worker_process

RULES = ["first-come", "lottery", "draft", "boston", "deferred-acceptance", "probabilistic-serial", "flow"]


def small_day(seed: int = 1) -> pa.Problem:
    return market(impartial_culture(15, 5, 4, seed=seed), capacities(15, 5, slack=0.9, seed=seed))


def rows(results: StudyResults) -> pd.DataFrame:
    return results.frame.drop(columns=list(TIMINGS))


@pytest.fixture(scope="module")
def study() -> Study:
    problems: Problems = {
        "fixed": small_day(),
        "made": partial(pa.generators.day, 30, 6, 2, 3),
        "wide": market([[0, 1], [1, -1]], [1, 1]),
    }
    solvers = {name: name for name in RULES} | {"generous": ("flow", {"objective": "generous"})}
    return Study(problems, solvers, seeds=[2, 5, 3], also=["groups"])


@pytest.fixture(scope="module")
def serial(study: Study) -> StudyResults:
    return study.run()


def test_there_is_a_row_for_every_combination_in_order(study: Study, serial: StudyResults) -> None:
    expected = [
        (problem.name, seed, solver.name)
        for problem in study.problems
        for seed in (2, 3, 5)
        for solver in study.solvers
    ]
    assert list(serial.frame[["problem", "seed", "solver"]].itertuples(index=False, name=None)) == expected
    assert len(study) == len(expected) == 72
    assert serial.failures().empty


def test_processes_give_the_rows_of_a_serial_run(study: Study, serial: StudyResults) -> None:
    pd.testing.assert_frame_equal(rows(study.run(workers=2)), rows(serial))


def test_threads_give_the_rows_of_a_serial_run(study: Study, serial: StudyResults) -> None:
    with ThreadPoolExecutor(3) as executor:
        pd.testing.assert_frame_equal(rows(study.run(executor=executor)), rows(serial))


class Backwards(Executor):
    """Does what it is given only when it has room for no more, the last one first."""

    _max_workers = 3

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, partial(fn, *args, **kwargs)))
        if len(self.waiting) == 6 or fn.__name__ != "work":
            self.finish()
        return future

    def finish(self) -> None:
        for future, call in reversed(self.waiting):
            future.set_result(call())
        self.waiting.clear()


def test_the_order_of_workers_changes_nothing(study: Study, serial: StudyResults) -> None:
    executor = Backwards()
    # the last few batches are fewer than it waits for
    results = study.run(executor=executor, progress=lambda progress: executor.finish())
    pd.testing.assert_frame_equal(rows(results), rows(serial))


@pytest.fixture(scope="module")
def dask_executor() -> Iterator[Executor]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor()


def test_dask_gives_the_rows_of_a_serial_run_from_other_processes(
    study: Study, serial: StudyResults, dask_executor: Executor, tmp_path: Path
) -> None:
    pd.testing.assert_frame_equal(rows(study.run(tmp_path, executor=dask_executor)), rows(serial))
    slow = {"counting": Counting(str(tmp_path / "counts"), 0.1)}
    where = Study(small_day(), slow, 8, [worker_process]).run(executor=dask_executor, workers=2)
    pids = set(where.frame["worker_process"])
    assert os.getpid() not in pids
    assert len(pids) == 2


def test_processes_are_others_than_the_parent(tmp_path: Path) -> None:
    slow = {"counting": Counting(str(tmp_path / "counts"), 0.1)}
    pids = set(Study(small_day(), slow, 30, [worker_process]).run(workers=2).frame["worker_process"])
    assert os.getpid() not in pids
    assert len(pids) == 2


def test_every_row_can_be_made_again_by_solve(serial: StudyResults) -> None:
    fixed = serial.frame[(serial.frame["problem"] == "fixed") & (serial.frame["solver"] != "generous")]
    for row in fixed.to_dict("records"):
        result = pa.solve(small_day(), row["method"], seed=row["solve_seed"])
        assert pa.metrics.rank_cost(result.allocation) == row["total rank cost"]
        assert result.provenance.problem_hash == row["problem_hash"]


def test_figures_are_those_of_an_audit(serial: StudyResults) -> None:
    row = serial.frame.query("problem == 'fixed' and solver == 'lottery' and seed == 3").iloc[0]
    audit = pa.audit(pa.solve(small_day(), "lottery", seed=int(row["solve_seed"]))).to_frame()[""]
    np.testing.assert_array_equal(row[audit.index].to_numpy(float), audit.to_numpy(float))


def test_all_solvers_draw_the_same_numbers_for_a_problem_and_seed(serial: StudyResults) -> None:
    assert (serial.frame.groupby(["problem", "seed"])["solve_seed"].nunique() == 1).all()
    assert serial.frame["solve_seed"].nunique() == 9
    # a lottery and a serial dictatorship in a drawn order are the same rule
    both = Study(small_day(), ["lottery", "draft"], 20, ["total rank cost"]).run().values("total rank cost", "problem")
    assert (both[:, 0] == both[:, 1]).all()


def test_the_name_of_a_problem_is_no_part_of_chance() -> None:
    one, other = (rows(Study({name: small_day()}, "lottery", 5).run()) for name in ("one", "other"))
    pd.testing.assert_frame_equal(one.drop(columns="problem"), other.drop(columns="problem"))


def test_a_function_makes_a_new_problem_for_each_seed(serial: StudyResults) -> None:
    hashes = serial.frame.groupby("problem")["problem_hash"].nunique().to_dict()
    assert hashes == {"fixed": 1, "made": 3, "wide": 1}
    made = serial.frame[serial.frame["problem"] == "made"]
    assert (made.groupby("seed")["problem_hash"].nunique() == 1).all()


def test_a_solver_without_chance_is_run_once_on_a_problem_that_stays_the_same(serial: StudyResults) -> None:
    known = serial.frame["runtime"].notna().groupby([serial.frame["problem"], serial.frame["solver"]]).sum()
    assert known["fixed", "generous"] == 1
    assert known["made", "generous"] == 3
    assert known["fixed", "lottery"] == 3


def test_each_of_many_solvers_without_chance_is_run_once() -> None:
    many: Solvers = {f"flow {number}": "flow" for number in range(40)}
    frame = Study(small_day(), many, 3, ["mean rank"]).run().frame
    assert frame["runtime"].notna().sum() == 40


def test_runs_that_fail_are_rows_with_their_errors(tmp_path: Path) -> None:
    problems = {"problem": small_day(), "topics": pa.generators.day(30, 6, 2, 3, repeats=1, seed=1)}
    solvers: Solvers = {"fails": Counting(str(tmp_path / "counts"), does="fails"), "flow": "flow", "mip": "mip"}
    results = Study(problems, solvers, 2).run()
    expected = ["failed", "optimal", "optimal"] * 2 + ["unsupported", "unsupported", "optimal"] * 2
    assert results.frame["status"].tolist() == expected
    errors = results.frame["error"].tolist()
    assert errors[0] == "ZeroDivisionError: as it was told"
    assert str(errors[7]).startswith("UnsupportedError: solver 'flow' does not handle ")
    assert results.frame["places filled"].isna().tolist() == results.frame["error"].notna().tolist()
    assert results.notes()[0] == "2 of the runs of fails on problem gave no figures: failed; see failures()"


@pytest.mark.parametrize("workers", [1, 2])
def test_whatever_a_run_raises_is_a_row(tmp_path: Path, workers: int) -> None:
    does = ["exits", "says no text", "says what no file can hold"]
    solvers: Solvers = {each: Counting(str(tmp_path / "counts"), 0, each) for each in does}
    results = Study(small_day(), solvers, 1).run(tmp_path / "study", workers=workers)
    assert results.frame["error"].tolist() == [
        "SystemExit: 0",
        "SpeechlessError: (it has no text: LookupError)",
        "ValueError: caf\\udce9",
    ]


def test_a_metric_or_a_maker_of_problems_that_exits_fails_only_its_runs() -> None:
    results = Study({"problem": small_day(), "none": no_day}, "flow", 1, ["mean rank", exits]).run()
    assert results.frame["error"].tolist() == ["MetricError: metric 'exits': SystemExit: 2", "SystemExit: 2"]


def test_a_problem_that_cannot_be_made_fails_only_its_own_runs() -> None:
    study = Study(no_problem, ["flow", "lottery"], 20)
    results = study.run()
    given = [stream_seed(study.problems[0].identity, seed, "problem") for seed in range(20)]
    expected = [["failed"] * 2 if seed % 2 else ["optimal", "rule"] for seed in given]
    assert results.frame["status"].tolist() == [status for both in expected for status in both]
    assert set(results.failures()["error"]) == {f"ValueError: no problem of {seed}" for seed in given if seed % 2}
    assert results.failures()["problem_hash"].isna().all()


def test_a_metric_that_fails_is_the_error_of_its_run() -> None:
    results = Study(small_day(), "flow", 1, [no_number, "places filled"]).run()
    assert results.frame["error"].tolist() == ["MetricError: metric 'no_number': LookupError: nothing here"]


def test_a_figure_goes_by_the_name_that_it_is_given() -> None:
    results = Study(small_day(), "flow", 1, {"mine": "mean rank", "again": "mean rank"}).run()
    assert results.figures == ("mine", "again")
    assert results.columns["mine"].better == "lower"


def test_a_metric_by_the_name_of_a_row_of_another_one_hides_nothing() -> None:
    both = {"places at each rank": "places at each rank", "places at rank 1": "places filled"}
    assert Study(small_day(), "flow", 1, both).run().frame["error"].tolist() == [
        "MetricError: metric 'places at rank 1' has the name of a row of another one; give it another name"
    ]


def test_a_time_limit_stops_a_run_not_the_study() -> None:
    day = pa.generators.lexington(1, repeats=5, minimum=8)
    results = Study(day, ["mip", "draft"], 1, ["mean rank"], time_limit=1e-6).run()
    assert results.frame["status"].tolist() == ["stopped", "unsupported"] or set(results.frame["status"]) == {"stopped"}
    assert results.frame["error"].notna().all()


def test_a_gap_is_that_of_the_first_open_level(tmp_path: Path) -> None:
    frame = Study(small_day(), ["flow", "lottery"], 1).run().frame
    assert frame["gap"].tolist()[0] == 0
    assert np.isnan(frame["gap"].tolist()[1])


def test_progress_ends_at_all_runs(study: Study) -> None:
    seen: list[Progress] = []
    study.run(workers=1, progress=seen.append)
    assert [report.done for report in seen] == sorted({report.done for report in seen})
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (72, 72, "runs")


def test_a_study_goes_on_with_more_seeds_and_solvers(tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    solvers: dict[str, Any] = {"counting": Counting(str(counts), 0)}
    Study(small_day(), solvers, 4).run(tmp_path / "study")
    more = solvers | {"flow": "flow"}
    results = Study({"problem": small_day()}, more, 6).run(tmp_path / "study")
    assert len(runs_of(counts)) == 6
    assert len(results.frame) == 12
    pd.testing.assert_frame_equal(rows(results), rows(Study(small_day(), more, 6).run()))
    fewer = Study(small_day(), solvers, [1, 5]).run(tmp_path / "study")
    assert fewer.frame["seed"].tolist() == [1, 5]
    assert len(read_study(tmp_path / "study").frame) == 12
    # the file is whole by itself
    assert len(pd.read_parquet(tmp_path / "study" / "runs.parquet")) == 12


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            Study(small_day(2), "flow", 2),
            "problem 'problem' is .* there, but .* here; name another folder, or make them",
        ),
        (Study(small_day(), {"flow": "lottery"}, 2), "solver 'flow' is flow .* there, but lottery .* here"),
        (Study(small_day(), "flow", 2, ["mean rank"]), r"the study there has other metrics \(.*Gini of shares.*\)"),
        (Study(small_day(), "flow", 2, time_limit=3), "the study there has time limit None, this one 3"),
    ],
)
def test_a_folder_is_never_filled_by_two_different_studies(tmp_path: Path, other: Study, message: str) -> None:
    Study(small_day(), "flow", 2).run(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(OptionError, match=message):
        other.run(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def share(allocation: pa.Allocation, part: int) -> float:
    return 1 / part


def test_parameters_of_functions_are_part_of_a_study(tmp_path: Path) -> None:
    Study(small_day(), "flow", 1, {"share": partial(share, part=1)}).run(tmp_path)
    with pytest.raises(OptionError, match="the study there has other metrics"):
        Study(small_day(), "flow", 1, {"share": partial(share, part=2)}).run(tmp_path)


def test_an_option_that_is_a_function_is_the_same_in_every_process() -> None:
    solver = Counting(file=share)  # type: ignore[arg-type]
    assert "0x" not in Study(small_day(), solver).solvers[0].identity


class Broken(Executor):
    """All of its workers die with the second batch."""

    _max_workers = 1

    def __init__(self) -> None:
        self.batches = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.batches += fn.__name__ == "work"
        if self.batches > 2:
            future.set_exception(BrokenProcessPool("a worker died"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_an_executor_that_breaks_ends_the_study_but_loses_nothing(tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    study = Study(small_day(), {"counting": Counting(str(counts), 0)}, 700)
    with pytest.raises(StudyError, match="the executor broke: one of its workers died; give a new one and run the"):
        study.run(tmp_path / "study", executor=Broken())
    assert 0 < len(runs_of(counts)) < 700
    study.run(tmp_path / "study")
    assert len(runs_of(counts)) == len(set(runs_of(counts))) == 700


def test_an_executor_that_takes_no_work_is_named() -> None:
    with ThreadPoolExecutor(1) as executor:
        executor.submit(int).result()
    with pytest.raises(StudyError, match=r"the executor takes no work: cannot schedule new .*; give a new one"):
        Study(small_day()).run(executor=executor)


class Homebody:
    """A metric that does not let itself be pickled."""

    def __reduce__(self) -> str:
        raise LookupError("stays here")

    def __call__(self, allocation: pa.Allocation) -> float:
        return 1.0


def test_what_cannot_travel_to_other_processes_is_refused_before_any_work() -> None:
    with pytest.raises(OptionError, match="cannot be sent to another process"):
        Study(lambda seed: small_day(), "flow").run(workers=2)
    with pytest.raises(OptionError, match="cannot be sent to another process"):
        Study(small_day(), "flow", metrics={"pid": lambda allocation: 1.0}).run(workers=2)
    with pytest.raises(OptionError, match=r"cannot be sent to another process \(LookupError: stays here\)"):
        Study(small_day(), "flow", metrics=[Homebody()]).run(workers=2)


def test_what_cannot_travel_runs_here() -> None:
    results = Study(lambda seed: small_day(), "flow", metrics={"one": lambda allocation: 1.0}).run()
    assert results.frame["one"].tolist() == [1.0]


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_workers_are_a_whole_number_from_1(workers: Any) -> None:
    with pytest.raises(OptionError, match=r"workers is .*; give a whole number from 1"):
        Study(small_day()).run(workers=workers)


def test_an_executor_is_one() -> None:
    with pytest.raises(OptionError, match=r"executor is 'dask'; give a concurrent.futures.Executor, such as Client"):
        Study(small_day()).run(executor="dask")  # type: ignore[arg-type]
