"""One pass over all choices: whom participants envy, which choices come before a rank, who would move where."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, UInt8Array
from pdalloc.kernels.kernel import kernel

__all__ = ["GAINS", "TIED", "choices_before", "count_envied", "mark_moves"]

TIED, GAINS = 1, 2


@kernel
def count_envied(
    indptr: Int64Array,
    session: Int32Array,
    value: Int64Array,
    could: BoolArray,
    falling: bool,
    own: Int64Array,
    there: Int64Array,
) -> tuple[Int64Array, Int64Array]:
    """Count those in sessions that a participant values above what they have.

    Parameters
    ----------
    indptr : int64 array, shape (participants + 1,)
    session, value, could : arrays, shape (choices,)
        Session, value (integers) and whether the participant could attend.
    falling : bool
        Whether no value in a row is larger than one before it.
    own : int64 array, shape (participants,)
        Value of what each participant has.
    there : int64 array, shape (sessions,)
        Participants in each session.

    Returns
    -------
    envied, largest : int64 arrays, shape (participants,)
        How many others, and the most by which one of their sessions is worth more; 0 where there is none.
    """
    envied = np.zeros(len(own), np.int64)
    largest = np.zeros(len(own), np.int64)
    for who in range(len(own)):
        mine, count, most = own[who], 0, 0
        for entry in range(indptr[who], indptr[who + 1]):
            more = value[entry] - mine
            if more <= 0 and falling:
                break
            if more > 0 and could[entry]:
                others = there[session[entry]]
                count += others
                if others > 0:
                    most = max(most, more)
        envied[who] = count
        largest[who] = most
    return envied, largest


@kernel
def choices_before(
    indptr: Int64Array, session: Int32Array, rank: Int32Array, bound: Int32Array, counts: BoolArray
) -> BoolArray:
    """Mark the choices at a smaller rank than each participant's bound, of the sessions that count.

    Parameters
    ----------
    indptr : int64 array, shape (participants + 1,)
    session, rank : int32 arrays, shape (choices,)
        In each row by rank.
    bound : int32 array, shape (participants,)
    counts : bool array, shape (sessions,)

    Returns
    -------
    bool array, shape (choices,)
    """
    marked = np.zeros(len(session), np.bool_)
    for who in range(len(bound)):
        for entry in range(indptr[who], indptr[who + 1]):
            if rank[entry] >= bound[who]:
                break
            marked[entry] = counts[session[entry]]
    return marked


@kernel
def mark_moves(
    indptr: Int64Array,
    session: Int32Array,
    rank: Int32Array,
    could: BoolArray,
    node: Int32Array,
    bound: Int32Array,
    seat: Int32Array,
    nodes: int,
) -> UInt8Array:
    """Mark between which nodes somebody would move: to a choice at no larger a rank than they have.

    Parameters
    ----------
    indptr : int64 array, shape (participants + 1,)
    session, rank : int32 arrays, shape (choices,)
        In each row by rank.
    could : bool array, shape (choices,)
        Whether the participant could have it.
    node, bound : int32 arrays, shape (participants,)
        Where each participant is, -1 for somebody who stays, and the rank that this has.
    seat : int32 array, shape (sessions,)
        The node of each session, -1 for none.
    nodes : int

    Returns
    -------
    uint8 array, shape (nodes, nodes)
        `GAINS` where somebody would gain by the move, `TIED` where somebody at least would not mind it.
    """
    moves = np.zeros((nodes, nodes), np.uint8)
    for who in range(len(node)):
        source = node[who]
        if source < 0:
            continue
        for entry in range(indptr[who], indptr[who + 1]):
            if rank[entry] > bound[who]:
                break
            target = seat[session[entry]]
            if target < 0 or target == source or not could[entry]:
                continue
            if rank[entry] < bound[who]:
                moves[source, target] = GAINS
            elif moves[source, target] == 0:
                moves[source, target] = TIED
    return moves
