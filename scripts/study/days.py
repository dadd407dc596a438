"""Rules and optima on days: a synthetic one, and three that are real."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pdalloc import Problem, Study, StudyResults
from pdalloc.generators import lexington, resample
from pdalloc.readers import preflib, umass, wpi
from pdalloc.study.problems import ProblemSource

__all__ = ["CLAIMS", "FIGURES", "GINI", "LEXINGTON", "SHARE", "SOLVERS", "Claim", "days", "other_days", "verdicts"]

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


FIRST, EMPTY, GINI = "lists with their first choice", "empty wanted places", "Gini of shares"
SHARE, SMALLEST = "mean share of own maximum", "smallest share of own maximum"

CLAIMS = (
    Claim("A lottery leaves more places empty than first come, first served", EMPTY, "lottery", "first-come", True),
    Claim("Picking in rounds divides more evenly than a lottery", GINI, "draft", "lottery", False),
    Claim("Boston gives more first choices than the lottery", FIRST, "boston", "lottery", True),
    Claim("Boston gives more first choices than deferred acceptance", FIRST, "boston", "deferred-acceptance", True),
    Claim("Boston gives more first choices than the smallest rank sum", FIRST, "boston", "rank-sum", True),
    Claim("Boston leaves more places empty than the lottery", EMPTY, "boston", "lottery", True),
    Claim("Eating chances divides more evenly than a lottery", GINI, "probabilistic-serial", "lottery", False),
    Claim("The smallest rank sum leaves fewer places empty than the lottery", EMPTY, "rank-sum", "lottery", False),
    Claim("The smallest rank sum leaves fewer places empty than Boston", EMPTY, "rank-sum", "boston", False),
    Claim("The smallest rank sum gives larger shares than the lottery", SHARE, "rank-sum", "lottery", True),
    Claim("The smallest rank sum divides more evenly than the lottery", GINI, "rank-sum", "lottery", False),
    Claim("Generous gives smaller shares than the smallest rank sum", SHARE, "generous", "rank-sum", False),
    Claim("Leximin gives smaller shares than the smallest rank sum", SHARE, "leximin", "rank-sum", False),
    Claim("Leximin serves the worst served better than the smallest rank sum", SMALLEST, "leximin", "rank-sum", True),
    Claim("Leximin divides more evenly than the smallest rank sum", GINI, "leximin", "rank-sum", False),
)


def verdicts(*studies: StudyResults) -> list[tuple[str, ...]]:
    """Return a row for each claim: its text, the figure, and for each day the difference and what it shows."""
    rows: list[tuple[str, ...]] = []
    for claim in CLAIMS:
        cells = [_verdict(results, number, claim) for results in studies for number in range(len(results.problems))]
        rows.append((claim.text, claim.figure, *cells))
    return rows


def _verdict(results: StudyResults, problem: int, claim: Claim) -> str:
    """Return the difference, and whether it is as claimed, the contrary, or neither is shown."""
    if not {claim.solver, claim.baseline} <= set(results.solvers):
        return "-"
    differences = results.differences(claim.baseline, [claim.figure])
    solver = results.solvers.index(claim.solver)
    lower, upper = differences.lower[problem, 0, solver], differences.upper[problem, 0, solver]
    if lower == upper == 0:
        return "the same"
    text = differences.text_rows(problem)[0][2 + solver]
    if lower <= 0 <= upper:
        return f"{text}: open"
    return f"{text}: {'yes' if (lower > 0) == claim.is_higher else 'the contrary'}"
