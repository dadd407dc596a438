"""What a solver returns: the allocation, how sure it is, and where it came from."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pdalloc.allocation import Allocation
from pdalloc.context import Context
from pdalloc.errors import SolverError
from pdalloc.metrics import Summary, summary
from pdalloc.objectives import Level, Objective
from pdalloc.problem import Problem
from pdalloc.random_assignment import RandomAssignment

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Provenance", "Result", "Status", "versions"]

FEW_LEVELS = 8


class Status(StrEnum):
    """How sure a result is.

    `OPTIMAL`: no allocation has a better value. `FEASIBLE`: it keeps every rule, and `bound` says how much better
    another could be. `RULE`: the outcome of a published rule that optimises nothing.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    RULE = "rule"


class NamedSolver(Protocol):
    """The part of a solver that a result records."""

    name: ClassVar[str]


@dataclass(frozen=True)
class Provenance:
    """Where a result came from; enough to make it again.

    Attributes
    ----------
    problem : Problem
    solver : str
    options : dict of str to JSON value
        The solver's options.
    seed : int or None
    versions : dict of str to str
        Of pdalloc and what computed.
    runtime : float or None
        Seconds of wall time; None where it was left out so that equal results are equal bytes.
    """

    problem: Problem
    solver: str
    options: dict[str, Any]
    seed: int | None
    versions: dict[str, str]
    runtime: float | None = field(default=None, compare=False)

    @property
    def problem_hash(self) -> str:
        """`Problem.content_hash`; made when it is first asked for, since it reads all choices."""
        return self.problem.content_hash


@dataclass(frozen=True)
class Result:
    """An allocation with its claim. Every result keeps all rules of its problem: making one that does not raises.

    Attributes
    ----------
    allocation : Allocation
    status : Status
    provenance : Provenance
    objective_name : str or None
        None for a rule that optimises nothing.
    levels : tuple of Level
        What each entry of `objective` and `bound` means.
    objective, bound : tuple of int or None
        The value reached, and one that no allocation can better, in units of 1 / scale; `value` has them exactly.
    notes : tuple of str
        What a reader should know, such as rounding.
    random_assignment : RandomAssignment or None
        The chances, where the rule gives them or draws were asked for.

    Raises
    ------
    SolverError
        If the allocation breaks a rule, or an optimal value differs from its bound.
    """

    allocation: Allocation
    status: Status
    provenance: Provenance
    objective_name: str | None = None
    levels: tuple[Level, ...] = ()
    objective: tuple[int, ...] | None = None
    bound: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()
    random_assignment: RandomAssignment | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        solver = self.provenance.solver
        if broken := self.allocation.violations():
            more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
            raise SolverError(f"solver {solver!r} returned an allocation that breaks a rule; {broken[0]}{more}")
        if self.status is Status.OPTIMAL and (self.objective is None or self.objective != self.bound):
            raise SolverError(
                f"solver {solver!r} claims an optimum, but {self.objective} is not its bound {self.bound}"
            )

    @classmethod
    def from_rule(
        cls,
        allocation: Allocation,
        solver: NamedSolver,
        context: Context,
        *,
        notes: tuple[str, ...] = (),
        random_assignment: RandomAssignment | None = None,
    ) -> Result:
        """Return the outcome of a rule that optimises nothing."""
        provenance = _provenance(allocation.problem, solver, context)
        return cls(allocation, Status.RULE, provenance, notes=notes, random_assignment=random_assignment)

    @classmethod
    def optimal(
        cls,
        allocation: Allocation,
        objective: Objective,
        solver: NamedSolver,
        context: Context,
        *,
        notes: tuple[str, ...] = (),
    ) -> Result:
        """Return an allocation whose value the solver has proved to be the best."""
        return cls.with_bound(allocation, objective, objective.value(allocation), solver, context, notes=notes)

    @classmethod
    def with_bound(
        cls,
        allocation: Allocation,
        objective: Objective,
        bound: tuple[int, ...],
        solver: NamedSolver,
        context: Context,
        *,
        notes: tuple[str, ...] = (),
    ) -> Result:
        """Return the best allocation found, and a value that none can better; it is optimal if it has that value."""
        problem = allocation.problem
        value = objective.value(allocation)
        return cls(
            allocation,
            Status.OPTIMAL if value == bound else Status.FEASIBLE,
            _provenance(problem, solver, context),
            objective.name,
            objective.levels(problem),
            value,
            bound,
            (*objective.notes(problem), *notes),
        )

    @property
    def value(self) -> tuple[Fraction, ...] | None:
        """The objective in its own units: each entry of `objective` divided by its level's scale."""
        if self.objective is None:
            return None
        return tuple(Fraction(value, level.scale) for level, value in zip(self.levels, self.objective, strict=True))

    def summary(self) -> Summary:
        """Return the first figures, under the solver's name."""
        return summary({self.provenance.solver: self.allocation})

    def __str__(self) -> str:
        return f"{self.headline()}\n{self.summary()}"

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(self.headline())}</p>{self.summary()._repr_html_()}"

    def headline(self) -> str:
        """Return one line: solver, status, objective, and where that is not proved the bound of the first open level.

        Of many levels those with value 0 are left out, but not the first.
        """
        text = f"{self.provenance.solver}: {self.status}"
        if self.objective is None:
            return text
        parts = [
            f"{level.text(value)} {level.name}"
            for number, (level, value) in enumerate(zip(self.levels, self.objective, strict=True))
            if value or not number or len(self.levels) <= FEW_LEVELS
        ]
        text += f", {self.objective_name} ({', '.join(parts)})"
        for level, value, bound in zip(self.levels, self.objective, self.bound or self.objective, strict=True):
            if value != bound:
                return f"{text}; {level.text(bound)} {level.name} at best"
        return text

    def to_json(self, *, runtime: bool = True) -> str:
        """Return the result as a JSON document, "pdalloc/result" version 1.

        Parameters
        ----------
        runtime : bool
            Whether to write the runtime; without it the same seed gives the same bytes.
        """
        from pdalloc.result_json import result_to_json

        return result_to_json(self, runtime=runtime)

    @classmethod
    def from_json(cls, text: str | bytes, problem: Problem) -> Result:
        """Read a document written by `to_json`; chances are not stored and are None.

        Raises
        ------
        ProblemError
            If it is not such a document or belongs to another problem.
        """
        from pdalloc.result_json import result_from_json

        return result_from_json(text, problem)


@cache
def versions() -> dict[str, str]:
    """Return the versions of pdalloc and of the libraries that compute."""
    return {name: importlib.metadata.version(name) for name in ("pdalloc", "numpy", "scipy", "ortools", "numba")}


def _provenance(problem: Problem, solver: NamedSolver, context: Context) -> Provenance:
    return Provenance(
        problem=problem,
        solver=solver.name,
        options=options_of(solver),
        seed=context.seed,
        versions=dict(versions()),
        runtime=context.elapsed,
    )


def options_of(solver: NamedSolver | DataclassInstance) -> dict[str, Any]:
    """Return a solver's options as JSON values; an objective becomes its name and its own options."""
    values = {option.name: getattr(solver, option.name) for option in fields(solver)}  # type: ignore[arg-type]
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "costs") and hasattr(value, "name"):
        return {"name": value.name, **options_of(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return options_of(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
