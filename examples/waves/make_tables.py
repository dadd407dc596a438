"""Writes the tables of this folder; kept so that anyone can see how they were drawn, and draw others.

python make_tables.py [OUTPUT_FOLDER] [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import pdalloc as pa

SEED = 7
SCHOOLS = tuple(f"school-{number:02d}" for number in range(1, 35))
VOLUNTEERS = 7
"""In every school, beside the leader."""
WAVES = {
    "wave-1": {"kick-off-a": 17, "kick-off-b": 17},
    "wave-2": {"pilot-a": 10, "pilot-b": 10},
    "wave-3": {"early-a": 20, "early-b": 20, "early-c": 20},
    "wave-4": {"open-a": 20, "open-b": 20, "open-c": 20, "open-d": 17},
}
APPLY = {"wave-2": 0.3, "wave-3": 0.6, "wave-4": 0.95}
"""The share of volunteers who apply for a wave, whether or not they were placed before."""

QUOTAS: dict[str, dict[str, Any]] = {"wave-2": {"at_most": 1}, "wave-3": {"at_most": 2}, "wave-4": {"at_least": 2}}
"""Of each school."""


def main(folder: Path, seed: int) -> None:
    """Draw the four waves and write their tables."""
    rng = np.random.default_rng(seed)
    leaders = [f"{school}-leader" for school in SCHOOLS]
    volunteers = [f"{school}-t{number}" for school in SCHOOLS for number in range(1, VOLUNTEERS + 1)]
    for wave, groups in WAVES.items():
        training = pa.Model()
        for group, seats in groups.items():
            training.add_session(group, capacity=seats, tags=[wave])
        people = leaders if wave == "wave-1" else volunteers
        for person in people:
            training.add_participant(person, groups={"school": person[: len(SCHOOLS[0])]})
            if wave == "wave-1" or rng.random() < APPLY[wave]:
                training.add_ranking(person, rng.permutation(list(groups)).tolist())
        if wave == "wave-1":
            training.add_rule(pa.Required(list(groups), participants=leaders))
        if wave in QUOTAS:
            training.add_rule(pa.GroupQuota("school", tag=wave, **QUOTAS[wave]))
        pa.write_tables(training.build(), folder / wave)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent,
        int(sys.argv[2]) if len(sys.argv) > 2 else SEED,
    )
