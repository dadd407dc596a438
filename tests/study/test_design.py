"""What a study is made of is checked before any work."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pdalloc as pa
from pdalloc import Study
from pdalloc.errors import OptionError
from pdalloc.solvers.flow import Flow
from pdalloc.solvers.lottery import Lottery
from pdalloc.study.design import Run
from pdalloc.study.problems import described
from pdalloc.study.streams import stream_seed

DAY = pa.Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})


def names(study: Study) -> tuple[list[str], list[str]]:
    return [problem.name for problem in study.problems], [solver.name for solver in study.solvers]


def test_names_are_given_or_made() -> None:
    assert names(Study(DAY)) == (["problem"], ["auto"])
    assert names(Study([DAY, DAY], [Flow()])) == (["problem 1", "problem 2"], ["flow"])
    assert names(Study(pa.generators.lexington, ("flow", {"objective": "generous"}))) == (["lexington"], ["flow"])
    assert names(Study({"day": DAY}, {"fast": Flow(), "slow": "mip"})) == (["day"], ["fast", "slow"])


def test_seeds_are_a_count_or_a_list() -> None:
    assert Study(DAY, seeds=3).seeds == Study(DAY, seeds=np.int64(3)).seeds == (0, 1, 2)  # type: ignore[arg-type]
    assert Study(DAY, seeds=[2**63 - 1]).run().frame["seed"].tolist() == [2**63 - 1]
    assert Study(DAY, seeds=[7, 2]).seeds == (2, 7)
    assert Study(DAY, seeds=range(5, 8)).seeds == (5, 6, 7)


def test_runs_have_numbers() -> None:
    study = Study({"a": DAY, "b": DAY}, ["flow", "lottery", "draft"], [4, 9])
    assert len(study) == 12
    for number in range(12):
        run = study.combination(number)
        assert study.number("ab"[run.problem], study.solvers[run.solver].name, run.seed) == number
    assert study.combination(8) == Run(1, 2, 4)
    assert study.number("c", "flow", 4) is None
    assert study.number("a", "flow", 5) is None
    assert repr(study) == "<Study: 2 problems x 3 solvers x 2 seeds = 12 runs>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"problems": []}, "the study has no problem; give at least one"),
        ({"problems": {}}, "the study has no problem"),
        ({"problems": 3}, "problem 'problem' is 3; give a Problem, or a function that takes seed=... and returns one"),
        ({"problems": pa.Problem}, "problem 'Problem' is <class"),
        ({"problems": {"": DAY}}, "a problem has the name ''; give a text"),
        ({"problems": [pa.generators.day, pa.generators.day]}, "two problems have the name 'day'; give a mapping of"),
        ({"solvers": []}, "the study has no solver; give at least one"),
        ({"solvers": "fast"}, "unknown solver 'fast'"),
        ({"solvers": 3}, "solver 3 is 3; give a name, a pair such as"),
        ({"solvers": Flow}, "solver <class .* give a name, a pair"),
        ({"solvers": [("flow", {"speed": 1})]}, "solver 'flow' has no option 'speed'"),
        ({"solvers": ("auto", {"speed": 1})}, "solver 'mip' has no option 'speed'"),
        (
            {"solvers": ["flow", ("flow", {"objective": "generous"})]},
            "two solvers have the name 'flow'; give a mapping",
        ),
        ({"solvers": {"": "flow"}}, "a solver has the name ''; give a text"),
        ({"seeds": [2**63, 1]}, "seed 9223372036854775808 is larger than 9223372036854775807, the largest one"),
        ({"seeds": 0}, "seeds is 0; give how many, from 1, or a list of whole numbers from 0"),
        ({"seeds": True}, "seeds is True; give how many"),
        ({"seeds": "12"}, "seeds is '12'; give how many"),
        ({"seeds": 1.5}, "seeds is 1.5; give how many"),
        ({"seeds": []}, "seeds has none, or a None"),
        ({"seeds": [1, -1]}, "seed is -1; give a whole number from 0"),
        ({"seeds": [3, 1, 3]}, "seed 3 is given twice; give each once"),
        (
            {"metrics": "mean rank"},
            "metrics is 'mean rank'; give a list of names of an audit's figures, or of functions",
        ),
        ({"metrics": {"mean rank"}}, "metrics is {'mean rank'}; give a list of names of an audit's figures"),
        ({"metrics": ["mean rnak"]}, "unknown metric 'mean rnak'; did you mean 'mean rank'"),
        ({"metrics": ["mean rank", "mean rank"]}, "metric 'mean rank' is given twice"),
        ({"metrics": {"seed": "mean rank"}}, "metric 'seed' has the name of a column that every run has"),
        ({"metrics": []}, "metrics is empty; name at least one"),
        ({"metrics": [3]}, "metric 'int' is 3; give the name of an audit's figure or a function"),
        ({"metrics": {"": "mean rank"}}, "metrics has the name ''; give a text"),
        ({"also": ["envy"]}, "also has 'envy'; what can be asked for is 'efficiency', 'groups'"),
        ({"time_limit": 0}, "time_limit is 0; give seconds above 0"),
    ],
)
def test_what_is_wrong_is_said(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message.replace("(", r"\(").replace("...", r"\.\.\.")):
        Study(**{"problems": DAY} | arguments)


def test_a_function_must_return_a_problem() -> None:
    results = Study({"none": lambda seed: seed}).run()
    assert "which returned a int" in results.failures()["error"].item()


def test_streams_differ_by_problem_seed_and_purpose_alone() -> None:
    seeds = {stream_seed(problem, seed, purpose) for problem in "ab" for seed in range(50) for purpose in ("x", "y")}
    assert len(seeds) == 200
    assert all(0 <= seed < 2**63 for seed in seeds)
    # `printf 'solve\n1\na' | sha256sum` begins with these digits; whoever changes this changes every study
    assert stream_seed("a", 1, "solve") == 0x414C1D7F806ED816 >> 1


def test_sources_are_described_alike_in_every_process() -> None:
    assert described(DAY) == DAY.content_hash
    made = partial(pa.generators.day, 30, 6, slots=2, list_length=3)
    assert described(made) == "pdalloc.generators.days.day(30, 6, slots=2, list_length=3)"
    for one, other in [
        (np.array([1, 2]), np.array([1, 3])),
        (np.arange(5000), np.arange(5000) // 4999 + np.arange(5000)),
        ({"a": 1}, {"a": 2}),
        (np.int64(1), np.int64(2)),
        (Path("a"), Path("b")),
        ({"a", "b"}, {"a", "c"}),
        (b"a", b"b"),
        (Lottery(), Flow()),
        (Flow("rank-sum"), Flow("generous")),
    ]:
        assert described(partial(max, one)) != described(partial(max, other))
        assert described(one) == described(pickle.loads(pickle.dumps(one)))
    assert described(partial(max, DAY, [1, "a", None])) == f"builtins.max({DAY.content_hash}, [1, 'a', None])"
