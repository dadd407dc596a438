"""Why a published schedule became another one, from the two allocations alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.auditing.repaired import Move, MoveReason
from pdalloc.objectives import Changes
from pdalloc.objectives.changes import published_in
from pdalloc.violations import Violation, personal_violations

__all__ = ["find_moves"]

RULES: Mapping[str, str] = {
    "unlisted": "session {session!r} is not on their list any more",
    "slot": "session {session!r} and another one of theirs are at the same time now",
    "away": "is away at the time of session {session!r}",
    "topic": "session {session!r} and another one of theirs are of one topic now",
    "conflict": "session {session!r} and another one of theirs conflict now",
    "limit": "wants fewer places than they held",
    "forbidden": "session {session!r} is forbidden to them now",
    "fixed": "is fixed in session {session!r} now",
    "required": "a rule requires them in session {session!r}, or in another one that it names",
    "prerequisite": "by a rule session {session!r} goes only with another one",
    "tag-quota": "a rule asks for another number of sessions of a kind",
}
"""What is said of a rule that the old schedule breaks."""


def find_moves(published: object, now: Allocation, changes: Changes) -> tuple[Move, ...]:
    """Return everybody whose schedule differs from what was published, with the first reason that holds.

    Parameters
    ----------
    published : Allocation or mapping
        What was published.
    now : Allocation
    changes : Changes
        The same, by ids.
    """
    problem = now.problem
    known = set(published.problem.participants) if isinstance(published, Allocation) else set()
    held = dict(changes.schedules)
    reasons = _Reasons(now, changes)
    moves = []
    for number, label in enumerate(problem.participants):
        before, after = held.get(label, ()), now.schedule_of(label)
        if set(before) == set(after):
            continue
        if not before:
            text = "had no session before" if label in known or not known else "is new"
            moves.append(Move(label, (), after, MoveReason.NEW, text))
        else:
            if isinstance(published, Allocation):
                # in the order of the day
                before = published.schedule_of(label)
            moves.append(Move(label, before, after, *reasons.of(number, before, after)))
    return tuple(moves)


class _Reasons:
    """Facts that reasons are looked up in."""

    def __init__(self, now: Allocation, changes: Changes) -> None:
        self.now, self.changes, self.problem = now, changes, now.problem
        schedules = [(label, held) for label, held in changes.schedules if held]
        published = published_in(self.problem, tuple(schedules))
        self.pairs = published.pairs
        as_before = Allocation.from_pairs(self.problem, self.pairs[:, 0], self.pairs[:, 1], now.runs)
        self.broken: dict[str, Violation] = {}
        for violation in personal_violations(as_before):
            self.broken.setdefault(str(violation.participant), violation)
        moved = {label for label, held in schedules if self._first(label, held) is not None}
        could_stay = np.array([label not in moved for label in self.problem.participants], np.bool_)
        fixed = self.problem.fixed
        claims = np.unique(np.concatenate([self.pairs[could_stay[self.pairs[:, 0]]], fixed]), axis=0)
        self.claims = np.bincount(claims[:, 1], minlength=len(self.problem.sessions))

    def of(self, participant: int, before: Sequence[str], after: Sequence[str]) -> tuple[MoveReason, str]:
        """Return why a participant has another schedule."""
        label = self.problem.participants[participant]
        if (first := self._first(label, before)) is not None:
            return first
        left = [session for session in before if session not in after]
        return next(self._seats(left), None) or next(self._room(left), None) or (MoveReason.OTHERS, OTHERS)

    def _first(self, label: str, before: Sequence[str]) -> tuple[MoveReason, str] | None:
        """Return a reason in the participant's own schedule, None if it could stay by itself."""
        if label in self.changes.free:
            return MoveReason.FREE, "was free to move"
        for session in before:
            number = self.problem.sessions.get(session)
            if number is None:
                return MoveReason.LOST, f"session {session!r} is no more"
            if not self.now.runs[number]:
                return MoveReason.CANCELLED, f"session {session!r} does not run"
        violation = self.broken.get(label)
        if violation is None:
            return None
        return MoveReason.RULE, self._rule_text(violation)

    def _rule_text(self, violation: Violation) -> str:
        if violation.rule == "facilitating":
            number = self.problem.sessions.index(str(violation.session))
            who = self.problem.participants.index(str(violation.participant))
            runs_it = [who, number] in self.problem.facilitated.tolist()
            return (
                f"facilitates {'' if runs_it else 'another session at the time of '}session {violation.session!r} now"
            )
        return RULES[violation.rule].format(session=violation.session)

    def _seats(self, left: Sequence[str]) -> Iterator[tuple[MoveReason, str]]:
        for session in left:
            number = self.problem.sessions.index(session)
            seats, claims = int(self.problem.capacity[number]), int(self.claims[number])
            if seats < claims:
                which = f"session {session!r} has {seats} seats for {claims} who held one and could stay"
                fixed = (self.problem.fixed[:, 1] == number).any()
                yield MoveReason.SEATS, f"{which}, or are fixed in it" if fixed else which

    def _room(self, left: Sequence[str]) -> Iterator[tuple[MoveReason, str]]:
        for session in left:
            number = self.problem.sessions.index(session)
            there = self.now.participant[self.now.session == number]
            new = np.setdiff1d(there, self.pairs[self.pairs[:, 1] == number, 0])
            if len(there) == self.problem.capacity[number] and len(new):
                yield MoveReason.ROOM, f"session {session!r} is full with {len(new)} in it who did not hold it"


OTHERS = "could have stayed by themselves; moves for the sake of the whole day"
