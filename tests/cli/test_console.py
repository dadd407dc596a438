"""What is shown on a terminal."""

from __future__ import annotations

import sys

import pytest

from pdalloc.cli.console import console, progress_bar
from pdalloc.context import Progress


def test_names_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("[/x] [bold] :smile:")
    assert capsys.readouterr().out == "[/x] [bold] :smile:\n"


def test_progress_is_shown_where_somebody_can_see_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("lottery") as show:
        assert show is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("lottery") as show:
        assert show is not None
        show(Progress(1, 2, "slots", 0.5))
    printed = capsys.readouterr()
    assert "lottery" in printed.err
    assert printed.out == ""
