"""What every generator does with its arguments: check them, shorten lists, and make a stream of chance of a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.errors import OptionError

__all__ = [
    "MAX_COUNT",
    "MAX_ZIPF",
    "Seed",
    "list_lengths",
    "require_number",
    "require_order",
    "require_whole",
    "shortened",
    "stream",
    "whole_day_stream",
]

Seed = int | np.random.Generator

MAX_COUNT = 10**8
"""Most participants, and most sessions."""

MAX_ZIPF = 100


def require_whole(function: str, name: str, value: object, low: int, high: int) -> int:
    """Return a whole number in range; `function` is the generator that the error names."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise OptionError(f"{function}: {name} is {value!r}; give a whole number from {low} to {high}")
    return int(value)


def require_number(function: str, name: str, value: object, low: float, high: float) -> float:
    """Return a number in range, both ends included."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise OptionError(f"{function}: {name} is {value!r}; give a number from {low} to {high}")
    return float(value)  # type: ignore[arg-type]


def require_order(function: str, name: str, value: npt.ArrayLike, sessions: int) -> Int64Array:
    """Return an order of the sessions, given as an array that names each of them once."""
    order = _as_array(value)
    if order.ndim != 1 or order.dtype.kind not in "iu" or not np.array_equal(np.sort(order), np.arange(sessions)):
        raise OptionError(f"{function}: {name} is {order.tolist()}; name every session from 0 to {sessions - 1} once")
    return order.astype(np.int64)


def list_lengths(function: str, participants: int, sessions: int, list_length: npt.ArrayLike) -> Int64Array:
    """Return the length of each participant's list, shape (participants,), given as one number or as one for each."""
    require_whole(function, "participants", participants, 1, MAX_COUNT)
    require_whole(function, "sessions", sessions, 1, MAX_COUNT)
    given = _as_array(list_length)
    if given.dtype.kind not in "iu" or given.shape not in ((), (participants,)):
        raise OptionError(
            f"{function}: list_length has dtype {given.dtype} and shape {given.shape}; "
            f"give a whole number, or one for each of the {participants} participants"
        )
    if wrong := given[(given < 0) | (given > sessions)].tolist():
        raise OptionError(f"{function}: list_length is {wrong[0]}; give whole numbers from 0 to {sessions}")
    return np.broadcast_to(given.astype(np.int64), participants)


def _as_array(value: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return an array; one of objects, which no parameter may be, if rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        return np.asarray(value, np.object_)


def shortened(lists: Int32Array, length: Int64Array) -> Int32Array:
    """Return the lists, written over with -1 behind the length of each."""
    if length.min() < lists.shape[1]:
        lists[np.arange(lists.shape[1]) >= length[:, None]] = -1
    return lists


def stream(function: str, seed: Seed) -> np.random.Generator:
    """Return the generator that was given, or the one of this function and seed.

    Each function has its own stream, so that capacities and lists of the same seed have nothing to do with each other.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise OptionError(f"{function}: seed is {seed!r}; give a whole number from 0 or a numpy.random.Generator")
    return np.random.default_rng(np.random.SeedSequence(int(seed), spawn_key=tuple(function.encode())))


def whole_day_stream(function: str, seed: int) -> np.random.Generator:
    """Return the generator of a day that draws everything itself: that of its seed alone."""
    return np.random.default_rng(require_whole(function, "seed", seed, 0, 2**63))
