"""Lists of random participants by utilities: equal, by popularity, shared in groups, or by distance.

Lists are an int32 array of shape (participants, longest list): session numbers from 0, best first, then -1 where a list
is shorter. No session is twice on a list.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import FloatArray, Int32Array
from pdalloc.errors import OptionError
from pdalloc.generators.draws import LISTS_A_BLOCK, plackett_luce_draws
from pdalloc.generators.inputs import MAX_ZIPF, Seed, list_lengths, require_number, require_whole, shortened, stream

__all__ = ["euclidean", "group_taste", "impartial_culture", "plackett_luce", "zipf_log_weights"]

MAX_DIMENSIONS = 1_000


def impartial_culture(participants: int, sessions: int, list_length: npt.ArrayLike, *, seed: Seed) -> Int32Array:
    """Draw every list uniformly: all rankings of the sessions are equally likely (Guilbaud 1952).

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
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
    Time and memory are those of `plackett_luce`.

    Examples
    --------
    >>> impartial_culture(2, 4, 3, seed=1).shape
    (2, 3)
    """
    length = list_lengths("impartial_culture", participants, sessions, list_length)
    rng = stream("impartial_culture", seed)
    return shortened(plackett_luce_draws(rng, np.zeros(sessions), participants, length.max()), length)


def plackett_luce(
    participants: int,
    sessions: int,
    list_length: npt.ArrayLike,
    *,
    zipf: float | None = None,
    weights: npt.ArrayLike | None = None,
    seed: Seed,
) -> Int32Array:
    """Draw lists choice by choice: each in proportion to the weights of the sessions not yet listed.

    The law of Plackett (1975) and Luce (1959); a list j, k, ... has probability
    ``w[j] / sum(w) * w[k] / (sum(w) - w[j]) * ...``. It is that of random utilities log w plus independent standard
    Gumbel noise.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    zipf : float, default 0.8
        The r-th most popular session has weight r^-zipf; which one is the r-th is drawn. From 0 (`impartial_culture`)
        to 100.
    weights : array_like of float, shape (sessions,), optional
        Positive; given instead of `zipf`.
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
    Short lists out of many sessions take time in proportion to what is returned; long ones, and such with weights so
    skewed that nearly everybody lists the same sessions, in proportion to participants x sessions. The memory is that
    of the result and a few megabytes.

    Examples
    --------
    >>> plackett_luce(3, 3, 2, weights=[1, 1e9, 1e-9], seed=1).tolist()
    [[1, 0], [1, 0], [1, 0]]
    """
    length = list_lengths("plackett_luce", participants, sessions, list_length)
    rng = stream("plackett_luce", seed)
    if weights is None:
        log_weight = zipf_log_weights("plackett_luce", rng, sessions, 0.8 if zipf is None else zipf)
    elif zipf is None:
        log_weight = np.log(_weights(weights, sessions))
    else:
        raise OptionError(f"plackett_luce: zipf is {zipf!r} beside weights; give one of them")
    return shortened(plackett_luce_draws(rng, log_weight, participants, length.max()), length)


def group_taste(
    participants: int,
    sessions: int,
    list_length: npt.ArrayLike,
    *,
    groups: int,
    correlation: float,
    zipf: float = 0.8,
    seed: Seed,
) -> tuple[Int32Array, Int32Array]:
    """Draw Plackett-Luce lists that are alike within groups, such as schools.

    A participant of group g gives session j the utility ``log w[j] + c[g, j] + (1 - correlation) * e``, where e is
    Gumbel noise of their own and c is shared by the group and distributed so that the sum of both is Gumbel noise again
    (Cardell 1997; `correlation` is the sigma of Berry 1994). So every participant's list, looked at by
    itself, follows `plackett_luce` whatever the correlation, and two members of a group disagree about which of two
    sessions is better ``1 - correlation`` times as often as two participants of different groups.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    groups : int
        1 to `participants`. Sizes differ by at most one; who is in which group is drawn.
    correlation : float
        0 (groups mean nothing) to 1 (all members have the same ranking).
    zipf : float
        As in `plackett_luce`.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same lists.

    Returns
    -------
    lists : int32 array, shape (participants, longest list)
    group : int32 array, shape (participants,)
        Number of each participant's group, from 0.

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Notes
    -----
    Time and memory are those of `plackett_luce` for each group; a high correlation makes its weights skewed.

    Examples
    --------
    >>> lists, group = group_taste(4, 5, 3, groups=2, correlation=1.0, seed=1)
    >>> all((lists[group == g] == lists[group == g][0]).all() for g in (0, 1))
    True
    """
    length = list_lengths("group_taste", participants, sessions, list_length)
    groups = require_whole("group_taste", "groups", groups, 1, participants)
    own = 1 - require_number("group_taste", "correlation", correlation, 0, 1)
    rng = stream("group_taste", seed)
    log_weight = zipf_log_weights("group_taste", rng, sessions, zipf)
    order = rng.permutation(participants)
    lists = np.empty((participants, length.max()), np.int32)
    group = np.empty(participants, np.int32)
    for number in range(groups):
        members = order[number::groups]
        group[members] = number
        utility = log_weight + _shared_noise(rng, own, sessions)
        if own:
            # divided by what is the members' own, the rest is a set of weights
            lists[members] = plackett_luce_draws(rng, utility / own, len(members), lists.shape[1])
        else:
            lists[members] = np.argsort(-utility)[: lists.shape[1]]
    return shortened(lists, length), group


def euclidean(
    participants: int, sessions: int, list_length: npt.ArrayLike, *, dimensions: int = 2, seed: Seed
) -> Int32Array:
    """List the nearest sessions first, all being points drawn uniformly from the unit cube.

    Euclidean preferences, as in Bogomolnaia and Laslier (2007).

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    dimensions : int
        1 to 1,000.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same lists. The points of the sessions are drawn first, then those of the
        participants, each as ``random((count, dimensions))``.

    Returns
    -------
    int32 array, shape (participants, longest list)

    Raises
    ------
    OptionError
        If a parameter is out of its range.

    Notes
    -----
    A KD-tree finds the nearest; in many dimensions it looks at nearly every session.

    Examples
    --------
    >>> euclidean(2, 4, 3, dimensions=1, seed=1).shape
    (2, 3)
    """
    from scipy.spatial import KDTree

    length = list_lengths("euclidean", participants, sessions, list_length)
    dimensions = require_whole("euclidean", "dimensions", dimensions, 1, MAX_DIMENSIONS)
    rng = stream("euclidean", seed)
    tree = KDTree(rng.random((sessions, dimensions)))
    lists = np.empty((participants, length.max()), np.int32)
    nearest = np.arange(1, max(2, lists.shape[1] + 1))  # the tree must be asked for one at least
    for start in range(0, participants, LISTS_A_BLOCK):
        block = lists[start : start + LISTS_A_BLOCK]
        _, found = tree.query(rng.random((len(block), dimensions)), nearest)
        block[:] = np.asarray(found)[:, : lists.shape[1]]
    return shortened(lists, length)


def zipf_log_weights(function: str, rng: np.random.Generator, sessions: int, zipf: float) -> FloatArray:
    """Logarithm of popularity rank^-zipf, in a random order of the sessions: shape (sessions,)."""
    exponent = require_number(function, "zipf", zipf, 0, MAX_ZIPF)
    log_weight: FloatArray = -exponent * np.log(rng.permutation(sessions) + 1.0)
    return log_weight


def _weights(weights: npt.ArrayLike, sessions: int) -> FloatArray:
    try:
        weight = np.asarray(weights, np.float64)
    except (TypeError, ValueError):
        raise OptionError(f"plackett_luce: weights is {weights!r}; give one number a session") from None
    if weight.shape != (sessions,):
        raise OptionError(f"plackett_luce: weights has shape {weight.shape}; give one number a session, ({sessions},)")
    if wrong := weight[~(np.isfinite(weight) & (weight > 0))].tolist():
        raise OptionError(f"plackett_luce: a weight is {wrong[0]}; give finite numbers above 0")
    return weight


def _shared_noise(rng: np.random.Generator, own: float, sessions: int) -> FloatArray:
    """Draw noise that becomes standard Gumbel noise when `own` times independent Gumbel noise is added.

    It is `own` times the logarithm of a positive stable variable of index `own` (Kanter 1975): 0 if `own` is 1,
    standard Gumbel if it is 0.
    """
    angle = np.pi * (1 - rng.random(sessions))
    exponential = rng.standard_exponential(sessions)
    shared = np.sin(own * angle) ** own * (np.sin((1 - own) * angle) / exponential) ** (1 - own)
    noise: FloatArray = np.log(shared / np.sin(angle))
    return noise
