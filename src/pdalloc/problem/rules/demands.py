"""Rules about what participants must take, must not take, or take only with something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pdalloc.arrays import IntegerArray
from pdalloc.problem.rules.base import PeopleRule, Rule, listed, session_numbers

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem
    from pdalloc.problem.rules.rows import RuleRows

__all__ = ["Forbidden", "Prerequisite", "Required"]


@dataclass(frozen=True)
class Required(PeopleRule):
    """Everybody who is meant takes a session, or at least one of several, chosen or not.

    The sum of x[p, s] over the sessions s is at least 1, for every participant p who is meant.

    Parameters
    ----------
    sessions : sequence of str
        They are open to these participants even where unlisted places are forbidden.
    participants : sequence of str, optional
    group, value : str, optional
        Who is meant: some participants, or those who have the value in the column.
    """

    sessions: Sequence[str]

    name: ClassVar[str] = "required"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_people(needed=True)
        if not self.sessions:
            raise self.fault("sessions is empty; name one or more")

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        rows.add(self.people(problem)[:, None], session_numbers(problem, self.sessions)[None, :], lower=1)

    def opened(self, problem: Problem) -> IntegerArray:
        """Return the (participant, session) pairs that are allowed by this rule, chosen or not: shape (pairs, 2)."""
        people, sessions = self.people(problem), session_numbers(problem, self.sessions)
        return np.stack([np.repeat(people, len(sessions)), np.tile(sessions, len(people))], axis=1)

    def words(self) -> str:
        """See `Rule.words`."""
        verb = "are" if len(self.participants) > 1 else "is"
        return f"{self.who()} {verb} required in {listed('session', self.sessions, 'or')}"


@dataclass(frozen=True)
class Forbidden(PeopleRule):
    """Nobody who is meant takes any of some sessions.

    The sum of x[p, s] over the participants p and the sessions s that are meant is at most 0.

    Parameters
    ----------
    sessions : sequence of str, optional
    tag : str, optional
        What is meant: some sessions, or all with the tag.
    participants : sequence of str, optional
    group, value : str, optional
        Who is meant: some participants, or those who have the value in the column.
    """

    sessions: Sequence[str] = ()
    tag: str | None = None

    name: ClassVar[str] = "forbidden"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_people(needed=True)
        self.check_one_of("sessions", "tag")

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        people, sessions = self.people(problem), session_numbers(problem, self.sessions, tag=self.tag)
        rows.add(np.repeat(people, len(sessions))[None, :], np.tile(sessions, len(people))[None, :], upper=0)

    def words(self) -> str:
        """See `Rule.words`."""
        what = listed("session", self.sessions, "or") if self.tag is None else f"sessions tagged {self.tag!r}"
        return f"{self.who()} may not take {what}"


@dataclass(frozen=True)
class Prerequisite(Rule):
    """Nobody takes a session without another one, or one of several.

    x[p, session] <= the sum of x[p, s] over the needed sessions s, for every participant p.

    Parameters
    ----------
    session : str
    needs : sequence of str
        Sessions of which at least one goes with it.
    """

    session: str
    needs: Sequence[str]

    name: ClassVar[str] = "prerequisite"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.needs:
            raise self.fault("needs is empty; name one session or more")
        if self.session in self.needs:
            raise self.fault(f"session {self.session!r} needs itself; name another one")

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        people = np.arange(len(problem.participants))[:, None]
        sessions = session_numbers(problem, [self.session, *self.needs])[None, :]
        rows.add(people, sessions, np.where(np.arange(sessions.size) == 0, 1, -1), upper=0)

    def words(self) -> str:
        """See `Rule.words`."""
        return f"nobody takes session {self.session!r} without {listed('session', self.needs, 'or')}"
