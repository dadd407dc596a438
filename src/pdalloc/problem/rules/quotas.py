"""Rules about numbers: how many of a group in a session, and how many sessions of a kind for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pdalloc.problem.rules.base import PeopleRule, Rule, amount_text, checked_bounds, session_numbers

if TYPE_CHECKING:
    from pdalloc.problem.problem import Problem
    from pdalloc.problem.rules.rows import RuleRows

__all__ = ["GroupQuota", "TagQuota"]


@dataclass(frozen=True)
class GroupQuota(Rule):
    """So many places of a session, or of all sessions with a tag, go to participants of a group.

    at_least <= the sum of x[p, s] over the participants p who have the value and the sessions s that are meant <=
    at_most.

    Parameters
    ----------
    group : str
        A column of the participants, such as "school".
    value : str, optional
        One of its values, such as "Hill"; by default the rule holds for each of them on its own.
    session, tag : str
        Where it holds: in one session, or in all with the tag together.
    at_least, at_most : int, optional
        From 0; one of the two, or both.
    """

    group: str
    value: str | None = None
    session: str | None = None
    tag: str | None = None
    at_least: int | None = None
    at_most: int | None = None

    name: ClassVar[str] = "group-quota"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_one_of("session", "tag")
        checked_bounds(self, self.at_least, self.at_most)

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        lower, upper = checked_bounds(self, self.at_least, self.at_most)
        sessions = session_numbers(problem, filter(None, [self.session]), tag=self.tag)
        column = problem.group(self.group)
        for value in column.values if self.value is None else (self.value,):
            people = column.members(value)
            every_pair = np.repeat(people, len(sessions))[None, :], np.tile(sessions, len(people))[None, :]
            rows.add(*every_pair, lower=lower, upper=upper)

    def words(self) -> str:
        """See `Rule.words`."""
        who = f"each {self.group}" if self.value is None else f"{self.group} {self.value!r}"
        where = f"sessions tagged {self.tag!r}" if self.session is None else f"session {self.session!r}"
        return f"{who} has {amount_text(self.at_least, self.at_most)} of the places in {where}"


@dataclass(frozen=True)
class TagQuota(PeopleRule):
    """Everybody who is meant takes so many sessions with a tag.

    at_least <= the sum of x[p, s] over the sessions s with the tag <= at_most, for every participant p who is meant.

    Parameters
    ----------
    tag : str
    at_least, at_most : int, optional
        From 0; one of the two, or both.
    participants : sequence of str, optional
    group, value : str, optional
        Who is meant: some participants, or those who have the value in the column; by default everybody.
    """

    tag: str
    at_least: int | None = None
    at_most: int | None = None

    name: ClassVar[str] = "tag-quota"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_people(needed=False)
        checked_bounds(self, self.at_least, self.at_most)

    def add_rows(self, rows: RuleRows, problem: Problem) -> None:
        """See `Rule.add_rows`."""
        lower, upper = checked_bounds(self, self.at_least, self.at_most)
        sessions = session_numbers(problem, (), tag=self.tag)
        rows.add(self.people(problem)[:, None], sessions[None, :], lower=lower, upper=upper)

    def words(self) -> str:
        """See `Rule.words`."""
        verb = "take" if len(self.participants) > 1 else "takes"
        amount = amount_text(self.at_least, self.at_most)
        each = " each" if len(self.participants) > 1 else ""
        return f"{self.who()} {verb} {amount}{each} of the sessions tagged {self.tag!r}"
