"""Writes the tables of this folder; kept so that anyone can draw others of the kind.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pdalloc as pa

SEED = 3


def main(folder: Path, seed: int) -> None:
    """Draw the day and write its tables."""
    pa.write_tables(pa.generators.cohort(seed), folder)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
