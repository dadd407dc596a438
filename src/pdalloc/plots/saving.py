"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from pdalloc.errors import OptionError
from pdalloc.files import write_files

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["figure_format", "save"]

DPI = 130


def save(axes: Axes, path: str | Path) -> None:
    """Save the figure of some axes, whole or not at all; the same figure gives the same bytes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    path : str or Path
        A .png (130 dots an inch) or .svg file.

    Raises
    ------
    OptionError
        If the file is of another kind.
    OutputError
        If it cannot be written.
    """
    import matplotlib

    path = Path(path)
    kind = figure_format(path)
    figure = axes.get_figure(root=True)
    assert figure is not None
    data = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "pdalloc"}):
        figure.savefig(data, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)
    write_files(path.parent, {path.name: data.getvalue()})


def figure_format(path: Path) -> str:
    """Return "png" or "svg", as a file's name ends; commands ask before they work.

    Raises
    ------
    OptionError
        If it ends otherwise.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise OptionError(f"{path}: a figure is saved as .png or .svg; name such a file")
    return kind
