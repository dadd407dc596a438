from __future__ import annotations

import io
from itertools import combinations, pairwise, product
from typing import Literal

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from pdalloc.arrays import FloatArray
from pdalloc.errors import OptionError
from pdalloc.plots import efficiency_fairness_front
from pdalloc.study.front import Front
from tests.plots.drawn import legend_covers_title, legend_texts, lines, points, segments

Better = Literal["higher", "lower"]
NAMES = ("boston", "deferred-acceptance", "draft", "flow", "lottery", "probabilistic-serial", "serial-dictatorship")


def front_of(mean: FloatArray, better: tuple[Better, Better] = ("higher", "higher"), width: float = 0.0) -> Front:
    good = mean * [1 if way == "higher" else -1 for way in better]
    beaten = [any((other >= own).all() and (other > own).any() for other in good) for own in good]
    names = NAMES if len(mean) == len(NAMES) else tuple(f"solver {number}" for number in range(len(mean)))
    return Front("gain", "peace", better, names, mean, mean - width, mean + width, ~np.array(beaten))


def labels(axes: Axes) -> dict[str, Bbox]:
    """Where each name stands, after drawing as `plots.save` does."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.savefig(io.BytesIO(), format="png")
    texts = [text for text in axes.texts if isinstance(text, Annotation)]
    # without the lines that join names to points
    return {text.get_text(): Text.get_window_extent(text) for text in texts}


def test_points_of_the_front_are_filled_and_the_others_hollow() -> None:
    mean = np.array([[0.2, 0.9], [0.6, 0.5], [0.5, 0.4], [0.9, 0.1]])
    axes = efficiency_fairness_front(front_of(mean, width=0.01))
    drawn = lines(axes)
    assert points(drawn["not dominated"]) == [(0.2, 0.9), (0.6, 0.5), (0.9, 0.1)]
    assert points(drawn["dominated"]) == [(0.5, 0.4)]
    assert drawn["dominated"].get_markerfacecolor() == "white"
    assert legend_texts(axes) == ["Pareto front", "not dominated", "dominated"]
    assert not legend_covers_title(axes)
    across, along = segments(axes)
    for bars, width in ((across, np.array([0.01, 0])), (along, np.array([0, 0.01]))):
        assert np.array(bars) == pytest.approx(np.stack([mean - width, mean + width], axis=1))


@pytest.mark.parametrize("better", list(product(("higher", "lower"), repeat=2)))
def test_the_step_line_runs_around_what_the_front_dominates(better: tuple[Better, Better]) -> None:
    sign = np.array([1 if way == "higher" else -1 for way in better])
    front = front_of(np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 1.0]]) * sign, better)
    assert front.on_front.all()
    steps = np.array(points(lines(efficiency_fairness_front(front))["Pareto front"])) * sign
    # corners between neighbours are worse than both in one figure each, so that both dominate them
    assert sorted(steps.tolist()) == [[1, 3], [1, 5], [2, 1], [2, 3], [4, 1]]
    assert all(np.count_nonzero(one != other) == 1 for one, other in pairwise(steps))


def test_axes_say_which_direction_is_better() -> None:
    axes = efficiency_fairness_front(front_of(np.array([[1.0, 2.0], [3.0, 4.0]]), ("higher", "lower")))
    assert axes.get_xlabel() == "gain (higher is better →)"
    assert axes.get_ylabel() == "(← lower is better) peace"


@pytest.mark.parametrize("seed", range(4))
def test_names_cover_neither_each_other_nor_leave_the_axes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mean = rng.normal(0.5, 0.02, (7, 2))
    mean[1] = mean[0]  # two solvers that are the same rule here
    axes = efficiency_fairness_front(front_of(mean, width=0.004))
    boxes = labels(axes)
    assert list(boxes) == list(NAMES)
    inside = axes.get_window_extent()
    for box in boxes.values():
        assert inside.x0 <= box.x0 < box.x1 <= inside.x1
        assert inside.y0 <= box.y0 < box.y1 <= inside.y1
    assert not [pair for pair in combinations(boxes, 2) if boxes[pair[0]].overlaps(boxes[pair[1]])]


def test_solvers_without_a_mean_are_left_out() -> None:
    mean = np.array([[1.0, 2.0], [np.nan, 1.0], [2.0, 1.0]])
    front = Front("gain", "peace", ("higher", "higher"), ("a", "b", "c"), mean, mean, mean, ~np.isnan(mean[:, 0]))
    assert [text.get_text() for text in efficiency_fairness_front(front).texts] == ["a", "c"]
    with pytest.raises(OptionError, match="no solver has a mean of both figures; there is no front to draw"):
        efficiency_fairness_front(front_of(np.full((2, 2), np.nan)))


def test_only_a_front_is_drawn() -> None:
    with pytest.raises(OptionError, match="cannot draw the front of a list; give the Front of a study"):
        efficiency_fairness_front([])  # type: ignore[arg-type]
