"""What all rules have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pdalloc.arrays import IntegerArray
from pdalloc.errors import ProblemError
from pdalloc.problem.choices import MAX_WHOLE

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem
    from pdalloc.problem.rules.rows import RuleRows

__all__ = ["PeopleRule", "Rule", "amount_text", "checked_bounds", "listed", "participant_numbers", "session_numbers"]

ID_FIELDS = {
    "participants": "participant",
    "session": "session",
    "sessions": "session",
    "needs": "session",
    "topic": "topic",
    "tag": "tag",
    "group": "group",
}
"""The fields that hold ids, and of what."""
LISTS = ("participants", "sessions", "needs")
WHOLE = ("penalty", "at_least", "at_most")
NAMED = 3
"""So many ids are written out in a sentence; of more only the number is."""


@dataclass(frozen=True, kw_only=True)
class Rule(ABC):
    """What all rules have. A rule names ids, which are looked up when a problem is built with it.

    Parameters
    ----------
    penalty : int, optional
        Makes the rule soft: it may be broken, at this cost for each unit by which a side of one of its inequalities
        misses; from 1. `Penalties` is the objective that keeps their sum small.

    Raises
    ------
    ProblemError
        If the rule makes no sense, whatever the problem.
    """

    penalty: int | None = None

    name: ClassVar[str]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is MISSING:
                raise self.fault(f"{field.name} is None; give it")
            if field.name in LISTS:
                object.__setattr__(self, field.name, self._ids(field.name, value))
            elif field.name in WHOLE:
                self._check_whole(field.name, value)
            elif not (value is None or isinstance(value, str)):
                raise self.fault(f"{field.name} is {value!r}; give one id, as a text")

    @abstractmethod
    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """Add the rule's inequalities."""

    @abstractmethod
    def words(self) -> str:
        """Return the rule as a sentence without its full stop, but for its penalty."""

    def __str__(self) -> str:
        return self.words() if self.penalty is None else f"{self.words()} (soft, penalty {self.penalty})"

    # ---- checks --------------------------------------------------------------------------------------------------

    def named(self) -> Iterator[tuple[str, str, str]]:
        """Yield the field, the kind and the id of everything that the rule names."""
        for field in fields(self):
            told = getattr(self, field.name)
            kind = (
                f"{getattr(self, 'group', '')} of participants" if field.name == "value" else ID_FIELDS.get(field.name)
            )
            if kind:
                for label in (told,) if isinstance(told, str) else told or ():
                    yield field.name, kind, label

    def fault(self, text: str) -> ProblemError:
        """Return the error for something that is wrong with the rule."""
        return ProblemError(f"rule {self.name!r}: {text}")

    def check_one_of(self, *names: str, needed: bool = True) -> None:
        """Refuse more than one of some fields, or none if one is needed."""
        given = [name for name in names if getattr(self, name)]
        if len(given) > 1:
            raise self.fault(f"{given[0]} and {given[1]} are both given; give one of the two")
        if needed and not given:
            raise self.fault(f"neither {' nor '.join(names)} is given; give one of them")

    def _ids(self, field: str, ids: object) -> tuple[str, ...]:
        if isinstance(ids, str) or not isinstance(ids, Iterable):
            raise self.fault(f"{field} is {ids!r}; give a list of ids")
        given = tuple(ids)
        for label in given:
            if not isinstance(label, str):
                raise self.fault(f"{field} holds {label!r}; ids are texts")
        if len(set(given)) < len(given):
            twice = next(label for label in given if given.count(label) > 1)
            raise self.fault(f"{field} has {twice!r} twice; name it once")
        return given

    def _check_whole(self, field: str, value: object) -> None:
        least = 1 if field == "penalty" else 0
        is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if value is not None and not (is_whole and least <= value <= MAX_WHOLE):  # type: ignore[operator]
            raise self.fault(f"{field} is {value!r}; give a whole number from {least} to {MAX_WHOLE:,}")


@dataclass(frozen=True, kw_only=True)
class PeopleRule(Rule):
    """A rule about some participants.

    Parameters
    ----------
    participants : sequence of str, optional
    group, value : str, optional
        Who is meant: some participants, or those who have a value in a column, such as "school" and "Hill".
    """

    participants: Sequence[str] = ()
    group: str | None = None
    value: str | None = None

    def check_people(self, *, needed: bool) -> None:
        """Refuse two ways of saying who is meant, or none if one is needed."""
        self.check_one_of("participants", "group", needed=needed)
        if (self.group is None) != (self.value is None):
            raise self.fault('group and value go together, such as group = "school" and value = "Hill"; give both')

    def people(self, problem: Problem) -> IntegerArray:
        """Return the numbers of those who are meant, by default everybody."""
        if self.participants:
            return participant_numbers(problem, self.participants)
        if self.group is not None and self.value is not None:
            return problem.group(self.group).members(self.value)
        return np.arange(len(problem.participants))

    def who(self) -> str:
        """Return who is meant, in words."""
        if self.participants:
            return listed("participant", self.participants)
        return "everybody" if self.group is None else f"everybody of {self.group} {self.value!r}"


# ---- names to numbers --------------------------------------------------------------------------------------------


def participant_numbers(problem: Problem, ids: Iterable[str]) -> IntegerArray:
    """Return the numbers of some participants."""
    return np.array([problem.participants.index(label) for label in ids], np.int64)


def session_numbers(
    problem: Problem, ids: Iterable[str], *, topic: str | None = None, tag: str | None = None
) -> IntegerArray:
    """Return the numbers of some sessions: those of a topic, those with a tag, or those of some ids."""
    if topic is not None:
        return np.flatnonzero(problem.topic == problem.topics.index(topic))
    if tag is not None:
        pairs = problem.session_tags
        return np.asarray(pairs.row[pairs.column == problem.tags.index(tag)], np.int64)
    return np.array([problem.sessions.index(label) for label in ids], np.int64)


# ---- parts of sentences ------------------------------------------------------------------------------------------


def listed(kind: str, ids: Sequence[str], joint: str = "and") -> str:
    """Return "session 'x'", "sessions 'x', 'y' and 'z'", or "4 sessions"."""
    if len(ids) > NAMED:
        return f"{len(ids):,} {kind}s"
    *first, last = map(repr, ids)
    return f"{kind}s {', '.join(first)} {joint} {last}" if first else f"{kind} {last}"


def amount_text(at_least: int | None, at_most: int | None) -> str:
    """Return "at least 2", "exactly 2" and so on."""
    if at_least == at_most:
        return f"exactly {at_least}"
    parts = (("at least", at_least), ("at most", at_most))
    return " and ".join(f"{words} {number}" for words, number in parts if number is not None)


def checked_bounds(rule: Rule, at_least: int | None, at_most: int | None) -> tuple[float, float]:
    """Return both bounds, infinite where there is none.

    Raises
    ------
    ProblemError
        If there is no bound, or the lower one is above the upper one.
    """
    if at_least is None and at_most is None:
        raise rule.fault("neither at_least nor at_most is given; give one or both")
    lower = -np.inf if at_least is None else float(at_least)
    upper = np.inf if at_most is None else float(at_most)
    if lower > upper:
        raise rule.fault(f"at_least {at_least} is above at_most {at_most}; lower the one or raise the other")
    return lower, upper
