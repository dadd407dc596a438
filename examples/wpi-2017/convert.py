"""Writes the tables of this folder from the published files; run once, kept so that anyone can check it.

    python convert.py [OUTPUT_FOLDER]

`pdalloc.readers.wpi` says what becomes of utilities and scores. Students are numbered as in the files; there is no
personal column in them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pdalloc import readers, write_tables

HERE = Path(__file__).resolve().parent
PUBLISHED = HERE.parents[1] / "benchmarks" / "instances" / "wpi-2017-2018"

if __name__ == "__main__":
    write_tables(readers.wpi(PUBLISHED), sys.argv[1] if len(sys.argv) > 1 else HERE)
