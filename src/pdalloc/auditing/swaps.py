"""What one participant would give up for a session, and whether their day would be better."""

from __future__ import annotations

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.rule_violations import first_broken

__all__ = ["Swaps"]


class Swaps:
    """Schedules that change one swap at a time; which sessions run stays as it is.

    Parameters
    ----------
    allocation : Allocation
        It keeps all rules.

    Attributes
    ----------
    held : list of set of int
        Sessions of each participant.
    attendance : int64 array, shape (sessions,)
    """

    def __init__(self, allocation: Allocation) -> None:
        self.allocation, self.problem = allocation, allocation.problem
        problem = self.problem
        self.held: list[set[int]] = [set() for _ in problem.participants]
        for who, session in zip(allocation.participant.tolist(), allocation.session.tolist(), strict=True):
            self.held[who].add(session)
        self.attendance = allocation.attendance.copy()
        self._wanted, self._last = allocation.wanted.tolist(), problem.longest_list
        self._size, self._topic = problem.session_size.tolist(), problem.topic.tolist()
        self._slots = problem.session_slots.bits()
        busy = ~problem.available_if(allocation.runs)
        self._busy = [sum(1 << slot for slot in np.flatnonzero(row).tolist()) for row in busy]
        barred = np.concatenate([problem.forbidden, problem.facilitated])
        self._barred = set(map(tuple, barred.tolist()))
        self._fixed = set(map(tuple, problem.fixed.tolist()))
        self._conflicts = set(map(tuple, problem.conflicts.tolist()))
        self._rank = [dict[int, int]() for _ in problem.participants]
        listed = problem.choices.participant, problem.choices.session, problem.choices.rank
        for who, session, rank in zip(*(column.tolist() for column in listed), strict=True):
            self._rank[who][session] = rank

    def rank(self, who: int, session: int) -> int:
        """Return the rank that a participant gave a session, that of unlisted ones if none."""
        return self._rank[who].get(session, self._last + 1)

    def given_up(self, who: int, session: int) -> set[int] | None:
        """Return what a participant gives up for a session they chose; None if their day would not be better.

        That is what excludes it, and if they have then more places than they want, their worst ones. A day is better
        with fewer empty places, then fewer unlisted ones, then less day cost.
        """
        held = self.held[who]
        if session not in self._rank[who] or session in held or not self.allocation.runs[session]:
            return None
        if self._slots[session] & self._busy[who] or (who, session) in self._barred:
            return None
        given_up = {other for other in held if self._exclude(session, other)}
        after = (held - given_up) | {session}
        for worst in sorted(after - {session}, key=lambda other: (self.rank(who, other), other), reverse=True):
            if self._places(after) <= self._wanted[who]:
                break
            given_up.add(worst)
            after.discard(worst)
        if self._places(after) > self._wanted[who] or any((who, other) in self._fixed for other in given_up):
            return None
        return given_up if self.day(who, after) < self.day(who, held) else None

    def is_full(self, session: int) -> bool:
        """Return whether nobody more could come to a session."""
        return not self.fits(session, set())

    def fits(self, session: int, given_up: set[int]) -> bool:
        """Return whether one more could come to a session who leaves others, with every limit and minimum kept."""
        problem = self.problem
        if self.attendance[session] >= problem.capacity[session]:
            return False
        if any(self.attendance[other] <= problem.minimum[other] for other in given_up):
            return False
        after = self.attendance.copy()
        after[list(given_up)] -= 1
        after[session] += 1
        has_room = problem.session_facilitators.totals(after) <= problem.most_participants
        return bool(has_room[problem.session_facilitators[session]].all())

    def keeps_rules(self, who: int, session: int, given_up: set[int]) -> bool:
        """Return whether a swap leaves every hard rule of several participants or sessions kept."""
        problem = self.problem
        if not problem.hard_rules:
            return True
        schedules = {problem.participants[p]: self._ids(held) for p, held in enumerate(self.held)}
        schedules[problem.participants[who]] = self._ids((self.held[who] - given_up) | {session})
        return first_broken(problem, schedules) is None

    def _ids(self, sessions: set[int]) -> set[str]:
        return {self.problem.sessions[session] for session in sessions}

    def take(self, who: int, session: int, given_up: set[int]) -> None:
        """Give a participant a session in exchange for others."""
        self.held[who] = (self.held[who] - given_up) | {session}
        self.attendance[session] += 1
        self.attendance[list(given_up)] -= 1

    def drop(self, who: int, session: int) -> None:
        """Take a session from a participant who does not want it any more."""
        self.held[who].discard(session)
        self.attendance[session] -= 1

    def result(self) -> Allocation:
        """Return the allocation as it is now."""
        pairs = [(who, session) for who, held in enumerate(self.held) for session in sorted(held)]
        array = np.array(pairs, np.int32).reshape(-1, 2)
        return Allocation.from_pairs(self.problem, array[:, 0], array[:, 1], self.allocation.runs)

    def day(self, who: int, schedule: set[int]) -> tuple[int, int, int]:
        """Return empty places, unlisted places and day cost of a schedule."""
        empty = self._wanted[who] - self._places(schedule)
        unlisted = sum(self._size[session] for session in schedule if session not in self._rank[who])
        cost = sum((self.rank(who, session) - 1) * self._size[session] for session in schedule)
        return empty, unlisted, cost + empty * self._last

    def _places(self, schedule: set[int]) -> int:
        return sum(self._size[session] for session in schedule)

    def _exclude(self, first: int, second: int) -> bool:
        return (
            bool(self._slots[first] & self._slots[second])
            or self._topic[first] == self._topic[second] >= 0
            or (min(first, second), max(first, second)) in self._conflicts
        )
