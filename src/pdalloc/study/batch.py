"""Several runs on one problem, as they are sent to a worker, and the work there."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pdalloc.problem import Problem
from pdalloc.study.journal import read_journal, writing
from pdalloc.study.measures import Measures
from pdalloc.study.problems import StudyProblem
from pdalloc.study.recent import Recent
from pdalloc.study.rows import FAILURES, Outcome, Row, failed_row, outcome, row_of, solve_seed
from pdalloc.study.solvers import StudySolver
from pdalloc.study.watch import watched

__all__ = ["Batch", "Setup", "forget", "work"]


@dataclass(frozen=True)
class Setup:
    """What all runs of a study have in common."""

    solvers: tuple[StudySolver, ...]
    measures: Measures
    time_limit: float | None


class Batch(NamedTuple):
    """Runs on one problem.

    Attributes
    ----------
    study : str
        What tells this call of `Study.run` from others.
    setup : Setup or bytes
    problem_name : str
    problem : StudyProblem or bytes
        This and the setup are pickled where they go to another process.
    numbers : tuple of int
        Of the runs in the study, from 0.
    solvers : tuple of int
        Of each run, from 0.
    seeds : tuple of int
        Of each run.
    journal : str or None
        File to which each row is written as soon as it is there.
    """

    study: str
    setup: Setup | bytes
    problem_name: str
    problem: StudyProblem | bytes
    numbers: tuple[int, ...]
    solvers: tuple[int, ...]
    seeds: tuple[int, ...]
    journal: str | None


SETUPS: Recent[Setup] = Recent(2)
SOURCES: Recent[StudyProblem] = Recent(4)
MADE: Recent[Problem] = Recent(2)
FOUND: Recent[dict[str, Outcome]] = Recent(4)
"""What a worker has at hand, so that neither problems nor solves without chance are made again for every run."""


def work(batch: Batch) -> list[Row]:
    """Do all runs of a batch, in order, and return their rows.

    What its journal has was done by a worker that died, where an executor gives its batch to another one by itself.
    """
    setup, _ = SETUPS.get(batch.study, lambda: _unpacked(batch.setup))
    source, _ = SOURCES.get((batch.study, batch.problem_name), lambda: _unpacked(batch.problem))
    worker = _Worker(batch.study, setup, source)
    rows = [] if batch.journal is None else read_journal(Path(batch.journal))
    with writing(batch.journal) as write:
        for solver, seed in zip(batch.solvers[len(rows) :], batch.seeds[len(rows) :], strict=True):
            row = worker.row(setup.solvers[solver], seed, write)
            write(row)
            rows.append(row)
    return rows


def forget() -> None:
    """Drop what is at hand."""
    for recent in (SETUPS, SOURCES, MADE, FOUND):
        recent.clear()


def _unpacked(sent: Any) -> Any:
    return pickle.loads(sent) if isinstance(sent, bytes) else sent


class _Worker(NamedTuple):
    """Does runs on one problem of a study."""

    study: str
    setup: Setup
    source: StudyProblem

    def row(self, solver: StudySolver, seed: int, write: Callable[[Row], None]) -> Row:
        """Do one run; `write` takes its row if it has to be given up."""
        name = self.source.name
        key = (self.study, name, None if self.source.is_fixed else seed)
        try:
            problem, _ = MADE.get(key, lambda: self.source.problem(seed))
        except FAILURES as error:
            # whatever somebody else's function raises must not end the study
            return failed_row(name, None, solver, seed, error)
        with watched(self.setup.time_limit, lambda error: write(failed_row(name, problem, solver, seed, error))):
            found = self._outcome(problem, solver, seed)
        return row_of(name, problem, solver, seed, found, self.setup.measures)

    def _outcome(self, problem: Problem, solver: StudySolver, seed: int) -> Outcome:
        """Solve, or take over what a solver without chance found of a problem that is the same for every seed."""

        def solved() -> Outcome:
            return outcome(problem, solver, solve_seed(problem.content_hash, seed), self.setup.time_limit)

        if not self.source.is_fixed or _uses_chance(solver, problem):
            return solved()
        found, _ = FOUND.get((self.study, self.source.name), dict)
        if solver.name in found:
            return found[solver.name]._replace(runtime=float("nan"))
        return found.setdefault(solver.name, solved())


def _uses_chance(solver: StudySolver, problem: Problem) -> bool:
    try:
        return solver.chosen(problem).uses_chance
    except FAILURES:
        return True
