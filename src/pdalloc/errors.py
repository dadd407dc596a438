"""Every error that pdalloc raises on purpose.

::

    PdallocError
    ├── ProblemError        the input breaks a rule; carries one Finding for each breach
    ├── OptionError         a solver, objective or option that does not exist or cannot take that value
    ├── UnsupportedError    the solver does not handle a feature that the problem uses
    ├── InfeasibleError     no allocation keeps all the rules; raised only where that is proved
    ├── SolveStoppedError   the time limit or the stop flag came before there was an allocation
    ├── SolverError         a solver returned something that breaks a rule: a defect, never the caller's fault
    ├── StudyError          a study could not go on; what was kept in its folder is not run again
    └── OutputError         a file could not be written; what was there before is kept
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "Finding",
    "InfeasibleError",
    "OptionError",
    "OutputError",
    "PdallocError",
    "ProblemError",
    "SolveStoppedError",
    "SolverError",
    "StudyError",
    "UnsupportedError",
]

FINDINGS_SHOWN = 20


class PdallocError(Exception):
    """Base of all errors of this library."""


@dataclass(frozen=True)
class Finding:
    """One breach of a rule by the input.

    Attributes
    ----------
    message : str
        What is wrong and how to mend it, naming the object and the value.
    kind : str
        What the breach is about: "session", "participant", "facilitator", "choice", "priority", "conflict", "fixed",
        "forbidden", "rule" or "".
    row : int
        Index of that object in the order in which it was given, from 0; -1 where there is none.
    column : str
        The field, under the name it has in the tables; "" where it is none in particular.
    place : str
        Where the object was read, such as "sessions.csv, line 3"; "" for objects made in Python.
    """

    message: str
    kind: str = ""
    row: int = -1
    column: str = ""
    place: str = ""

    def __str__(self) -> str:
        if not self.place:
            return self.message
        column = f", column '{self.column}'" if self.column else ""
        return f"{self.place}{column}: {self.message}"


class ProblemError(PdallocError, ValueError):
    """The input breaks rules; all breaches found are reported together, the first 20 in the text.

    Attributes
    ----------
    findings : tuple of Finding
        Every breach, in the order found.
    """

    def __init__(self, findings: Iterable[Finding] | str) -> None:
        self.findings = (Finding(findings),) if isinstance(findings, str) else tuple(findings)
        super().__init__(self._text())

    def __reduce__(self) -> tuple[type[ProblemError], tuple[tuple[Finding, ...]]]:
        return type(self), (self.findings,)

    def _text(self) -> str:
        if len(self.findings) == 1:
            return str(self.findings[0])
        lines = [f"{len(self.findings)} problems in the input:"]
        lines += [f"  {finding}" for finding in self.findings[:FINDINGS_SHOWN]]
        if len(self.findings) > FINDINGS_SHOWN:
            lines.append(f"  ... and {len(self.findings) - FINDINGS_SHOWN} more")
        return "\n".join(lines)


class OptionError(PdallocError, ValueError):
    """A solver, an objective or an option does not exist, or does not take the value given."""


class UnsupportedError(PdallocError):
    """The solver does not handle a feature of the problem; raised before any work."""


class InfeasibleError(PdallocError):
    """No allocation keeps all the rules of the problem; raised only where that is proved."""


class SolveStoppedError(PdallocError):
    """The time limit or the stop flag came before there was a whole allocation."""


class SolverError(PdallocError):
    """A solver's result breaks a rule of the problem, or its own claim; please report it."""


class StudyError(PdallocError):
    """A study could not go on, since what runs it broke; what was kept in its folder is not run again."""


class OutputError(PdallocError, OSError):
    """A file or folder could not be written; what was there before is kept."""
