"""What a study is: every combination of problems, solvers and seeds, and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pdalloc.context import Progress
from pdalloc.errors import OptionError
from pdalloc.solvers.solve import checked_seed, checked_time_limit
from pdalloc.study.measures import Measures, Metrics
from pdalloc.study.problems import Problems, StudyProblem, named_problems
from pdalloc.study.rows import COLUMNS
from pdalloc.study.solvers import Solvers, StudySolver, named_solvers

if TYPE_CHECKING:
    from pdalloc.problem import Problem
    from pdalloc.study.results import StudyResults

__all__ = ["Run", "Study", "compare"]

LARGEST_SEED = 2**63 - 1


class Run(NamedTuple):
    """One combination.

    Attributes
    ----------
    problem, solver : int
        Position in `Study.problems` and `Study.solvers`, from 0.
    seed : int
    """

    problem: int
    solver: int
    seed: int


class Study:
    """Every combination of problems, solvers and seeds, measured alike.

    Parameters
    ----------
    problems : Problem or callable, or a sequence of these, or a mapping of name to these
        A function is called with the keyword `seed`, once for each seed, and returns a new problem each time, such as
        `generators.lexington`: what is found then holds for the days that it makes, not for one of them.
    solvers : sequence of names, of pairs such as ``("flow", {"objective": "generous"})`` or of solvers; or a mapping
        of name to these
    seeds : int or collection of int
        So many, from 0; or which. Solvers are compared on common random numbers: what is drawn for a problem and a seed
        is the same for all.
    metrics : list of names and functions, or mapping of name to these, optional
        Names of the figures of `pdalloc.audit`, and functions that take an `Allocation` and return a number. By default
        all figures that need no solve.
    also : collection of {"groups", "efficiency"}
        Figures that take a solve or resampling, as `pdalloc.audit` has them.
    time_limit : float, optional
        Seconds for each solve.

    Attributes
    ----------
    problems : tuple of StudyProblem
    solvers : tuple of StudySolver
    seeds : tuple of int
        Ascending.
    measures : Measures
    time_limit : float or None

    Raises
    ------
    OptionError
        If something does not exist, is given twice, or is missing.

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> day = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> study = Study(day, ["lottery", "flow"], seeds=50, metrics=["empty wanted places"])
    >>> study
    <Study: 1 problem x 2 solvers x 50 seeds = 100 runs>
    >>> study.run().frame.groupby("solver")["empty wanted places"].max().to_dict()
    {'flow': 0.0, 'lottery': 1.0}
    """

    def __init__(
        self,
        problems: Problems,
        solvers: Solvers = "auto",
        seeds: int | Iterable[int] = 1,
        metrics: Metrics | None = None,
        *,
        also: Collection[str] = (),
        time_limit: float | None = None,
    ) -> None:
        self.problems: tuple[StudyProblem, ...] = named_problems(problems)
        self.solvers: tuple[StudySolver, ...] = named_solvers(solvers)
        self.seeds: tuple[int, ...] = _seeds(seeds)
        self.measures: Measures = Measures.asked_for(metrics, also)
        if taken := [name for name, _ in self.measures.entries if name in COLUMNS]:
            raise OptionError(f"metric {taken[0]!r} has the name of a column that every run has; give it another one")
        self.time_limit: float | None = checked_time_limit(time_limit)

    @classmethod
    def from_toml(cls, file: str | Path) -> Study:
        """Read a study from a TOML file; docs/studies.md has its keys.

        Raises
        ------
        ProblemError
            If the file cannot be read, or a problem that it names.
        OptionError
            If a key, name or value is not one that a study takes.
        """
        from pdalloc.study.toml import study_from_toml

        return study_from_toml(file)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.problems) * len(self.solvers) * len(self.seeds)

    def __repr__(self) -> str:
        parts = {"problem": self.problems, "solver": self.solvers, "seed": self.seeds}
        counts = " x ".join(f"{len(part):,} {name}{'s' if len(part) > 1 else ''}" for name, part in parts.items())
        return f"<Study: {counts} = {len(self):,} run{'s' if len(self) > 1 else ''}>"

    def combination(self, number: int) -> Run:
        """Return a run by its number from 0: problem by problem, seed by seed, solver by solver."""
        rest, solver = divmod(number, len(self.solvers))
        problem, seed = divmod(rest, len(self.seeds))
        return Run(problem, solver, self.seeds[seed])

    def number(self, problem: str, solver: str, seed: int) -> int | None:
        """Return the number of a run by its names and seed; None if the study does not have it."""
        try:
            positions = [known[name] for known, name in zip(self._positions, (problem, seed, solver), strict=True)]
        except KeyError:
            return None
        return (positions[0] * len(self.seeds) + positions[1]) * len(self.solvers) + positions[2]

    @cached_property
    def _positions(self) -> tuple[dict[Any, int], ...]:
        names = ([each.name for each in self.problems], self.seeds, [each.name for each in self.solvers])
        return tuple({name: position for position, name in enumerate(part)} for part in names)

    def run(
        self,
        folder: str | Path | None = None,
        *,
        workers: int | None = None,
        executor: Executor | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> StudyResults:
        """Run what has not been run, and return all results.

        A run that fails, or exceeds its time, is a row with its error. The rows are the same (timings aside) whatever
        the executor, its number of workers and their order. A solver that makes no use of chance is run once by each
        worker on a problem that is the same for every seed; the other seeds take over its allocation, and their runtime
        is nan.

        Parameters
        ----------
        folder : str or Path, optional
            Where rows are kept as they come (extra `study`). A study that was stopped or killed goes on from there,
            and one that has more problems, solvers or seeds adds to what is there. By default in memory.
        workers : int, optional
            Processes to run in, from 1. By default 1, which is this process. With an executor, how many runs it can do
            at the same time, by default as many as it says or the machine has processors.
        executor : concurrent.futures.Executor, optional
            Runs everything in place of processes of its own, such as that of a Dask client. It is not shut down.
        progress : callable, optional
            Called now and then with how many runs are done.

        Raises
        ------
        OptionError
            If the folder has something else, is in use by another process, or the study cannot be sent to processes.
        OutputError
            If the folder cannot be written.
        ProblemError
            If a file in the folder is damaged.
        StudyError
            If the executor is shut down or broke; what was finished is kept in the folder.
        """
        from pdalloc.study.run import run_study

        return run_study(self, folder, workers=workers, executor=executor, progress=progress)


def compare(
    problem: Problem | Problems,
    solvers: Solvers,
    seeds: int | Iterable[int] = 100,
    *,
    metrics: Metrics | None = None,
    also: Collection[str] = (),
    workers: int | None = None,
    time_limit: float | None = None,
) -> StudyResults:
    """Compare solvers on a problem: a study in one call.

    Parameters are those of `Study` and `Study.run`. The results print as a table of means with 95% intervals.

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> day = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> print(compare(day, ["lottery", "flow"], seeds=50, metrics=["places filled", "mean rank"]))
    problem: means with 95% intervals
    ┏━━━━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━┳━━━━━━┓
    ┃               ┃ better ┃     lottery ┃ flow ┃
    ┡━━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━╇━━━━━━┩
    │ places filled │ higher │   1.6 ± 0.1 │  2.0 │
    │ mean rank     │ lower  │ 1.31 ± 0.07 │ 1.50 │
    └───────────────┴────────┴─────────────┴──────┘
    """
    return Study(problem, solvers, seeds, metrics, also=also, time_limit=time_limit).run(workers=workers)


def _seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    if isinstance(seeds, int | np.integer):
        if isinstance(seeds, bool) or not 1 <= seeds <= LARGEST_SEED:
            raise OptionError(f"seeds is {seeds!r}; give how many, from 1, or a list of whole numbers from 0")
        return tuple(range(int(seeds)))
    if isinstance(seeds, str | bytes) or not isinstance(seeds, Iterable):
        raise OptionError(f"seeds is {seeds!r}; give how many, from 1, or a list of whole numbers from 0")
    given = [checked_seed(seed) for seed in seeds]
    found = tuple(sorted(seed for seed in given if seed is not None))
    if not found or len(found) < len(given):
        raise OptionError("seeds has none, or a None; give how many, from 1, or a list of whole numbers from 0")
    if found[-1] > LARGEST_SEED:
        raise OptionError(f"seed {found[-1]} is larger than {LARGEST_SEED}, the largest one that a frame can hold")
    if twice := [seed for seed, after in pairwise(found) if seed == after]:
        raise OptionError(f"seed {twice[0]} is given twice; give each once")
    return found
