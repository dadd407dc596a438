from __future__ import annotations

from matplotlib.figure import Figure

from pdalloc import Allocation, Problem, generators, solve
from pdalloc.metrics import empty_places, profile
from pdalloc.plots import profile_bars
from tests.plots.drawn import legend_texts


def test_bars_are_the_profile_and_the_empty_places() -> None:
    day = generators.lexington(seed=4)
    allocations = {solver: solve(day, solver, seed=1).allocation for solver in ("first-come", "flow")}
    axes = profile_bars(allocations)
    widths = [[round(bar.get_width()) for bar in bars] for bars in axes.containers]
    for position, allocation in enumerate(allocations.values()):
        expected = [*profile(allocation).tolist(), empty_places(allocation)]
        assert [column[position] for column in widths] == expected
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first-come", "flow"]
    assert legend_texts(axes) == [*(f"rank {rank}" for rank in range(1, 6)), "empty"]


def test_worse_ranks_and_unlisted_places_have_parts_of_their_own() -> None:
    sessions = [f"s{number}" for number in range(8)]
    problem = Problem.from_rankings(
        {f"p{number}": sessions[:7] for number in range(8)}, capacity=dict.fromkeys(sessions, 1), unlisted="last"
    )
    axes = profile_bars({"flow": solve(problem).allocation}, Figure().subplots())
    parts = {bars.get_label(): round(bars[0].get_width()) for bars in axes.containers}
    assert parts == {f"rank {rank}": 1 for rank in range(1, 6)} | {"worse rank": 2, "unlisted": 1, "empty": 0}


def test_only_some_allocations_may_have_unlisted_places() -> None:
    problem = Problem.from_rankings({"ann": ["x"], "bob": ["x"]}, capacity={"x": 1, "y": 1})
    schedules = {"listed": {"ann": ["x"]}, "unlisted": {"ann": ["x"], "bob": ["y"]}}
    axes = profile_bars({name: Allocation.from_schedules(problem, given) for name, given in schedules.items()})
    parts = {bars.get_label(): [round(bar.get_width()) for bar in bars] for bars in axes.containers}
    assert parts == {"rank 1": [1, 1], "unlisted": [0, 1], "empty": [1, 0]}


def test_places_are_counted_in_whole_numbers() -> None:
    problem = Problem.from_rankings({"ann": ["x"], "bob": ["x"]}, capacity={"x": 1})
    assert all(place == round(place) for place in profile_bars(solve(problem)).get_xticks().tolist())
