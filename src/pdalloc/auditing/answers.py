"""What is known of a day with one thing changed: figures, how they were got, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.auditing.questions import Question
from pdalloc.errors import OptionError
from pdalloc.metrics.table import table_text
from pdalloc.objectives import Level
from pdalloc.problem import Problem

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["Answer", "How", "WhatIf"]

Pairs = tuple[tuple[str, str], ...]


class How(StrEnum):
    """How an answer was got.

    `PRICE`: from the optimum of the day as it is: prices of seats bound the figure, and a chain of moves reaches it;
    exact. `RE_SOLVED`: both days were solved to proved optima; exact. `INFEASIBLE`: it is proved that no allocation of
    the changed day keeps all rules. `BOUND`: time was up; only the interval given is proved.
    """

    PRICE = "price"
    RE_SOLVED = "re-solved"
    INFEASIBLE = "infeasible"
    BOUND = "bound"


@dataclass(frozen=True)
class Answer:
    """What one question does to the optimum.

    Attributes
    ----------
    question : Question
    words : str
        The change in words.
    how : How
    levels : tuple of Level
        What is counted at each level of the objective.
    least, most : tuple of int or None
        Between which the change of each level's value lies, new less old, in units of 1 / scale; the same where it is
        exact, None where nothing is known of it.
    left, taken : tuple of (participant, session)
        Places that are given up, and taken instead, to come to an optimum of the changed day; empty where the answer is
        not exact. A price gives a chain of as few moves as a cheapest one has. A day that is solved again keeps as many
        of the listed places that there are as an optimum can.
    cancelled : tuple of str
        Sessions that do not run in it.
    places : int or None
        How many more places are filled; None where the answer is not exact.
    up, down : int or None
        Participants whose day gets better, and worse: by empty places, then unlisted ones, then the sum of rank - 1
        over the places they chose, each times the places it fills. Who wants another number of places than before,
        because they facilitate more or less, counts in neither.
    """

    question: Question
    words: str
    how: How
    levels: tuple[Level, ...]
    least: tuple[int | None, ...]
    most: tuple[int | None, ...]
    left: Pairs = ()
    taken: Pairs = ()
    cancelled: tuple[str, ...] = ()
    places: int | None = None
    up: int | None = None
    down: int | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the change of the value is known."""
        return self.how in (How.PRICE, How.RE_SOLVED)

    @property
    def changes_nothing(self) -> bool:
        """Whether the value and everybody's places stay what they are."""
        return self.is_exact and not any(self.least) and not self.left and not self.taken

    @property
    def change(self) -> tuple[Fraction, ...] | None:
        """The change of the value at each level, new less old, in its own units; None where it is not exact."""
        if not self.is_exact:
            return None
        return tuple(Fraction(part or 0, level.scale) for part, level in zip(self.least, self.levels, strict=True))

    @property
    def worth(self) -> tuple[int, ...]:
        """The change at each level, its sign turned where less is better, so that more is better; as far as known."""
        known: list[int] = []
        for least, most, level in zip(self.least, self.most, self.levels, strict=True):
            if least is None or least != most:
                break
            known.append(least if level.maximise else -least)
        return tuple(known)

    def __str__(self) -> str:
        return f"{self.words} {self._predicate()}."

    def _predicate(self) -> str:
        if self.how is How.INFEASIBLE:
            return "leaves no allocation that keeps all rules"
        if self.how is How.BOUND:
            return f"is not settled in the time given: {self._known()}"
        if self.changes_nothing:
            return "changes nothing in the optimum"
        return f"{self._people()}; {self.value_text()}"

    def _people(self) -> str:
        assert self.up is not None
        assert self.down is not None
        assert self.places is not None
        moves = [f"{number:,} {way}" for number, way in ((self.up, "up"), (self.down, "down")) if number]
        if moves:
            first = self.up or self.down
            moves[0] = moves[0].replace(" ", " person " if first == 1 else " people ")
        parts = [f"moves {' and '.join(moves) or 'nobody up or down'}"]
        if self.places:
            places = "place" if abs(self.places) == 1 else "places"
            number = f"{abs(self.places):,}"
            parts.append(f"fills {number} more {places}" if self.places > 0 else f"empties {number} {places}")
        return " and ".join(parts)

    def _known(self) -> str:
        for least, most, level in zip(self.least, self.most, self.levels, strict=True):
            if least is None or most is None:
                break
            if least != most:
                return f"the change of {level.name} is {_signed(level, least)} to {_signed(level, most)}"
        return "nothing is known of it"

    def value_text(self) -> str:
        """Return the change of the value in words: the levels that change, or the interval of the first open one."""
        if self.how is How.INFEASIBLE:
            return "infeasible"
        if not self.is_exact:
            return self._known()
        parts = [
            f"{level.name} {_signed(level, part)}" for part, level in zip(self.least, self.levels, strict=True) if part
        ]
        return ", ".join(parts) or "no change of the value"


@dataclass(frozen=True)
class WhatIf:
    """What some questions do to the optimum of a day.

    Attributes
    ----------
    allocation : Allocation
        An optimum of the day as it is, or the best found.
    objective_name, solver : str
    levels : tuple of Level
    value, bound : tuple of int
        Of the day as it is, in units of 1 / scale.
    answers : tuple of Answer
        In the order of the questions.
    """

    allocation: Allocation = field(repr=False)
    objective_name: str
    solver: str
    levels: tuple[Level, ...]
    value: tuple[int, ...]
    bound: tuple[int, ...]
    answers: tuple[Answer, ...]

    @property
    def problem(self) -> Problem:
        """The day as it is."""
        return self.allocation.problem

    def after(self, answer: Answer) -> Allocation:
        """Return the optimum of the changed day that an answer compares with; only where the answer is exact.

        Raises
        ------
        OptionError
            If it is not.
        """
        if not answer.is_exact:
            raise OptionError(f"there is no optimum of the changed day: {answer}")
        problem = answer.question(self.problem)
        pairs = set(zip(self.allocation.participant.tolist(), self.allocation.session.tolist(), strict=True))
        pairs -= set(_numbers(self.problem, answer.left))
        pairs |= set(_numbers(problem, answer.taken))
        array = np.array(sorted(pairs), np.int32).reshape(-1, 2)
        runs = problem.all_run.copy()
        runs[[problem.sessions.index(session) for session in answer.cancelled]] = False
        return Allocation.from_pairs(problem, array[:, 0], array[:, 1], runs)

    def by_worth(self) -> tuple[Answer, ...]:
        """Return the answers by the change of the value, best first; of equal ones as they were asked."""
        return tuple(sorted(self.answers, key=lambda answer: [-part for part in answer.worth] or [0]))

    def __str__(self) -> str:
        return "\n".join([self.headline(), table_text(self.table())])

    def headline(self) -> str:
        """Return one line: the day as it is, and how many answers are exact."""
        value = ", ".join(
            f"{level.text(part)} {level.name}"
            for level, part in zip(self.levels, self.value, strict=True)
            if part or level is self.levels[0]
        )
        exact, how_many = sum(answer.is_exact for answer in self.answers), len(self.answers)
        known = "all exact" if exact == how_many else f"{exact:,} of them exact"
        state = "optimal" if self.value == self.bound else "not proved optimal"
        questions = f"{how_many:,} {'question' if how_many == 1 else 'questions'}"
        return f"{self.solver}: {self.objective_name} ({value}), {state}; {questions}, {known}"

    def table(self, answers: Sequence[Answer] | None = None) -> Table:
        """Return a rich table with a row for each answer, by default for all of them."""
        from rich.table import Table

        table = Table()
        for head, justify in zip(
            ("what if", "change of the value", "places", "up", "down", "how"),
            ("left", "left", "right", "right", "right", "left"),
            strict=True,
        ):
            table.add_column(head, justify=justify)  # type: ignore[arg-type]
        for answer in self.answers if answers is None else answers:
            counts = ["-" if part is None else f"{part:,}" for part in (answer.places, answer.up, answer.down)]
            table.add_row(answer.words, answer.value_text(), *counts, answer.how)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return one row an answer: session, words, how, places, up, down, and two columns for each level.

        These hold the least and the largest possible change of its value, in its own units; nan where nothing is known.
        """
        import pandas as pd

        rows = []
        for answer in self.answers:
            row: dict[str, str | int | float | None] = {
                "session": answer.question.session,
                "what_if": answer.words,
                "how": str(answer.how),
                "places": answer.places,
                "up": answer.up,
                "down": answer.down,
            }
            for level, least, most in zip(answer.levels, answer.least, answer.most, strict=True):
                row[f"{level.name}, least"] = float("nan") if least is None else least / level.scale
                row[f"{level.name}, most"] = float("nan") if most is None else most / level.scale
            rows.append(row)
        return pd.DataFrame(rows).astype(dict.fromkeys(("places", "up", "down"), "Int64") if rows else {})

    def to_json(self) -> str:
        """Return everything as a JSON document, "pdalloc/what-if" version 1."""
        from pdalloc.auditing.whatif_json import what_if_to_json

        return what_if_to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes, problem: Problem) -> WhatIf:
        """Read a document written by `to_json`.

        Raises
        ------
        ProblemError
            If it is not such a document or belongs to another problem.
        """
        from pdalloc.auditing.whatif_json import what_if_from_json

        return what_if_from_json(text, problem)


def _numbers(problem: Problem, pairs: Pairs) -> list[tuple[int, int]]:
    return [(problem.participants.index(who), problem.sessions.index(what)) for who, what in pairs]


def _signed(level: Level, value: int) -> str:
    return f"{'+' if value > 0 else ''}{level.text(value)}"
