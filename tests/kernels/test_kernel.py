"""Kernels are interpreted while little is asked of them, and compiled, once, afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

from pdalloc.kernels.kernel import WORK_OF_COMPILING, WORK_OF_LOADING, Kernel, kernel


@kernel
def total(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """Add up."""
    result = 0
    for value in values:
        result += one_more(int(value))
    return result


@kernel
def one_more(value: int) -> int:
    """Add one."""
    return value + 1


def test_a_kernel_calls_kernels_however_it_runs() -> None:
    values = np.arange(5)
    assert total(values) == total.py_func(values) == total.compiled(values) == 15
    assert total.compiled is total.compiled
    assert total.__doc__ == "Add up."


@pytest.mark.parametrize(("is_kept", "worth"), [(True, WORK_OF_LOADING), (False, WORK_OF_COMPILING)])
def test_it_is_compiled_only_once_enough_was_asked(monkeypatch: pytest.MonkeyPatch, is_kept: bool, worth: int) -> None:
    calls: list[str] = []
    fresh = Kernel(lambda: calls.append("interpreted"))
    monkeypatch.setattr(Kernel, "compiled", property(lambda self: lambda: calls.append("compiled")))
    monkeypatch.setattr(Kernel, "_is_kept", is_kept)
    fresh.run(worth - 1)
    fresh.run(1)
    fresh.run(1)
    assert calls == ["interpreted", "interpreted", "compiled"]


def test_it_is_compiled_once_whether_its_arrays_can_be_written_to_or_not() -> None:
    fresh = Kernel(total.py_func)
    writable = np.arange(5)
    for values in (writable, writable[::2], np.broadcast_to(writable[:1], 3)):
        assert fresh.run(10**9, values) == total(values)
    assert writable.flags.writeable
    assert len(fresh.compiled.signatures) == 1  # type: ignore[attr-defined]


def test_code_that_was_kept_is_found_again() -> None:
    assert total.compiled(np.arange(5)) == 15
    again = Kernel(total.py_func)
    assert again._is_kept
    assert again.version == total.version


def test_the_version_is_that_of_all_the_code_that_runs() -> None:
    def add(value: int) -> int:
        return value + 2

    other = Kernel(FunctionType(total.py_func.__code__, {"int": int, "one_more": Kernel(add)}))
    assert other(np.arange(5)) == 20
    assert other.version != total.version


def test_small_problems_never_load_the_compiler() -> None:
    program = (
        "import pdalloc as pa, sys; pa.solve(pa.generators.lexington(1), 'flow');"
        "print(*[name for name in ('numba', 'ortools', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_kernel_needs_no_folder_for_its_cache(tmp_path: Path) -> None:
    # numba finds no place for its cache where neither the source's folder nor the home can be written
    source = Path(__file__).read_text(encoding="utf-8")
    program = f"source = {source!r}\nexec(compile(source, '<memory>', 'exec'))\nprint(total.compiled(np.arange(5)))"
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": "/dev/null", "PATH": ""},
    )
    assert run.stdout.strip() == "15"
