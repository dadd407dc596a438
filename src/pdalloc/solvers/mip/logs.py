"""The best cost and the bound that an engine tells in its log while it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["READERS", "Standing", "read_cp_sat", "read_highs", "read_scip"]

HIGHS_ROW = re.compile(r"^ .\s+\S+\s+\S+\s+\S+\s+[\d.]+%\s+(?P<bound>\S+)\s+(?P<best>\S+)\s+\S+\s+\d")
SCIP_ROW = re.compile(r"^.\s*[\d.]+s\|.*\|\s*(?P<bound>\S+)\s*\|\s*(?P<best>\S+)\s*\|[^|]*\|[^|]*$")
CP_SAT_ROW = re.compile(r"^#(?:\d+|Bound)\s.*\bbest:(?P<best>\S+)\s+next:\[(?P<bound>[^,\]]+),")
HIGHS_PRECISION = 1e-8
SCIP_PRECISION = 1e-6


class Standing(NamedTuple):
    """Where a search stands.

    Attributes
    ----------
    best : float
        Cost of the best solution, as far as printed; inf where there is none.
    bound : float
        No solution costs less; -inf where nothing is known.
    """

    best: float
    bound: float


def read_highs(line: str) -> Standing | None:
    """Read a row of HiGHS' table; None for any other line."""
    return _read(HIGHS_ROW, line, HIGHS_PRECISION)


def read_scip(line: str) -> Standing | None:
    """Read a row of SCIP's table; None for any other line."""
    return _read(SCIP_ROW, line, SCIP_PRECISION)


def read_cp_sat(line: str) -> Standing | None:
    """Read a row about a solution or a bound from CP-SAT; None for any other line."""
    return _read(CP_SAT_ROW, line, 0.0)


READERS: dict[str, Callable[[str], Standing | None]] = {
    "highs": read_highs,
    "scip": read_scip,
    "cp-sat": read_cp_sat,
}


def _read(row: re.Pattern[str], line: str, precision: float) -> Standing | None:
    """Read a row in which numbers were rounded to a relative `precision`; the bound is rounded down."""
    found = row.match(line)
    if not found:
        return None
    best, bound = _number(found["best"], math.inf), _number(found["bound"], -math.inf)
    return Standing(best, bound - precision * abs(bound) if math.isfinite(bound) else -math.inf)


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise
