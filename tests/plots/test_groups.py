from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pdalloc import generators, solve
from pdalloc.errors import ProblemError
from pdalloc.metrics import group_gap, share_of_own_maximum
from pdalloc.plots import group_gaps
from pdalloc.problem.groups import Group
from tests.plots.drawn import legend_covers_title, legend_texts, lines, row_names, segments

LISTS = generators.plackett_luce(60, 8, 3, seed=1)
SCHOOL = np.arange(60, dtype=np.int32) % 3
DAY = replace(
    generators.market(LISTS, np.full(8, 6)),
    groups=(Group("school", ("Aspen", "Birch", "Cedar"), SCHOOL), Group("role", ("chef", "aide"), (SCHOOL == 0) - 1)),
)
ALLOCATIONS = {"lottery": solve(DAY, "lottery", seed=3).allocation, "flow": solve(DAY).allocation}


def test_means_and_intervals_are_those_of_the_metric_best_group_of_the_first_on_top() -> None:
    axes = group_gaps(ALLOCATIONS, "school", seed=5)
    gaps = {name: group_gap(share_of_own_maximum(given), DAY.group("school"), 5) for name, given in ALLOCATIONS.items()}
    order = sorted(range(3), key=lambda value: -gaps["lottery"].mean[value])
    assert row_names(axes) == [f"{gaps['lottery'].values[value]} (n = 20)" for value in order]
    for (name, gap), line, bars in zip(gaps.items(), axes.get_lines(), segments(axes), strict=True):
        assert str(line.get_label()).startswith(f"{name}: gap {gap.gap:.1%} (by chance {gap.gap_by_chance:.1%})")
        assert np.asarray(line.get_xdata()).tolist() == gap.mean[order].tolist()
        assert [bar[:, 0].tolist() for bar in bars] == np.stack([gap.lower, gap.upper], axis=1)[order].tolist()
        assert [bar[0, 1] for bar in bars] == np.asarray(line.get_ydata()).tolist()
    assert legend_texts(axes) == list(lines(axes))
    assert not legend_covers_title(axes)


def test_allocations_stand_side_by_side_within_the_row_of_their_group() -> None:
    first, second = (np.asarray(line.get_ydata()) for line in group_gaps(ALLOCATIONS, "school").get_lines())
    assert (first < second).all()
    assert np.round(first).tolist() == np.round(second).tolist() == [0, 1, 2]


def test_one_group_that_is_known_has_no_gap() -> None:
    axes = group_gaps({"flow": ALLOCATIONS["flow"]}, "role")
    assert legend_texts(axes) == ["flow"]
    assert row_names(axes) == ["chef (n = 20)", "aide (n = 0)"]


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ProblemError, match="unknown group 'grade'; there are 'school', 'role'"):
        group_gaps(ALLOCATIONS, "grade")
