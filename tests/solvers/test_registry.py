"""Choosing a solver: by name, by what the problem needs, as an object, and from another package."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from pdalloc import Feature, Model, Problem, RankSum, generators, solve, solver_class, solver_names
from pdalloc.errors import OptionError, SolverError, UnsupportedError
from pdalloc.solvers.flow import Flow
from pdalloc.solvers.mip.solver import Mip
from pdalloc.solvers.registry import BUILT_IN

problem = Problem.from_rankings({"p": ["x", "y"], "q": ["x"]}, capacity={"x": 1, "y": 1})

PLUG_IN = '''
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pdalloc import Allocation, Feature
from pdalloc.result import Result


@dataclass(frozen=True)
class Same:
    """Puts everybody in one session, whatever the rules say."""

    session: int = 0
    name: ClassVar[str] = "same"
    features: ClassVar[frozenset[Feature]] = frozenset({Feature.SLOTS})
    objectives: ClassVar[frozenset[str]] = frozenset()
    uses_chance: ClassVar[bool] = False

    def solve(self, problem, context):
        everybody = np.full(len(problem.participants), self.session)
        return Result.from_rule(Allocation.from_sessions(problem, everybody), self, context)
'''


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package that registers three solvers: a good one, one that cannot be imported, one that is none."""
    (tmp_path / "same_solver.py").write_text(PLUG_IN, encoding="utf-8")
    info = tmp_path / "same_solver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: same-solver\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[pdalloc.solvers]\nsame = same_solver:Same\nabsent = no_such_module:Solver\nnone = pathlib:Path\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "same_solver", raising=False)


@pytest.mark.usefixtures("plug_in")
def test_a_plug_in_is_a_solver_like_any_other() -> None:
    assert solver_names() == (*BUILT_IN, "absent", "none", "same")
    roomy = Problem.from_rankings({"p": ["x"], "q": ["x"]}, capacity={"x": 2})
    result = solve(roomy, "same")
    assert result.allocation.roster("x") == ("p", "q")
    assert result.provenance.options == {"session": 0}


@pytest.mark.usefixtures("plug_in")
def test_a_plug_in_that_breaks_a_rule_is_found_out() -> None:
    message = "solver 'same' returned an allocation that breaks a rule; capacity: session 'x' has 2 participants but 1"
    with pytest.raises(SolverError, match=message):
        solve(problem, "same")
    with pytest.raises(SolverError, match=re.escape("breaks a rule; unlisted: participant 'q' is in session 'y'")):
        solve(problem, "same", session=1)


@pytest.mark.usefixtures("plug_in")
def test_a_plug_in_is_refused_what_it_does_not_declare() -> None:
    with pytest.raises(UnsupportedError, match="solver 'same' does not handle facilitators who are participants"):
        solve(generators.lexington(1), "same")


@pytest.mark.usefixtures("plug_in")
def test_a_broken_plug_in_is_named_and_harms_nobody_else() -> None:
    with pytest.raises(
        OptionError, match=re.escape("plug-in solver 'absent' (no_such_module:Solver) cannot be loaded")
    ):
        solve(problem, "absent")
    with pytest.raises(OptionError, match=re.escape("plug-in solver 'none' (pathlib:Path) lacks features, objectives")):
        solve(problem, "none")
    assert solve(problem).provenance.solver == "flow"
    with pytest.raises(UnsupportedError, match=r"Solvers that do: first-come, lottery, .*mip"):
        solve(generators.lexington(1, repeats=3), "flow")


def test_auto_takes_the_cheapest_exact_solver_that_can() -> None:
    assert solve(problem).provenance.solver == "flow"
    assert solve(problem, objective="rank-sum", rank_costs=[0, 5]).objective == (0, 5)
    for objective in ("leximin", "rank-sum,leximin"):
        assert solve(problem, objective=objective).provenance.solver == "mip"
    model = Model()
    model.add_session("x", capacity=2, minimum=2)
    model.add_participant("p")
    model.add_choice("p", "x", 1)
    result = solve(model.build())
    assert (result.provenance.solver, result.allocation.runs.tolist()) == ("mip", [False])


def test_auto_refuses_what_no_exact_solver_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mip, "features", Mip.features - {Feature.MINIMUMS})
    model = Model()
    model.add_session("x", capacity=3, minimum=2)
    model.add_participant("p")
    message = (
        "no exact solver handles minimums (here: session 'x' has minimum 2). No solver does yet; leave these out of "
        "the problem."
    )
    with pytest.raises(UnsupportedError, match=re.escape(message)):
        solve(model.build())


def test_auto_refuses_an_objective_that_no_exact_solver_optimises() -> None:
    class Utility(RankSum):
        name = "utility"

    with pytest.raises(
        OptionError, match="solver 'mip' does not optimise 'utility'; it does changes, generous, greedy, lex"
    ):
        solve(problem, objective=Utility())


def test_every_feature_in_the_way_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    model.add_session("x", capacity=3, minimum=2)
    model.add_participant("p", history=1)
    model.add_participant("q", history=0.5)
    message = (
        "solver 'lottery' does not handle minimums (here: session 'x' has minimum 2); history (here: participant 'q' "
        "has another history than the first). "
    )
    with pytest.raises(UnsupportedError, match=re.escape(f"{message}Solvers that do: mip.")):
        solve(model.build(), "lottery")
    monkeypatch.setattr(Mip, "features", Mip.features - {Feature.HISTORY})
    message += "No solver does yet; leave these out of the problem."
    with pytest.raises(UnsupportedError, match=re.escape(message)):
        solve(model.build(), "lottery")


@pytest.mark.parametrize(
    ("solver", "options", "message"),
    [
        ("flaw", {}, "unknown solver 'flaw'; did you mean 'flow'?"),
        ("simplex", {}, "unknown solver 'simplex'; there are auto, first-come, lottery, "),
        ("flow", {"draws": 3}, "solver 'flow' has no option 'draws'; it takes objective"),
        ("first-come", {"objective": "welfare"}, "solver 'first-come' has no option 'objective'; it takes no options"),
        ("mip", {"engine": "cplex"}, "engine is 'cplex'; it is one of 'highs', 'scip', 'cp-sat'"),
        (Flow(), {"objective": "welfare"}, "options objective were given beside a solver that has its own"),
        (
            "flow",
            {"objective": RankSum(), "rank_costs": [0, 1]},
            "rank_costs are given beside RankSum(rank_costs=None)",
        ),
        (Flow, {}, "give a name or an object such as Flow()"),
        (3, {}, "solver is 3; give a name or an object such as Flow()"),
        ("flow", {"objective": RankSum}, "give a name, an object such as RankSum(), or a list of these"),
        (
            "flow",
            {"objective": None},
            "objective is None; give a name, an object such as RankSum(), or a list of these",
        ),
        ("flow", {"time_limit": "5"}, "time_limit is '5'; give seconds above 0"),
        ("flow", {"start": 3}, "start is not an allocation of this problem"),
        ("flow", {"time_limit": 0}, "time_limit is 0; give seconds above 0"),
        ("flow", {"time_limit": float("nan")}, "time_limit is nan; give seconds above 0"),
        ("flow", {"seed": -1}, "seed is -1; give a whole number from 0"),
        ("flow", {"seed": True}, "seed is True; give a whole number from 0"),
        ("flow", {"seed": 1.0}, "seed is 1.0; give a whole number from 0"),
    ],
)
def test_bad_options_are_refused_by_name(solver: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        solve(problem, solver, **options)


def test_other_things_than_problems_are_refused() -> None:
    with pytest.raises(OptionError, match="problem is a dict; make a Problem with read_tables, Model or Problem"):
        solve({})  # type: ignore[arg-type]
    other = solve(Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})).allocation
    with pytest.raises(OptionError, match="start is not an allocation of this problem"):
        solve(problem, start=other)


def test_a_solver_may_be_given_as_an_object() -> None:
    assert solve(problem, Flow(objective=RankSum((0, 3)))).objective == (0, 3)
    assert solver_class("flow") is Flow
