"""`pdalloc study`: what a file describes is run, kept and printed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import pdalloc as pa
from tests.cli.running import assert_refused, run

FILE = """
solvers = ["lottery", "flow"]
seeds = 6
metrics = ["mean rank", "places filled"]

[problems]
small = { generator = "day", participants = 20, sessions = 6, slots = 2, list_length = 3 }
"""


def test_a_study_is_run_kept_and_printed(tmp_path: Path) -> None:
    file = tmp_path / "fair.toml"
    file.write_text(FILE, encoding="utf-8")
    result = run("study", file)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("<Study: 1 problem x 2 solvers x 6 seeds = 12 runs>\n")
    results = pa.read_study(tmp_path / "fair")
    assert str(results.summary()).split("\n", 1)[1] in result.stdout
    assert result.stdout.endswith(f"12 rows; written to {tmp_path / 'fair'}\n")
    summary = pd.read_csv(tmp_path / "fair" / "summary.csv")
    assert summary["mean"].tolist() == results.summary().to_frame()["mean"].tolist()
    assert len(pd.read_parquet(tmp_path / "fair" / "runs.parquet")) == 12


def test_a_baseline_prints_differences_and_nothing_is_run_again(tmp_path: Path) -> None:
    file, out = tmp_path / "fair.toml", tmp_path / "out"
    file.write_text(FILE, encoding="utf-8")
    assert run("study", file, "--out", out).exit_code == 0
    before = (out / "runs.parquet").read_bytes()
    result = run("study", file, "--out", out, "--baseline", "flow", "--figure", "mean rank")
    assert "small: differences from flow with 95%" in result.stdout
    assert "places filled" not in result.stdout
    assert (out / "runs.parquet").read_bytes() == before


def test_what_cannot_be_studied_is_refused(tmp_path: Path) -> None:
    assert_refused(run("study", tmp_path / "none.toml"), "none.toml: cannot be read")
    file = tmp_path / "fair.toml"
    file.write_text(FILE, encoding="utf-8")
    assert_refused(run("study", file, "--baseline", "flwo"), "the study has no solver 'flwo'; did you mean 'flow'")
