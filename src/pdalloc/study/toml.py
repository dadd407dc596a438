"""A study written down in a TOML file."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pdalloc import generators
from pdalloc.errors import OptionError, ProblemError
from pdalloc.hints import did_you_mean
from pdalloc.problem import Problem
from pdalloc.problem.tables import read_tables
from pdalloc.study.design import Study
from pdalloc.study.problems import ProblemSource
from pdalloc.study.solvers import SolverEntry

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["study_from_toml"]


class StudyFile(msgspec.Struct, forbid_unknown_fields=True):
    """The keys of the file."""

    problems: dict[str, dict[str, Any]]
    solvers: list[str] | dict[str, dict[str, Any]]
    seeds: int | list[int] = 1
    metrics: list[str] | None = None
    also: list[str] = []
    time_limit: float | None = None


def study_from_toml(file: str | Path) -> Study:
    """Read a study; paths in it are relative to the file.

    Parameters
    ----------
    file : str or Path
        Keys are those of `Study`. Each of `problems` is a table with one of the keys "generator" (a function of
        `pdalloc.generators` that makes a problem; further keys are its parameters, and without `seed` it makes a new
        problem for each seed of the study), "reader" (a function of `pdalloc.readers`, with its file or folder as
        "path" and further keys as its parameters), "tables" (a folder that `read_tables` reads) or "json" (a problem's
        document). `solvers` is a list of names, or a table of name to options, among them "solver" where the name is
        not the solver's.

    Raises
    ------
    ProblemError
        If the file cannot be read, or a problem that it names.
    OptionError
        If a key, name or value is not one that a study takes.
    """
    path = Path(file)
    try:
        content = msgspec.convert(tomllib.loads(path.read_bytes().decode("utf-8-sig")), StudyFile)
    except OSError as error:
        raise ProblemError(f"{path}: cannot be read: {error.strerror}; name a study's TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProblemError(f"{path}: is not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise OptionError(f"{path}: {error}; the keys are {', '.join(StudyFile.__struct_fields__)}") from None
    try:
        return Study(
            {name: _problem(path.parent, name, entry) for name, entry in content.problems.items()},
            _solvers(content.solvers),
            content.seeds,
            content.metrics,
            also=content.also,
            time_limit=content.time_limit,
        )
    except (OptionError, ProblemError) as error:
        raise type(error)(f"{path}: {error}") from None


def _solvers(given: list[str] | dict[str, dict[str, Any]]) -> list[str] | dict[str, SolverEntry]:
    if isinstance(given, list):
        return given
    return {
        name: (options.get("solver", name), {key: value for key, value in options.items() if key != "solver"})
        for name, options in given.items()
    }


def _problem(folder: Path, name: str, entry: Mapping[str, Any]) -> ProblemSource:
    """Return the problem that a table of the file names, or the function that makes one of a seed."""
    from pdalloc import readers

    kinds: dict[str, Callable[[Any, dict[str, Any]], ProblemSource]] = {
        "generator": lambda value, options: _generated(name, _function(name, generators, value), options),
        "reader": lambda value, options: _read(name, folder, _function(name, readers, value), options),
        "tables": lambda value, options: read_tables(folder / value, **options),
        "json": lambda value, options: Problem.from_json((folder / value).read_bytes(), **options),
    }
    given = [kind for kind in kinds if kind in entry]
    if len(given) != 1:
        has = f"has {' and '.join(given)}" if given else "has none of them"
        raise OptionError(f"problem {name!r} {has}; give it one of {', '.join(kinds)}")
    for key in (given[0], "path"):
        if not isinstance(entry.get(key, ""), str):
            raise OptionError(f"problem {name!r}: {key} is {entry[key]!r}; give a text")
    options = {key: value for key, value in entry.items() if key != given[0]}
    try:
        return kinds[given[0]](entry[given[0]], options)
    except TypeError as error:
        raise OptionError(f"problem {name!r}: {error}") from None
    except OSError as error:
        raise ProblemError(f"problem {name!r}: {error.filename}: cannot be read: {error.strerror}") from None


def _function(name: str, module: ModuleType, asked: object) -> Callable[..., Problem]:
    """Return a function that makes a problem, by its name in a module."""
    makers: dict[str, Callable[..., Problem]] = {
        each: getattr(module, each)
        for each in module.__all__
        if inspect.signature(getattr(module, each)).return_annotation == "Problem"
    }
    if asked not in makers:
        hint = did_you_mean(asked, makers)
        raise OptionError(
            f"problem {name!r} names {asked!r}, which makes no problem; {hint and hint + ' '}there are "
            f"{', '.join(makers)}"
        )
    return makers[str(asked)]


def _generated(name: str, function: Callable[..., Problem], options: dict[str, Any]) -> ProblemSource:
    if "seed" in options:
        return function(**options)
    inspect.signature(function).bind(seed=0, **options)
    return partial(function, **options)


def _read(name: str, folder: Path, function: Callable[..., Problem], options: dict[str, Any]) -> Problem:
    if "path" not in options:
        raise OptionError(f"problem {name!r} has no path; say where its data is")
    return function(folder / options.pop("path"), **options)
