"""Which solvers there are: the built-in ones, and plug-ins registered by entry point."""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

from pdalloc.errors import OptionError
from pdalloc.hints import did_you_mean
from pdalloc.objectives import Chained, Objective, get_objective
from pdalloc.problem import Problem
from pdalloc.solvers.base import Solver, refuse, unsupported_by

__all__ = ["ENTRY_POINTS", "make_solver", "require_support", "solver_class", "solver_names", "working_solvers"]

ENTRY_POINTS = "pdalloc.solvers"

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "first-come": "pdalloc.solvers.first_come:FirstCome",
        "lottery": "pdalloc.solvers.lottery:Lottery",
        "serial-dictatorship": "pdalloc.solvers.serial_dictatorship:SerialDictatorship",
        "draft": "pdalloc.solvers.draft:Draft",
        "boston": "pdalloc.solvers.boston:Boston",
        "deferred-acceptance": "pdalloc.solvers.deferred_acceptance:DeferredAcceptance",
        "top-trading-cycles": "pdalloc.solvers.top_trading_cycles:TopTradingCycles",
        "probabilistic-serial": "pdalloc.solvers.probabilistic_serial:ProbabilisticSerial",
        "hungarian": "pdalloc.solvers.hungarian:Hungarian",
        "flow": "pdalloc.solvers.flow:Flow",
        "mip": "pdalloc.solvers.mip.solver:Mip",
    }
)

EXACT_BY_COST = ("flow", "mip")


def solver_names() -> tuple[str, ...]:
    """Return the names of all solvers: built-in ones, then plug-ins in alphabetical order."""
    return (*BUILT_IN, *sorted(_plug_ins()))


def solver_class(name: str) -> type[Solver]:
    """Return the class of a solver; its module is imported only now.

    Raises
    ------
    OptionError
        If there is none of that name, or a plug-in cannot be loaded or is not a solver.
    """
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        found: type[Solver] = getattr(importlib.import_module(module), attribute)
        return found
    plug_ins = _plug_ins()
    if name not in plug_ins:
        hint = did_you_mean(name, solver_names())
        raise OptionError(f"unknown solver {name!r}; {hint and hint + ' '}there are auto, {', '.join(solver_names())}")
    try:
        loaded = plug_ins[name].load()
    except Exception as error:
        raise OptionError(f"plug-in solver {name!r} ({plug_ins[name].value}) cannot be loaded: {error}") from error
    if fault := _plug_in_fault(name, loaded):
        raise OptionError(f"plug-in solver {name!r} ({plug_ins[name].value}) {fault}")
    return loaded  # type: ignore[no-any-return]


def _plug_in_fault(name: str, loaded: Any) -> str:
    """Say what keeps a loaded object from being the solver of that name, "" if nothing does."""
    parts = ("name", "features", "objectives", "uses_chance", "solve")
    if missing := [part for part in parts if not hasattr(loaded, part)]:
        return f"lacks {', '.join(missing)}"
    if not isinstance(loaded, type) or not is_dataclass(loaded):
        return "is not a dataclass"
    own_name = getattr(loaded, "name")  # noqa: B009 - the type checker knows a dataclass, not that it has a name
    return "" if own_name == name else f"calls itself {own_name!r}; give both the same name"


def make_solver(name: str, options: Mapping[str, Any]) -> Solver:
    """Return a solver with options.

    Raises
    ------
    OptionError
        If it does not take one of them.
    """
    made = solver_class(name)
    known = [option.name for option in fields(made)]  # type: ignore[arg-type]
    if "objective" in known and not {"objective", "rank_costs"}.isdisjoint(options):
        # a short form: rank costs belong to the objective
        options = dict(options)
        name_or_object = options.pop("objective", "rank-sum")
        options["objective"] = get_objective(name_or_object, options.pop("rank_costs", None))
    for option in options:
        if option not in known:
            takes = ", ".join(known) or "no options"
            raise OptionError(f"solver {name!r} has no option {option!r}; it takes {takes}")
    solver = made(**options)
    for part in _parts(_objective_of(solver)):
        if part not in made.objectives:
            raise OptionError(
                f"solver {name!r} does not optimise {part!r}; it does {', '.join(sorted(made.objectives))}"
            )
    return solver


def choose(problem: Problem, options: Mapping[str, Any]) -> Solver:
    """Return the cheapest exact solver that handles every feature of the problem and optimises the objective.

    Raises
    ------
    UnsupportedError
        If none handles every feature.
    OptionError
        If none of those that do optimises the objective.
    """
    able = [name for name in EXACT_BY_COST if not unsupported_by(solver_class(name).features, problem)]
    if able:
        parts = set(_parts(get_objective(options.get("objective", "rank-sum"))))
        # the last one says why where none does
        return make_solver(next((name for name in able if parts <= solver_class(name).objectives), able[-1]), options)
    closest = min(EXACT_BY_COST, key=lambda name: len(unsupported_by(solver_class(name).features, problem)))
    missing = unsupported_by(solver_class(closest).features, problem)
    raise refuse("no exact solver handles", missing, _others(problem))


def working_solvers() -> dict[str, type[Solver]]:
    """Return the classes of all solvers that can be loaded, by name; broken plug-ins are left out."""
    found = {}
    for name in solver_names():
        try:
            found[name] = solver_class(name)
        except OptionError as error:
            logging.getLogger("pdalloc").warning("%s", error)
    return found


def require_support(solver: Solver, problem: Problem) -> None:
    """Refuse a problem with features that the solver, or its objective, does not handle.

    Raises
    ------
    UnsupportedError
        Naming each feature with an example, and the solvers that handle all of them.
    """
    if missing := unsupported_by(solver.features, problem):
        raise refuse(f"solver {solver.name!r} does not handle", missing, _others(problem))
    objective = _objective_of(solver)
    if objective is None:
        return
    if used := {feature: example for feature, example in problem.features.items() if feature in objective.refuses}:
        raise refuse(f"objective {objective.name!r} does not handle", used, "Leave them out, or use another objective.")


def _objective_of(solver: Solver) -> Objective | None:
    """Return the objective that a solver was given, None if it takes none."""
    objective = getattr(solver, "objective", None)
    # one telling attribute: asking a protocol for all of them takes longer than looking through the problem
    return objective if hasattr(objective, "refuses") else None


def _parts(objective: Objective | None) -> tuple[str, ...]:
    """Return the names of the objectives in a chain, or of the one there is."""
    if isinstance(objective, Chained):
        return tuple(part.name for part in objective.objectives)
    return () if objective is None else (objective.name,)


def _others(problem: Problem) -> str:
    able = [name for name, solver in working_solvers().items() if not unsupported_by(solver.features, problem)]
    return f"Solvers that do: {', '.join(able)}." if able else "No solver does yet; leave these out of the problem."


def _plug_ins() -> dict[str, importlib.metadata.EntryPoint]:
    found = importlib.metadata.entry_points(group=ENTRY_POINTS)
    return {entry.name: entry for entry in found if entry.name not in (*BUILT_IN, "auto")}
