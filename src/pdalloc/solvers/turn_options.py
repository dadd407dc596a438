"""Options that rules with an order of participants share: the order itself, and how many to draw."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.errors import OptionError
from pdalloc.problem import Problem

__all__ = ["checked_draws", "checked_order", "numbers_of"]


def checked_draws(draws: Any, order: Any = None) -> int | None:
    """Return the option `draws` as an int.

    Raises
    ------
    OptionError
        If it is neither None nor a whole number from 1, or stands beside an order, which leaves nothing to draw.
    """
    if draws is None:
        return None
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise OptionError(f"draws is {draws!r}; give a whole number from 1")
    if order is not None:
        raise OptionError("draws are orders drawn at random, and an order is given; leave one of the two out")
    return int(draws)


def checked_order(order: Any) -> tuple[str, ...] | None:
    """Return the option `order`, participants first first, as a tuple.

    Raises
    ------
    OptionError
        If it is neither None nor a sequence of strings that all differ.
    """
    if order is None:
        return None
    if isinstance(order, str) or not isinstance(order, Sequence):
        raise OptionError(f"order is {order!r}; give every participant once, first first, such as ('t002', 't001')")
    seen: set[str] = set()
    for participant in order:
        if not isinstance(participant, str):
            raise OptionError(f"order has {participant!r}; participants are given by their ids, which are strings")
        if participant in seen:
            raise OptionError(f"order has participant {participant!r} twice; give every participant once")
        seen.add(participant)
    return tuple(order)


def numbers_of(order: tuple[str, ...], problem: Problem) -> Int64Array:
    """Return the participant numbers of an order.

    Returns
    -------
    int64 array, shape (participants,)
        From 0, first turn first.

    Raises
    ------
    OptionError
        If it has somebody who is no participant, or leaves somebody out.
    """
    numbers = []
    for participant in order:
        number = problem.participants.get(participant)
        if number is None:
            close = get_close_matches(participant, problem.participants, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise OptionError(f"order has {participant!r}, who is no participant{hint}")
        numbers.append(number)
    if len(numbers) < len(problem.participants):
        missing = problem.participants[int(np.setdiff1d(np.arange(len(problem.participants)), numbers)[0])]
        raise OptionError(f"order leaves out participant {missing!r}; give every participant once")
    return np.array(numbers, np.int64)
