"""What a result records of its origin."""

from __future__ import annotations

from dataclasses import replace

from pdalloc import Allocation, Problem, RankSum, Result, solve
from pdalloc.context import Context
from pdalloc.solvers.flow import Flow


def test_a_result_knows_the_hash_of_its_problem_without_a_solve_having_made_it() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["x"]}, capacity={"x": 1})
    provenance = solve(problem, "flow").provenance
    assert "content_hash" not in vars(problem)
    assert provenance.problem_hash == problem.content_hash


def test_equal_problems_have_equal_provenance() -> None:
    one, same, other = (
        solve(Problem.from_rankings({"p": ["x"]}, capacity={"x": seats}), "flow").provenance for seats in (1, 1, 2)
    )
    assert one == same == replace(same, runtime=None)
    assert one != other


def test_the_headline_of_a_result_without_proof_says_how_much_better_another_could_be() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["y", "x"]}, capacity={"x": 1, "y": 1})
    crossed = Allocation.from_schedules(problem, {"p": ["y"], "q": ["x"]})
    result = Result.with_bound(crossed, RankSum(), (0, 1), Flow(), Context.from_seed(0))
    assert result.headline() == "flow: feasible, rank-sum (0 empty places, 2 rank cost); 1 rank cost at best"
