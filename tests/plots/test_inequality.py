from __future__ import annotations

import numpy as np
import pytest

from pdalloc import Allocation, Problem, generators, solve
from pdalloc.errors import OptionError
from pdalloc.metrics import gini, share_of_own_maximum
from pdalloc.plots import lorenz_curve
from tests.plots.drawn import legend_texts, lines, points, two_days


def test_the_curve_adds_up_shares_from_the_worst_served_on() -> None:
    _, allocations = two_days()
    axes = lorenz_curve(allocations)
    # shares of own maximum 1, 2/3, 1/3 and 0: points 3, 2, 1 and 0 of 3
    assert points(lines(axes)["one, Gini 0.417"]) == pytest.approx(
        np.array([(0, 0), (1 / 4, 0), (2 / 4, 1 / 6), (3 / 4, 3 / 6), (1, 1)])
    )
    assert points(lines(axes)["equality"]) == [(0, 0), (1, 1)]
    assert legend_texts(axes) == list(lines(axes))


@pytest.mark.parametrize("solver", ["lottery", "flow"])
def test_twice_the_area_to_equality_is_the_gini_coefficient(solver: str) -> None:
    day = generators.day(200, 20, 2, 4, slack=0.9, seed=1)
    allocation = solve(day, solver, seed=1).allocation
    index = gini(share_of_own_maximum(allocation))
    _, line = lorenz_curve(allocation).get_lines()
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    area = float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
    assert 1 - 2 * area == pytest.approx(index, abs=1e-12)
    assert line.get_label() == f"Gini {index:.3f}"
    assert (np.diff(y) / np.diff(x) >= 0).all()
    assert (np.diff(np.diff(y) / np.diff(x)) > 0).all()


def test_an_allocation_that_gives_nothing_is_refused() -> None:
    problem = Problem.from_rankings({"ann": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match="allocation 'none' gives nobody anything of value; it has no Lorenz curve"):
        lorenz_curve({"none": Allocation.from_schedules(problem, {})})


def test_who_could_have_nothing_of_value_is_left_out() -> None:
    problem = Problem.from_rankings({"ann": ["x"], "bob": []}, capacity={"x": 1})
    _, line = lorenz_curve(Allocation.from_schedules(problem, {"ann": ["x"]})).get_lines()
    assert points(line) == [(0, 0), (1, 1)]
    assert line.get_label() == "Gini 0.000"
