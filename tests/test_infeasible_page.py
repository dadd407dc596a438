"""The commands of docs/infeasible.md print what the page shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.test_fair_day import ROOT, commands, run


def test_every_command_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples" / "too-few-seats", tmp_path / "too-few-seats")
    monkeypatch.chdir(tmp_path)
    shown = list(commands((ROOT / "docs" / "infeasible.md").read_text(encoding="utf-8")))
    assert shown
    for command, output in shown:
        assert run(command) == output, command
