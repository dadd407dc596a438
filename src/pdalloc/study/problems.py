"""The problems of a study: each a problem, or a function that makes one of a seed."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeAlias

import numpy as np

from pdalloc.errors import OptionError
from pdalloc.problem import Problem
from pdalloc.study.names import repeated
from pdalloc.study.streams import stream_seed

__all__ = ["ProblemSource", "Problems", "StudyProblem", "named_problems"]

ProblemSource: TypeAlias = Problem | Callable[..., Problem]
Problems: TypeAlias = ProblemSource | Sequence[ProblemSource] | Mapping[str, ProblemSource]


@dataclass(frozen=True)
class StudyProblem:
    """A problem under its name in a study.

    Attributes
    ----------
    name : str
    source : Problem or callable
        A function is called with the keyword `seed`, once for each seed of the study.
    """

    name: str
    source: ProblemSource

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same problem for every seed."""
        return isinstance(self.source, Problem)

    @property
    def identity(self) -> str:
        """What tells it from others, the same in every process: the content hash, or the function as it is called."""
        return described(self.source)

    def problem(self, seed: int) -> Problem:
        """Return the problem of a seed.

        Raises
        ------
        OptionError
            If the function returns something else.
        """
        if isinstance(self.source, Problem):
            return self.source
        made = self.source(seed=stream_seed(self.identity, seed, "problem"))
        if not isinstance(made, Problem):
            raise OptionError(
                f"problem {self.name!r} is made by {self.identity}, which returned a {type(made).__name__}"
            )
        return made


def named_problems(problems: Problems) -> tuple[StudyProblem, ...]:
    """Return problems under their names.

    One problem alone is named "problem", several are numbered from 1; a function goes by its name.

    Raises
    ------
    OptionError
        If there is none, one is neither a problem nor a function, or two have the same name.
    """
    if isinstance(problems, Mapping):
        pairs = list(problems.items())
    elif isinstance(problems, Sequence) and not isinstance(problems, str):
        pairs = [(_name(source, f"problem {number}"), source) for number, source in enumerate(problems, 1)]
    else:
        pairs = [(_name(problems, "problem"), problems)]
    if not pairs:
        raise OptionError("the study has no problem; give at least one")
    for name, source in pairs:
        if not isinstance(name, str) or not name:
            raise OptionError(f"a problem has the name {name!r}; give a text")
        if isinstance(source, type) or not (isinstance(source, Problem) or callable(source)):
            raise OptionError(
                f"problem {name!r} is {source!r}; give a Problem, or a function that takes seed=... and returns one"
            )
    if twice := repeated(name for name, _ in pairs):
        raise OptionError(f"two problems have the name {twice!r}; give a mapping of name to problem")
    return tuple(StudyProblem(name, source) for name, source in pairs)


def _name(source: Any, otherwise: str) -> str:
    return otherwise if isinstance(source, Problem) else getattr(source, "__name__", otherwise)


def described(source: Any) -> str:
    """Return what a source, or an argument of a function, is: the same text in every process.

    Problems, arrays and plain values are told apart by what they hold, functions by their names, and other objects by
    their classes alone.
    """
    if isinstance(source, Problem):
        return source.content_hash
    if isinstance(source, functools.partial):
        given = [described(value) for value in source.args]
        given += [f"{name}={described(value)}" for name, value in source.keywords.items()]
        return f"{described(source.func)}({', '.join(given)})"
    if isinstance(source, np.generic):
        return described(source.item())
    if isinstance(source, PurePath):
        return described(source.as_posix())
    if source is None or isinstance(source, bool | int | float | str | bytes):
        return repr(source)
    if isinstance(source, list | tuple):
        return f"[{', '.join(map(described, source))}]"
    if isinstance(source, set | frozenset):
        return f"{{{', '.join(sorted(map(described, source)))}}}"
    if isinstance(source, Mapping):
        return f"{{{', '.join(f'{described(key)}: {described(value)}' for key, value in source.items())}}}"
    if isinstance(source, np.ndarray):
        return f"array({hashlib.sha256(repr((source.dtype, source.tolist())).encode()).hexdigest()})"
    if dataclasses.is_dataclass(source) and not isinstance(source, type):
        values = {field.name: getattr(source, field.name) for field in dataclasses.fields(source)}
        return f"{described(type(source))}({described(values)})"
    kind = source if hasattr(source, "__qualname__") else type(source)
    return f"{kind.__module__}.{kind.__qualname__}"
