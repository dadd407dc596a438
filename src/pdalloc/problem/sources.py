"""Problems made straight from rankings, ratings or arrays; `Problem.from_...` are their public names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import FloatArray, IntegerArray, rows_outside
from pdalloc.errors import Finding, ProblemError
from pdalloc.problem.assemble import assemble
from pdalloc.problem.choices import Choices, find_repeats, find_value_faults, ranks_from_ratings
from pdalloc.problem.incidence import Incidence
from pdalloc.problem.labels import Labels
from pdalloc.problem.model import Model
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.problem import Problem

MAX_PARTICIPANTS = 10**8
"""Beyond it a number is taken for a mistake, such as a telephone number in the wrong column."""

MAX_SLOTS = 10_000
"""The same for slots."""

MAX_FAULTS = 1_000
"""Most faults of choices that are listed; a wrong column has as many as rows."""

__all__ = ["problem_from_arrays", "problem_from_rankings", "problem_from_ratings"]


def problem_from_rankings(
    rankings: Mapping[str, Sequence[str | Sequence[str]]],
    capacity: Mapping[str, int],
    *,
    priorities: Mapping[str, Sequence[str | Sequence[str]]] | None,
    slots: Mapping[str, str | Sequence[str]] | None,
    ranking: Ranking,
    unlisted: Unlisted,
) -> Problem:
    """See `Problem.from_rankings`."""
    model = Model(ranking=ranking, unlisted=unlisted)
    for name, mapping in (("rankings", rankings), ("capacity", capacity)):
        if not isinstance(mapping, Mapping):
            raise ProblemError(f"{name} is a {type(mapping).__name__}; give a mapping such as {{'x': ...}}")
    slots = slots or {}
    if unknown := [session for session in slots if session not in capacity]:
        raise ProblemError(f"slots name session {unknown[0]!r}, which has no capacity; add it or correct the id")
    for session, seats in capacity.items():
        when = slots.get(session, ())
        model.add_session(session, capacity=seats, slots=[when] if isinstance(when, str) else when)
    for participant, listed in rankings.items():
        model.add_participant(participant)
        model.add_ranking(participant, listed)
    for session, order in (priorities or {}).items():
        model.add_priorities(session, order)
    return model.build()


def problem_from_ratings(
    ratings: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    slot: npt.ArrayLike | None,
    ranking: Ranking,
    unlisted: Unlisted,
) -> Problem:
    """See `Problem.from_ratings`."""
    try:
        matrix = np.asarray(ratings, np.float64)
    except (TypeError, ValueError):
        raise ProblemError("ratings are not a matrix of numbers; give rows of equal length, nan for none") from None
    if matrix.ndim != 2:
        raise ProblemError(f"ratings have {matrix.ndim} dimensions; give a matrix of participants x sessions")
    if matrix.shape[1] != np.size(capacity):
        raise ProblemError(
            f"ratings have {matrix.shape[1]} columns but there are {np.size(capacity)} capacities; give one a session"
        )
    participant, session = np.nonzero(~np.isnan(matrix))
    rating = matrix[participant, session]
    list_of: IntegerArray = np.zeros(len(session), np.int64)
    _slots(slot, matrix.shape[1])
    if ranking == "per-slot" and slot is not None:
        list_of = _whole("slot", slot)[session]
    return problem_from_arrays(
        participant, session, ranks_from_ratings(participant, list_of, rating), capacity, slot,
        rating=rating, participants=len(matrix), ranking=ranking, unlisted=unlisted,
    )  # fmt: skip


def problem_from_arrays(
    participant: npt.ArrayLike,
    session: npt.ArrayLike,
    rank: npt.ArrayLike,
    capacity: npt.ArrayLike,
    slot: npt.ArrayLike | None,
    *,
    rating: npt.ArrayLike | None,
    participants: int | None,
    ranking: Ranking,
    unlisted: Unlisted,
) -> Problem:
    """See `Problem.from_arrays`."""
    who, what, ranks = _whole("participant", participant), _whole("session", session), _whole("rank", rank)
    rates = None if rating is None else _numbers("rating", rating)
    seats = _whole("capacity", capacity)
    lengths = [len(column) for column in (who, what, ranks, rates) if column is not None]
    if len(set(lengths)) > 1:
        raise ProblemError(f"the columns of the choices have lengths {lengths}; give one entry per choice in each")
    count = int(who.max(initial=-1)) + 1 if participants is None else participants
    if not isinstance(count, int | np.integer) or not 0 <= count <= MAX_PARTICIPANTS:
        raise ProblemError(f"participants is {count!r}; give how many there are, at most {MAX_PARTICIPANTS:,}")
    people = Labels.numbered(int(count))
    sessions = Labels.numbered(len(seats))
    for name, numbers, labels in (("participant", who, people), ("session", what, sessions)):
        if unknown := rows_outside(numbers, 0, len(labels) - 1):
            message = f"choice {unknown[0]}: {name} number {numbers[unknown[0]]} is not in 0 to {len(labels) - 1}"
            raise ProblemError([Finding(message, "choice", unknown[0], name)])
    faults = list(islice(find_value_faults(who, what, ranks, rates, people, sessions), MAX_FAULTS))
    choices = None if faults else Choices.from_columns(who, what, ranks, rates, len(people))
    if choices is None or choices.repeat_a_session():
        raise ProblemError(list(islice(chain(faults, find_repeats(who, what, people, sessions)), MAX_FAULTS)))
    slots, session_slots = _slots(slot, len(seats))
    return assemble(
        people, sessions, choices, seats, slots=slots, session_slots=session_slots, ranking=ranking, unlisted=unlisted
    )


def _slots(slot: npt.ArrayLike | None, sessions: int) -> tuple[Labels | None, Incidence | None]:
    if slot is None:
        return None, None
    numbers = _whole("slot", slot)
    if len(numbers) != sessions:
        raise ProblemError(f"slot has {len(numbers)} entries but there are {sessions} capacities; give one a session")
    if (numbers < -1).any():
        raise ProblemError(f"session '{int(np.argmin(numbers))}': slot {numbers.min()} is below -1; -1 means no slot")
    if numbers.max(initial=-1) >= MAX_SLOTS:
        raise ProblemError(
            f"session '{int(np.argmax(numbers))}': slot {numbers.max()} is not below {MAX_SLOTS:,}; number slots from 0"
        )
    labels = Labels.numbered(int(numbers.max(initial=-1)) + 1)
    return labels, Incidence.from_single(numbers, len(labels))


def _whole(name: str, values: npt.ArrayLike) -> IntegerArray:
    """Return a column as int32, if it is that already, or int64; floats are taken only if they are whole."""
    array: npt.NDArray[Any] = np.asarray(values)
    if array.ndim != 1:
        raise ProblemError(f"{name} has {array.ndim} dimensions; give one")
    if not array.size or array.dtype.kind in "iu":
        if array.dtype == np.uint64 and (array >= 2**63).any():
            place = int(np.argmax(array))
            raise ProblemError(f"{name}[{place}] is {array[place]}; give whole numbers up to 2,147,483,647")
        return array if array.dtype == np.int32 else array.astype(np.int64, copy=False)
    if array.dtype.kind == "f":
        wrong = ~(np.isfinite(array) & (np.abs(array) < 2**53) & (array == np.floor(array)))
        if not wrong.any():
            return array.astype(np.int64)
        place = int(np.argmax(wrong))
        raise ProblemError([Finding(f"{name}[{place}] is {array[place]}; give whole numbers", "", place, name)])
    raise ProblemError(f"{name} has dtype {array.dtype}; give whole numbers")


def _numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    array: npt.NDArray[Any] = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise ProblemError(f"{name} has {array.ndim} dimensions and dtype {array.dtype}; give one column of numbers")
    return array.astype(np.float64, copy=False)
