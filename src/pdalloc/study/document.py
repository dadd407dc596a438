"""The JSON document of a study: what it compares, so that a folder is never filled by two different ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from pdalloc.errors import OptionError, ProblemError
from pdalloc.problem.json import Document, decode, encode
from pdalloc.study.design import Study

__all__ = ["Entry", "StudyDocument", "joined", "read_document"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A problem, solver or metric of a study."""

    name: str
    identity: str
    """What tells it from others: a content hash, a solver with its options, a figure or function."""


class StudyDocument(Document, kw_only=True):
    """What a study compares and measures; its seeds are in its rows."""

    format: Literal["pdalloc/study"] = "pdalloc/study"
    version: Literal[1] = 1
    problems: list[Entry]
    solvers: list[Entry]
    metrics: list[Entry]
    time_limit: float | None

    @classmethod
    def of(cls, study: Study) -> StudyDocument:
        """Describe a study."""
        return cls(
            problems=[Entry(problem.name, problem.identity) for problem in study.problems],
            solvers=[Entry(solver.name, solver.identity) for solver in study.solvers],
            metrics=[Entry(name, identity) for name, identity in study.measures.identity().items()],
            time_limit=study.time_limit,
        )

    def to_json(self) -> str:
        """Return the document."""
        return encode(self)


def read_document(file: Path) -> StudyDocument:
    """Read the description of a study.

    Raises
    ------
    ProblemError
        If it is not there or no such document.
    """
    try:
        return decode(file.read_bytes(), StudyDocument)
    except OSError as error:
        raise ProblemError(f"{file}: cannot be read: {error.strerror}; name a folder that a study has filled") from None
    except ProblemError as error:
        raise ProblemError(f"{file}: {error}") from None


def joined(there: StudyDocument, new: StudyDocument, file: Path) -> StudyDocument:
    """Return what both studies have together.

    Raises
    ------
    OptionError
        If the same name means something else, or they measure or limit differently.
    """
    if there.metrics != new.metrics:
        differs = sorted({entry.name for entry in there.metrics} ^ {entry.name for entry in new.metrics})
        what = f" ({', '.join(differs)})" if differs else ""
        raise OptionError(f"{file}: the study there has other metrics{what}; {OTHER_FOLDER}")
    if there.time_limit != new.time_limit:
        raise OptionError(
            f"{file}: the study there has time limit {there.time_limit}, this one {new.time_limit}; {OTHER_FOLDER}"
        )
    return StudyDocument(
        problems=_joined("problem", there.problems, new.problems, file),
        solvers=_joined("solver", there.solvers, new.solvers, file),
        metrics=there.metrics,
        time_limit=there.time_limit,
    )


OTHER_FOLDER = "name another folder, or make them the same"


def _joined(kind: str, there: Sequence[Entry], new: Sequence[Entry], file: Path) -> list[Entry]:
    known = {entry.name: entry.identity for entry in there}
    for entry in new:
        if known.get(entry.name, entry.identity) != entry.identity:
            raise OptionError(
                f"{file}: {kind} {entry.name!r} is {known[entry.name]} there, but {entry.identity} here; {OTHER_FOLDER}"
            )
    return [*there, *(entry for entry in new if entry.name not in known)]
