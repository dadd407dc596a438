"""The solvers of a study, each with its options, under a name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from pdalloc.errors import OptionError
from pdalloc.problem import Problem
from pdalloc.result import options_of
from pdalloc.solvers.base import Solver
from pdalloc.solvers.registry import EXACT_BY_COST, make_solver
from pdalloc.solvers.solve import chosen_solver
from pdalloc.study.names import repeated
from pdalloc.study.problems import described

__all__ = ["SolverEntry", "Solvers", "StudySolver", "named_solvers"]

SolverEntry: TypeAlias = str | Solver | tuple[str, Mapping[str, Any]]
Solvers: TypeAlias = SolverEntry | Sequence[SolverEntry] | Mapping[str, SolverEntry]


@dataclass(frozen=True)
class StudySolver:
    """A solver under its name in a study.

    Attributes
    ----------
    name : str
    solver : str or Solver
        As `pdalloc.solve` takes it.
    options : dict of str to value
        Those of a solver that is given by name.
    """

    name: str
    solver: str | Solver
    options: dict[str, Any] = field(default_factory=dict)

    def chosen(self, problem: Problem) -> Solver:
        """Return the solver for a problem; "auto" looks at it."""
        return chosen_solver(problem, self.solver, self.options)

    @property
    def identity(self) -> str:
        """Which solver it is and with which options, as JSON."""
        if isinstance(self.solver, str):
            made = None if self.solver == "auto" else make_solver(self.solver, self.options)
        else:
            made = self.solver
        options = options_text(self.options if made is None else options_of(made))
        return f"{self.solver if made is None else made.name} {options}"


def options_text(options: Mapping[str, Any]) -> str:
    """Return options as one line of JSON, in the order of their names."""
    return json.dumps(options, sort_keys=True, default=_option_text)


def _option_text(value: Any) -> str:
    """Return what an option is that JSON does not have; the same text in every process."""
    return described(value) if callable(value) or isinstance(value, np.ndarray) else str(value)


def named_solvers(solvers: Solvers) -> tuple[StudySolver, ...]:
    """Return solvers under their names; by default those of `pdalloc.solve`.

    Raises
    ------
    OptionError
        If there is none, one does not exist or does not take an option, or two have the same name.
    """
    if isinstance(solvers, Mapping):
        made = [_entry(name, entry) for name, entry in solvers.items()]
    else:
        several = isinstance(solvers, Sequence) and not isinstance(solvers, str) and not _is_pair(solvers)
        made = [_entry(None, entry) for entry in (solvers if several else [solvers])]  # type: ignore[union-attr]
    if not made:
        raise OptionError("the study has no solver; give at least one")
    if twice := repeated(entry.name for entry in made):
        raise OptionError(
            f"two solvers have the name {twice!r}; give a mapping of name to solver, such as "
            f"{{'flow, generous': ('flow', {{'objective': 'generous'}})}}"
        )
    return tuple(made)


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str) and isinstance(entry[1], Mapping)


def _entry(name: Any, entry: Any) -> StudySolver:
    if name is not None and (not isinstance(name, str) or not name):
        raise OptionError(f"a solver has the name {name!r}; give a text")
    if _is_pair(entry):
        solver, options = entry[0], dict(entry[1])
    else:
        solver, options = entry, {}
    if isinstance(solver, str):
        if solver == "auto":
            _check_auto(options)
        else:
            make_solver(solver, options)
    elif isinstance(solver, type) or not isinstance(solver, Solver):
        raise OptionError(
            f"solver {name or entry!r} is {entry!r}; give a name, a pair such as "
            "('flow', {'objective': 'generous'}), or an object such as Flow()"
        )
    return StudySolver(name or (solver if isinstance(solver, str) else solver.name), solver, options)


def _check_auto(options: Mapping[str, Any]) -> None:
    """Refuse options that no exact solver takes; which one is used is known when there is a problem."""
    failures = []
    for name in EXACT_BY_COST:
        try:
            make_solver(name, options)
            return
        except OptionError as error:
            failures.append(error)
    raise failures[-1]
