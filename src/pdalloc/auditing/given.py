"""What is audited, certified, explained or recorded: an allocation, or a result for its allocation."""

from __future__ import annotations

from pdalloc.allocation import Allocation
from pdalloc.errors import OptionError
from pdalloc.result import Result

__all__ = ["allocation_of"]


def allocation_of(given: Allocation | Result, verb: str) -> Allocation:
    """Return the allocation that was given, itself or in a result.

    Raises
    ------
    OptionError
        If it is neither; the verb says what cannot be done with it.
    """
    if isinstance(given, Result):
        return given.allocation
    if isinstance(given, Allocation):
        return given
    raise OptionError(
        f"cannot {verb} a {type(given).__name__}; give allocations or results, such as allocations drawn from it"
    )
