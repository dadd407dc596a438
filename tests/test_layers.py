"""Imports point down the layers of docs/design.md, and importing pdalloc loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pdalloc

LAYERS = (
    ("errors", "verifier"),
    ("arrays", "files", "hints", "integers"),
    ("kernels",),
    ("problem",),
    ("allocation", "allocation_json", "violations", "rule_violations", "random_assignment", "context"),
    ("metrics",),
    ("objectives", "result", "result_json"),
    ("solvers", "generators", "readers", "lottery"),
    ("auditing",),
    ("study",),
    ("report", "plots", "cli", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
SOURCE = Path(pdalloc.__file__).parent


def imports() -> Iterator[tuple[str, str]]:
    """Every (importing module, imported module) of the package, wherever the import stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        importer = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{importer} has a relative import"
                yield importer, node.module or ""
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield importer, alias.name


def test_every_module_has_a_layer() -> None:
    top = {path.relative_to(SOURCE).with_suffix("").parts[0] for path in SOURCE.rglob("*.py")} - {"__init__"}
    assert top == set(LEVEL)


def test_imports_point_down() -> None:
    upward = [
        f"{importer} imports {imported}"
        for importer, imported in imports()
        if imported.startswith("pdalloc.")
        and importer != "__init__"
        and LEVEL[imported.split(".")[1]] > LEVEL[importer.split(".")[0]]
    ]
    assert upward == []


def test_nothing_imports_highspy() -> None:
    assert not [importer for importer, imported in imports() if imported.split(".")[0] == "highspy"]


def loaded_by(program: str) -> set[str]:
    program += "\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"numpy", "ortools", "pandas", "scipy", "numba", "rich", "click", "msgspec", "matplotlib", "openpyxl"}
    assert not loaded_by("import pdalloc") & heavy


def test_a_lottery_loads_no_engine() -> None:
    program = "import pdalloc; pdalloc.solve(pdalloc.generators.lexington(1), 'lottery')"
    assert not loaded_by(program) & {"ortools", "pandas", "scipy.optimize", "numba", "rich", "msgspec"}


def test_figures_load_matplotlib_when_drawn_and_never_its_windows() -> None:
    assert not {name for name in loaded_by("import pdalloc.plots") if name.startswith("matplotlib")}
    drawing = """
import os, pdalloc as pa
allocation = pa.solve(pa.Problem.from_rankings({"ann": ["x"]}, capacity={"x": 1})).allocation
for draw in (pa.plots.demand_bars, pa.plots.lorenz_curve, pa.plots.profile_bars, pa.plots.rank_curves):
    draw(allocation).get_figure().savefig(os.devnull, format="png")
"""
    loaded = loaded_by(drawing)
    assert "matplotlib" in loaded
    assert "matplotlib.pyplot" not in loaded
