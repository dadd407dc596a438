"""What a participant takes along: their choices, result and explanation as JSON, and their day as a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pdalloc.allocation import Allocation
from pdalloc.auditing.explain import Explainer
from pdalloc.files import write_files
from pdalloc.result import Result

__all__ = ["Record", "export_record"]


@dataclass(frozen=True)
class Record:
    """One participant's own record.

    Attributes
    ----------
    participant : str
    json : str
        A document "pdalloc/record" version 1.
    ics : str or None
        A calendar (RFC 5545); None if they neither have nor facilitate a session, since a calendar cannot be empty.
    """

    participant: str
    json: str
    ics: str | None

    def write(self, folder: str | Path) -> None:
        """Write ``record.json`` and ``record.ics``, if there is one, into a folder, both or neither.

        Raises
        ------
        OutputError
            If the folder cannot be written; what was there is kept.
        """
        calendar = {} if self.ics is None else {"record.ics": self.ics}
        write_files(folder, {"record.json": self.json, **calendar})


def export_record(
    given: Allocation | Result,
    participant: str,
    *,
    times: Mapping[str, tuple[datetime, datetime]] | None = None,
) -> Record:
    """Return what is a participant's own, to take along; nothing in it names another participant.

    The JSON document holds what they gave (choices, away times, groups and the rest), the result (their schedule and
    the sessions they facilitate) and the explanation. Others enter as counts alone.

    The calendar has an event for each session, and slot of it, that they have or facilitate. A slot without times makes
    a to-do instead, which RFC 5545 (section 3.6.2) allows to have no date: no time is invented, and no session is lost.
    The same input gives the same bytes: identifiers follow from the problem, participant, session and slot, and the
    time stamp, which a calendar compares in invitations only, is the beginning of 1970, since an allocation knows no
    clock.

    Parameters
    ----------
    given : Allocation or Result
        It keeps all rules of its problem.
    participant : str
    times : mapping of slot to (start, end), optional
        Both with a time zone (they are written in UTC), or both without (then a calendar reads them as local time).

    Raises
    ------
    ProblemError
        If there is no such participant, or the allocation breaks a rule.
    OptionError
        If `given` is no allocation or result, icalendar is not installed, a time names no slot, or an end is not after
        its start.
    """
    from pdalloc.auditing.record_calendar import calendar_text
    from pdalloc.auditing.record_json import record_text

    explanation = Explainer(given).explain(participant)
    allocation = given.allocation if isinstance(given, Result) else given
    calendar = calendar_text(allocation, participant, {} if times is None else times)
    return Record(participant, record_text(given, explanation), calendar)
