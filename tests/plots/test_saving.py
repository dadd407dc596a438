from __future__ import annotations

from pathlib import Path

import pytest

from pdalloc.errors import OptionError
from pdalloc.plots import rank_curves, save
from tests.plots.drawn import two_days


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_figure_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    _, allocations = two_days()
    for name in ("first", "second"):
        save(rank_curves(allocations), tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"figure\.pdf: a figure is saved as \.png or \.svg; name such a file"):
        save(rank_curves(two_days()[1]), tmp_path / "figure.pdf")
    assert not list(tmp_path.iterdir())
