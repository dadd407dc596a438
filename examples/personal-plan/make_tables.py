"""Writes the tables of the three days; kept so that anyone can draw others of the kind.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pdalloc as pa

SEED = 3
DAYS = 3


def main(folder: Path, seed: int) -> None:
    """Draw three days of the same people and write the tables of each."""
    for day in range(1, DAYS + 1):
        pa.write_tables(pa.generators.personal_plan(seed, day, history=False), folder / f"day-{day}")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
