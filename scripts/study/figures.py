"""The figures of the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pdalloc import StudyResults, plots, solve
from scripts.study.days import LEXINGTON, SOLVERS, days
from scripts.study.markets import Growth

__all__ = ["draw_days", "draw_growth"]

DRAWN = ("first-come", "lottery", "draft", "boston", "rank-sum", "leximin")


def draw_days(results: StudyResults, folder: Path) -> None:
    """Draw the fronts of Lexington, how much solvers differ there, and one of its days in detail."""
    plots.save(
        plots.efficiency_fairness_front(results.front("mean share of own maximum", problem=LEXINGTON)),
        folder / "front.png",
    )
    table = results.differences("first-come", ["mean share of own maximum"])
    at = results.problems.index(LEXINGTON)
    mean, lower, upper = (100 * part[at, 0, 1:] for part in (table.mean, table.lower, table.upper))
    label = "mean share of own maximum, percentage points above first come, first served"
    plots.save(plots.interval_bars(results.solvers[1:], mean, lower, upper, label), folder / "shares.png")
    day = days().problems[0].problem(0)
    allocations = {}
    for name in DRAWN:
        solver, options = SOLVERS[name]
        allocations[name] = solve(day, solver, seed=0, **options)  # type: ignore[arg-type]
    plots.save(plots.rank_curves(allocations), folder / "rank-curves.png")
    schools = {name: allocations[name] for name in ("first-come", "boston", "leximin")}
    plots.save(plots.group_gaps(schools, "school"), folder / "schools.png")
    plots.save(plots.lorenz_curve(allocations), folder / "lorenz.png")


def draw_growth(rows: Sequence[Growth], folder: Path) -> None:
    """Draw how the mean rank grows with a uniform market, and the formula."""
    ax: Axes = Figure(figsize=(6, 3.6), layout="constrained").subplots()
    sizes = [row.size for row in rows]
    ax.plot(sizes, [row.expected for row in rows], "-", color="black", label="((n+1)/n)(H(n+1) - 1)", zorder=1)
    for name, marker, colour in (("lottery", "o", "#0072B2"), ("rank_sum", "s", "#D55E00")):
        points = [getattr(row, name) for row in rows]
        spread = [[mean - lower for mean, lower, _ in points], [upper - mean for mean, _, upper in points]]
        ax.errorbar(
            sizes,
            [mean for mean, _, _ in points],
            spread,
            fmt=marker,
            color=colour,
            capsize=3,
            label=name.replace("_", "-"),
        )
    ax.axhline(1.83, linestyle="--", color="grey", linewidth=1, label="1.83")
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.minorticks_off()
    ax.set_ylim(1, None)
    ax.set_xlabel("participants, and sessions of one seat")
    ax.set_ylabel("mean rank")
    ax.legend(frameon=False, fontsize="small")
    ax.spines[["top", "right"]].set_visible(False)
    plots.save(ax, folder / "growth.png")
