"""Folders of tables for tests."""

from __future__ import annotations

from pathlib import Path

SMALL: dict[str, str | bytes] = {
    "sessions": "session,capacity\nx,2\ny,1\n",
    "participants": "participant\np1\np2\n",
    "choices": "participant,session,rank\np1,x,1\np1,y,2\np2,y,1\n",
}
"""A day without slots: p1 wants x, then y; p2 wants y."""


def write_folder(folder: Path, /, **tables: str | bytes) -> Path:
    """Write tables as CSV, `rules` as TOML; other files under their whole names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        file = name if "." in name else f"{name}.toml" if name == "rules" else f"{name}.csv"
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
