"""A study that is killed loses nothing that had finished, and does not run it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from pdalloc import Study, StudyResults, read_study
from pdalloc.errors import OptionError, ProblemError
from pdalloc.generators import capacities, impartial_culture, market
from pdalloc.study import folder
from pdalloc.study.batch import Batch, work
from pdalloc.study.executors import Processes
from pdalloc.study.folder import FolderStore
from pdalloc.study.journal import read_journal, writing
from pdalloc.study.rows import TIMINGS
from pdalloc.study.solvers import Solvers
from tests.study.counting import Counting, runs_of

SEEDS = 60

PROGRAM = """
import sys
from tests.study.test_killed import study
if __name__ == "__main__":
    study(sys.argv[1], float(sys.argv[3])).run(sys.argv[2], workers=2)
"""


def study(counts: str | Path, seconds: float = 0.02, does: str = "") -> Study:
    """Every run of the counting solver leaves its seed in a file; the name of the file is no part of the rows."""
    day = market(impartial_culture(12, 4, 3, seed=1), capacities(12, 4, seed=1))
    return Study(day, {"counting": Counting(str(counts), seconds, does), "flow": "flow"}, SEEDS)


def rows(results: StudyResults) -> pd.DataFrame:
    return results.frame.drop(columns=[*TIMINGS, "options"])


def finished(folder: Path) -> set[int]:
    """The seeds of runs of the counting solver whose rows are kept, in whichever file."""
    kept = read_study(folder).frame if (folder / "study.json").exists() else pd.DataFrame({"solver": [], "seed": []})
    here = [row for file in (folder / "journals").glob("*.jsonl") for row in read_journal(file)]
    solve_seeds = kept.loc[kept["solver"] == "counting", "solve_seed"].tolist() if len(kept) else []
    return {*solve_seeds, *(row["solve_seed"] for row in here if row["solver"] == "counting")}


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return rows(study(tmp_path_factory.mktemp("unkilled") / "counts", 0).run())


def start(counts: Path, folder: Path, seconds: float) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", PROGRAM, str(counts), str(folder), str(seconds)]
    return subprocess.Popen(program, cwd=Path(__file__).parents[2])


def wait_for_runs(counts: Path, runs: int) -> None:
    latest = time.monotonic() + 60
    while not counts.exists() or len(runs_of(counts)) < runs:
        assert time.monotonic() < latest, "the study does not get on"
        time.sleep(0.01)


def test_a_study_whose_parent_is_killed_goes_on_where_it_was(tmp_path: Path, unkilled: pd.DataFrame) -> None:
    counts, folder = tmp_path / "counts", tmp_path / "study"
    parent = start(counts, folder, 0.05)
    wait_for_runs(counts, SEEDS // 3)
    workers = psutil.Process(parent.pid).children(recursive=True)
    parent.kill()
    parent.wait()
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive, "workers outlive their parent"
    before = Counter(runs_of(counts))
    done = finished(folder)
    assert SEEDS // 3 - 4 <= len(done) < SEEDS

    results = study(counts, 0.05).run(folder, workers=2)

    again = Counter(runs_of(counts)) - before
    assert not done & set(again), "a run that had finished was run again"
    assert len(again) == SEEDS - len(done)
    assert max(again.values()) == 1
    pd.testing.assert_frame_equal(rows(results), unkilled)
    assert sorted(path.name for path in folder.iterdir() if path.is_file() and path.name[0] != ".") == [
        "runs.parquet",
        "study.json",
    ]
    assert not list((folder / "journals").iterdir())
    assert not list((folder / "parts").iterdir())


def test_a_worker_that_is_killed_costs_only_the_run_it_was_at(tmp_path: Path, unkilled: pd.DataFrame) -> None:
    counts, folder = tmp_path / "counts", tmp_path / "study"
    results = study(counts, does="dies once").run(folder, workers=2)
    runs = Counter(runs_of(counts))
    # the run that was killed, and the one that the other worker was at
    assert 1 <= sum(runs.values()) - SEEDS <= 2
    assert set(runs) == set(unkilled.loc[unkilled["solver"] == "counting", "solve_seed"])
    pd.testing.assert_frame_equal(rows(results), unkilled)


def test_a_worker_that_is_killed_from_outside_costs_only_the_run_it_was_at(
    tmp_path: Path, unkilled: pd.DataFrame
) -> None:
    counts, folder = tmp_path / "counts", tmp_path / "study"
    parent = start(counts, folder, 0.05)
    wait_for_runs(counts, SEEDS // 4)
    os.kill(int(counts.read_text(encoding="utf-8").split()[-1]), signal.SIGKILL)
    assert parent.wait(timeout=60) == 0
    assert 0 <= len(runs_of(counts)) - SEEDS <= 2
    pd.testing.assert_frame_equal(rows(read_study(folder)), unkilled)


def test_workers_may_be_killed_while_their_parent_is_busy(
    tmp_path: Path, unkilled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarts: list[Processes] = []

    def kill_once(executor: Processes, *call: Any) -> Future[Any]:
        if call[0] is work and not restarts:
            restarts.append(executor)
            workers = list(executor._pool._processes.values())
            for worker in workers:
                worker.kill()
                worker.join()
            # the pool finds out
            latest = time.monotonic() + 30
            while not executor._pool._broken and time.monotonic() < latest:
                time.sleep(0.01)
        return executor._pool.submit(*call)

    monkeypatch.setattr(Processes, "submit", kill_once)
    results = study(tmp_path / "counts", 0).run(workers=2)
    assert restarts
    pd.testing.assert_frame_equal(rows(results), unkilled)


def test_a_run_that_kills_its_worker_is_a_row_with_its_error(tmp_path: Path) -> None:
    day = market([[0, 1], [1, 0]], [1, 1])
    solvers: Solvers = {"dies": Counting(str(tmp_path / "counts"), does="dies"), "flow": "flow"}
    results = Study(day, solvers, 2).run(workers=2)
    assert results.frame["status"].tolist() == ["failed", "optimal"] * 2
    assert results.failures()["error"].unique().tolist() == [
        "StudyError: the process that ran it died: it was killed, ran out of memory or crashed"
    ]


def test_a_solver_that_ignores_its_time_limit_is_ended(tmp_path: Path) -> None:
    day = market([[0, 1], [1, 0]], [1, 1])
    solvers: Solvers = {"never": Counting(str(tmp_path / "counts"), does="never ends"), "flow": "flow"}
    results = Study(day, solvers, 1, time_limit=0.01).run(workers=2)
    assert results.frame["status"].tolist() == ["stopped", "optimal"]
    assert results.failures()["error"].item() == (
        "SolveStoppedError: the solver did not return within 5.03 s, with a time limit of 0.01 s; its process was ended"
    )
    assert len(runs_of(tmp_path / "counts")) == 1


def test_a_study_that_is_killed_while_parts_are_merged_has_each_row_once(
    tmp_path: Path, unkilled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(store: FolderStore) -> None:
        if (store.folder / "runs.parquet").exists():
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, "_forget_merged_parts", killed)
        with pytest.raises(KeyboardInterrupt):
            study(tmp_path / "counts", 0).run(tmp_path / "study")
    assert list((tmp_path / "study" / "parts").glob("*.parquet"))
    pd.testing.assert_frame_equal(rows(read_study(tmp_path / "study")), unkilled)
    (tmp_path / "study" / "parts" / "cut-000001.unfinished").write_bytes(b"PAR")
    pd.testing.assert_frame_equal(rows(study(tmp_path / "counts", 0).run(tmp_path / "study")), unkilled)
    assert len(pd.read_parquet(tmp_path / "study" / "runs.parquet")) == len(unkilled)
    assert not list((tmp_path / "study" / "parts").iterdir())
    assert len(runs_of(tmp_path / "counts")) == SEEDS


def test_a_study_can_be_read_while_its_parts_are_merged(
    tmp_path: Path, unkilled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    study(tmp_path / "counts", 0).run(tmp_path / "study")
    part = tmp_path / "study" / "parts" / "a.parquet"
    lists = [[part], [tmp_path / "study" / "runs.parquet"]]
    monkeypatch.setattr(folder, "_files", lambda _: lists.pop(0))
    pd.testing.assert_frame_equal(rows(read_study(tmp_path / "study")), unkilled)


@pytest.mark.parametrize("name", ["runs.parquet", "parts/a.parquet"])
@pytest.mark.parametrize("damage", ["cut off", "empty", "of another program"])
def test_a_file_that_is_damaged_is_named(tmp_path: Path, name: str, damage: str) -> None:
    Study(market([[0]], [1]), "flow", 3).run(tmp_path)
    content = (tmp_path / "runs.parquet").read_bytes()
    if damage == "of another program":
        pd.DataFrame({"a": [1]}).to_parquet(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content[:300] if damage == "cut off" else b"")
    for read in (read_study, Study(market([[0]], [1]), "flow", 3).run):
        with pytest.raises(ProblemError, match=f"{name}: cannot be read: .*; take it away: runs that it alone had are"):
            read(tmp_path)


def test_two_processes_cannot_fill_one_folder(tmp_path: Path) -> None:
    counts, folder = tmp_path / "counts", tmp_path / "study"
    parent = start(counts, folder, 0.05)
    wait_for_runs(counts, 1)
    with pytest.raises(OptionError, match="another process is running a study there; wait until it ends, or name"):
        study(counts).run(folder)
    parent.kill()
    parent.wait()


class Forgetful(Executor):
    """Its workers die in the middle of each batch, which it gives to others by itself, or gives up."""

    _max_workers = 1

    def __init__(self, *, tries_again: bool) -> None:
        self.tries_again = tries_again

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if fn is work and len(args[0].numbers) > 1:
            batch: Batch = args[0]
            half = len(batch.numbers) // 2
            work(batch._replace(solvers=batch.solvers[:half], seeds=batch.seeds[:half]))
            with Path(str(batch.journal)).open("a", encoding="utf-8") as journal:
                journal.write('\n{"problem": "cut o')
            if not self.tries_again:
                future.set_exception(ConnectionError("the worker is lost"))
                return future
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.parametrize("tries_again", [True, False])
def test_what_a_worker_of_another_executor_had_finished_is_not_run_again(
    tmp_path: Path, unkilled: pd.DataFrame, tries_again: bool
) -> None:
    counts = tmp_path / "counts"
    results = study(counts, 0).run(tmp_path / "study", executor=Forgetful(tries_again=tries_again))
    assert max(Counter(runs_of(counts)).values()) == 1
    pd.testing.assert_frame_equal(rows(results), unkilled)


def test_what_was_cut_off_or_spoilt_in_a_journal_is_run_again(tmp_path: Path, unkilled: pd.DataFrame) -> None:
    counts = tmp_path / "counts"
    study(counts, 0).run(tmp_path / "study")
    (tmp_path / "study" / "runs.parquet").unlink()
    for name, content in {
        "cut.jsonl": b'{"problem": "a',
        "in the middle.jsonl": b'{"problem": "a\n{"b',
        "zeros.jsonl": bytes(50) + b"\n",
        "no text.jsonl": b"\xff\xfe\n",
        "of another program": b"\xff\xfe\n",
    }.items():
        (tmp_path / "study" / "journals" / name).write_bytes(content)
    pd.testing.assert_frame_equal(rows(study(counts, 0).run(tmp_path / "study")), unkilled)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no file without room")
def test_a_journal_without_room_fails_no_run() -> None:
    with writing("/dev/full") as write:
        write({"problem": "a"})
