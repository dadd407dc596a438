"""Put a `Problem` together from what was given, with the default of every field that was not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array, Scalar, freeze, frozen_copy
from pdalloc.problem.choices import Choices
from pdalloc.problem.groups import Group
from pdalloc.problem.incidence import Incidence
from pdalloc.problem.labels import Labels
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.priorities import Priorities
from pdalloc.problem.problem import Problem
from pdalloc.problem.rules import Rule

__all__ = ["assemble"]


def assemble(
    participants: Labels,
    sessions: Labels,
    choices: Choices,
    capacity: npt.ArrayLike,
    *,
    slots: Labels | None = None,
    topics: Labels | None = None,
    facilitators: Labels | None = None,
    tags: Labels | None = None,
    minimum: npt.ArrayLike | None = None,
    must_run: npt.ArrayLike | None = None,
    session_slots: Incidence | None = None,
    topic: npt.ArrayLike | None = None,
    conflicts: Sequence[tuple[int, int]] = (),
    session_facilitators: Incidence | None = None,
    most_sessions: npt.ArrayLike | None = None,
    most_participants: npt.ArrayLike | None = None,
    session_tags: Incidence | None = None,
    away: Incidence | None = None,
    limit: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    arrival: npt.ArrayLike | None = None,
    history: npt.ArrayLike | None = None,
    groups: Sequence[Group] = (),
    fixed: Sequence[tuple[int, int]] = (),
    forbidden: Sequence[tuple[int, int]] = (),
    priorities: Priorities | None = None,
    rules: Sequence[Rule] = (),
    ranking: Ranking = "per-day",
    unlisted: Unlisted = "forbidden",
    name: Sequence[str] = (),
    title: Sequence[str] = (),
    room: Sequence[str] = (),
) -> Problem:
    """Return a checked, read-only problem; every array is copied.

    The fields are those of `Problem`. Where one is left out: no minimum, no slot, no topic, facilitators who run all
    their sessions for as many as there are seats, nobody away, a limit of the number of slots (1 on a day without
    slots), weight 1, arrival and history unknown.

    Raises
    ------
    ProblemError
        Naming every breach.
    """
    n, m = len(participants), len(sessions)
    slots = slots or Labels()
    facilitators = facilitators or Labels()
    tags = tags or Labels()
    seats = frozen_copy(capacity, np.int64)
    session_facilitators = session_facilitators or Incidence.empty(m, len(facilitators))
    return Problem(
        participants=participants,
        sessions=sessions,
        slots=slots,
        topics=topics or Labels(),
        facilitators=facilitators,
        tags=tags,
        choices=choices,
        capacity=seats,
        minimum=_column(minimum, m, 0, np.int64),
        must_run=_column(must_run, m, False, np.bool_),
        session_slots=session_slots or Incidence.empty(m, len(slots)),
        topic=_column(topic, m, -1, np.int32),
        conflicts=_pairs([tuple(sorted(pair)) for pair in conflicts]),
        session_facilitators=session_facilitators,
        most_sessions=_column(
            most_sessions, len(facilitators), session_facilitators.totals(np.ones_like(seats)), np.int64
        ),
        most_participants=_column(most_participants, len(facilitators), session_facilitators.totals(seats), np.int64),
        session_tags=session_tags or Incidence.empty(m, len(tags)),
        away=away or Incidence.empty(n, len(slots)),
        limit=_column(limit, n, max(len(slots), 1), np.int64),
        weight=_column(weight, n, 1, np.float64),
        arrival=_column(arrival, n, np.nan, np.float64),
        history=_column(history, n, np.nan, np.float64),
        groups=tuple(groups),
        fixed=_pairs(fixed),
        forbidden=_pairs(forbidden),
        priorities=priorities or Priorities.empty(m),
        rules=tuple(rules),
        ranking=ranking,
        unlisted=unlisted,
        name=_texts(name),
        title=_texts(title),
        room=_texts(room),
    )


def _column(given: npt.ArrayLike | None, rows: int, default: npt.ArrayLike, dtype: type[Scalar]) -> npt.NDArray[Scalar]:
    """Return a copy of what was given, or the default: one for every row, or one for each."""
    return freeze(np.full(rows, default, dtype)) if given is None else frozen_copy(given, dtype)


def _pairs(pairs: Sequence[tuple[int, ...]]) -> Int32Array:
    """Sorted pairs without repetitions, shape (pairs, 2)."""
    return freeze(np.array(sorted(set(pairs)), np.int32).reshape(-1, 2))


def _texts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(texts) if any(texts) else ()
