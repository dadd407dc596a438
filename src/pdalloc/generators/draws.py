"""Exact draws from weights: one at a time, or a whole list without repeats."""

from __future__ import annotations

import numpy as np

from pdalloc.arrays import FloatArray, Int32Array

__all__ = ["WeightedDraw", "plackett_luce_draws"]

CELLS_AN_OUTCOME, MOST_CELLS = 16, 1 << 20
"""Cells of the guide table: the more, the fewer draws are searched for."""

LISTS_A_BLOCK = 1 << 14
"""Lists that are drawn together; a block of ten choices stays in the cache of one core."""

KEYS_A_BLOCK = 1 << 18

KEYS_A_DRAW, KEYS_A_COMPARISON = 2.0, 0.5
"""Keys that can be drawn and sorted in the time of one draw, or of one comparison with a session on the list."""


class WeightedDraw:
    """Inversion with a guide table (Chen and Asau 1974): outcomes 0, 1, ... in proportion to their weights.

    Parameters
    ----------
    weight : float array, shape (outcomes,)
        Not negative, not all 0.

    Attributes
    ----------
    bound : float array, shape (outcomes,)
        Share of the outcomes up to and including each one; the last is 1.
    """

    def __init__(self, weight: FloatArray) -> None:
        bound: FloatArray = np.cumsum(weight)
        self.bound = bound / bound[-1]
        # a power of two: a number's cell is found without rounding
        self._cells = min(MOST_CELLS, 1 << (CELLS_AN_OUTCOME * len(weight) - 1).bit_length())
        starts = np.arange(self._cells) / self._cells
        self._first = np.searchsorted(self.bound, starts, "right").astype(np.int32)

    def __call__(self, uniform: FloatArray) -> Int32Array:
        """Return the outcome of each number in [0, 1): the first whose bound is larger."""
        outcome = self._first[(uniform * self._cells).astype(np.int64)]
        later = np.flatnonzero(self.bound[outcome] <= uniform)
        outcome[later] = np.searchsorted(self.bound, uniform[later], "right")
        return outcome


def plackett_luce_draws(rng: np.random.Generator, log_weight: FloatArray, lists: int, length: int) -> Int32Array:
    """Draw lists without repeats: each next session in proportion to the weights of those not yet on the list.

    Short lists are drawn with replacement and repeats dropped, which is the same law; where that could take long,
    because lists are long or few sessions have most of the weight, by random keys.

    Parameters
    ----------
    log_weight : float array, shape (sessions,)
        Logarithms of the weights, so that no skew is too large.
    lists, length : int
        `length` is at most the number of sessions.

    Returns
    -------
    int32 array, shape (lists, length)

    Notes
    -----
    The time is at most proportional to lists x sessions, whatever the weights.
    """
    weight = np.exp(log_weight - log_weight.max())
    # with c sessions on the list, the others have at least the weight of all but the c heaviest
    left = np.cumsum(np.sort(weight))[::-1][:length]
    with np.errstate(divide="ignore", over="ignore"):
        most_draws = float((weight.sum() / left).sum())
    if most_draws * KEYS_A_DRAW + length**2 / 2 * KEYS_A_COMPARISON <= len(weight):
        return _draw_with_replacement(rng, weight, lists, length)
    return _draw_by_keys(rng, log_weight, lists, length)


def _draw_with_replacement(rng: np.random.Generator, weight: FloatArray, lists: int, length: int) -> Int32Array:
    draw = WeightedDraw(weight)
    result = np.empty((lists, length), np.int32)
    for start in range(0, lists, LISTS_A_BLOCK):
        block = result[start : start + LISTS_A_BLOCK]
        chosen = np.empty(block.shape[::-1], np.int32)
        for place in range(length):
            unfilled = np.arange(len(block))
            while unfilled.size:
                drawn = draw(rng.random(unfilled.size))
                chosen[place, unfilled] = drawn
                unfilled = unfilled[(chosen[:place, unfilled] == drawn).any(axis=0)]
        block[:] = chosen.T
    return result


def _draw_by_keys(rng: np.random.Generator, log_weight: FloatArray, lists: int, length: int) -> Int32Array:
    """Order the sessions by log weight plus Gumbel noise, largest first (Yellott 1977)."""
    result = np.empty((lists, length), np.int32)
    rows = max(1, KEYS_A_BLOCK // len(log_weight))
    for start in range(0, lists, rows):
        block = result[start : start + rows]
        # the logarithm of an exponential is Gumbel noise with its sign turned, so the smallest key is the best
        key = np.log(rng.standard_exponential((len(block), len(log_weight)))) - log_weight
        best = np.argpartition(key, length - 1, axis=1)[:, :length]
        order = np.argsort(np.take_along_axis(key, best, axis=1), axis=1)
        block[:] = np.take_along_axis(best, order, axis=1)
    return result
