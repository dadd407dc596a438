"""The commands of docs/fair-day.md print what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pdalloc import Problem, read_tables
from pdalloc.cli import main

ROOT = Path(__file__).parents[1]
RUNTIME = re.compile(r"^\d+\.\d\d s", re.MULTILINE)


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command of the console blocks, and the output below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        assert block.startswith("$ ")
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = shown.partition("\n")
            yield command, output


READ: dict[Path, Problem] = {}


def read_once(path: str | Path) -> Problem:
    """Read tables that many commands of a page read, and none changes."""
    folder = Path(path).resolve()
    if folder not in READ:
        READ[folder] = read_tables(path)
    return READ[folder]


def run(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program == "pdalloc":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pdalloc.problem.tables.read_tables", read_once)
            return CliRunner().invoke(main, arguments, prog_name="pdalloc").output
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    finished = subprocess.run(
        command, shell=True, env=os.environ | {"PATH": path}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    return finished.stdout


def test_every_command_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for example in ("wpi-2017", "cohort"):
        shutil.copytree(ROOT / "examples" / example, tmp_path / example)
    monkeypatch.chdir(tmp_path)
    shown = list(commands((ROOT / "docs" / "fair-day.md").read_text(encoding="utf-8")))
    assert {shlex.split(command)[1] for command, _ in shown if command.startswith("pdalloc ")} == {
        "allocate", "audit", "certify", "explain", "record", "verify",
    }  # fmt: skip
    for command, output in shown:
        assert RUNTIME.sub("... s", run(command)) == RUNTIME.sub("... s", output), command
