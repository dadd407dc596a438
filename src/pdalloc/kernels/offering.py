"""Sessions propose to participants, who hold on to the best offer: deferred acceptance from the other side."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.acceptance import NOWHERE
from pdalloc.kernels.kernel import kernel

__all__ = ["offer"]


@kernel
def offer(
    indptr: Int64Array, session: Int32Array, capacity: Int64Array, first: Int64Array, offered: Int64Array
) -> Int64Array:
    """Return the entry of the session that each participant holds in the end, `NOWHERE` without a place.

    The order in which sessions propose has no influence on the outcome (Gale and Shapley 1962).

    Parameters
    ----------
    indptr : int64 array, shape (participants + 1,)
        The list of participant i is the entries ``indptr[i]:indptr[i + 1]``, best first.
    session : int32 array, shape (entries,)
    capacity : int64 array, shape (sessions,)
    first : int64 array, shape (sessions + 1,)
    offered : int64 array, shape (entries,)
        Session j proposes to the participants of the entries ``offered[first[j]:first[j + 1]]``, in this order.
    """
    participant_of = np.empty(len(session), np.int32)
    holds = np.full(len(indptr) - 1, NOWHERE)
    for participant in range(len(holds)):
        participant_of[indptr[participant] : indptr[participant + 1]] = participant
    following, free, waiting = np.zeros(len(capacity), np.int64), np.zeros(len(capacity), np.int64), [0]
    waiting.clear()
    for number in range(len(capacity)):
        following[number], free[number] = first[number], capacity[number]
        waiting.append(number)
    while len(waiting) > 0:
        proposing = waiting.pop()
        while free[proposing] > 0 and following[proposing] < first[proposing + 1]:
            entry = offered[following[proposing]]
            following[proposing] += 1
            held = holds[participant_of[entry]]
            if held == NOWHERE or entry < held:
                holds[participant_of[entry]] = entry
                free[proposing] -= 1
                if held != NOWHERE:
                    free[session[held]] += 1
                    waiting.append(session[held])
    return holds
