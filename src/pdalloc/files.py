"""Files that are written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pdalloc.errors import OutputError

__all__ = ["csv_text", "write_files"]


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with line feeds."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write_files(folder: str | Path, texts: Mapping[str, str]) -> None:
    """Write several files of a folder, all of them or none; the folder is made if it is not there.

    Every file is first written beside its place under another name; only when all are there do they get their names.

    Raises
    ------
    OutputError
        If one cannot be written; what was there before is kept.
    """
    target = Path(folder)
    waiting: list[tuple[str, Path]] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            if (target / name).is_dir():
                raise IsADirectoryError(0, "a folder has that name", str(target / name))
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=target)
            waiting.append((temporary, target / name))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            # mkstemp makes files private; these get the permissions any new file would
            os.chmod(temporary, 0o666 & ~_umask())
        while waiting:
            temporary, final = waiting[0]
            os.replace(temporary, final)
            waiting.pop(0)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{target}: cannot write there: {reason}; name another folder. Nothing was changed."
        ) from None
    finally:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    # the mask can only be read by setting it; that is process-wide, so it is read from the kernel where it is told
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("Umask:")).split()[1], 8)
    except (OSError, StopIteration, ValueError, IndexError):
        return 0o022
