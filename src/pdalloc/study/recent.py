"""A few values that were made last, for workers that need them again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Recent"]

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Keeps the values that were made last, by their keys.

    Threads may share one: at worst a value is made twice.

    Parameters
    ----------
    most : int
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, Value] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> tuple[Value, bool]:
        """Return the value of a key, and whether it was made just now."""
        try:
            return self._values[key], False
        except KeyError:
            value = make()
        self._values[key] = value
        # a copy, since another thread may change the original meanwhile
        for oldest in list(self._values)[: -self._most]:
            self._values.pop(oldest, None)
        return value, True

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
