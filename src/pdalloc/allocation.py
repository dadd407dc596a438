"""Everybody's schedules: which participant is in which session, and which sessions run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import BoolArray, FrozenArrays, Int32Array, Int64Array, freeze, frozen_copy, pair_keys
from pdalloc.errors import ProblemError
from pdalloc.problem import Problem

if TYPE_CHECKING:
    import pandas as pd

    from pdalloc.violations import Violation

__all__ = ["Allocation"]


@dataclass(frozen=True, eq=False)
class Allocation(FrozenArrays):
    """Pairs of participants and sessions, and which sessions run; nothing else is stored. Immutable.

    An allocation may break the problem's rules; `violations` says how.

    Attributes
    ----------
    problem : Problem
    participant, session : int32 arrays, shape (pairs,)
        Numbers from 0, sorted by participant, then session; no pair twice.
    runs : bool array, shape (sessions,)
        False for a cancelled session.
    """

    problem: Problem
    participant: Int32Array
    session: Int32Array
    runs: BoolArray

    @classmethod
    def from_pairs(
        cls,
        problem: Problem,
        participant: npt.NDArray[np.integer[Any]],
        session: npt.NDArray[np.integer[Any]],
        runs: BoolArray | None = None,
    ) -> Allocation:
        """Build from pairs of numbers in any order.

        Parameters
        ----------
        problem : Problem
        participant, session : integer arrays, shape (pairs,)
        runs : bool array, shape (sessions,), optional
            By default every session runs.

        Raises
        ------
        ProblemError
            If a number is out of range, a pair occurs twice or a shape is wrong.
        """
        participant, session = np.asarray(participant), np.asarray(session)
        if participant.shape != session.shape or participant.ndim != 1:
            raise ProblemError(f"allocation: {participant.shape} participants but {session.shape} sessions")
        key = pair_keys(participant, session, len(problem.sessions))
        if (key[1:] < key[:-1]).any():
            order = np.argsort(key, kind="stable")
            participant, session = participant[order], session[order]
        runs = problem.all_run if runs is None else runs
        return cls(problem, participant.astype(np.int32), session.astype(np.int32), runs)

    def __post_init__(self) -> None:
        problem, sessions = self.problem, len(self.problem.sessions)
        for name, labels in (("participant", problem.participants), ("session", problem.sessions)):
            number = np.asarray(getattr(self, name))
            if number.ndim != 1 or (number.size and not 0 <= number.min() <= number.max() < len(labels)):
                raise ProblemError(f"allocation: a {name} number is not in 0 to {len(labels) - 1}")
            object.__setattr__(self, name, frozen_copy(number, np.int32))
        if self.participant.shape != self.session.shape:
            raise ProblemError(f"allocation: {self.participant.shape} participants but {self.session.shape} sessions")
        if np.shape(self.runs) != (sessions,):
            raise ProblemError(f"allocation: runs has shape {np.shape(self.runs)}, not ({sessions},)")
        object.__setattr__(self, "runs", frozen_copy(self.runs, np.bool_))
        key = pair_keys(self.participant, self.session, sessions)
        if (key[1:] == key[:-1]).any():
            raise ProblemError("allocation: the same participant is in the same session twice")
        if (key[1:] < key[:-1]).any():
            raise ProblemError("allocation: the pairs are not sorted; use Allocation.from_pairs")

    @classmethod
    def from_sessions(cls, problem: Problem, session: npt.NDArray[np.integer[Any]]) -> Allocation:
        """Build from one session number per participant, -1 for none; every session runs."""
        if session.shape != (len(problem.participants),):
            raise ProblemError(f"allocation: {session.shape} sessions for {len(problem.participants)} participants")
        placed = np.flatnonzero(session >= 0)
        return cls.from_pairs(problem, placed, session[placed])

    @classmethod
    def from_schedules(
        cls, problem: Problem, schedules: Mapping[str, Iterable[str]], cancelled: Iterable[str] = ()
    ) -> Allocation:
        """Build from the session ids of each participant id, and the ids of sessions that do not run.

        Raises
        ------
        ProblemError
            If an id is unknown.
        """

        def listed(labels: Iterable[str]) -> Iterable[str]:
            if isinstance(labels, str):
                raise ProblemError(f"allocation: {labels!r} is a text; give a list of session ids")
            return labels

        def number(kind: str, label: str) -> int:
            found = (problem.participants if kind == "participant" else problem.sessions).get(label)
            if found is None:
                raise ProblemError(f"allocation: unknown {kind} {label!r}")
            return found

        pairs = [
            (number("participant", who), number("session", what))
            for who, sessions in schedules.items()
            for what in listed(sessions)
        ]
        runs = problem.all_run.copy()
        runs[[number("session", label) for label in listed(cancelled)]] = False
        array = np.array(pairs, np.int32).reshape(-1, 2)
        return cls.from_pairs(problem, array[:, 0], array[:, 1], runs)

    # ---- looking -------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Allocation: {len(self):,} pairs, {int(self.runs.sum())} of {len(self.runs)} sessions run>"

    def __len__(self) -> int:
        return len(self.participant)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Allocation):
            return NotImplemented
        return (
            np.array_equal(self.participant, other.participant)
            and np.array_equal(self.session, other.session)
            and np.array_equal(self.runs, other.runs)
            and self.problem == other.problem
        )

    def __hash__(self) -> int:
        return hash((self.participant.tobytes(), self.session.tobytes(), self.runs.tobytes()))

    def schedule_of(self, participant: str) -> tuple[str, ...]:
        """Return the session ids of a participant, by slot and then table order.

        Raises
        ------
        ProblemError
            If there is no such participant.
        """
        number = self.problem.participants.get(participant)
        if number is None:
            raise ProblemError(f"unknown participant {participant!r}")
        start, end = np.searchsorted(self.participant, (number, number + 1))
        sessions = sorted(self.session[start:end].tolist(), key=lambda session: (self._first_slot[session], session))
        return tuple(self.problem.sessions[session] for session in sessions)

    def roster(self, session: str) -> tuple[str, ...]:
        """Return the participant ids of a session, in table order.

        Raises
        ------
        ProblemError
            If there is no such session.
        """
        number = self.problem.sessions.get(session)
        if number is None:
            raise ProblemError(f"unknown session {session!r}")
        return tuple(self.problem.participants[who] for who in self.participant[self.session == number].tolist())

    @cached_property
    def _first_slot(self) -> list[int]:
        slots = self.problem.session_slots
        none = len(self.problem.slots)
        return [int(slots[session].min(initial=none)) for session in range(slots.rows)]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair: participant, session, rank, listed (whether the participant chose it)."""
        import pandas as pd

        return pd.DataFrame(
            {
                "participant": [self.problem.participants[who] for who in self.participant.tolist()],
                "session": [self.problem.sessions[what] for what in self.session.tolist()],
                "rank": self.rank,
                "listed": self.choice >= 0,
            }
        )

    def to_json(self) -> str:
        """Return the allocation as a JSON document, "pdalloc/allocation" version 1."""
        from pdalloc.allocation_json import allocation_to_json

        return allocation_to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes, problem: Problem) -> Allocation:
        """Read a document written by `to_json`.

        Raises
        ------
        ProblemError
            If it is not such a document or belongs to another problem.
        """
        from pdalloc.allocation_json import allocation_from_json

        return allocation_from_json(text, problem)

    # ---- what follows from the pairs -----------------------------------------------------------------------------

    @cached_property
    def choice(self) -> Int64Array:
        """Position of each pair among the problem's choices, -1 for an unlisted place. Shape (pairs,)."""
        return freeze(self.problem.choices.find(self.participant, self.session))

    @cached_property
    def rank(self) -> Int32Array:
        """Rank of each pair; an unlisted place has the problem's `unlisted_rank`. Shape (pairs,)."""
        if not len(self.problem.choices):
            return freeze(np.full(len(self), self.problem.unlisted_rank, np.int32))
        listed = self.problem.choices.rank[self.choice]
        return freeze(np.where(self.choice >= 0, listed, self.problem.unlisted_rank).astype(np.int32))

    @cached_property
    def size(self) -> Int64Array:
        """Places that each pair fills. Shape (pairs,)."""
        return freeze(self.problem.session_size[self.session])

    @cached_property
    def wanted(self) -> Int64Array:
        """Places that each participant wants, given which sessions run. Shape (participants,)."""
        return self.problem.wanted if self.runs.all() else freeze(self.problem.wanted_if(self.runs))

    @cached_property
    def filled(self) -> Int64Array:
        """Places that each participant has. Shape (participants,)."""
        count = np.bincount(self.participant, weights=self.size, minlength=len(self.problem.participants))
        return freeze(count.astype(np.int64))

    @cached_property
    def empty(self) -> Int64Array:
        """Wanted places of each participant that nobody filled. Shape (participants,)."""
        return freeze(np.maximum(self.wanted - self.filled, 0))

    @cached_property
    def attendance(self) -> Int64Array:
        """Participants in each session. Shape (sessions,)."""
        return freeze(np.bincount(self.session, minlength=len(self.problem.sessions)).astype(np.int64))

    def violations(self) -> tuple[Violation, ...]:
        """Return every breach of the problem's rules, by code that shares nothing with any solver."""
        from pdalloc.violations import find_violations

        return tuple(find_violations(self))
