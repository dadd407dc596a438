"""Where the results of a day are, and how they are read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pdalloc.errors import ProblemError

if TYPE_CHECKING:
    from pdalloc.problem import Problem
    from pdalloc.result import Result

__all__ = ["default_out", "read_result", "read_results", "read_schedules"]

RESULT = "result.json"


def default_out(folder: Path) -> Path:
    """Return where the results of the day in a folder, or a workbook, are written unless another place is named."""
    return (folder.parent if folder.is_file() else folder) / "allocation"


def read_result(folder: Path, path: Path | None = None) -> Result:
    """Read a result that `pdalloc allocate` wrote; see `read_results`."""
    (result,) = read_results(folder, [] if path is None else [path])
    return result


def read_results(folder: Path, paths: Sequence[Path] = ()) -> list[Result]:
    """Read results that `pdalloc allocate` wrote, each with the problem that it belongs to.

    Parameters
    ----------
    folder : Path
        Of the tables.
    paths : sequence of Path
        Files, or folders with a result.json; by default the one that belongs to the folder.

    Raises
    ------
    ProblemError
        If the tables or a result cannot be read, or a result was made from other tables.
    """
    from pdalloc.problem.tables import read_tables

    problem = read_tables(folder)
    return [_read(problem, folder, path) for path in paths or [default_out(folder)]]


def read_schedules(path: Path) -> dict[str, list[str]]:
    """Read who was published to hold what, whatever tables it was made from.

    Parameters
    ----------
    path : Path
        A result.json, a folder with one, or the document of an allocation.

    Raises
    ------
    ProblemError
        If it cannot be read.
    """
    import msgspec

    from pdalloc.allocation_json import AllocationDocument
    from pdalloc.problem.json import decode
    from pdalloc.result_json import ResultDocument

    file = path / RESULT if path.is_dir() or not path.suffix else path
    try:
        text = file.read_bytes()
        try:
            is_allocation = msgspec.json.decode(text)["format"] == "pdalloc/allocation"
        except (msgspec.DecodeError, UnicodeError, TypeError, KeyError, RecursionError):
            is_allocation = False
        if is_allocation:
            return decode(text, AllocationDocument).schedules
        return decode(text, ResultDocument).schedules
    except FileNotFoundError:
        raise ProblemError(f"{file}: no such file; name with --published what was published") from None
    except OSError as error:
        raise ProblemError(f"{file}: cannot be read: {error.strerror}; name a result.json") from None
    except ProblemError as error:
        raise ProblemError(f"{file}: {error}") from None


def _read(problem: Problem, folder: Path, path: Path) -> Result:
    from pdalloc.problem.json import decode
    from pdalloc.result import Result
    from pdalloc.result_json import ResultDocument

    file = path
    try:
        if path.is_dir() or path == default_out(folder):
            file = path / RESULT
        text = file.read_bytes()
        made_from = decode(text, ResultDocument).provenance
        reading = _with_hash(problem, made_from.problem_hash, made_from.options.get("keep"))
        if reading is None:
            raise ProblemError(
                f"the result belongs to problem {made_from.problem_hash[:12]}..., but the tables in {folder} are "
                f"{problem.content_hash[:12]}...; name the folder that it was made from, or run `pdalloc allocate` "
                "again if they have changed"
            )
        return Result.from_json(text, reading)
    except FileNotFoundError:
        raise ProblemError(
            f"{file}: no such file; run `pdalloc allocate {folder}` first, or name a result.json that it wrote"
        ) from None
    except OSError as error:
        raise ProblemError(f"{file}: cannot be read: {error.strerror}; name a result.json") from None
    except ProblemError as error:
        raise ProblemError(f"{file}: {error}") from None


def _with_hash(problem: Problem, content_hash: str, kept: Any) -> Problem | None:
    """Return the problem as it was when its hash was taken.

    `--unlisted` of allocate overrides what the tables say, and `--keep` of repair fixes pairs.
    """
    from pdalloc.auditing.repair import with_fixed
    from pdalloc.problem.options import Unlisted

    for unlisted in (problem.unlisted, *get_args(Unlisted)):
        reading = problem if unlisted == problem.unlisted else problem.with_options(unlisted=unlisted)
        if reading.content_hash == content_hash:
            return reading
    try:
        fixed = None if kept is None else with_fixed(problem, [(who, what) for who, what in kept])
    except (TypeError, ValueError, ProblemError):
        return None
    return fixed if fixed is not None and fixed.content_hash == content_hash else None
