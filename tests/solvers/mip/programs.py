"""Programs that are done at once, and programs that no engine is done with in a minute."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from pdalloc.solvers.mip.program import Program


def market_split(rows: int, columns: int) -> Program:
    """Split the demand of each row in halves, at the smallest sum of errors (Cornuejols and Dawande 1998).

    With 6 rows and 60 columns no engine is done within a minute: bounds stay at 0, and good solutions are rare.
    """
    demand = np.random.default_rng(0).integers(0, 100, (rows, columns))
    half = (demand.sum(axis=1) // 2).astype(float)
    matrix = scipy.sparse.csr_array(np.hstack([demand, np.eye(rows), -np.eye(rows)]))
    cost = np.concatenate([np.zeros(columns), np.ones(2 * rows)])
    most = np.concatenate([np.ones(columns), np.full(2 * rows, 10_000.0)])
    return Program(cost, matrix, half, half, np.zeros(len(cost)), most, np.ones(len(cost), np.bool_))


def knapsacks(rows: int, columns: int) -> Program:
    """Choose columns that several knapsacks have room for, their values near their weights: hard with 5 and 100."""
    rng = np.random.default_rng(0)
    weight = rng.integers(1, 1000, (rows, columns)).astype(float)
    value = weight.sum(axis=0) // rows + rng.integers(0, 200, columns)
    zero, one = np.zeros(columns), np.ones(columns)
    room = weight.sum(axis=1) // 2
    return Program(-value, scipy.sparse.csr_array(weight), room - np.inf, room, zero, one, np.ones(columns, np.bool_))


HARD = market_split(6, 60)
NOTHING_TAKEN = np.concatenate([np.zeros(60), HARD.lower, np.zeros(6)])
EASY = market_split(1, 8)
BINARY = knapsacks(5, 100)
