"""Rules about who goes with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pdalloc.arrays import IntegerArray
from pdalloc.problem.rules.base import Rule, listed, participant_numbers, session_numbers

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem
    from pdalloc.problem.rules.rows import RuleRows

__all__ = ["Apart", "Company", "Together"]


@dataclass(frozen=True)
class Company(Rule):
    """A rule about some participants and each other.

    Parameters
    ----------
    participants : sequence of str
        Two or more.
    session, topic : str, optional
        Where it holds: in one session, or in those of one topic; by default in every session.
    """

    participants: Sequence[str]
    session: str | None = None
    topic: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_one_of("session", "topic", needed=False)
        if len(self.participants) < 2:
            raise self.fault(f"participants is {list(self.participants)}; name two or more")

    def meant(self, problem: Problem) -> IntegerArray:
        """Return the numbers of the sessions that are meant."""
        if self.session is None and self.topic is None:
            return np.arange(len(problem.sessions))
        return session_numbers(problem, filter(None, [self.session]), topic=self.topic)


@dataclass(frozen=True)
class Together(Company):
    """Some participants take the same sessions: of those that are meant, what one takes all take.

    x[p, s] = x[q, s] for every session s that is meant, and all participants p and q who follow each other in the list.

    Parameters
    ----------
    participants : sequence of str
        Two or more.
    session, topic : str, optional
        Where it holds: in one session, or in those of one topic; by default in every session.
    """

    name: ClassVar[str] = "together"

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        session = self.meant(problem)[:, None]
        for pair in pairwise(participant_numbers(problem, self.participants)):
            rows.add(np.array([pair]), session, np.array([[1, -1]]), lower=0, upper=0)

    def words(self) -> str:
        """See `Rule.words`."""
        who = listed("participant", self.participants)
        if self.session is not None:
            return f"{who} are all in session {self.session!r}, or none of them is"
        return f"{who} take the same sessions" + ("" if self.topic is None else f" of topic {self.topic!r}")


@dataclass(frozen=True)
class Apart(Company):
    """Of some participants at most one is in any session.

    The sum of x[p, s] over them is at most 1, for every session s that is meant.

    Parameters
    ----------
    participants : sequence of str
        Two or more.
    session, topic : str, optional
        Where it holds: in one session, or in those of one topic; by default in every session.
    """

    name: ClassVar[str] = "apart"

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        people = participant_numbers(problem, self.participants)
        rows.add(people[None, :], self.meant(problem)[:, None], upper=1)

    def words(self) -> str:
        """See `Rule.words`."""
        who = listed("participant", self.participants)
        where = "any session" if self.session is None else f"session {self.session!r}"
        return f"of {who} at most one is in {where}" + ("" if self.topic is None else f" of topic {self.topic!r}")
