"""What a result records of its origin."""

from __future__ import annotations

from dataclasses import replace

from pdalloc import Problem, solve


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
