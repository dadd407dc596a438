"""Lists of random participants who all see the sessions along one axis."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array
from pdalloc.errors import OptionError
from pdalloc.generators.inputs import Seed, list_lengths, require_order, shortened, stream

__all__ = ["single_peaked"]

Law = Literal["conitzer", "walsh"]


def single_peaked(
    participants: int,
    sessions: int,
    list_length: npt.ArrayLike,
    *,
    law: Law = "conitzer",
    axis: npt.ArrayLike | None = None,
    seed: Seed,
) -> Int32Array:
    """Draw rankings that fall on both sides of a peak, all along the same axis (Black 1948), such as easy to hard.

    - "conitzer": the peak is uniform, and each next session is the nearest one to the left or to the right of those
      listed, with equal probability while there are both (Conitzer 2009).
    - "walsh": all single-peaked rankings are equally likely (Walsh 2015), so that most peaks are near the middle.

    Both are drawn from the peak outwards. Under "walsh" the peak is binomial, and with l sessions left on one side and
    r on the other the next one is on the first with probability l / (l + r): so many of the ways to go on begin there.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    law : {"conitzer", "walsh"}
    axis : array_like of int, shape (sessions,), optional
        Every session once, from one end to the other; drawn if not given.
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
    Time and memory are in proportion to the result.

    Examples
    --------
    >>> lists = single_peaked(50, 5, 5, axis=[3, 0, 2, 4, 1], seed=1)
    >>> sorted(set(lists[:, -1].tolist()))  # the last one is an end of the axis
    [1, 3]
    """
    length = list_lengths("single_peaked", participants, sessions, list_length)
    if law not in get_args(Law):
        raise OptionError(f"single_peaked: law is {law!r}; give one of {', '.join(map(repr, get_args(Law)))}")
    rng = stream("single_peaked", seed)
    order = rng.permutation(sessions) if axis is None else require_order("single_peaked", "axis", axis, sessions)
    if law == "conitzer":
        place = rng.integers(0, sessions, participants)
    else:
        place = rng.binomial(sessions - 1, 0.5, participants)
    left, right = place, sessions - 1 - place  # sessions that are not yet listed, on either side of those that are
    lists = np.empty((participants, length.max()), np.int32)
    for column in lists.T:
        column[:] = order[place]
        if law == "conitzer":
            to_the_left = (1 + np.sign(left) - np.sign(right)) / 2
        else:
            to_the_left = left / np.maximum(left + right, 1)
        goes_left = rng.random(participants) < to_the_left
        left, right = left - goes_left, right - ~goes_left
        place = np.where(goes_left, left, sessions - 1 - right)
    return shortened(lists, length)
