"""Options that rules with an order of participants share, and how they are checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.errors import OptionError
from pdalloc.hints import did_you_mean
from pdalloc.problem import Problem

__all__ = ["check_literal", "checked_draws", "checked_order", "numbers_of"]


def check_literal(option: str, value: Any, values: Any) -> None:
    """Refuse a value that a `Literal` does not allow, with an OptionError that names the option."""
    if value not in get_args(values):
        raise OptionError(f"{option} is {value!r}; it is one of {', '.join(map(repr, get_args(values)))}")


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
        what = f"{order!r:.60}" if isinstance(order, str) else f"a {type(order).__name__}"
        raise OptionError(
            f"order is {what}; give the ids of all participants, first first, such as ('t002', 't001') or, of a public "
            "draw, drawn.order"
        )
    seen: set[str] = set()
    for participant in order:
        if not isinstance(participant, str):
            raise OptionError(f"order has {participant!r}; participants are given by their ids, which are strings")
        if participant in seen:
            raise OptionError(f"order has participant {participant!r} twice; give every participant once")
        seen.add(participant)
    return tuple(map(str, order))


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
            remedy = did_you_mean(participant, problem.participants) or "give ids of the participants table"
            raise OptionError(f"order has {participant!r}, who is no participant; {remedy}")
        numbers.append(number)
    if len(numbers) < len(problem.participants):
        missing = problem.participants[int(np.setdiff1d(np.arange(len(problem.participants)), numbers)[0])]
        raise OptionError(f"order leaves out participant {missing!r}; give every participant once")
    return np.array(numbers, np.int64)
