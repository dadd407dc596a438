"""Write the tables of the last `make bench` into docs/performance.md, between its two markers."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.report import growth, promises, proofs, timings
from benchmarks.results import Results
from benchmarks.run import KEPT

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- written by scripts/write_performance.py -->", "<!-- until here -->"


def rewritten(page: str, results: Results) -> str:
    """Return the page with the tables of these results."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    tables = [table.as_markdown() for table in (promises(results), proofs(results), growth(results), timings(results))]
    return before + "\n\n".join([BEGIN, f"The last full run: {results.machine}.", *tables, END]) + after


if __name__ == "__main__":
    kept = Results.read(KEPT)
    if kept.selection:
        sys.exit(f"the last run was of {kept.selection!r} only; run all of `make bench` first")
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")
