"""Tables of results as Markdown, between the markers of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pdalloc import StudyResults
from pdalloc.study import Intervals
from scripts.study.days import FIGURES
from scripts.study.markets import DRAWN_MARKETS, SMALL_MARKETS, Growth

__all__ = ["chances_table", "growth_table", "lotteries_table", "markdown", "rewritten", "summary_tables"]


def rewritten(page: str, parts: Mapping[str, str]) -> str:
    """Return a page with each part between its two markers.

    Raises
    ------
    ValueError
        If a marker is not there.
    """
    for name, text in parts.items():
        begin, end = f"<!-- {name}: written by make study -->", f"<!-- {name} ends -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary_tables(results: StudyResults) -> str:
    """Return a table of means for each problem: a row a solver, a column a figure."""
    summary: Intervals = results.summary(FIGURES)
    parts = []
    for number, problem in enumerate(results.problems):
        cells = {row[0]: row[2:] for row in summary.text_rows(number)}
        shown = [figure for figure in FIGURES if figure in cells]
        rows = [
            (solver, *(cells[figure][position] for figure in shown)) for position, solver in enumerate(results.solvers)
        ]
        parts.append(f"**{problem}**\n\n{markdown(['', *shown], rows)}")
    return "\n\n".join(parts)


def growth_table(rows: Sequence[Growth]) -> str:
    """Return the mean ranks of uniform markets."""
    return markdown(
        ["n", "formula", "lottery", "formula within", "smallest rank sum"],
        [
            (
                f"{row.size:,}",
                f"{row.expected:.3f}",
                _mean(row.lottery),
                "yes" if row.lottery[1] <= row.expected <= row.lottery[2] else "no",
                _mean(row.rank_sum),
            )
            for row in rows
        ],
    )


def chances_table(counts: Mapping[str, int]) -> str:
    """Return how often one rule's chances dominate the other's."""
    names = {
        "PS": "probabilistic serial dominates",
        "equal": "both give the same chances",
        "neither": "neither dominates",
        "RSD": "random serial dictatorship dominates",
    }
    rows = [(name, f"{counts.get(key, 0):,} of {SMALL_MARKETS:,}") for key, name in names.items()]
    return markdown(["4 participants, 4 sessions", "markets"], rows)


def lotteries_table(counts: Mapping[int, int]) -> str:
    """Return how many lotteries were found to be ordinally inefficient."""
    return markdown(
        ["participants", "ordinally inefficient, at least"],
        [(f"{size:,}", f"{count:,} of {DRAWN_MARKETS:,}") for size, count in counts.items()],
    )


def _mean(interval: tuple[float, float, float]) -> str:
    mean, lower, upper = interval
    return f"{mean:.3f} ± {(upper - lower) / 2:.3f}"
