"""Fewest changed schedules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias, cast

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int64Array, among_pairs, pair_keys
from pdalloc.errors import OptionError
from pdalloc.objectives.levels import EMPTY_PLACES, Costs, ExcessCosts, Level
from pdalloc.problem import Feature, Problem
from pdalloc.violations import personal_violations

__all__ = ["CHANGED_SCHEDULES", "Changes", "Published", "impossible", "published_in"]

CHANGED_SCHEDULES = Level("changed schedules")

Schedules: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Changes:
    """Fewest participants whose schedule differs from the one that was published.

    It counts the participants who held at least one session before, and hold another set of sessions now. Participants
    and sessions of the two problems are matched by their ids, since the problem may have changed. Who is new does not
    count, nor who had nothing, nor who left.

    Places do not come first by themselves: an empty schedule that was published is as good as any, and so is a seat
    left free. It is made for chains, such as ``[Changes(before), "rank-sum"]``.

    Parameters
    ----------
    before : Allocation, or mapping of participant id to session ids
        What was published. Only the ids are kept.
    places_first : bool
        Whether as many wanted places as possible are filled before changes are counted.
    free : collection of str
        Ids of participants who do not count, such as those who asked for another schedule.

    Raises
    ------
    OptionError
        If `before` is neither, or `free` is no collection of ids.
    """

    before: Allocation | Mapping[str, Sequence[str]] | Schedules
    places_first: bool = False
    free: Collection[str] = ()

    name: ClassVar[str] = "changes"
    refuses: ClassVar[frozenset[Feature]] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", _schedules(self.before))
        is_list = isinstance(self.free, Collection) and not isinstance(self.free, str)
        if not is_list or not all(isinstance(label, str) for label in self.free):
            raise OptionError(f"free is {self.free!r}; give a list of participant ids")
        object.__setattr__(self, "free", tuple(sorted(set(self.free))))

    def levels(self, problem: Problem) -> tuple[Level, ...]:
        """See `Objective.levels`."""
        return (EMPTY_PLACES.level, CHANGED_SCHEDULES) if self.places_first else (CHANGED_SCHEDULES,)

    def value(self, allocation: Allocation) -> tuple[int, ...]:
        """See `Objective.value`."""
        changed = int(self.changed(allocation).sum())
        return (EMPTY_PLACES.value(allocation), changed) if self.places_first else (changed,)

    def changed(self, allocation: Allocation) -> BoolArray:
        """Return who counts and has another schedule than before: bool array, shape (participants,)."""
        problem = allocation.problem
        published = self.published(problem)
        before, sessions = published.pairs, len(problem.sessions)
        now = np.stack([allocation.participant, allocation.session], axis=1)
        changed = published.has_lost.copy()
        changed[before[~among_pairs(before[:, 0], before[:, 1], now, sessions), 0]] = True
        changed[allocation.participant[~among_pairs(allocation.participant, allocation.session, before, sessions)]] = (
            True
        )
        return changed & published.counts

    @property
    def schedules(self) -> Schedules:
        """What was published: (participant id, session ids) of each."""
        return cast(Schedules, self.before)

    def published(self, problem: Problem) -> Published:
        """Return what was published, in the numbers of a problem."""
        return published_in(problem, self.schedules, self.free)

    def costs(self, problem: Problem) -> Iterator[Costs]:
        """See `Objective.costs`."""
        if self.places_first:
            yield EMPTY_PLACES
        yield _excess(problem, self.published(problem))

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """See `Objective.notes`."""
        return ()


class Published(NamedTuple):
    """Published schedules in the numbers of a problem that may have changed since.

    Attributes
    ----------
    pairs : int64 array, shape (pairs, 2)
        (participant, session), of those who and which are still there.
    counts : bool array, shape (participants,)
        Who had a schedule, and is not free to have another.
    has_lost : bool array, shape (participants,)
        Whose schedule had a session that is no more.
    """

    pairs: Int64Array
    counts: BoolArray
    has_lost: BoolArray


def published_in(problem: Problem, schedules: Schedules, free: Collection[str] = ()) -> Published:
    """Return published schedules in the numbers of a problem.

    Parameters
    ----------
    problem : Problem
    schedules : tuple of (participant id, session ids)
    free : collection of str
        Ids of participants who do not count.
    """
    counts, has_lost = np.zeros((2, len(problem.participants)), np.bool_)
    pairs: list[tuple[int, int]] = []
    for label, sessions in schedules:
        who = problem.participants.get(label)
        if who is None or not sessions:
            continue
        counts[who] = label not in free
        for session in map(problem.sessions.get, sessions):
            if session is None:
                has_lost[who] = True
            else:
                pairs.append((who, session))
    return Published(np.unique(np.array(pairs, np.int64).reshape(-1, 2), axis=0), counts, has_lost)


def _schedules(before: Any) -> Schedules:
    """Return who held what, as ids."""
    if isinstance(before, Allocation):
        sessions: dict[str, list[str]] = {}
        for who, what in zip(before.participant.tolist(), before.session.tolist(), strict=True):
            sessions.setdefault(before.problem.participants[who], []).append(before.problem.sessions[what])
        return tuple((label, tuple(held)) for label, held in sessions.items())
    try:
        entries = before.items() if isinstance(before, Mapping) else before
        schedules = tuple((label, tuple(held)) for label, held in entries if not isinstance(held, str))
        if len(schedules) == len(entries) and all(isinstance(i, str) for who, held in schedules for i in (who, *held)):
            return schedules
    except (TypeError, ValueError):
        pass
    raise OptionError(
        f"changes are counted from published schedules, not from a {type(before).__name__}; give an Allocation, or the "
        "session ids of each participant id"
    )


def impossible(problem: Problem, published: Published) -> BoolArray:
    """Return whose published schedule breaks a rule of the problem by itself: bool array, shape (participants,)."""
    # a session that may be cancelled keeps nobody from anything for sure
    held = Allocation.from_pairs(problem, published.pairs[:, 0], published.pairs[:, 1], ~problem.may_be_cancelled)
    breaks = published.has_lost.copy()
    breaks[[problem.participants.index(str(found.participant)) for found in personal_violations(held)]] = True
    return breaks


def _excess(problem: Problem, published: Published) -> ExcessCosts:
    """Return a term for each participant who counts: 1 if one of their rows says that the schedule has changed.

    A session held before that is not taken now says so. It stands also for all that could be taken instead in its
    slots; in a slot that was empty, any session says so, and only one can be taken.
    """
    is_surely = impossible(problem, published)
    person = np.flatnonzero(published.counts)
    number = np.cumsum(published.counts) - 1
    kept = published.pairs[(published.counts & ~is_surely)[published.pairs[:, 0]]]
    group, participant, session = _taken_instead(problem, published, published.counts & ~is_surely)
    _, first, row = np.unique(group, return_index=True, return_inverse=True)
    surely = np.flatnonzero(published.counts & is_surely)
    nothing, one = np.zeros(len(first), np.int64), np.ones(len(kept), np.int64)
    return ExcessCosts(
        CHANGED_SCHEDULES,
        weight=np.ones(len(person), np.int64),
        most=np.ones(len(person), np.int64),
        term=number[np.concatenate([surely, kept[:, 0], participant[first]])],
        bound=np.concatenate([np.full(len(surely) + len(kept), -1), nothing]),
        row=np.concatenate([len(surely) + np.arange(len(kept)), len(surely) + len(kept) + row]),
        participant=np.concatenate([kept[:, 0], participant]),
        session=np.concatenate([kept[:, 1], session]),
        coefficient=np.concatenate([-one, np.ones(len(participant), np.int64)]),
    )


def _taken_instead(
    problem: Problem, published: Published, asked: BoolArray
) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Return sessions that some participants did not hold, in slots that were empty, or without a slot.

    Returns
    -------
    group, participant, session : int64 arrays, shape (entries,)
        Entries of a group are of one participant and exclude each other.
    """
    slots, sessions = problem.session_slots, len(problem.sessions)
    choices, opened = problem.choices, problem.opened
    if problem.unlisted == "last":
        participant = np.repeat(np.flatnonzero(asked), sessions)
        session = np.tile(np.arange(sessions), int(asked.sum()))
    else:
        listed = pair_keys(choices.participant, choices.session, sessions)
        listed = np.union1d(listed, pair_keys(opened[:, 0], opened[:, 1], sessions))
        participant, session = np.divmod(listed, sessions)
    new = asked[participant] & ~among_pairs(participant, session, published.pairs, sessions)
    participant, session = participant[new], session[new]
    count = len(problem.slots)
    busy = np.zeros((len(asked), count), np.bool_)
    if count:
        mask = slots.mask()
        np.logical_or.at(busy, published.pairs[:, 0], mask[published.pairs[:, 1]])
        at, slot = np.nonzero(mask[session] & ~busy[participant])
    else:
        at = slot = np.zeros(0, np.int64)
    slotless = np.flatnonzero(slots.count[session] == 0)
    people = len(asked)
    group = np.concatenate(
        [participant[at] * count + slot, people * count + pair_keys(participant[slotless], session[slotless], sessions)]
    )
    every = np.concatenate([at, slotless])
    return group, participant[every], session[every]
