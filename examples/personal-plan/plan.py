"""Allocates the three days one after the other and gives every participant a plan of their own.

python plan.py [OUTPUT_FOLDER]
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import numpy as np

import pdalloc as pa
from pdalloc.report import write_result

HERE = Path(__file__).parent
DATES = {"day-1": "2027-01-18", "day-2": "2027-03-15", "day-3": "2027-05-10"}
HOURS = {"morning": ("09:00", "12:00"), "afternoon": ("13:00", "16:00")}
QUESTIONS = (
    "What did you choose it for?",
    "What will you try, with whom and by when?",
    "What do you want to learn next?",
)


def main(out: Path) -> None:
    """Allocate, publish and write the records of each day before the next."""
    earlier: list[pa.Result] = []
    for day in DATES:
        problem = pa.read_tables(HERE / day).with_history(pa.history(*earlier))
        result = pa.solve(problem)
        publish(result, out / "published" / day)
        for participant in problem.participants:
            write_plan(result, participant, out / "plans" / participant, day)
        earlier.append(result)
        report(day, earlier)


def publish(result: pa.Result, folder: Path) -> None:
    """Write what anybody needs to check the day: tables with the history in them, results and the proof."""
    pa.write_tables(result.allocation.problem, folder)
    write_result(result, folder / "allocation")
    certificate = pa.certify(result).to_json()
    (folder / "certificate.json").write_text(certificate, encoding="utf-8")
    pa.verify(certificate, folder)


def write_plan(result: pa.Result, participant: str, folder: Path, day: str) -> None:
    """Write the record of a day, and a page for reflection, which is left alone once it is there."""
    times = {slot: (at(day, start), at(day, end)) for slot, (start, end) in HOURS.items()}
    pa.export_record(result, participant, times=times).write(folder / day)
    page = folder / day / "reflection.md"
    if not page.exists():
        page.write_text(reflection(result.allocation.schedule_of(participant), day), encoding="utf-8")


def at(day: str, hour: str) -> datetime:
    """Return a time on a day, as clocks there show it."""
    return datetime.fromisoformat(f"{DATES[day]} {hour}")


def reflection(sessions: tuple[str, ...], day: str) -> str:
    """Return a page of questions on each session."""
    asked = "".join(
        f"\n## {session}\n\n" + "\n".join(f"- {question}" for question in QUESTIONS) for session in sessions
    )
    return f"# Reflection on {day}\n{asked}\n"


def report(day: str, days: list[pa.Result]) -> None:
    """Print how a day went, and how everybody has been served so far."""
    figures = np.array(list(pa.history(*days).values()))
    sys.stdout.write(f"{day}: {days[-1].headline()}\n")
    sys.stdout.write(f"  so far {figures.min():.2f} to {figures.max():.2f}, mean {figures.mean():.3f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "out")
