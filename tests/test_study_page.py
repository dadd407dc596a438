"""docs/study.md holds what `make study` finds."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from scripts.study import days, markets, page
from scripts.study.__main__ import written

from pdalloc import Study

PAGE = (Path(__file__).parents[1] / "docs" / "study.md").read_text(encoding="utf-8")


def table(name: str, number: int = 0) -> list[list[str]]:
    """The cells of a table between two markers of the page, its head first."""
    text = PAGE.split(f"<!-- {name}: written by make study -->")[1].split(f"<!-- {name} ends -->")[0]
    found = [block.strip().splitlines() for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[number] if not line.startswith("| ---")]


@pytest.mark.long
def test_the_page_is_what_the_whole_study_writes(tmp_path: Path) -> None:
    assert written(PAGE, tmp_path, tmp_path, workers=2) == PAGE


@pytest.mark.parametrize("size", [10, 30])
def test_the_smallest_markets_are_what_a_study_of_them_finds(size: int) -> None:
    market = partial(markets.uniform_market, size)
    solvers = {"lottery": "lottery", "rank-sum": "flow"}
    found = Study({f"{size:,}": market}, solvers, markets.SEEDS, ["mean rank"]).run().summary(["mean rank"])
    row = next(row for row in table("growth") if row[0] == f"{size:,}")
    means = [(found.mean[0, 0, at], found.lower[0, 0, at], found.upper[0, 0, at]) for at in range(2)]
    growth = markets.Growth(size, markets.expected_rank(size), *means)
    assert row == [cell.strip() for cell in page.growth_table([growth]).splitlines()[2].split("|")[1:-1]]


def test_the_formula_is_the_expected_rank_of_a_lottery() -> None:
    # with three left of three, two left and one left: 4/4, 4/3 and 4/2
    assert markets.expected_rank(3) == pytest.approx((1 + 4 / 3 + 2) / 3)


def test_every_difference_is_that_of_the_means_above() -> None:
    problems = table("claims")[0][2:]
    means = {}
    for number, problem in enumerate(problems):
        head, *rows = table("days", number)
        means[problem] = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}
    compared = 0
    for claim, row in zip(days.CLAIMS, table("claims")[1:], strict=True):
        assert row[:2] == [claim.text, claim.figure]
        for problem, cell in zip(problems, row[2:], strict=True):
            if cell not in ("-", "the same"):
                first, second = (
                    value(means[problem][solver][claim.figure]) for solver in (claim.solver, claim.baseline)
                )
                assert value(cell) == pytest.approx(first - second, abs=0.16)
                compared += 1
    assert compared > 30


def value(cell: str) -> float:
    """The number that a cell begins with."""
    found = re.match(r"[+-]?[\d,]*\.?\d+", cell)
    assert found is not None, cell
    return float(found.group().replace(",", ""))
