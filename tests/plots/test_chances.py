from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from pdalloc import Model, Problem, RandomAssignment, generators, solve
from pdalloc.errors import OptionError
from pdalloc.plots import probability_shares
from tests.plots.drawn import row_names, two_days


def chances_of(problem: Problem, solver: str, **options: Any) -> RandomAssignment:
    chances = solve(problem, solver, seed=1, **options).random_assignment
    assert chances is not None
    return chances


def shares(axes: Axes) -> dict[str, list[float]]:
    return {
        str(part.get_label()): [bar.get_width() for bar in part]
        for part in axes.containers
        if isinstance(part, BarContainer)
    }


def test_a_row_is_somebodys_chances_at_each_rank_and_of_nothing() -> None:
    # ann and bob want x first: half each by eating; then they eat what cem leaves of y
    problem = Problem.from_rankings({"ann": ["x", "y"], "bob": ["x"], "cem": ["y"]}, capacity={"x": 1, "y": 1})
    axes = probability_shares(chances_of(problem, "probabilistic-serial"))
    expected = {"rank 1": [0.5, 0.5, 0.75], "rank 2": [0.25, 0, 0], "nothing": [0.25, 0.5, 0.25]}
    assert row_names(axes) == ["ann", "bob", "cem"]
    assert shares(axes) == {part: pytest.approx(row) for part, row in expected.items()}
    assert axes.get_xlabel() == "chances for a wanted place"
    assert axes.get_xlim() == (0, 1)


def test_many_participants_are_drawn_as_twenty_means_best_served_on_top() -> None:
    day = generators.day(110, 10, 2, 4, slack=0.8, seed=2)
    chances = chances_of(day, "lottery", draws=60)
    axes = probability_shares(chances)
    drawn = shares(axes)
    assert row_names(axes)[:2] + row_names(axes)[-1:] == ["1 to 6", "7 to 12", "106 to 110"]
    assert axes.get_ylabel() == "110 participants, best served first"
    assert axes.get_xlabel() == "chances for a wanted place, estimated from 60 draws"
    rows = np.array(list(drawn.values())).T
    assert rows.sum(axis=1) == pytest.approx(np.ones(20))
    cost = rows @ [0, 1, 2, 3, 4]
    assert (np.diff(cost) > 0).all()
    # all rows together are the expected profile, a place of two wanted by each
    people = np.array([6] * 10 + [5] * 10)
    rank = day.choices.rank[day.choices.find(chances.participant, chances.session)]
    profile = np.bincount(rank, chances.probability)[1:]
    assert (people @ rows)[:4] == pytest.approx(profile / 2)


def test_unlisted_places_have_a_part_of_their_own_and_who_wants_nothing_no_row() -> None:
    model = Model(unlisted="last")
    for session in ("x", "y"):
        model.add_session(session, capacity=1, slots=["am"])
    for participant, away in (("ann", []), ("bob", []), ("cem", ["am"])):
        model.add_participant(participant, away=away)
        model.add_ranking(participant, ["x"])
    axes = probability_shares(chances_of(model.build(), "probabilistic-serial"))
    assert shares(axes) == {"rank 1": [0.5, 0.5], "unlisted": [0.5, 0.5], "nothing": [0, 0]}
    assert row_names(axes) == ["ann", "bob"]


def test_an_allocation_has_no_chances_to_draw() -> None:
    _, allocations = two_days()
    with pytest.raises(OptionError, match="cannot draw chances of a Allocation; give a RandomAssignment, such as"):
        probability_shares(allocations["one"])  # type: ignore[arg-type]
