"""Files are written whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

import pdalloc
from pdalloc.files import check_writable, write_files
from tests.cli.running import contents


def test_finding_out_whether_a_folder_can_be_written_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "deep")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_files_get_their_names_all_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Another program may hold one of the files open: replacing it fails when others were replaced already."""
    write_files(tmp_path, {"a": "old", "c": "old"})
    replace, calls = Path.replace, []

    def replace_some(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == failing:
            raise PermissionError(13, "held by another program")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_some)
    with pytest.raises(pdalloc.errors.OutputError, match="cannot write there: held by another program"):
        write_files(tmp_path, {"a": "new", "b": "new", "c": "new"})
    assert contents(tmp_path) == {"a": b"old", "c": b"old"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("existing", [False, True])
def test_secret_files_are_readable_by_nobody_else_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, existing: bool
) -> None:
    """Looked at whenever a file was written, copied or renamed; an older secret of the same name stays one too."""
    folder = tmp_path / "new" / "secret"
    if existing:
        write_files(folder, {"a": "old"}, secret=True)
    seen: list[int] = []

    def watched(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def watching(*arguments: Any, **options: Any) -> Any:
            result = original(*arguments, **options)
            seen.extend(path.stat().st_mode for path in folder.iterdir())
            return result

        monkeypatch.setattr(owner, name, watching)

    watched(Path, "touch")
    watched(Path, "write_bytes")
    watched(Path, "replace")
    # what copies the content, before it copies the permissions
    watched(shutil, "copyfile")
    write_files(folder, {"a": "new", "b": "new"}, secret=True)
    assert {stat.S_IMODE(mode) for mode in seen} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert contents(folder) == {"a": b"new", "b": b"new"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_other_files_and_folders_have_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.mkdir()
    (usual / "file").write_text("")
    write_files(tmp_path / "new" / "open", {"a": "new"})
    write_files(tmp_path / "newer" / "secret", {"a": "new"}, secret=True)
    for folder in ("new", "new/open", "newer"):
        assert (tmp_path / folder).stat().st_mode == usual.stat().st_mode
    assert (tmp_path / "new" / "open" / "a").stat().st_mode == (usual / "file").stat().st_mode


def test_a_folder_that_was_made_in_vain_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(28, "no space left on the device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(
        pdalloc.errors.OutputError,
        match=r"no space left on the device; name another folder\. Nothing was changed there\.$",
    ):
        write_files(tmp_path / "new" / "deep", {"a": "new"})
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_while_files_get_their_names_puts_them_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a": "old", "b": "old"})
    replace = Path.replace

    def interrupted_at_b(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted_at_b)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a": "new", "b": "new"})
    assert contents(tmp_path) == {"a": b"old", "b": b"old"}
