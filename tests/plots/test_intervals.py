from __future__ import annotations

import numpy as np
import pytest

from pdalloc.errors import OptionError
from pdalloc.plots import interval_bars
from tests.plots.drawn import points, row_names, segments


def test_rows_are_means_with_their_intervals_from_top_to_bottom() -> None:
    axes = interval_bars(["flow", "lottery $1$"], [1.5, 2], [1.4, 1.75], [1.75, 2.5], "mean rank")
    assert row_names(axes) == ["flow", r"lottery \$1\$"]
    assert points(axes.get_lines()[0]) == [(1.5, 0), (2, 1)]
    assert [bar.tolist() for bar in segments(axes)[0]] == [[[1.4, 0], [1.75, 0]], [[1.75, 1], [2.5, 1]]]
    assert axes.get_xlabel() == "mean rank"
    bottom, top = axes.get_ylim()
    assert bottom > top


def test_what_is_unknown_keeps_its_row_and_is_not_drawn() -> None:
    nan = float("nan")
    axes = interval_bars(["failed", "flow"], [nan, 2], [nan, nan], [nan, 3], "mean rank")
    assert row_names(axes) == ["failed", "flow"]
    assert np.isnan(np.asarray(axes.get_lines()[0].get_xdata())).tolist() == [True, False]


def test_arrays_must_belong_to_the_names_and_to_one_another() -> None:
    with pytest.raises(OptionError, match=r"lower has shape \(1,\), but there are 2 names"):
        interval_bars(["a", "b"], [1, 2], [1], [2, 3], "figure")
    with pytest.raises(OptionError, match="'b': the mean 5 is not in its interval from 2 to 4"):
        interval_bars(["a", "b"], [1, 5], [1, 2], [1, 4], "figure")
    with pytest.raises(OptionError, match="there is no mean to draw; give at least one name"):
        interval_bars([], [], [], [], "figure")


def test_an_interval_without_an_end_is_refused() -> None:
    with pytest.raises(OptionError, match="'flow': the interval from 1 to inf has no end; give nan to leave it out"):
        interval_bars(["flow"], [2.0], [1.0], [np.inf], "mean rank")
