"""Folders of several files."""

from __future__ import annotations

from pathlib import Path

from pdalloc.errors import ProblemError

__all__ = ["existing_folder"]


def existing_folder(folder: str | Path, file: str) -> Path:
    """Return a folder that is there; `file` is one that belongs in it.

    Raises
    ------
    ProblemError
        If there is no such folder.
    """
    path = Path(folder)
    if not path.is_dir():
        wrong = "a file, not a folder" if path.exists() else "no such folder"
        raise ProblemError(f"{path}: {wrong}; name the folder that holds {file} and what was published with it")
    return path
