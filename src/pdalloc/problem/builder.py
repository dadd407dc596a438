"""Names to numbers: makes a `Problem` of what a model has been told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pdalloc.arrays import Int64Array, freeze
from pdalloc.errors import FINDINGS_SHOWN, Finding, ProblemError
from pdalloc.hints import did_you_mean
from pdalloc.problem.assemble import assemble
from pdalloc.problem.choices import Choices, find_repeats, find_value_faults, ranks_from_ratings
from pdalloc.problem.groups import Group
from pdalloc.problem.incidence import Incidence
from pdalloc.problem.labels import Labels
from pdalloc.problem.priorities import Priorities, find_priority_faults
from pdalloc.problem.problem import Problem
from pdalloc.problem.records import ChoiceRecord, PairRecord, Records

__all__ = ["Builder"]


class Builder:
    """Resolves the names in records to numbers, collecting everything that is wrong.

    Parameters
    ----------
    records : Records
        What a model has been told; left as it is.
    """

    def __init__(self, records: Records) -> None:
        self.records = records
        self.findings = list(records.findings)
        self.session_records = list(records.sessions.values())
        self.participant_records = list(records.participants.values())
        self.sessions = Labels(records.sessions, "session")
        self.participants = Labels(records.participants, "participant")
        named = (slot for record in self.session_records for slot in record.slots)
        self.slots = Labels(dict.fromkeys(records.slots or named), "slot")
        self.places = {
            "session": [record.place for record in self.session_records],
            "participant": [record.place for record in self.participant_records],
            "rules": ["rules"],
            "rule": [place for _, place in records.rules],
        }

    def build(self) -> Problem:
        """Return the problem, or raise a `ProblemError` with every finding."""
        choices = self.choices()
        priorities = self.priorities()
        try:
            problem = assemble(
                self.participants,
                self.sessions,
                choices,
                **self.session_fields(),
                **self.participant_fields(),
                conflicts=self.pairs(self.records.conflicts, "session", "session"),
                fixed=self.pairs(self.records.fixed, "participant", "session"),
                forbidden=self.pairs(self.records.forbidden, "participant", "session"),
                priorities=priorities,
                rules=[rule for rule, _ in self.records.rules],
                ranking=self.records.ranking,
                unlisted=self.records.unlisted,
            )
        except ProblemError as error:
            self.findings += [self.located(finding) for finding in error.findings]
        if self.findings:
            raise ProblemError(self.findings)
        return problem

    def located(self, finding: Finding) -> Finding:
        """Return a finding with the place where its object was read."""
        places = self.places.get(finding.kind, [])
        return replace(finding, place=places[finding.row]) if 0 <= finding.row < len(places) else finding

    # ---- fields --------------------------------------------------------------------------------------------------

    def session_fields(self) -> dict[str, Any]:
        """Return the fields of the problem that are about sessions."""
        records = self.session_records
        topics = Labels(dict.fromkeys(record.topic for record in records if record.topic), "topic")
        facilitators, session_facilitators = _labelled([record.facilitators for record in records], "facilitator")
        tags, session_tags = _labelled([record.tags for record in records], "tag")
        capacity = np.array([record.capacity for record in records], np.int64)
        return {
            "slots": self.slots,
            "topics": topics,
            "facilitators": facilitators,
            "tags": tags,
            "capacity": capacity,
            "minimum": np.array([record.minimum for record in records], np.int64),
            "must_run": np.array([record.must_run for record in records], np.bool_),
            "session_slots": self.slot_lists([record.slots for record in records], "session", "slots"),
            "topic": [topics.index(record.topic) if record.topic else -1 for record in records],
            "session_facilitators": session_facilitators,
            **self.facilitator_fields(facilitators, session_facilitators, capacity),
            "session_tags": session_tags,
            "title": [record.title for record in records],
            "room": [record.room for record in records],
        }

    def facilitator_fields(
        self, facilitators: Labels, session_facilitators: Incidence, capacity: Int64Array
    ) -> dict[str, Int64Array]:
        """Return the facilitators' limits: where none is given, all their sessions, and all seats of these."""
        limits = {
            "most_sessions": session_facilitators.totals(np.ones_like(capacity)),
            "most_participants": session_facilitators.totals(capacity),
        }
        self.places["facilitator"] = places = [""] * len(facilitators)
        for label, record in self.records.facilitators.items():
            number = facilitators.get(label)
            if number is None:
                remedy = self.suggestion(label, facilitators) or "name a facilitator of a session"
                message = f"facilitator {label!r} runs no session; {remedy}"
                self.findings.append(Finding(message, "", -1, "facilitator", record.place))
                continue
            places[number] = record.place
            for column, values in limits.items():
                if (given := getattr(record, column)) is not None:
                    values[number] = given
        return limits

    def participant_fields(self) -> dict[str, Any]:
        """Return the fields of the problem that are about participants."""
        records = self.participant_records
        default = max(len(self.slots), 1)
        return {
            "away": self.slot_lists([record.away for record in records], "participant", "away"),
            "limit": np.array([default if record.limit is None else record.limit for record in records], np.int64),
            "weight": [record.weight for record in records],
            "arrival": [record.arrival for record in records],
            "history": [record.history for record in records],
            "groups": [self.group(name) for name in dict.fromkeys(key for record in records for key in record.groups)],
            "name": [record.name for record in records],
        }

    def group(self, name: str) -> Group:
        """Return one group column; its values are numbered in order of appearance."""
        texts = [record.groups.get(name) for record in self.participant_records]
        numbers = {text: number for number, text in enumerate(dict.fromkeys(text for text in texts if text))}
        value = np.array([numbers[text] if text else -1 for text in texts], np.int32)
        return Group(name, tuple(numbers), freeze(value))

    def choices(self) -> Choices:
        """Return the choices whose names are known; none at all if one of them breaks a rule."""
        rows = []
        for choice in self.records.choices:
            participant = self.number(choice.participant, "participant", choice.place)
            session = self.number(choice.session, "session", choice.place)
            if participant is not None and session is not None and self.has_value(choice):
                rows.append((participant, session, choice))
        participants = np.array([row[0] for row in rows], np.int64)
        sessions = np.array([row[1] for row in rows], np.int64)
        rated = bool(rows) and rows[0][2].rating is not None
        rating = np.array([row[2].rating for row in rows], np.float64) if rated else None
        if rows and rows[0][2].rank is None and rating is not None:
            rank = ranks_from_ratings(participants, self.lists(sessions), rating)
        else:
            rank = np.array([row[2].rank for row in rows], np.int64)
        self.places["choice"] = [row[2].place for row in rows]
        faults = [
            *find_value_faults(participants, sessions, rank, rating, self.participants, self.sessions),
            *find_repeats(participants, sessions, self.participants, self.sessions),
        ]
        self.findings += [self.located(fault) for fault in faults]
        if faults:
            rows, participants = [], participants[:0]
        kept = len(rows)
        rating = None if rating is None else rating[:kept]
        return Choices.from_columns(participants, sessions[:kept], rank[:kept], rating, len(self.participants))

    def lists(self, session: Int64Array) -> Int64Array:
        """Which list each session is ranked in: that of its first slot, or the only one."""
        known = [[self.slots.get(slot) for slot in record.slots] for record in self.session_records]
        numbers = np.array([min((s for s in slots if s is not None), default=-1) for slots in known], np.int64)
        return numbers[session] if self.records.ranking == "per-slot" else np.zeros(len(session), np.int64)

    def has_value(self, choice: ChoiceRecord) -> bool:
        """Whether a choice has what the first one has: a rank, a rating or both."""
        first = self.records.choices[0]
        pair = f"participant {choice.participant!r}, session {choice.session!r}"
        if choice.rank is None and choice.rating is None:
            self.findings.append(Finding(f"{pair}: neither rank nor rating; give one", "", -1, "rank", choice.place))
            return False
        for column, value, expected in (
            ("rank", choice.rank, first.rank),
            ("rating", choice.rating, first.rating),
        ):
            if (value is None) != (expected is None):
                message = f"{pair}: {'no' if value is None else 'a'} {column}, unlike the first choice; all alike"
                self.findings.append(Finding(message, "", -1, column, choice.place))
                return False
        return True

    def priorities(self) -> Priorities:
        """Return the priorities whose names are known."""
        rows = []
        for entry in self.records.priorities:
            session = self.number(entry.session, "session", entry.place)
            participant = self.number(entry.participant, "participant", entry.place)
            if not np.isfinite(entry.value):
                pair = f"session {entry.session!r}, participant {entry.participant!r}"
                message = f"{pair}: priority {entry.value} is not finite; give a number"
                self.findings.append(Finding(message, "", -1, "priority", entry.place))
            elif session is not None and participant is not None:
                rows.append((session, participant, entry))
        sessions = np.array([row[0] for row in rows], np.int64)
        participants = np.array([row[1] for row in rows], np.int64)
        self.places["priority"] = [row[2].place for row in rows]
        faults = find_priority_faults(sessions, participants, self.sessions, self.participants)
        self.findings += [self.located(fault) for fault in faults]
        return Priorities.from_columns(
            sessions, participants, np.array([row[2].value for row in rows], np.float64), len(self.sessions)
        )

    # ---- names to numbers ----------------------------------------------------------------------------------------

    def pairs(self, pairs: Sequence[PairRecord], first: str, second: str) -> list[tuple[int, int]]:
        """Return the pairs whose names are known, as numbers."""
        numbers = []
        for pair in pairs:
            one, two = self.number(pair.first, first, pair.place), self.number(pair.second, second, pair.place)
            if one is not None and two is not None:
                numbers.append((one, two))
        return numbers

    def slot_lists(self, lists: Sequence[Sequence[str]], kind: str, column: str) -> Incidence:
        """Return which slots each record names."""
        rows = []
        for place, names in zip(self.places[kind], lists, strict=True):
            numbers = [self.number(name, "slot", place, column) for name in names]
            rows.append([number for number in numbers if number is not None])
        return Incidence.from_lists(rows, len(self.slots))

    def number(self, label: str, kind: str, place: str, column: str = "") -> int | None:
        """Return the number of a participant, session or slot; if there is none, report it and return None."""
        labels = {"participant": self.participants, "session": self.sessions, "slot": self.slots}[kind]
        number = labels.get(label)
        if number is None:
            remedy = self.suggestion(label, labels) or f"add the {kind} or correct the id"
            self.findings.append(Finding(f"unknown {kind} {label!r}; {remedy}", "", -1, column or kind, place))
        return number

    def suggestion(self, label: str, labels: Labels) -> str:
        """Say which of some ids is most like an unknown one, "" if none is."""
        # it compares with every id, so only the findings that are shown get one
        return did_you_mean(label, labels) if len(self.findings) < FINDINGS_SHOWN else ""


def _labelled(lists: Sequence[Sequence[str]], kind: str) -> tuple[Labels, Incidence]:
    """Return names numbered in order of appearance, and which of them each list holds."""
    labels = Labels(dict.fromkeys(name for names in lists for name in names), kind)
    return labels, Incidence.from_lists([[labels.index(name) for name in names] for names in lists], len(labels))
