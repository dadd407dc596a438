"""Put a `Problem` together from what was given, with the default of every field that was not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array, frozen_copy
from pdalloc.problem.choices import Choices
from pdalloc.problem.groups import Group
from pdalloc.problem.incidence import Incidence
from pdalloc.problem.labels import Labels
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.priorities import Priorities
from pdalloc.problem.problem import Problem

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
    session_slots: Incidence | None = None,
    topic: npt.ArrayLike | None = None,
    conflicts: Sequence[tuple[int, int]] = (),
    session_facilitators: Incidence | None = None,
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
    ranking: Ranking = "per-day",
    unlisted: Unlisted = "forbidden",
    name: Sequence[str] = (),
    title: Sequence[str] = (),
    room: Sequence[str] = (),
) -> Problem:
    """Return a checked, read-only problem; every array is copied.

    The fields are those of `Problem`. Where one is left out: no minimum, no slot, no topic, nobody away, a limit of the
    number of slots (1 on a day without slots), weight 1, arrival and history unknown.

    Raises
    ------
    ProblemError
        Naming every breach.
    """
    n, m = len(participants), len(sessions)
    slots = slots or Labels()
    facilitators = facilitators or Labels()
    tags = tags or Labels()
    return Problem(
        participants=participants,
        sessions=sessions,
        slots=slots,
        topics=topics or Labels(),
        facilitators=facilitators,
        tags=tags,
        choices=choices,
        capacity=frozen_copy(capacity, np.int64),
        minimum=frozen_copy(np.zeros(m) if minimum is None else minimum, np.int64),
        session_slots=session_slots or Incidence.empty(m, len(slots)),
        topic=frozen_copy(np.full(m, -1) if topic is None else topic, np.int32),
        conflicts=_pairs([tuple(sorted(pair)) for pair in conflicts]),
        session_facilitators=session_facilitators or Incidence.empty(m, len(facilitators)),
        session_tags=session_tags or Incidence.empty(m, len(tags)),
        away=away or Incidence.empty(n, len(slots)),
        limit=frozen_copy(np.full(n, max(len(slots), 1)) if limit is None else limit, np.int64),
        weight=frozen_copy(np.ones(n) if weight is None else weight, np.float64),
        arrival=frozen_copy(np.full(n, np.nan) if arrival is None else arrival, np.float64),
        history=frozen_copy(np.full(n, np.nan) if history is None else history, np.float64),
        groups=tuple(groups),
        fixed=_pairs(fixed),
        forbidden=_pairs(forbidden),
        priorities=priorities or Priorities.empty(m),
        ranking=ranking,
        unlisted=unlisted,
        name=_texts(name),
        title=_texts(title),
        room=_texts(room),
    )


def _pairs(pairs: Sequence[tuple[int, ...]]) -> Int32Array:
    """Sorted pairs without repetitions, shape (pairs, 2)."""
    return frozen_copy(np.unique(np.array(pairs, np.int32).reshape(-1, 2), axis=0), np.int32)


def _texts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(texts) if any(texts) else ()
