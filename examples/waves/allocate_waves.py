"""Allocates the waves of this folder one after the other: who was placed in one wave is not placed again.

python allocate_waves.py [OUTPUT_FOLDER]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pdalloc as pa

HERE = Path(__file__).parent
WAVES = ("wave-1", "wave-2", "wave-3", "wave-4")


def main(output: Path | None) -> None:
    """Allocate every wave and print what came of it."""
    placed: dict[str, str] = {}
    for wave in WAVES:
        problem = pa.read_tables(HERE / wave)
        if again := [person for person in problem.participants if person in placed]:
            problem = problem.with_rules(pa.Forbidden(problem.sessions, participants=again))
        result = pa.solve(problem)
        rosters = {session: result.allocation.roster(session) for session in problem.sessions}
        now = {person: session for session, roster in rosters.items() for person in roster}
        placed |= now
        schools = Counter(person.rsplit("-", 1)[0] for person in now)
        few, many = min(schools.values()), max(schools.values())
        sys.stdout.write(f"{wave}: {len(now)} placed, {few} to {many} from each of {len(schools)} schools\n")
        sys.stdout.write(f"  {result.headline()}\n")
        if output is not None:
            pa.write_tables(problem, output / wave)
            (output / wave / "result.json").write_text(result.to_json(), encoding="utf-8")
    sys.stdout.write(f"{len(placed)} in all, nobody twice\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
