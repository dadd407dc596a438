"""A study in a folder: what it is in study.json, its rows in Parquet."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from pdalloc.arrays import BoolArray
from pdalloc.errors import OptionError, OutputError
from pdalloc.files import write_files
from pdalloc.study import parquet
from pdalloc.study.design import Study
from pdalloc.study.document import StudyDocument, joined, read_document
from pdalloc.study.journal import read_journal
from pdalloc.study.results import StudyResults
from pdalloc.study.store import Store

if TYPE_CHECKING:
    import filelock
    import pandas as pd

__all__ = ["FolderStore", "read_study"]

DESCRIPTION, ROWS, PARTS, JOURNALS, LOCK = "study.json", "runs.parquet", "parts", "journals", ".lock"


class FolderStore(Store):
    """Keeps rows in a folder.

    While the study runs, rows are in files of their own under parts/, and those that no part has yet are in journals/;
    at its end all are in runs.parquet.

    Parameters
    ----------
    study : Study
    folder : str or Path

    Raises
    ------
    OptionError
        On entry, if pyarrow or filelock is not installed, another process uses the folder, or another study is there.
    OutputError
        If it cannot be written.
    ProblemError
        If a file there is damaged.
    """

    def __init__(self, study: Study, folder: str | Path) -> None:
        super().__init__(study)
        self.folder = Path(folder).absolute()
        self._token = secrets.token_hex(4)
        self._parts = 0

    def __enter__(self) -> Self:
        """Lock the folder and take over what an earlier process left there."""
        _require_extra()
        self._lock = _locked(self.folder)
        try:
            self._begin()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what waits and free the folder."""
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._lock.release()

    @property
    def journals(self) -> Path:
        """The folder of the journals."""
        return self.folder / JOURNALS

    def done(self) -> BoolArray:
        """Return which runs of the study are kept already, shape (runs,)."""
        done = np.zeros(len(self.study), np.bool_)
        for key in parquet.keys_of(_files(self.folder)):
            number = self.study.number(*key)
            if number is not None:
                done[number] = True
        return done

    def results(self) -> StudyResults:
        """Bring all parts together in one file, and return what it has of the study."""
        self.keep()
        files = _files(self.folder)
        whole = self.folder / ROWS
        if files != [whole]:
            with _writing(self.folder):
                parquet.merge(files, whole)
                self._forget_merged_parts()
        return StudyResults.of(*parquet.read_frame(_files(self.folder)), self.study)

    def _begin(self) -> None:
        description = self.folder / DESCRIPTION
        mine = StudyDocument.of(self.study)
        whole = joined(read_document(description), mine, description) if description.exists() else mine
        write_files(self.folder, {DESCRIPTION: whole.to_json()})
        with _writing(self.folder):
            for name in (PARTS, JOURNALS):
                (self.folder / name).mkdir(exist_ok=True)
            self._forget_merged_parts()
            for unfinished in (self.folder / PARTS).glob("*.unfinished"):
                unfinished.unlink()
        self.columns = parquet.columns_of(_files(self.folder))
        self._take_journals()

    def _take_journals(self) -> None:
        """Keep the rows that were finished but not yet kept when an earlier process ended."""
        self._journals = sorted(self.journals.glob("*.jsonl"))
        found = {
            (row["problem"], row["solver"], row["seed"]): row
            for journal in self._journals
            for row in read_journal(journal)
        }
        for key in parquet.keys_of(_files(self.folder)) if found else ():
            found.pop(key, None)
        self._waiting = list(found.values())
        self.keep()

    def _keep(self, frame: pd.DataFrame) -> None:
        self._parts += 1
        with _writing(self.folder):
            parquet.write_frame(frame, self.columns, self.folder / PARTS / f"{self._token}-{self._parts:06}.parquet")

    def _forget_merged_parts(self) -> None:
        """Remove the parts that are in the one file already."""
        whole = self.folder / ROWS
        for name in parquet.merged_into(whole) if whole.exists() else ():
            (self.folder / PARTS / name).unlink(missing_ok=True)


def read_study(folder: str | Path) -> StudyResults:
    """Return the rows that `Study.run` has kept in a folder, also of a study that has not ended.

    The rows of the last seconds of one that runs or was killed may still be in journals, which its next run takes in.

    Raises
    ------
    OptionError
        If pyarrow is not installed.
    ProblemError
        If there is no study, or a file of it is damaged.

    Notes
    -----
    All rows are read: about 0.6 kB for each run with all figures.
    """
    _require_extra()
    document = read_document(Path(folder) / DESCRIPTION)
    while True:
        try:
            frame, columns = parquet.read_frame(_files(Path(folder)))
            break
        except FileNotFoundError:
            # the study has just brought its parts together
            continue
    return StudyResults.arranged(
        frame,
        columns,
        [entry.name for entry in document.problems],
        [entry.name for entry in document.solvers],
    )


def _files(folder: Path) -> list[Path]:
    whole = folder / ROWS
    return [*([whole] if whole.exists() else []), *sorted((folder / PARTS).glob("*.parquet"))]


def _require_extra() -> None:
    try:
        import filelock  # noqa: F401
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise OptionError(f"a study in a folder needs {error.name}; install pdalloc[study]") from None


def _locked(folder: Path) -> filelock.BaseFileLock:
    """Return the lock of a folder, held by this process; the system frees it when the process ends, however it does."""
    import filelock

    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise OptionError(
                f"{folder}: another process is running a study there; wait until it ends, or name another folder"
            ) from None
    return lock


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{folder}: cannot write there: {reason}; make room or name another folder, and run the study again: what "
            "was kept is not run again"
        ) from None
