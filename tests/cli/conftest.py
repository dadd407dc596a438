"""Folders of tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdalloc import generators, write_tables
from tests.problem.folders import SMALL, write_folder


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "day", **SMALL)


@pytest.fixture
def lexington(tmp_path: Path) -> Path:
    write_tables(generators.lexington(seed=1), tmp_path / "lexington")
    return tmp_path / "lexington"
