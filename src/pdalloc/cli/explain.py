"""`pdalloc explain` and `pdalloc record`: what participants are told, and what they take along."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import click

from pdalloc.cli.results import read_result
from pdalloc.errors import ProblemError

__all__ = ["explain", "record"]

RESULT = click.option(
    "--result",
    type=click.Path(path_type=Path),
    help="As for `pdalloc audit`.  [default: FOLDER/allocation/result.json]",
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("participants", metavar="PARTICIPANT...", nargs=-1, required=True)
@RESULT
@click.option("--names", is_flag=True, help="Name the other participants; by default they are only counted.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON documents instead of text.")
def explain(folder: Path, participants: tuple[str, ...], result: Path | None, *, names: bool, as_json: bool) -> None:
    """Say for each session that a PARTICIPANT ranked higher why they did not get it."""
    from pdalloc.auditing.explain import Explainer

    explainer = Explainer(read_result(folder, result))
    found = [explainer.explain(participant, names=names) for participant in participants]
    for number, explanation in enumerate(found):
        if number and not as_json:
            click.echo()
        click.echo(explanation.to_json() if as_json else str(explanation))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("participant")
@RESULT
@click.option("--times", type=click.Path(path_type=Path), help="CSV with the columns slot, start and end (ISO 8601).")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for record.json and record.ics.")
def record(folder: Path, participant: str, result: Path | None, times: Path | None, out: Path) -> None:
    """Write what is a PARTICIPANT's own, to take along: choices, result, explanation and calendar."""
    from pdalloc.auditing.record import export_record

    own = export_record(read_result(folder, result), participant, times={} if times is None else _read_times(times))
    own.write(out)
    calendar = "" if own.ics is None else " and record.ics"
    click.echo(f"record.json{calendar} written to {out}")


def _read_times(path: Path) -> dict[str, tuple[datetime, datetime]]:
    """Read the start and the end of each slot.

    Raises
    ------
    ProblemError
        If the file cannot be read, lacks a column, or has a time that is none or a slot twice; naming the line.
    """
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        missing = [name for name in ("slot", "start", "end") if name not in (rows.fieldnames or ())]
        entries = [(rows.line_num, row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it is no CSV in UTF-8 ({error})"
        raise ProblemError(f"{path}: cannot be read: {reason}; give a CSV with slot, start and end") from None
    if missing:
        raise ProblemError(f"{path}: there is no column {missing[0]!r}; it needs slot, start and end")
    times: dict[str, tuple[datetime, datetime]] = {}
    for line, row in entries:
        if row["slot"] in times:
            raise ProblemError(f"{path}, line {line}: slot {row['slot']!r} is given twice; keep one of the two")
        try:
            times[row["slot"]] = datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])
        except (ValueError, TypeError):
            given = f"{row['start']!r} to {row['end']!r}"
            raise ProblemError(
                f"{path}, line {line}: {given} are no times; write them as 2026-03-01T09:00, perhaps with +01:00"
            ) from None
    return times
