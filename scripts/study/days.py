"""Rules and optima on days: a synthetic one, and three that are real."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pdalloc import Problem, Study, StudyResults
from pdalloc.generators import lexington, resample
from pdalloc.readers import preflib, umass, wpi
from pdalloc.study import Intervals
from pdalloc.study.problems import ProblemSource

__all__ = ["CLAIMS", "FIGURES", "LEXINGTON", "Claim", "days", "other_days", "verdicts"]

INSTANCES = Path(__file__).parents[2] / "benchmarks" / "instances"
VARIABLE = "PDALLOC_DATA"

LEXINGTON, WPI_2017, WPI_2019, UMASS = "Lexington", "WPI 2017", "WPI 2019", "UMass"
SEEDS, SEEDS_UMASS = 30, 20
STUDENTS, SEATS = 150, 0.5

SOLVERS: dict[str, tuple[str, dict[str, str]]] = {
    "first-come": ("first-come", {}),
    "lottery": ("lottery", {}),
    "draft": ("draft", {}),
    "boston": ("boston", {}),
    "deferred-acceptance": ("deferred-acceptance", {}),
    "probabilistic-serial": ("probabilistic-serial", {}),
    "rank-sum": ("auto", {"objective": "rank-sum"}),
    "generous": ("auto", {"objective": "generous"}),
    "leximin": ("mip", {"objective": "leximin"}),
}
SEVERAL_PLACES = ("first-come", "lottery", "draft", "rank-sum", "generous")
"""What gives several places in courses whose times overlap; leximin is not proved within minutes there."""

FIGURES = (
    "empty wanted places",
    "mean rank",
    "lists with their first choice",
    "lists with one of the first three",
    "mean share of own maximum",
    "smallest share of own maximum",
    "Gini of shares",
    "participants who envy somebody",
)


def days() -> Study:
    """Return the study of days on which all rules can be used."""
    problems: dict[str, ProblemSource] = {
        LEXINGTON: lexington,
        WPI_2017: wpi(INSTANCES / "wpi-2017-2018"),
        WPI_2019: wpi(INSTANCES / "wpi-2019-2020"),
        **preflib_days(),
    }
    return Study(problems, SOLVERS, SEEDS)


def other_days() -> Study:
    """Return the study of the day on which participants want several places."""
    survey = umass(INSTANCES / "umass-2024", capacity_scale=SEATS)
    return Study(
        {UMASS: partial(resample, survey, STUDENTS)}, {name: SOLVERS[name] for name in SEVERAL_PLACES}, SEEDS_UMASS
    )


def preflib_days() -> dict[str, Problem]:
    """Return the course lists of data set 00009 of PrefLib, where the reader's folder has them.

    They come without capacities; the seats are invented, a tenth more than students, shared out evenly.
    """
    folder = Path(os.environ.get(VARIABLE, "")) / "agh"
    files = sorted(folder.glob("00009-*.soc")) if VARIABLE in os.environ else []
    found = {}
    for number, file in enumerate(files, 1):
        lists = preflib(file, capacity=1)
        seats = -(-11 * len(lists.participants) // (10 * len(lists.sessions)))
        found[f"AGH {number}, seats invented"] = preflib(file, capacity=seats)
    return found


class Claim(NamedTuple):
    """That a figure of one solver is higher, or lower, than that of another."""

    text: str
    figure: str
    solver: str
    baseline: str
    is_higher: bool


FIRST, GINI, EMPTY, MEAN_RANK = "lists with their first choice", "Gini of shares", "empty wanted places", "mean rank"
SMALLEST = "smallest share of own maximum"

CLAIMS = (
    Claim(
        "A lottery leaves as many places empty as first come, first served, or more",
        EMPTY,
        "lottery",
        "first-come",
        True,
    ),
    Claim("Picking in rounds divides more evenly than a lottery of whole schedules", GINI, "draft", "lottery", False),
    Claim("Boston gives more first choices than the lottery", FIRST, "boston", "lottery", True),
    Claim("Boston gives more first choices than the smallest rank sum does", FIRST, "rank-sum", "boston", False),
    Claim("Boston gives more first choices than deferred acceptance", FIRST, "deferred-acceptance", "boston", False),
    Claim("The smallest rank sum leaves fewer places empty than Boston", EMPTY, "rank-sum", "boston", False),
    Claim("The smallest rank sum leaves fewer places empty than the lottery", EMPTY, "rank-sum", "lottery", False),
    Claim("The smallest rank sum divides more evenly than the lottery", GINI, "rank-sum", "lottery", False),
    Claim(
        "Generous costs rank: its mean rank is higher than that of the smallest sum",
        MEAN_RANK,
        "generous",
        "rank-sum",
        True,
    ),
    Claim(
        "Leximin costs rank: its mean rank is higher than that of the smallest sum",
        MEAN_RANK,
        "leximin",
        "rank-sum",
        True,
    ),
    Claim("Leximin serves the worst served better than the smallest sum does", SMALLEST, "leximin", "rank-sum", True),
    Claim("Leximin divides more evenly than the smallest sum", GINI, "leximin", "rank-sum", False),
)


def verdicts(results: StudyResults) -> list[tuple[str, ...]]:
    """Return a row for each claim and problem: claim, problem, difference with interval, and what it shows."""
    rows: list[tuple[str, ...]] = []
    for claim in CLAIMS:
        if {claim.solver, claim.baseline} <= set(results.solvers):
            differences = results.differences(claim.baseline, [claim.figure])
            solver = results.solvers.index(claim.solver)
            for number, problem in enumerate(results.problems):
                rows.append((claim.text, problem, claim.figure, *_verdict(differences, (number, 0, solver), claim)))
    return rows


def _verdict(differences: Intervals, at: tuple[int, int, int], claim: Claim) -> tuple[str, str]:
    """Return the difference as text, and whether it is as claimed, the contrary, or neither is shown."""
    lower, upper = differences.lower[at], differences.upper[at]
    text = differences.text_rows(at[0])[0][2 + at[2]]
    if lower <= 0 <= upper:
        return text, "equal" if lower == upper else "not shown"
    return text, "yes" if (lower > 0) == claim.is_higher else "the contrary"
