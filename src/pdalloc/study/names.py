"""Names of a study: of problems, solvers, metrics and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from pdalloc.errors import OptionError
from pdalloc.hints import did_you_mean

__all__ = ["repeated", "require_name"]


def repeated(names: Iterable[str]) -> str | None:
    """Return the first name in alphabetical order that occurs more than once, None if none does."""
    return min((name for name, count in Counter(names).items() if count > 1), default=None)


def require_name(kind: str, name: str, known: Collection[str]) -> None:
    """Refuse a name that a study does not have.

    Raises
    ------
    OptionError
        Naming those that it has.
    """
    if name not in known:
        hint = did_you_mean(name, known)
        raise OptionError(f"the study has no {kind} {name!r}; {hint and hint + ' '}it has {', '.join(known)}")
