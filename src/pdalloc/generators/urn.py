"""Lists of random participants who copy each other: the urn model."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.generators.draws import plackett_luce_draws
from pdalloc.generators.inputs import Seed, list_lengths, require_number, shortened, stream

__all__ = ["urn"]


def urn(participants: int, sessions: int, list_length: npt.ArrayLike, *, contagion: float, seed: Seed) -> Int32Array:
    """Draw rankings from an urn to which every ranking drawn is returned with more of its kind.

    The urn of Eggenberger and Polya (1923) as a model of preferences (Berg 1985): it begins with one ball for each of
    the m! rankings of m sessions, and a ball that is drawn goes back with ``contagion * m!`` more of its ranking. So
    participant i, counted from 0, copies one of those before them, each equally likely, with probability
    ``i * contagion / (1 + i * contagion)``, and draws uniformly else. Everybody's list, by itself, follows
    `impartial_culture`; two participants are copies of one draw with probability ``contagion / (1 + contagion)``.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    contagion : float
        0 (`impartial_culture`) to infinity (all have one ranking). Balls that are added, divided by m! as in
        McCabe-Dansie and Slinko (2006), so that it means the same whatever the number of sessions; 1 / m! makes all
        anonymous profiles equally likely.
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
    Time and memory are those of `impartial_culture` for the lists that are no copies, and of the result.

    Examples
    --------
    >>> lists = urn(4, 30, 3, contagion=float("inf"), seed=1)
    >>> bool((lists == lists[0]).all())
    True
    """
    length = list_lengths("urn", participants, sessions, list_length)
    contagion = require_number("urn", "contagion", contagion, 0, math.inf)
    rng = stream("urn", seed)
    original, number = np.unique(_originals(rng, participants, contagion), return_inverse=True)
    drawn = plackett_luce_draws(rng, np.zeros(sessions), len(original), length.max())
    return shortened(drawn[number], length)


def _originals(rng: np.random.Generator, participants: int, contagion: float) -> Int64Array:
    """Return whose draw everybody has, in the end: their own, or that of somebody before them."""
    earlier = np.arange(1, participants)
    copied = np.arange(participants)
    copies = rng.random(participants - 1) >= 1 / (1 + contagion * earlier)
    copied[1:][copies] = rng.integers(0, earlier[copies])
    # whoever is copied may be a copy; each round halves what is left of every chain
    while not np.array_equal(further := copied[copied], copied):
        copied = further
    return copied
