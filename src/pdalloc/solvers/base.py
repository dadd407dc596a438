"""What every solver is, and how an unsupported problem is refused before any work."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from pdalloc.context import Context
from pdalloc.errors import UnsupportedError
from pdalloc.problem import Feature, Problem
from pdalloc.result import Result

__all__ = ["SLOT_BY_SLOT", "WHOLE_DAY", "Solver", "unsupported_by"]

SLOT_BY_SLOT: frozenset[Feature] = frozenset(
    {
        Feature.SLOTS,
        Feature.FACILITATORS,
        Feature.AWAY,
        Feature.FIXED,
        Feature.FORBIDDEN,
        Feature.TIES,
        Feature.UNLISTED,
        Feature.PRIORITIES,
    }
)
"""What leaves the slots of a day separate: nothing chosen in one slot changes what is possible in another."""

WHOLE_DAY: frozenset[Feature] = SLOT_BY_SLOT | {
    Feature.LONG_SESSIONS,
    Feature.SLOTLESS_SESSIONS,
    Feature.SEVERAL_PLACES,
    Feature.LIMITS,
    Feature.TOPICS,
    Feature.CONFLICTS,
}
"""What a solver handles that gives a participant their whole schedule at once."""


@runtime_checkable
class Solver(Protocol):
    """A frozen dataclass of options with one method.

    A plug-in is such a class, registered under the entry point group "pdalloc.solvers".

    Attributes
    ----------
    name : str
        As `solve` takes it.
    features : frozenset of Feature
        What a problem may use. `Feature.PRIORITIES` is declared also by solvers whose rule has no use for priorities;
        they say so in `Result.notes`.
    objectives : frozenset of str
        Names of the objectives it optimises, exactly or with a bound; empty for a rule that optimises nothing.
    """

    name: ClassVar[str]
    features: ClassVar[frozenset[Feature]]
    objectives: ClassVar[frozenset[str]]

    @property
    def uses_chance(self) -> bool:
        """Whether the seed matters."""
        ...

    def solve(self, problem: Problem, context: Context) -> Result:
        """Return an allocation of the problem.

        Raises
        ------
        SolveStoppedError
            If the time limit or the stop flag came before there was one.
        """
        ...


def unsupported_by(features: frozenset[Feature], problem: Problem) -> dict[Feature, str]:
    """Return the features in use that are not among the given ones, each with an example."""
    return {feature: example for feature, example in problem.features.items() if feature not in features}


def refuse(who: str, missing: dict[Feature, str], others: str) -> UnsupportedError:
    """Return the error for features that nobody of `who` handles, such as "solver 'flow' does not handle"."""
    listed = "; ".join(f"{feature} (here: {example})" for feature, example in missing.items())
    return UnsupportedError(f"{who} {listed}. {others}")


def priority_notes(problem: Problem, name: str) -> tuple[str, ...]:
    """Say that priorities were given to a solver whose rule has no use for them."""
    return (f"{name} does not use the sessions' priorities",) if Feature.PRIORITIES in problem.features else ()
