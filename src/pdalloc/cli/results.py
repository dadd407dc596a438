"""Where the results of a day are."""

from __future__ import annotations

from pathlib import Path

__all__ = ["default_out"]


def default_out(folder: Path) -> Path:
    """Return where the results of the day in a folder, or a workbook, are written unless another place is named."""
    return (folder.parent if folder.is_file() else folder) / "allocation"
