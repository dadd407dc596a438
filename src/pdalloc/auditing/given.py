"""What is audited, certified, explained, recorded or drawn: allocations, or results for their allocations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pdalloc.allocation import Allocation
from pdalloc.errors import OptionError
from pdalloc.result import Result

__all__ = ["Given", "GivenSeveral", "allocation_of", "allocations_by_name"]

Given = Allocation | Result
GivenSeveral = Given | Sequence[Given] | Mapping[str, Given]


def allocation_of(given: Given, verb: str) -> Allocation:
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


def allocations_by_name(given: GivenSeveral, verb: str) -> dict[str, Allocation]:
    """Return one allocation or several of one problem by name.

    In a sequence a result goes by its solver's name, an allocation by its position from 1; one by itself has no name.

    Raises
    ------
    OptionError
        If there is none, one is neither allocation nor result, two have one name, or they are of different problems.
    """
    if isinstance(given, Mapping):
        named = {str(name): entry for name, entry in given.items()}
        if len(named) < len(given):
            twice, _ = Counter(map(str, given)).most_common(1)[0]
            raise OptionError(f"two allocations are called {twice!r}; give each a name of its own")
    elif isinstance(given, Sequence):
        named = dict(zip(_names(given), given, strict=True))
    else:
        named = {"": given}
    if not named:
        raise OptionError(f"there is no allocation to {verb}; give at least one")
    allocations = {name: allocation_of(entry, verb) for name, entry in named.items()}
    first, problem = next((name, allocation.problem) for name, allocation in allocations.items())
    for name, allocation in allocations.items():
        if allocation.problem != problem:
            raise OptionError(
                f"allocation {name!r} belongs to problem {allocation.problem.content_hash[:12]}..., but {first!r} to "
                f"{problem.content_hash[:12]}...; only allocations of one problem stand side by side, {verb} others "
                "by themselves"
            )
    return allocations


def _names(entries: Sequence[Given]) -> list[str]:
    """Return different names: that of its solver for a result, numbered from the second on; else the position."""
    names: list[str] = []
    solvers: Counter[str] = Counter()
    for position, entry in enumerate(entries, 1):
        name = str(position)
        if isinstance(entry, Result):
            name = entry.provenance.solver
            solvers[name] += 1
            name += f" ({solvers[name]})" if solvers[name] > 1 else ""
        names.append(name)
    return names
