"""Solvers: small frozen dataclasses of options with one method, `solve`; each is imported when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdalloc.solvers.first_come import FirstCome
    from pdalloc.solvers.flow import Flow
    from pdalloc.solvers.hungarian import Hungarian
    from pdalloc.solvers.lottery import Lottery

__all__ = ["FirstCome", "Flow", "Hungarian", "Lottery"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from pdalloc.solvers.registry import BUILT_IN, solver_class

        for solver, place in BUILT_IN.items():
            if place.endswith(f":{name}"):
                return solver_class(solver)
        raise AttributeError(f"module 'pdalloc.solvers' has no attribute {name!r}")
