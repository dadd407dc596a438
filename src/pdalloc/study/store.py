"""Where rows are kept as they come: in memory, or in a folder that outlives the process."""

from __future__ import annotations

import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from pdalloc.arrays import BoolArray
from pdalloc.study.columns import Column, found_columns, in_order, joined_columns, to_frame
from pdalloc.study.design import Study
from pdalloc.study.journal import writing
from pdalloc.study.results import StudyResults
from pdalloc.study.rows import Row

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MemoryStore", "Store"]

MOST_WAITING = 5_000
SHORTEST_WAIT, SHARE_OF_TIME = 2.0, 0.05
"""Rows are kept when so many wait, or when the oldest has waited so many seconds and that share of the study's time:
a long study does not end in thousands of small files."""


class Store(ABC):
    """Takes rows in while a study runs.

    Every row is first in a journal, which the worker writes or, where it cannot, the one who takes the row in; so a row
    that is not kept yet is not lost when a process is killed.

    Parameters
    ----------
    study : Study
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.columns: dict[str, Column] = {}
        self._waiting: list[Row] = []
        self._journals: list[Path] = []
        self._started = self._kept = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keep()

    @property
    @abstractmethod
    def journals(self) -> Path | None:
        """The folder of the journals; None for none."""

    @abstractmethod
    def done(self) -> BoolArray:
        """Return which runs of the study are kept already, shape (runs,)."""

    @abstractmethod
    def results(self) -> StudyResults:
        """Return everything that is kept of the study; called once, at its end."""

    @abstractmethod
    def _keep(self, frame: pd.DataFrame) -> None:
        """Keep rows for good."""

    def take(self, rows: Sequence[Row], journal: str | None) -> None:
        """Take rows in, which a journal may have already."""
        if journal is not None:
            self._journals.append(Path(journal))
            if not self._journals[-1].exists():
                with writing(journal) as write:
                    for row in rows:
                        write(row)
        self._waiting += rows
        waited = time.monotonic() - self._kept
        longest = max(SHORTEST_WAIT, SHARE_OF_TIME * (time.monotonic() - self._started))
        if len(self._waiting) >= MOST_WAITING or waited >= longest:
            self.keep()

    def keep(self) -> None:
        """Keep what waits, then do away with its journals."""
        self._kept = time.monotonic()
        if self._waiting:
            self.columns = joined_columns(self.columns, found_columns(self._waiting, self.study.measures))
            self._keep(to_frame(self._waiting, in_order(self.columns)))
        self._waiting = []
        for journal in self._journals:
            journal.unlink(missing_ok=True)
        self._journals = []


class MemoryStore(Store):
    """Keeps rows in memory.

    Parameters
    ----------
    study : Study
    has_workers : bool
        Whether there are other processes; what one that dies had finished is in journals in a temporary folder.
    """

    def __init__(self, study: Study, *, has_workers: bool = False) -> None:
        super().__init__(study)
        self._frames: list[pd.DataFrame] = []
        self._folder = tempfile.TemporaryDirectory(prefix="pdalloc-study-") if has_workers else None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the journals."""
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def journals(self) -> Path | None:
        """The folder of the journals; None where no other process could die."""
        return None if self._folder is None else Path(self._folder.name)

    def done(self) -> BoolArray:
        """Return that nothing is done."""
        return np.zeros(len(self.study), np.bool_)

    def results(self) -> StudyResults:
        """Return all rows."""
        import pandas as pd

        self.keep()
        return StudyResults.of(pd.concat(self._frames, ignore_index=True), self.columns, self.study)

    def _keep(self, frame: pd.DataFrame) -> None:
        self._frames.append(frame)
