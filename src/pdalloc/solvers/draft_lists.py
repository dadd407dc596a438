"""The lists that the kernel of drafts plays from."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int64Array, among_pairs, freeze, frozen_copy, row_pointers
from pdalloc.kernels.drafting import Lists
from pdalloc.problem import Problem
from pdalloc.solvers.pick_lists import excluded_by_fixed, exclusion_bits, exclusions_between

__all__ = ["draft_lists"]


def draft_lists(problem: Problem, *, by_slot: bool) -> Lists:
    """Return what everybody may pick beyond the sessions where they are fixed.

    Parameters
    ----------
    problem : Problem
        Without minimums.
    by_slot : bool
        Whether everybody has a list for each slot, and then one for sessions without a slot; otherwise one for the day.
        A session over several slots is on each of their lists.
    """
    people, sessions, choices = len(problem.participants), len(problem.sessions), problem.choices
    exclusions = exclusions_between(problem, np.arange(sessions))
    barred = np.concatenate(
        [problem.forbidden, problem.facilitated, problem.fixed, excluded_by_fixed(problem, exclusions)]
    )
    barred = barred[np.argsort(barred[:, 0], kind="stable")]
    fixed, fixed_session = problem.fixed[:, 0], problem.fixed[:, 1]
    wants = problem.wanted - np.bincount(fixed, problem.session_size[fixed_session], people).astype(np.int64)
    is_free = problem.available.copy()
    for participant, session in problem.fixed.tolist():
        is_free[participant, problem.session_slots[session]] = False

    allowed = (wants > 0)[choices.participant] & ~among_pairs(choices.participant, choices.session, barred, sessions)
    kinds = problem.choices_by_slot() if by_slot else [np.arange(len(choices))]
    row, entry = _joined([part[allowed[part]] for part in kinds])
    row += choices.participant[entry].astype(np.int64) * len(kinds)
    order = np.argsort(row, kind="stable")
    indptr, session = row_pointers(row[order], people * len(kinds)), choices.session[entry[order]]
    anybody = np.zeros(len(kinds), np.int64)
    if problem.unlisted == "last":
        every = _sessions_by_slot(problem) if by_slot else [np.arange(sessions)]
        anybody = np.array(list(map(len, every)), np.int64)
        session = np.concatenate([session, *every])
    return Lists(
        each=len(kinds),
        indptr=freeze(np.concatenate([indptr, indptr[-1] + np.cumsum(anybody)])),
        session=frozen_copy(session, np.int32),
        size=frozen_copy(problem.session_size, np.int64),
        slots=len(problem.slots),
        slot_start=problem.session_slots.indptr,
        slot=problem.session_slots.column,
        exclusion_bits=exclusion_bits(exclusions),
        exclusion_start=exclusions.indptr,
        exclusion=exclusions.column,
        wants=freeze(wants),
        room=freeze(np.concatenate([[0], np.cumsum(np.minimum(wants, sessions))])),
        is_free=freeze(is_free.ravel()),
        barred_start=freeze(row_pointers(barred[:, 0], people)),
        barred=frozen_copy(barred[:, 1], np.int32),
    )


def _joined(parts: list[Int64Array]) -> tuple[Int64Array, Int64Array]:
    """Return which part each number comes from, and the numbers."""
    return np.repeat(np.arange(len(parts)), list(map(len, parts))), np.concatenate(parts)


def _sessions_by_slot(problem: Problem) -> list[Int64Array]:
    """Sessions of each slot, then those without a slot."""
    mask = problem.session_slots.mask()
    return [np.flatnonzero(column) for column in [*mask.T, ~mask.any(axis=1)]]
