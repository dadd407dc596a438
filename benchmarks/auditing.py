"""All figures of an allocation that take neither a solve nor resampling."""

from __future__ import annotations

from benchmarks.checking import fresh
from benchmarks.instances import Case
from benchmarks.measure import Benchmark
from pdalloc import Audit, audit

AUDIT = "audit(allocation)"


def _answer(case: Case, table: Audit) -> list[int]:
    (column,) = table.columns.values()
    return [int(column[table.rows.index(name)]) for name in ("places filled", "total rank cost")]


BENCHMARKS = [Benchmark(AUDIT, "figures", lambda instance: instance.is_plain, fresh, audit, _answer)]
