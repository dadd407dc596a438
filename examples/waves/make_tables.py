"""Writes the tables of the four waves; kept so that anyone can draw others of the kind.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pdalloc as pa

SEED = 7
WAVES = 4


def main(folder: Path, seed: int) -> None:
    """Draw the four waves and write their tables."""
    for wave in range(1, WAVES + 1):
        pa.write_tables(pa.generators.rollout_wave(seed, wave), folder / f"wave-{wave}")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
