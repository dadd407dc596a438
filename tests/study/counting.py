"""A solver that leaves a line in a file whenever it is run, and functions that worker processes can import."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pdalloc import Allocation, Context, Feature, Problem, Result
from pdalloc.solvers.base import SLOT_BY_SLOT
from pdalloc.solvers.lottery import Lottery


class SpeechlessError(Exception):
    def __str__(self) -> str:
        raise LookupError("no words")


@dataclass(frozen=True)
class Counting:
    """The lottery, slowly, with a line in a file for each run; it can be told to die, fail or never end."""

    file: str
    seconds: float = 0.02
    does: str = ""

    name: ClassVar[str] = "counting"
    features: ClassVar[frozenset[Feature]] = SLOT_BY_SLOT
    objectives: ClassVar[frozenset[str]] = frozenset()

    @property
    def uses_chance(self) -> bool:
        return True

    def solve(self, problem: Problem, context: Context) -> Result:
        line = f"{context.seed} {os.getpid()}\n"
        with Path(self.file).open("a", encoding="utf-8") as counts:
            counts.write(line)
        match self.does:
            case "fails":
                raise ZeroDivisionError("as it was told")
            case "exits":
                sys.exit(0)
            case "says no text":
                raise SpeechlessError
            case "says what no file can hold":
                raise ValueError("caf\udce9")
            case "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            case "dies once" if len(runs_of(Path(self.file))) >= 5 and self._is_first():
                os.kill(os.getpid(), signal.SIGKILL)
            case "never ends":
                time.sleep(3600)
        time.sleep(self.seconds)
        return Lottery().solve(problem, context)

    def _is_first(self) -> bool:
        """Whether no other run has come here."""
        try:
            Path(self.file).with_suffix(".died").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def runs_of(file: Path) -> list[int]:
    """The seeds with which the solver was called, in order."""
    return [int(line.split()[0]) for line in file.read_text(encoding="utf-8").splitlines()]


def worker_process(allocation: Allocation) -> float:
    """A metric: in which process it is counted."""
    return os.getpid()


def exits(allocation: Allocation) -> float:
    """A metric that ends the program."""
    sys.exit(2)


def no_number(allocation: Allocation) -> float:
    """A metric that fails."""
    raise LookupError("nothing here")


def no_day(seed: int) -> Problem:
    """A problem whose making ends the program."""
    sys.exit(2)


def no_problem(seed: int) -> Problem:
    """A problem that cannot be made of every seed."""
    if seed % 2:
        raise ValueError(f"no problem of {seed}")
    return Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
