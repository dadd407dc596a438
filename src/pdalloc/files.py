"""Files that are written whole or not at all."""

from __future__ import annotations

import csv
import errno
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pdalloc.errors import OutputError

__all__ = ["check_writable", "csv_text", "write_files"]


class _Lines(list[str]):
    """Takes the lines of a CSV writer and ends them in a line feed."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n") + "\n")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with line feeds."""
    lines = _Lines()
    # the writer quotes a carriage return inside a cell only if lines end in one
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines)


def write_files(folder: str | Path, contents: Mapping[str, str | bytes], *, secret: bool = False) -> None:
    """Write several files of a folder, all of them or none; the folder is made if it is not there.

    Every file is first written beside its place under another name. Only when all are there do they get their names; if
    one cannot, because another program has it open, say, those that did are put back.

    Parameters
    ----------
    folder : str or Path
    contents : mapping of file name to text, which is encoded as UTF-8, or bytes
    secret : bool, default False
        Where the system has such permissions, let nobody but the owner read the files at any time, nor enter the folder
        if it is made here; a folder that is there already keeps its permissions.

    Raises
    ------
    OutputError
        If one cannot be written; what was there before is kept.
    """
    target = Path(folder)
    # left in reverse: old files come back, then temporary ones go, then folders made for them
    with _output_errors(target), ExitStack() as made, ExitStack() as temporary, ExitStack() as replaced:
        _make_folder(target, made, mode=0o700 if secret else 0o777)
        new = {name: _temporary(target / name, temporary) for name in contents}
        for name, content in contents.items():
            # a file has its permissions before it has any content
            new[name].touch(mode=0o600 if secret else 0o666, exist_ok=False)
            new[name].write_bytes(content.encode() if isinstance(content, str) else content)
        for name in contents:
            _replace(target / name, new[name], temporary, replaced)
        replaced.pop_all()
        made.pop_all()


def check_writable(folder: str | Path) -> None:
    """Find out whether `write_files` could write into a folder, before long work; nothing is left there.

    Raises
    ------
    OutputError
        If not.
    """
    target = Path(folder)
    with _output_errors(target), ExitStack() as made, ExitStack() as temporary:
        _make_folder(target, made)
        _temporary(target / "check", temporary).touch()


@contextmanager
def _output_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{target}: cannot write there: {reason}; name another folder. Nothing was changed there."
        ) from None


def _make_folder(target: Path, undo: ExitStack, mode: int = 0o777) -> None:
    for folder in reversed([folder for folder in (target, *target.parents) if not folder.exists()]):
        folder.mkdir(mode if folder == target else 0o777, exist_ok=True)
        undo.callback(_remove_if_empty, folder)
    if not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is a file, not a folder")


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _temporary(final: Path, undo: ExitStack) -> Path:
    """Return a name beside a file's place that nobody else uses."""
    name = final.with_name(f".{final.name}.{secrets.token_hex(8)}.part")
    undo.callback(name.unlink, missing_ok=True)
    return name


def _replace(final: Path, new: Path, temporary: ExitStack, undo: ExitStack) -> None:
    """Give a new file its final name, so that the old one can be put back."""
    if final.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{final.name} is a folder")
    if not final.exists():
        new.replace(final)
        undo.callback(final.unlink)
        return
    old = _temporary(final, temporary)
    old.touch(mode=0o600, exist_ok=False)
    shutil.copy2(final, old)
    new.replace(final)
    undo.callback(old.replace, final)
