"""What one may ask about a day: each question is a function from a problem to the problem with one thing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pdalloc.auditing.changed_days import changed, with_section
from pdalloc.errors import OptionError
from pdalloc.hints import did_you_mean
from pdalloc.problem import Incidence, Problem
from pdalloc.problem.choices import MAX_WHOLE

__all__ = ["DropSession", "ExtraSection", "MoveSession", "Question", "Seats"]


@dataclass(frozen=True)
class Seats:
    """More or fewer seats in a session.

    Parameters
    ----------
    session : str
    by : int
        How many more; fewer if negative. Not 0.

    Raises
    ------
    OptionError
        When it is asked: if the session would have fewer seats than 0, than its minimum, or than participants who are
        fixed in it.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    >>> Seats("x")(problem).capacity.tolist()
    [2]
    """

    session: str
    by: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.by, np.integer):
            object.__setattr__(self, "by", int(self.by))

    def __call__(self, problem: Problem) -> Problem:
        """Return the changed problem; participants and sessions keep their numbers."""
        capacity = problem.capacity.copy()
        capacity[self.number(problem)] += self.by
        return changed(problem, self.words(problem), capacity=capacity)

    def number(self, problem: Problem) -> int:
        """Return the number of the session; raise as asking does, without the work."""
        session, by = _number(problem, self.session), self.by
        if isinstance(by, bool) or not isinstance(by, int) or by == 0:
            raise OptionError(f"by is {by!r}; give a whole number of seats, not 0")
        seats, least = int(problem.capacity[session]), int(problem.minimum[session])
        fixed = int(np.count_nonzero(problem.fixed[:, 1] == session))
        who = f"session {self.session!r} has {seats:,} {'seat' if seats == 1 else 'seats'}"
        if not 0 <= seats + by <= MAX_WHOLE:
            raise OptionError(f"{who}, so by cannot be {by:+,}; give {-seats:,} to {MAX_WHOLE - seats:,}")
        if seats + by < fixed:
            raise OptionError(
                f"{who} and {fixed:,} fixed in it, so by cannot be {by:+,}; give {fixed - seats:,} at least, or "
                "release some of them"
            )
        if seats + by < least:
            raise OptionError(
                f"{who} and a minimum of {least:,}, so by cannot be {by:+,}; give {least - seats:,} at least, or lower "
                "the minimum"
            )
        return session

    def words(self, problem: Problem) -> str:
        """Return the change in words, as the subject of a sentence."""
        named = _named(problem, self.session)
        if abs(self.by) == 1:
            return f"One {'more' if self.by > 0 else 'fewer'} seat in {named}"
        return f"Adding {self.by:,} seats to {named}" if self.by > 0 else f"Taking {-self.by:,} seats from {named}"


@dataclass(frozen=True)
class ExtraSection:
    """A repeat of a session: with its seats, minimum, title, tags, conflicts and priorities.

    Who listed the session lists the section too, at the same rank and with the same rating, and who may not take the
    one may not take the other. Both are of one topic, a new one if the session had none, so that nobody takes both.
    The section may be cancelled as its minimum says, and nobody is fixed in it.

    Parameters
    ----------
    session : str
    slots : str or sequence of str, optional
        When the section takes place. By default when the session does.
    facilitators : str or sequence of str
        Who runs it. By default nobody of whom the tables know.

    Raises
    ------
    OptionError
        When it is asked: if a slot is unknown, or a facilitator is busy then.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    >>> more = ExtraSection("x")(problem)
    >>> list(more.sessions), len(more.choices)
    (['x', 'x (2)'], 4)
    """

    session: str
    slots: str | Sequence[str] | None = None
    facilitators: str | Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.slots is not None:
            object.__setattr__(self, "slots", _several(self.slots))
        object.__setattr__(self, "facilitators", _several(self.facilitators))

    def __call__(self, problem: Problem) -> Problem:
        """Return the changed problem; participants and sessions keep their numbers."""
        session = _number(problem, self.session)
        slots = problem.session_slots[session].tolist() if self.slots is None else _slots(problem, self.slots)
        return with_section(problem, session, slots, tuple(self.facilitators), self.words(problem))

    def words(self, problem: Problem) -> str:
        """Return the change in words, as the subject of a sentence."""
        when = "" if self.slots is None else f" in {_and(self.slots)}"
        return f"An extra section of {_named(problem, self.session)}{when}"


@dataclass(frozen=True)
class DropSession:
    """A session is taken off: it has no seats, no minimum and no facilitators any more.

    It stays in the tables, so that ranks mean what they did; who facilitated it is free then.

    Parameters
    ----------
    session : str

    Raises
    ------
    OptionError
        When it is asked: if somebody is fixed in the session.
    """

    session: str

    def __call__(self, problem: Problem) -> Problem:
        """Return the changed problem; participants and sessions keep their numbers."""
        session = _number(problem, self.session)
        fixed = problem.fixed[problem.fixed[:, 1] == session, 0].tolist()
        if fixed:
            raise OptionError(
                f"session {self.session!r} cannot be dropped: participant {problem.participants[fixed[0]]!r} is fixed "
                "in it; release the pair"
            )
        capacity, minimum, must_run = (part.copy() for part in (problem.capacity, problem.minimum, problem.must_run))
        capacity[session] = minimum[session] = must_run[session] = 0
        runs_it = [[] if number == session else problem.session_facilitators[number].tolist()
                   for number in range(len(problem.sessions))]  # fmt: skip
        return changed(
            problem,
            self.words(problem),
            capacity=capacity,
            minimum=minimum,
            must_run=must_run,
            session_facilitators=Incidence.from_lists(runs_it, len(problem.facilitators)),
        )

    def words(self, problem: Problem) -> str:
        """Return the change in words, as the subject of a sentence."""
        return f"Dropping {_named(problem, self.session)}"


@dataclass(frozen=True)
class MoveSession:
    """A session takes place in other slots.

    Its facilitators and those who are fixed in it come along, and choices and ranks stay.

    Parameters
    ----------
    session : str
    slots : str or sequence of str

    Raises
    ------
    OptionError
        When it is asked: if a slot is unknown, the session takes place then already, or a facilitator or somebody who
        is fixed in it is busy then.
    """

    session: str
    slots: str | Sequence[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", _several(self.slots))

    def __call__(self, problem: Problem) -> Problem:
        """Return the changed problem; participants and sessions keep their numbers."""
        session, slots = _number(problem, self.session), _slots(problem, self.slots)
        if slots == problem.session_slots[session].tolist():
            raise OptionError(f"session {self.session!r} takes place in {_and(self.slots)} already; name other slots")
        every = [slots if number == session else problem.session_slots[number].tolist()
                 for number in range(len(problem.sessions))]  # fmt: skip
        moved = Incidence.from_lists(every, len(problem.slots))
        return changed(problem, self.words(problem), session_slots=moved)

    def words(self, problem: Problem) -> str:
        """Return the change in words, as the subject of a sentence."""
        return f"Moving {_named(problem, self.session)} to {_and(self.slots)}"


Question: TypeAlias = Seats | ExtraSection | DropSession | MoveSession
"""A function from a problem to the problem with one thing changed."""


def _several(ids: str | Sequence[str]) -> tuple[str, ...]:
    """Return one id, or several, as a tuple, so that equal questions are equal."""
    return (ids,) if isinstance(ids, str) else tuple(ids)


def _number(problem: Problem, session: str) -> int:
    """Return the number of a session."""
    number = problem.sessions.get(session) if isinstance(session, str) else None
    if number is None:
        remedy = did_you_mean(session, problem.sessions) or "give an id of the sessions table"
        raise OptionError(f"there is no session {session!r}; {remedy}")
    return number


def _slots(problem: Problem, slots: str | Sequence[str]) -> list[int]:
    """Return the numbers of slots, ascending."""
    if not len(problem.slots):
        raise OptionError(f"the day has no slots, so there is no slot {slots[0] if slots else ''!r}; leave it out")
    if not slots:
        raise OptionError("slots is empty; name one of " + ", ".join(map(repr, problem.slots)))
    for slot in slots:
        if problem.slots.get(slot) is None:
            remedy = did_you_mean(slot, problem.slots) or "there are " + ", ".join(map(repr, problem.slots))
            raise OptionError(f"there is no slot {slot!r}; {remedy}")
    return sorted({problem.slots.index(slot) for slot in slots})


def _named(problem: Problem, session: str) -> str:
    """Return the id of a session, with its title if it has one."""
    title = problem.title[problem.sessions.index(session)] if problem.title else ""
    return f"{session!r} {title}" if title else repr(session)


def _and(slots: str | Sequence[str]) -> str:
    return " and ".join(map(repr, slots))
