"""Kernels are interpreted while little is asked of them, and compiled, once, afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pdalloc.kernels.kernel import INTERPRETED_WORK, Kernel, kernel


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


def test_it_is_compiled_only_once_enough_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    fresh = Kernel(lambda: calls.append("interpreted"))
    monkeypatch.setattr(Kernel, "compiled", property(lambda self: lambda: calls.append("compiled")))
    fresh.run(INTERPRETED_WORK - 1)
    fresh.run(1)
    fresh.run(1)
    assert calls == ["interpreted", "interpreted", "compiled"]


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
