"""The lists that the kernel of turns plays from, for days where every place is one session in one slot."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import (
    BoolArray,
    Int32Array,
    Int64Array,
    IntegerArray,
    among_pairs,
    freeze,
    frozen_copy,
    row_pointers,
)
from pdalloc.kernels.picking import Lists
from pdalloc.problem import Incidence, Problem

__all__ = ["excluded_by_fixed", "exclusion_bits", "exclusions_between", "pick_lists"]


def pick_lists(problem: Problem) -> Lists:
    """Return what everybody may take beyond the sessions where they are fixed.

    Parameters
    ----------
    problem : Problem
        Without long sessions, sessions without a slot beside others, limits that bind, and several places a participant
        on a day without slots; such a day counts as one slot.
    """
    sessions, slots = len(problem.sessions), max(len(problem.slots), 1)
    slot = problem.session_slots.column if len(problem.slots) else np.zeros(sessions, np.int32)
    wants = _wants(problem, slot).ravel()
    exclusions = exclusions_between(problem, slot)
    barred = np.concatenate([problem.forbidden, problem.facilitated, excluded_by_fixed(problem, exclusions)])
    barred = barred[np.argsort(barred[:, 0], kind="stable")]

    choices = problem.choices
    indptr, session, rank = choices.indptr, choices.session, choices.rank
    if slots > 1 or len(barred) or not wants.all():
        row = choices.participant.astype(np.int64) * slots + slot[session]
        kept = np.flatnonzero(wants[row] & ~among_pairs(choices.participant, session, barred, sessions))
        # one number a choice sorts many times faster than a stable order of rows
        kept = kept[np.sort(row[kept] * len(kept) + np.arange(len(kept))) % max(len(kept), 1)]
        indptr, session, rank = row_pointers(row[kept], len(wants)), session[kept], rank[kept]
    anybody = np.zeros(slots, np.int64)
    if problem.unlisted == "last":
        anybody = np.bincount(slot, minlength=slots)
        session = np.concatenate([session, np.argsort(slot, kind="stable").astype(np.int32)])
    # an unlisted place costs more than all ranks of a day together, an empty one more than all unlisted ones
    unlisted = (slots + 1) * problem.unlisted_rank + 1
    return Lists(
        slots=slots,
        indptr=freeze(np.concatenate([indptr, indptr[-1] + np.cumsum(anybody)])),
        session=freeze(session.view(np.uint32)),
        rank=freeze(rank),
        exclusion_bits=exclusion_bits(exclusions),
        exclusion_start=exclusions.indptr,
        exclusion=exclusions.column,
        may_be_unlisted=frozen_copy(wants if problem.unlisted == "last" else [], np.bool_),
        barred_start=freeze(row_pointers(barred[:, 0], len(problem.participants))),
        barred=frozen_copy(barred[:, 1], np.int32),
        unlisted=unlisted,
        empty=slots * unlisted + 1,
    )


def _wants(problem: Problem, slot: Int32Array) -> BoolArray:
    """Return whether each participant wants a place in each slot beyond those where they are fixed."""
    wants: BoolArray = np.repeat((problem.limit > 0)[:, None], max(len(problem.slots), 1), axis=1)
    if len(problem.slots):
        wants &= problem.available
    wants[problem.fixed[:, 0], slot[problem.fixed[:, 1]]] = False
    return wants


def exclusions_between(problem: Problem, part: IntegerArray) -> Incidence:
    """Return the topics and conflicts that go beyond one part of the sessions, such as a slot: sessions x exclusions.

    Parameters
    ----------
    problem : Problem
    part : integer array, shape (sessions,)
        Which part each session is in, of which nobody takes two.
    """
    by_topic = np.argsort(problem.topic, kind="stable")
    topics = np.split(by_topic, np.searchsorted(problem.topic[by_topic], np.arange(len(problem.topics))))[1:]
    sets = [together for together in [*topics, *problem.conflicts] if len(np.unique(part[together])) > 1]
    of_session: list[list[int]] = [[] for _ in problem.sessions]
    for number, together in enumerate(sets):
        for session in together.tolist():
            of_session[session].append(number)
    return Incidence.from_lists(of_session, len(sets))


def exclusion_bits(exclusions: Incidence) -> Int64Array:
    """Return a bit for each exclusion of a session; several exclusions may share one. Shape (sessions,)."""
    bits = np.zeros(exclusions.rows, np.int64)
    np.bitwise_or.at(bits, exclusions.row, np.left_shift(1, exclusions.column.astype(np.int64) % 63))
    return freeze(bits)


def excluded_by_fixed(problem: Problem, exclusions: Incidence) -> Int32Array:
    """Return the (participant, session) pairs that cannot be, because of where the participant is fixed."""
    together: list[list[int]] = [[] for _ in range(exclusions.columns)]
    for session, number in zip(exclusions.row.tolist(), exclusions.column.tolist(), strict=True):
        together[number].append(session)
    pairs = [
        (participant, session)
        for participant, fixed in problem.fixed.tolist()
        for number in exclusions[fixed].tolist()
        for session in together[number]
    ]
    return np.array(pairs, np.int32).reshape(-1, 2)
