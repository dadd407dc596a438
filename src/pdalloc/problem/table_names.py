"""Which participant or session a cell means."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from pdalloc.errors import FINDINGS_SHOWN
from pdalloc.problem.cells import shown
from pdalloc.problem.table_rows import Report

__all__ = ["TableNames"]

MOST_COMPARED = 5_000
"""A suggestion is looked for among so many names at most: comparing costs some microseconds each."""


class TableNames:
    """The ids and titles of the tables read so far.

    Parameters
    ----------
    tell : Report
        Takes what is wrong with a cell.
    """

    def __init__(self, tell: Report) -> None:
        self.tell = tell
        self.participants: set[str] = set()
        self.slots_of: dict[str, list[str]] = {}
        self.titled: dict[str, list[str]] = {}
        self.suggestions = 0

    def add_session(self, session: str, title: str, slots: list[str]) -> None:
        """Take note of a session; of several with one id the first counts."""
        if session not in self.slots_of:
            self.slots_of[session] = slots
            if title:
                self.titled.setdefault(title, []).append(session)

    @property
    def slots(self) -> dict[str, None]:
        """The slots that sessions name, in order of appearance."""
        return dict.fromkeys(slot for slots in self.slots_of.values() for slot in slots)

    def is_session(self, text: str) -> bool:
        """Whether a text is the id or the title of a session."""
        return text in self.slots_of or text in self.titled

    def participant(self, text: str, place: str, column: str) -> str | None:
        """Return the participant that a cell means, or None, which is reported unless the whole table is missing."""
        if text in self.participants:
            return text
        if self.participants:
            self.report_unknown("participant", text, self.participants, place, column)
        return None

    def session(self, text: str, place: str, column: str, slot: str = "") -> str | None:
        """Return the session whose id or title a cell holds, or None, which is reported as above.

        Parameters
        ----------
        text, place, column : str
            Of the cell.
        slot : str
            Where the column is for sessions of one slot; it tells apart sessions of one title.
        """
        named = [text] if text in self.slots_of else self.titled.get(text, [])
        fitting = [session for session in named if not slot or slot in self.slots_of[session]]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            which = ", ".join(map(shown, fitting[:3]))
            self.tell(f"title {shown(text)} is that of several sessions ({which}); write the id", place, column)
        elif named:
            self.tell(f"session {shown(text)} is not in slot {shown(slot)}; choose it in its own slot", place, column)
        elif self.slots_of:
            self.report_unknown("session", text, [*self.slots_of, *self.titled], place, column)
        return None

    def report_unknown(self, kind: str, text: str, names: Collection[str], place: str, column: str) -> None:
        """Report a name that there is not, with the closest one that there is."""
        remedy = f"add the {kind} or correct the id"
        if ";" in text:
            remedy = f"write one {kind} in a cell"
        elif self.suggestions < FINDINGS_SHOWN and len(names) <= MOST_COMPARED:
            # only the findings that are shown need one
            self.suggestions += 1
            alike = {_alike(name): name for name in names}
            if close := get_close_matches(_alike(text), alike, 1):
                remedy = f"did you mean {shown(alike[close[0]])}?"
        self.tell(f"unknown {kind} {shown(text)}; {remedy}", place, column)


def _alike(text: str) -> str:
    """Return what stays the same where people mistype capitals and spreadsheets drop leading zeros."""
    return text.casefold().lstrip("0")
