"""A participant's day as a calendar (RFC 5545); icalendar is imported when one is made (extra `calendar`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from pdalloc.allocation import Allocation
from pdalloc.auditing.record_json import own_sessions
from pdalloc.errors import OptionError
from pdalloc.problem import Problem

__all__ = ["calendar_text"]

STAMP = datetime(1970, 1, 1, tzinfo=UTC)


def calendar_text(
    allocation: Allocation, participant: str, times: Mapping[str, tuple[datetime, datetime]]
) -> str | None:
    """Return the calendar of what a participant attends and facilitates, None if that is nothing."""
    try:
        import icalendar
    except ImportError:
        raise OptionError("calendars need icalendar; install pdalloc[calendar]") from None
    problem = allocation.problem
    if not isinstance(times, Mapping):
        raise OptionError(f"times is a {type(times).__name__}; give the start and the end of each slot by its name")
    for name, given in times.items():
        _check_times(problem, name, given)
    occasions = list(_occasions(allocation, problem.participants.index(participant)))
    if not occasions:
        return None
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//pdalloc//record//EN")
    for session, slot, role in occasions:
        entry = icalendar.Event() if slot in times else icalendar.Todo()
        label = problem.sessions[session]
        entry.add("uid", _identifier(problem, participant, label, slot))
        entry.add("dtstamp", STAMP)
        entry.add("summary", (problem.title[session] if problem.title else "") or label)
        entry.add("description", f"You {role} {label}{slot and ', '}{slot}.")
        if slot in times:
            start, end = (_utc(moment) for moment in times[slot])
            entry.add("dtstart", start)
            entry.add("dtend", end)
        if problem.room and problem.room[session]:
            entry.add("location", problem.room[session])
        calendar.add_component(entry)
    return str(calendar.to_ical(), "utf-8")


def _check_times(problem: Problem, slot: str, given: tuple[datetime, datetime]) -> None:
    if slot not in problem.slots:
        raise OptionError(f"times: there is no slot {slot!r}; the slots are {', '.join(map(repr, problem.slots))}")
    if not (isinstance(given, tuple | list) and [isinstance(moment, datetime) for moment in given] == [True, True]):
        raise OptionError(f"times: slot {slot!r} has {given!r}; give its start and end, both as datetime")
    start, end = given
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise OptionError(
            f"times: of slot {slot!r} only one of start and end has a time zone; give both one, or neither"
        )
    if end <= start:
        raise OptionError(f"times: slot {slot!r} ends at {end}, not after its start at {start}")


def _occasions(allocation: Allocation, participant: int) -> Iterator[tuple[int, str, str]]:
    """Yield each session and slot ("" for none) that a participant is in, by slot, and what they do there."""
    slots = allocation.problem.slots
    found = [
        (slot, session, role)
        for role, sessions in zip(("attend", "facilitate"), own_sessions(allocation, participant), strict=True)
        for session in sessions
        for slot in allocation.problem.session_slots[session].tolist() or [len(slots)]
    ]
    for slot, session, role in sorted(found):
        yield session, slots[slot] if slot < len(slots) else "", role


def _identifier(problem: Problem, participant: str, session: str, slot: str) -> str:
    source = json.dumps([problem.content_hash, participant, session, slot])
    return f"{hashlib.sha256(source.encode()).hexdigest()[:32]}@pdalloc"


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC)
