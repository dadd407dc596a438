"""The builder of problems: people add sessions, participants and choices by name, in any order."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem.labels import clean_text, id_fault, text_fault
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.problem import Problem
from pdalloc.problem.records import (
    ChoiceRecord,
    FacilitatorRecord,
    PairRecord,
    ParticipantRecord,
    PriorityRecord,
    Records,
    SessionRecord,
)
from pdalloc.problem.rules import Rule
from pdalloc.problem.rules.fields import rule_of_fields

__all__ = ["Model"]


class Model:
    """A problem in the making.

    Things may be added in any order and refer to what comes later. Nothing is checked until `build`, which reports all
    that is wrong together. Every method takes `place`, where the thing was read, for those errors.

    Parameters
    ----------
    ranking : {"per-day", "per-slot"}
        Whether ranks compare all choices of a participant, or only those in one slot.
    unlisted : {"forbidden", "last"}
        Whether a place may be in a session that the participant did not choose: never, or rather than nowhere.

    Examples
    --------
    >>> day = Model()
    >>> day.add_session("x", capacity=1, slots=["morning"])
    >>> day.add_session("y", capacity=2, slots=["morning"], facilitators=["t003"])
    >>> for participant in ("t001", "t002", "t003"):
    ...     day.add_participant(participant)
    >>> day.add_ranking("t001", ["x", "y"])
    >>> day.add_choice("t002", "x", rank=1)
    >>> problem = day.build()
    >>> problem.wanted.tolist()  # t003 runs a session in the only slot
    [1, 1, 0]
    """

    def __init__(self, *, ranking: Ranking = "per-day", unlisted: Unlisted = "forbidden") -> None:
        self._records = Records(ranking=ranking, unlisted=unlisted)

    # ---- adding --------------------------------------------------------------------------------------------------

    def add_slot(self, slot: str) -> None:
        """Add a slot; needed only to set the order of slots, and then every slot must be added.

        Without it slots come in the order in which sessions name them.
        """
        self._records.slots += self._ids([slot], "day", "slots", "")

    def add_session(
        self,
        session: str,
        *,
        capacity: int,
        minimum: int = 0,
        must_run: bool = False,
        slots: Iterable[str] = (),
        topic: str | None = None,
        facilitators: Iterable[str] = (),
        tags: Iterable[str] = (),
        title: str = "",
        room: str = "",
        place: str = "",
    ) -> None:
        """Add a session.

        Parameters
        ----------
        session : str
            Its id.
        capacity : int
            Seats, from 0.
        minimum : int
            With fewer participants the session is cancelled; 0 if it runs whoever comes.
        must_run : bool
            Whether it may not be cancelled.
        slots : iterable of str
            When it takes place.
        topic : str, optional
            Sessions of one topic are repeats: a participant takes at most one.
        facilitators : iterable of str
            Who runs it; a participant's id makes that participant busy in its slots.
        tags : iterable of str
        title, room : str
            For people to read.
        """
        what = f"session {session!r}"
        if not self._is_new(session, "session", self._records.sessions, place):
            return
        self._records.sessions[session] = SessionRecord(
            capacity=self._whole(capacity, what, "capacity", place),
            minimum=self._whole(minimum, what, "minimum", place),
            must_run=self._truth(must_run, what, "must_run", place),
            slots=self._ids(slots, what, "slots", place),
            topic=next(iter(self._ids([topic], what, "topic", place)), None) if topic else None,
            facilitators=self._ids(facilitators, what, "facilitators", place),
            tags=self._ids(tags, what, "tags", place),
            title=self._text(title, what, "title", place),
            room=self._text(room, what, "room", place),
            place=place,
        )

    def add_facilitator(
        self,
        facilitator: str,
        *,
        most_sessions: int | None = None,
        most_participants: int | None = None,
        place: str = "",
    ) -> None:
        """Limit what a facilitator takes on; needed only for those with a limit.

        Parameters
        ----------
        facilitator : str
            An id that a session names.
        most_sessions : int, optional
            Most sessions that they run, from 0; the others are cancelled.
        most_participants : int, optional
            Most participants over all sessions that they run, from 0; in student-project allocation it is a lecturer's
            capacity (Abraham, Irving and Manlove 2007, section 2).
        """
        what = f"facilitator {facilitator!r}"
        if not self._is_new(facilitator, "facilitator", self._records.facilitators, place):
            return
        sessions, people = most_sessions, most_participants
        self._records.facilitators[facilitator] = FacilitatorRecord(
            most_sessions=None if sessions is None else self._whole(sessions, what, "most_sessions", place),
            most_participants=None if people is None else self._whole(people, what, "most_participants", place),
            place=place,
        )

    def add_participant(
        self,
        participant: str,
        *,
        name: str = "",
        away: Iterable[str] = (),
        limit: int | None = None,
        weight: float = 1.0,
        arrival: float | None = None,
        history: float | None = None,
        groups: Mapping[str, str] | None = None,
        place: str = "",
    ) -> None:
        """Add a participant.

        Parameters
        ----------
        participant : str
            Their id.
        name : str
            For people to read.
        away : iterable of str
            Slots in which they are not there.
        limit : int, optional
            Most places they take; by default the number of slots, 1 on a day without slots.
        weight : float
            How much they count in sums, positive.
        arrival : float, optional
            When they asked; smaller is earlier.
        history : float, optional
            How they were served before.
        groups : mapping of str to str, optional
            The values they have, such as ``{"school": "Hill"}``.
        """
        what = f"participant {participant!r}"
        if not self._is_new(participant, "participant", self._records.participants, place):
            return
        self._records.participants[participant] = ParticipantRecord(
            name=self._text(name, what, "name", place),
            away=self._ids(away, what, "away", place),
            limit=None if limit is None else self._whole(limit, what, "limit", place),
            weight=self._number(weight, what, "weight", place, 1.0),
            arrival=np.nan if arrival is None else self._number(arrival, what, "arrival", place, np.nan),
            history=np.nan if history is None else self._number(history, what, "history", place, np.nan),
            groups=self._groups(groups or {}, what, place),
            place=place,
        )

    def add_choice(
        self,
        participant: str,
        session: str,
        rank: int | None = None,
        rating: float | None = None,
        *,
        place: str = "",
    ) -> None:
        """Add a choice with a rank (from 1, the best) or a rating (larger is better), or both.

        Where no choice of the problem has a rank, ranks follow from ratings: equal ratings tie and no rank is skipped.
        """
        what = f"participant {participant!r}, session {session!r}"
        if rank is not None:
            rank = self._whole(rank, what, "rank", place, 1)
        if rating is not None:
            rating = self._number(rating, what, "rating", place, 0.0)
        self._records.choices.append(ChoiceRecord(participant, session, rank, rating, place))

    def add_ranking(self, participant: str, sessions: Iterable[str | Sequence[str]], *, place: str = "") -> None:
        """Add a whole list of choices, best first; a sequence inside is a tie."""
        for rank, tied in enumerate(self._list(sessions, f"participant {participant!r}: ranking", place), 1):
            for session in (tied,) if isinstance(tied, str) else tied:
                self.add_choice(participant, session, rank, place=place)

    def add_priority(self, session: str, participant: str, value: float, *, place: str = "") -> None:
        """Give a participant a place in a session's order: smaller values come first, equal ones tie."""
        what = f"session {session!r}, participant {participant!r}"
        value = self._number(value, what, "priority", place, 0.0)
        self._records.priorities.append(PriorityRecord(session, participant, value, place))

    def add_priorities(self, session: str, participants: Iterable[str | Sequence[str]], *, place: str = "") -> None:
        """Give a session its whole order, first participants first; a sequence inside is a tie."""
        for value, tied in enumerate(self._list(participants, f"session {session!r}: priorities", place), 1):
            for participant in (tied,) if isinstance(tied, str) else tied:
                self.add_priority(session, participant, value, place=place)

    def add_conflict(self, first: str, second: str, *, place: str = "") -> None:
        """Name two sessions that nobody can take together, beyond what slots say."""
        self._records.conflicts.append(PairRecord(first, second, place))

    def fix(self, participant: str, session: str, *, place: str = "") -> None:
        """Require that a participant takes a session, chosen or not."""
        self._records.fixed.append(PairRecord(participant, session, place))

    def forbid(self, participant: str, session: str, *, place: str = "") -> None:
        """Require that a participant does not take a session, chosen or not."""
        self._records.forbidden.append(PairRecord(participant, session, place))

    def add_rule(self, rule: Rule, *, place: str = "") -> None:
        """Add a rule, such as ``Together(["t001", "t002"])``."""
        if isinstance(rule, Rule):
            self._records.rules.append((rule, place))
        else:
            self._report(f"rule {rule!r} is none; give one such as Together([...])", "", place)

    def add_written_rule(self, written: object, *, place: str = "") -> None:
        """Add a rule as rules.toml holds it, such as ``{"rule": "together", "participants": ["t001", "t002"]}``."""
        try:
            self.add_rule(rule_of_fields(written), place=place)
        except ProblemError as error:
            self._report(str(error), "", place)

    def report(self, finding: Finding) -> None:
        """Add a breach that was found elsewhere, to be reported by `build` with the others."""
        self._records.findings.append(finding)

    # ---- building ------------------------------------------------------------------------------------------------

    def build(self) -> Problem:
        """Return the problem.

        Raises
        ------
        ProblemError
            Naming everything that is wrong.
        """
        from pdalloc.problem.builder import Builder

        return Builder(self._records).build()

    def _report(self, message: str, column: str, place: str) -> None:
        self._records.findings.append(Finding(message, "", -1, column, place))

    def _is_new(self, label: object, kind: str, known: Mapping[str, Any], place: str) -> bool:
        if fault := id_fault(label):
            self._report(f"{kind} id {label!r} {fault}; change it", kind, place)
        elif label in known:
            before = f" ({known[str(label)].place})" if known[str(label)].place else ""
            self._report(f"{kind} {label!r} is given twice{before}; ids must differ", kind, place)
        else:
            return True
        return False

    def _ids(self, labels: Iterable[str], what: str, column: str, place: str) -> tuple[str, ...]:
        good = []
        for label in [labels] if isinstance(labels, str) else labels:
            if fault := id_fault(label):
                self._report(f"{what}: {column} {label!r} {fault}; change it", column, place)
            else:
                good.append(label)
        return tuple(good)

    def _list(self, listed: Iterable[str | Sequence[str]], what: str, place: str) -> Iterable[str | Sequence[str]]:
        """Return a list of ids; a text, which is one of characters, is reported."""
        if isinstance(listed, Iterable) and not isinstance(listed, str):
            return listed
        self._report(f"{what} {listed!r} is not a list; write [...]", "", place)
        return ()

    def _text(self, text: str, what: str, column: str, place: str) -> str:
        if fault := text_fault(text):
            self._report(f"{what}: {column} {text!r} {fault}; change it", column, place)
            return ""
        return clean_text(text)

    def _groups(self, groups: Mapping[str, str], what: str, place: str) -> dict[str, str]:
        texts = {
            self._text(name, what, "group", place): self._text(value, what, name, place)
            for name, value in groups.items()
        }
        return {name: value for name, value in texts.items() if value}

    def _whole(self, value: object, what: str, column: str, place: str, instead: int = 0) -> int:
        """Return a whole number, or report it and return a harmless one."""
        try:
            if isinstance(value, float | np.floating) and float(value).is_integer():
                value = int(value)
            number = operator.index(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            self._report(f"{what}: {column} {value!r} is not a whole number", column, place)
            return instead
        if abs(number) >= 2**62:
            self._report(f"{what}: {column} {number} is too large; at most 2,147,483,647", column, place)
            return instead
        return number

    def _truth(self, value: object, what: str, column: str, place: str) -> bool:
        """Return True or False; anything else is reported."""
        if isinstance(value, bool | np.bool_):
            return bool(value)
        self._report(f"{what}: {column} {value!r} is neither True nor False", column, place)
        return False

    def _number(self, value: object, what: str, column: str, place: str, instead: float) -> float:
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            self._report(f"{what}: {column} {value!r} is not a number", column, place)
            return instead
