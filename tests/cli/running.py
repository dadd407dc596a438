"""How tests run the command, and what they look at."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from pdalloc.cli import main

OUTPUTS = ["result.json", "rosters.csv", "schedule.csv"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="pdalloc")


def run_process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pdalloc", *map(str, arguments)],
        capture_output=True, encoding="utf-8", env=os.environ | environment, check=False,
    )  # fmt: skip


def assert_refused(result: Result, *texts: str) -> None:
    """The command ended in status 2 with one message on standard error, and printed nothing else."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.startswith("pdalloc: ")
    assert "Traceback" not in result.stderr
    for text in texts:
        assert text in result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))
