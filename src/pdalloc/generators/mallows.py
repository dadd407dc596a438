"""Lists of random participants around a reference ranking."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array
from pdalloc.generators.draws import LISTS_A_BLOCK, WeightedDraw
from pdalloc.generators.inputs import Seed, list_lengths, require_number, require_order, shortened, stream

__all__ = ["mallows"]


def mallows(
    participants: int,
    sessions: int,
    list_length: npt.ArrayLike,
    *,
    dispersion: float,
    normalised: bool = False,
    reference: npt.ArrayLike | None = None,
    seed: Seed,
) -> Int32Array:
    """Draw rankings around a reference: one at Kendall distance d has probability proportional to dispersion^d.

    The model of Mallows (1957), phi being the dispersion, drawn from the top down: the number of better sessions that
    each next choice passes over is truncated geometric and independent of the others (Fligner and Verducci 1986).
    Repeated insertion (Doignon, Pekec and Regenwetter 2004) has the same law, but must insert every session before the
    first choice is known.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    dispersion : float
        0 (everybody has the reference) to 1 (`impartial_culture`).
    normalised : bool
        Whether `dispersion` is norm-phi (Boehmer, Bredereck, Faliszewski, Niedermeier and Szufa 2021): the expected
        Kendall distance of the whole rankings from the reference, as a share of that of uniform ones. It means the same
        whatever the number of sessions, which phi does not.
    reference : array_like of int, shape (sessions,), optional
        Every session once, best first; drawn if not given.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same lists.

    Returns
    -------
    int32 array, shape (participants, longest list)

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Notes
    -----
    The time grows with participants x longest list squared.

    Examples
    --------
    >>> mallows(2, 4, 3, dispersion=0, reference=[2, 0, 1, 3], seed=1).tolist()
    [[2, 0, 1], [2, 0, 1]]
    """
    length = list_lengths("mallows", participants, sessions, list_length)
    phi = require_number("mallows", "dispersion", dispersion, 0, 1)
    rng = stream("mallows", seed)
    if normalised:
        phi = _phi_of_norm_phi(phi, sessions)
    if reference is None:
        order = rng.permutation(sessions)
    else:
        order = require_order("mallows", "reference", reference, sessions)
    lists = np.empty((participants, length.max()), np.int32)
    passed_over = WeightedDraw(np.power(phi, np.arange(sessions)))
    for start in range(0, participants, LISTS_A_BLOCK):
        block = lists[start : start + LISTS_A_BLOCK]
        chosen = np.empty(block.shape[::-1], np.int32)  # places in the reference
        for place in range(len(chosen)):
            remaining = sessions - place
            uniform = rng.random(len(block)) * passed_over.bound[remaining - 1]
            at = np.minimum(passed_over(uniform), remaining - 1)
            for earlier in np.sort(chosen[:place], axis=0):
                at += at >= earlier
            chosen[place] = at
        block[:] = order[chosen.T]
    return shortened(lists, length)


def _phi_of_norm_phi(norm_phi: float, sessions: int) -> float:
    """Find the dispersion whose expected Kendall distance is the given share of the uniform one."""
    from scipy.optimize import brentq

    index = np.arange(sessions)

    def expected_distance(phi: float) -> float:
        share = phi**index
        return float((np.cumsum(index * share) / np.cumsum(share)).sum())

    target = norm_phi * expected_distance(1)
    return float(brentq(lambda phi: expected_distance(phi) - target, 0, 1))
