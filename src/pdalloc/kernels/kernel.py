"""The decorator of all kernels: interpreted while little is asked of them, compiled afterwards, same result."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Kernel", "kernel"]

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

WORK_OF_LOADING = 150_000
"""Units of work that are interpreted in the time of loading compiled code that was kept."""

WORK_OF_COMPILING = 2_000_000
"""Units of work that are interpreted in the time of compiling."""


class Kernel(Generic[Parameters, Returned]):
    """A function on arrays and numbers that numba can compile.

    Calling it runs the plain function; `run` decides between that and `compiled`. Kernels may call kernels.

    Attributes
    ----------
    py_func : callable
        The plain function.
    """

    def __init__(self, function: Callable[Parameters, Returned]) -> None:
        self.py_func = function
        self._work = 0
        self._lock = threading.RLock()
        functools.update_wrapper(self, function)

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
        """Run the plain function."""
        return self.py_func(*args, **kwargs)

    def run(self, work: int, *args: Any) -> Returned:
        """Call the function, compiled once a process has asked for as much as compiling, or loading, takes.

        So nobody waits for a compiler much longer than they would have waited without one.

        Parameters
        ----------
        work : int
            How much is asked, such as how many choices are looked at.
        *args
            Of the function, which only reads its arrays and takes lists in their place.
        """
        with self._lock:
            self._work += work
            compiled = self._work > WORK_OF_LOADING and (self._work > WORK_OF_COMPILING or self._is_kept)
        if compiled:
            return self.compiled(*[_read_only(arg) if isinstance(arg, np.ndarray) else arg for arg in args])
        # one by one, Python reads its own lists several times faster than arrays
        plain: list[Any] = [arg.tolist() if isinstance(arg, np.ndarray) else arg for arg in args]
        return self.py_func(*plain)  # type: ignore[call-arg]

    @property
    def compiled(self) -> Callable[..., Returned]:
        """The compiled function; the first use in a process loads it from the cache or compiles it."""
        with self._lock:
            return self._compiled

    @functools.cached_property
    def version(self) -> str:
        """Hash of the code of the function and of the kernels and numbers that it uses."""
        code = self.py_func.__code__
        used = {name: self.py_func.__globals__.get(name) for name in code.co_names}
        inner = [(name, value.version) for name, value in used.items() if isinstance(value, Kernel)]
        numbers = [(name, value) for name, value in used.items() if isinstance(value, int)]
        text = repr((code.co_code, code.co_consts, code.co_names, inner, numbers))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @functools.cached_property
    def _is_kept(self) -> bool:
        """Whether an earlier process seems to have kept the compiled code in the usual folder."""
        folder = Path(self.py_func.__code__.co_filename).parent / "__pycache__"
        return any(folder.glob(f"*-{self.version}*.nbi"))

    @functools.cached_property
    def _compiled(self) -> Callable[..., Returned]:
        import numba

        plain = self.py_func
        assert isinstance(plain, FunctionType)
        # what the function calls is compiled too: the same code with other globals
        used = {name: plain.__globals__.get(name) for name in plain.__code__.co_names}
        inner = {name: value.compiled for name, value in used.items() if isinstance(value, Kernel)}
        function = FunctionType(plain.__code__, plain.__globals__ | inner, plain.__name__, plain.__defaults__)
        # numba knows kept code again by name and source file, but not what the function calls in other files
        function.__module__, function.__qualname__ = plain.__module__, f"{plain.__qualname__}-{self.version}"
        try:
            return numba.njit(cache=True, nogil=True)(function)
        except RuntimeError:
            # no folder to keep compiled code in can be written: every process compiles for itself
            return numba.njit(nogil=True)(function)


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a view of one kind, since numba compiles again for arrays that can be written to or have gaps."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def kernel(function: Callable[Parameters, Returned]) -> Kernel[Parameters, Returned]:
    """Make a function a `Kernel`."""
    return Kernel(function)
