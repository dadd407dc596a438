"""The best schedule that is left for one participant, whatever ties slots together: by branch and bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.context import Context
from pdalloc.problem import Feature, Problem

__all__ = ["ScheduleSearch"]

REPORT_EVERY = 128
CHECK_EVERY = 1024


class Option(NamedTuple):
    """A session that a participant could still take."""

    unlisted: bool
    rate: int  # cost a place
    session: int
    size: int
    slots: int  # bit mask
    topic: int  # bit mask, 0 for none


class ScheduleSearch:
    """A problem made ready for turns that are searched one by one.

    Parameters
    ----------
    problem : Problem
        Without minimums.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        choices = problem.choices
        self.start = choices.indptr.tolist()
        self.session = choices.session.tolist()
        self.rank = choices.rank.tolist()
        self.slots = problem.session_slots.bits()
        self.size = problem.session_size.tolist()
        self.topic = [1 << topic if topic >= 0 else 0 for topic in problem.topic.tolist()]
        self.busy = _busy_bits(problem)
        self.wanted = problem.wanted.tolist()
        self.barred = set(map(tuple, np.concatenate([problem.forbidden, problem.facilitated]).tolist()))
        self.fixed: dict[int, list[int]] = {}
        for participant, session in problem.fixed.tolist():
            self.fixed.setdefault(participant, []).append(session)
        self.excludes = _exclusions(problem)
        features = problem.features
        self.only_rivals = not {Feature.LONG_SESSIONS, Feature.SLOTLESS_SESSIONS, Feature.LIMITS} & features.keys()

    def play(self, order: Int64Array, free: Int64Array, context: Context) -> tuple[Int32Array, Int32Array]:
        """Return the pairs of participants and sessions, beyond the fixed ones, after these turns.

        Parameters
        ----------
        order : int64 array, shape (turns,)
            Participant of each turn.
        free : int64 array, shape (sessions,)
            Seats at the beginning.
        context : Context
            For progress and stopping.
        """
        seats = free.tolist()
        participants: list[int] = []
        sessions: list[int] = []
        for turn, participant in enumerate(order.tolist()):
            if not turn % REPORT_EVERY:
                context.check()
                context.report(turn, len(order), "turns")
            schedule = self.take(participant, seats, context)
            for session in schedule:
                seats[session] -= 1
            sessions += schedule
            participants += [participant] * len(schedule)
        return np.array(participants, np.int32), np.array(sessions, np.int32)

    def take(self, participant: int, seats: Sequence[int], context: Context) -> list[int]:
        """Return the sessions that a participant takes when these seats are left, beyond those where they are fixed."""
        fixed = self.fixed.get(participant, ())
        busy = self.busy[participant]
        wanted = self.wanted[participant]
        for session in fixed:
            busy |= self.slots[session]
            wanted -= self.size[session]
        if wanted <= 0:
            return []
        if self.only_rivals:
            # the best choices of the slots are the best day, unless they exclude each other
            picked = self._pick(participant, seats, wanted, busy, fixed)
            if not self._clash([*fixed, *picked]):
                return picked
        options = self._options(participant, seats, busy, fixed)
        return _best_schedule(options, wanted, self.excludes, context)

    def _pick(self, participant: int, seats: Sequence[int], wanted: int, busy: int, fixed: Sequence[int]) -> list[int]:
        """Return the first sessions with seats on the list that do not overlap, then the first unlisted ones."""
        picked: list[int] = []
        listed = self.session[self.start[participant] : self.start[participant + 1]]
        rest = range(len(seats)) if self.problem.unlisted == "last" else ()
        for candidates in (listed, rest):
            for session in candidates:
                if seats[session] > 0 and not self.slots[session] & busy and self._may(participant, session, fixed):
                    if candidates is rest and session in picked:
                        continue
                    picked.append(session)
                    busy |= self.slots[session]
                    wanted -= 1
                    if not wanted:
                        return picked
        return picked

    def _may(self, participant: int, session: int, fixed: Sequence[int]) -> bool:
        return session not in fixed and (participant, session) not in self.barred

    def _clash(self, schedule: Sequence[int]) -> bool:
        return bool(self.excludes) and any(
            self.excludes.get(session, frozenset()).intersection(schedule) for session in schedule
        )

    def _options(self, participant: int, seats: Sequence[int], busy: int, fixed: Sequence[int]) -> list[Option]:
        """Return the sessions that the participant could take now: best rate first, then table order."""
        row = range(self.start[participant], self.start[participant + 1])
        rank = {self.session[entry]: self.rank[entry] for entry in row}
        candidates = range(len(seats)) if self.problem.unlisted == "last" else sorted(rank)
        excluded = frozenset().union(*(self.excludes.get(session, ()) for session in fixed))
        last = self.problem.unlisted_rank
        return sorted(
            Option(
                session not in rank,
                rank.get(session, last) - 1,
                session,
                self.size[session],
                self.slots[session],
                self.topic[session],
            )
            for session in candidates
            if seats[session] > 0
            and not self.slots[session] & busy
            and session not in excluded
            and self._may(participant, session, fixed)
        )


def _busy_bits(problem: Problem) -> list[int]:
    """Slots in which each participant is not available, as bit masks."""
    bits = [0] * len(problem.participants)
    for participant, slot in zip(*np.nonzero(~problem.available), strict=True):
        bits[int(participant)] |= 1 << int(slot)
    return bits


def _exclusions(problem: Problem) -> dict[int, frozenset[int]]:
    """For each session those that nobody takes beside it, by topic or conflict; overlapping slots are left out."""
    excludes: dict[int, set[int]] = {}
    for topic in range(len(problem.topics)):
        repeats = np.flatnonzero(problem.topic == topic).tolist()
        for session in repeats if len(repeats) > 1 else ():
            excludes.setdefault(session, set()).update(other for other in repeats if other != session)
    for first, second in problem.conflicts.tolist():
        excludes.setdefault(first, set()).add(second)
        excludes.setdefault(second, set()).add(first)
    return {session: frozenset(others) for session, others in excludes.items()}


class Reach(NamedTuple):
    """What the options from some position on could still fill."""

    slots: int = 0  # bit mask
    slotless: int = 0
    topics: int = 0  # bit mask
    without_topic: int = 0
    largest: int = 1

    def extended(self, option: Option) -> Reach:
        """Return what they could fill with one option more."""
        return Reach(
            self.slots | option.slots,
            self.slotless + (not option.slots),
            self.topics | option.topic,
            self.without_topic + (not option.topic),
            max(self.largest, option.size),
        )

    def places(self, busy: int, topics: int) -> int:
        """Return at most how many places they fill, given the slots and topics that are taken."""
        sessions = (self.topics & ~topics).bit_count() + self.without_topic
        return min((self.slots & ~busy).bit_count() + self.slotless, sessions * self.largest)


def _best_schedule(
    options: Sequence[Option], wanted: int, excludes: dict[int, frozenset[int]], context: Context
) -> list[int]:
    """Return the best set of options that fit together, by branch and bound over sets in the order of the options."""
    reach = [Reach()]
    for option in reversed(options):
        reach.append(reach[-1].extended(option))
    reach.reverse()
    # from here on all options cost the same, so the first complete set found is the earliest in table order
    uniform = len(options)
    while uniform and options[uniform - 1][:2] == options[-1][:2]:
        uniform -= 1
    best: tuple[tuple[int, int, int], list[int]] = ((wanted, 0, 0), [])
    looked_at = 0

    def search(first: int, taken: list[Option], busy: int, topics: int, key: tuple[int, int, int]) -> None:
        nonlocal best, looked_at
        looked_at += 1
        if not looked_at % CHECK_EVERY:
            context.check()
        sessions = sorted(option.session for option in taken)
        if (key, sessions) < best:
            best = key, sessions
        empty, unlisted, cost = key
        settled = False
        for position in range(first, len(options)):
            option = options[position]
            room = min(empty, reach[position].places(busy, topics))
            bound = (empty - room, unlisted + room * option.unlisted, cost + room * option.rate)
            if not room or bound > best[0] or (settled and bound == best[0]):
                return
            if option.slots & busy or option.topic & topics or option.size > empty:
                continue
            if excludes.get(option.session, frozenset()).intersection(sessions):
                continue
            size, before = option.size, best
            longer = (empty - size, unlisted + option.unlisted * size, cost + option.rate * size)
            search(position + 1, [*taken, option], busy | option.slots, topics | option.topic, longer)
            settled = settled or (position >= uniform and best is not before)

    search(0, [], 0, 0, (wanted, 0, 0))
    return best[1]
