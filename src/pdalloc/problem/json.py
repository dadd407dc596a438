"""JSON documents: what all of them have in common, and the one of a problem.

Every document names its format and version. A reader takes its own version and every older one, which it first brings
up to date (`MIGRATIONS`); a newer one is refused. Any change of the fields makes
a new version. The schemas are shipped in ``pdalloc/schemas``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem.model import Model
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.problem import Problem
from pdalloc.problem.rules.fields import fields_of_rule

__all__ = ["Document", "ProblemDocument", "decode", "encode", "problem_from_json", "problem_to_json", "require_text"]


def _without_rule(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"reasons": [reason | {"rule": None} for reason in document["reasons"]]}


MIGRATIONS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    # version 2 adds must_run and the facilitators' limits, both optional
    ("pdalloc/problem", 1): lambda document: document | {"version": 2},
    # version 3 adds rules, optional
    ("pdalloc/problem", 2): lambda document: document | {"version": 3},
    # version 2 adds the rule that is in the way to reasons
    ("pdalloc/explanation", 1): lambda document: _without_rule(document) | {"version": 2},
    ("pdalloc/record", 1): lambda document: _without_rule(document) | {"version": 2},
}
"""Steps from a (format, version) to the next version."""


class Document(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=False):
    """Base of all documents; subclasses give `format` and `version` a literal type."""


DocumentType = TypeVar("DocumentType", bound=Document)


class SessionEntry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A session."""

    session: str
    capacity: int
    title: str = ""
    minimum: int = 0
    must_run: bool = False
    slots: list[str] = []
    topic: str | None = None
    facilitators: list[str] = []
    tags: list[str] = []
    room: str = ""
    priorities: list[list[str]] = []
    """Participants in classes, first class first."""


class FacilitatorEntry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The limits of a facilitator."""

    facilitator: str
    most_sessions: int | None = None
    most_participants: int | None = None


class ParticipantEntry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A participant with their choices."""

    participant: str
    name: str = ""
    away: list[str] = []
    limit: int | None = None
    weight: float | None = None
    arrival: float | None = None
    history: float | None = None
    groups: dict[str, str] = {}
    ranks: dict[str, int] = {}
    """Rank of each session chosen."""
    ratings: dict[str, float] = {}
    """Rating of each session chosen; of all of them, by all participants, or of none."""


class PairEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A participant and a session."""

    participant: str
    session: str


class RuleEntry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A rule of several participants or sessions; which fields it has depends on the rule."""

    rule: Literal["together", "apart", "group-quota", "tag-quota", "required", "forbidden", "prerequisite"]
    participants: list[str] = []
    group: str | None = None
    value: str | None = None
    session: str | None = None
    sessions: list[str] = []
    topic: str | None = None
    tag: str | None = None
    needs: list[str] = []
    at_least: int | None = None
    at_most: int | None = None
    penalty: int | None = None
    """Of a soft rule."""


class ProblemDocument(Document, kw_only=True):
    """A whole problem."""

    format: Literal["pdalloc/problem"] = "pdalloc/problem"
    version: Literal[3] = 3
    ranking: Ranking
    unlisted: Unlisted
    slots: list[str]
    sessions: list[SessionEntry]
    facilitators: list[FacilitatorEntry] = []
    """Those who have a limit."""
    participants: list[ParticipantEntry]
    conflicts: list[tuple[str, str]] = []
    fixed: list[PairEntry] = []
    forbidden: list[PairEntry] = []
    rules: list[RuleEntry] = []


def encode(document: Document) -> str:
    """Return a document as indented JSON, ending in a line break."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def decode(text: str | bytes, document: type[DocumentType]) -> DocumentType:
    """Read a document of a format, bringing older versions up to date.

    Raises
    ------
    ProblemError
        Naming the place in the document.
    """
    wanted = next(field.default for field in msgspec.structs.fields(document) if field.name == "format")
    newest = next(field.default for field in msgspec.structs.fields(document) if field.name == "version")
    try:
        raw = msgspec.json.decode(text)
    except TypeError:
        raise ProblemError(f"not a JSON document: it is of type {type(text).__name__}; give its text") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ProblemError(f"not a JSON document: {error}") from None
    if not isinstance(raw, dict) or raw.get("format") != wanted:
        found = raw.get("format") if isinstance(raw, dict) else type(raw).__name__
        raise ProblemError(f"the document has format {found!r}; expected {wanted!r}")
    version = raw.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= newest:
        raise ProblemError(f"{wanted} has version {version!r}; this release reads 1 to {newest}, update pdalloc")
    while version < newest:
        raw = MIGRATIONS[wanted, version](raw)
        version += 1
    try:
        return msgspec.convert(raw, document)
    except msgspec.ValidationError as error:
        raise ProblemError(f"{wanted} document: {error}") from None


def require_text(name: str, found: object, text: str) -> None:
    """Refuse what was read from a document if its text does not say the same as its fields.

    Raises
    ------
    ProblemError
        If it does not, or the fields do not fit together.
    """
    try:
        is_same = str(found) == text
    except (AssertionError, LookupError, TypeError, ValueError):
        is_same = False
    if not is_same:
        raise ProblemError(f"{name} document: text and fields do not say the same; write it again from what it was")


def problem_to_json(problem: Problem) -> str:
    """See `Problem.to_json`."""
    return encode(problem_document(problem))


def problem_from_json(text: str | bytes) -> Problem:
    """See `Problem.from_json`."""
    document = decode(text, ProblemDocument)
    model = Model(ranking=document.ranking, unlisted=document.unlisted)
    for slot in document.slots:
        model.add_slot(slot)
    for number, session in enumerate(document.sessions):
        _add_session(model, session, f"sessions[{number}]")
    for number, facilitator in enumerate(document.facilitators):
        model.add_facilitator(
            facilitator.facilitator,
            most_sessions=facilitator.most_sessions,
            most_participants=facilitator.most_participants,
            place=f"facilitators[{number}]",
        )
    for number, participant in enumerate(document.participants):
        _add_participant(model, participant, f"participants[{number}]")
    for number, (first, second) in enumerate(document.conflicts):
        model.add_conflict(first, second, place=f"conflicts[{number}]")
    for name, entries, add in (
        ("fixed", document.fixed, model.fix),
        ("forbidden", document.forbidden, model.forbid),
    ):
        for number, pair in enumerate(entries):
            add(pair.participant, pair.session, place=f"{name}[{number}]")
    for number, entry in enumerate(document.rules):
        model.add_written_rule(_told(entry), place=f"rules[{number}]")
    return model.build()


def _add_session(model: Model, entry: SessionEntry, place: str) -> None:
    model.add_session(
        entry.session,
        capacity=entry.capacity,
        minimum=entry.minimum,
        must_run=entry.must_run,
        slots=entry.slots,
        topic=entry.topic,
        facilitators=entry.facilitators,
        tags=entry.tags,
        title=entry.title,
        room=entry.room,
        place=place,
    )
    model.add_priorities(entry.session, entry.priorities, place=f"{place}.priorities")


def _add_participant(model: Model, entry: ParticipantEntry, place: str) -> None:
    model.add_participant(
        entry.participant,
        name=entry.name,
        away=entry.away,
        limit=entry.limit,
        weight=1.0 if entry.weight is None else entry.weight,
        arrival=entry.arrival,
        history=entry.history,
        groups=entry.groups,
        place=place,
    )
    for session in entry.ranks.keys() | entry.ratings.keys():
        if entry.ratings and (session not in entry.ranks or session not in entry.ratings):
            missing = "rank" if session not in entry.ranks else "rating"
            model.report(Finding(f"session {session!r} has no {missing}; give both or ranks alone", place=place))
    for session, rank in entry.ranks.items():
        model.add_choice(entry.participant, session, rank, entry.ratings.get(session), place=f"{place}.ranks")


def _told(entry: RuleEntry) -> dict[str, Any]:
    """Return the fields of a rule that were given."""
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if value not in (None, [])}


def problem_document(problem: Problem) -> ProblemDocument:
    """Return a problem as a document; fields at their defaults are left out."""
    people, sessions, slots = problem.participants, problem.sessions, problem.slots
    return ProblemDocument(
        ranking=problem.ranking,
        unlisted=problem.unlisted,
        slots=list(slots),
        sessions=[_session_entry(problem, number) for number in range(len(sessions))],
        facilitators=_facilitator_entries(problem),
        participants=[_participant_entry(problem, number) for number in range(len(people))],
        conflicts=[(sessions[first], sessions[second]) for first, second in problem.conflicts.tolist()],
        fixed=[PairEntry(participant=people[who], session=sessions[what]) for who, what in problem.fixed.tolist()],
        forbidden=[
            PairEntry(participant=people[who], session=sessions[what]) for who, what in problem.forbidden.tolist()
        ],
        rules=[RuleEntry(**fields_of_rule(rule)) for rule in problem.rules],
    )


def _session_entry(problem: Problem, number: int) -> SessionEntry:
    def text(texts: tuple[str, ...]) -> str:
        return texts[number] if texts else ""

    priorities = problem.priorities
    row = slice(priorities.indptr[number], priorities.indptr[number + 1])
    classes: list[list[str]] = [[] for _ in range(int(priorities.level[row].max(initial=0)))]
    for participant, level in zip(priorities.participant[row].tolist(), priorities.level[row].tolist(), strict=True):
        classes[level - 1].append(problem.participants[participant])
    topic = int(problem.topic[number])
    return SessionEntry(
        session=problem.sessions[number],
        capacity=int(problem.capacity[number]),
        title=text(problem.title),
        minimum=int(problem.minimum[number]),
        must_run=bool(problem.must_run[number]),
        slots=[problem.slots[slot] for slot in problem.session_slots[number].tolist()],
        topic=None if topic < 0 else problem.topics[topic],
        facilitators=[problem.facilitators[who] for who in problem.session_facilitators[number].tolist()],
        tags=[problem.tags[tag] for tag in problem.session_tags[number].tolist()],
        room=text(problem.room),
        priorities=classes,
    )


def _facilitator_entries(problem: Problem) -> list[FacilitatorEntry]:
    """Return the facilitators who have a limit."""
    entries = []
    for number, label in enumerate(problem.facilitators):
        sessions, people = int(problem.most_sessions[number]), int(problem.most_participants[number])
        has_sessions = sessions != problem.facilitator_sessions[number]
        has_people = people != problem.facilitator_seats[number]
        if has_sessions or has_people:
            entry = FacilitatorEntry(
                facilitator=label,
                most_sessions=sessions if has_sessions else None,
                most_participants=people if has_people else None,
            )
            entries.append(entry)
    return entries


def _participant_entry(problem: Problem, number: int) -> ParticipantEntry:
    choices = problem.choices
    row = slice(choices.indptr[number], choices.indptr[number + 1])
    chosen = [problem.sessions[session] for session in choices.session[row].tolist()]
    ratings = [] if choices.rating is None else choices.rating[row].tolist()
    limit = int(problem.limit[number])
    groups = {group.name: group.values[value] for group in problem.groups if (value := int(group.value[number])) >= 0}
    return ParticipantEntry(
        participant=problem.participants[number],
        name=problem.name[number] if problem.name else "",
        away=[problem.slots[slot] for slot in problem.away[number].tolist()],
        limit=None if limit == max(len(problem.slots), 1) else limit,
        weight=None if problem.weight[number] == 1 else float(problem.weight[number]),
        arrival=_known(problem.arrival[number]),
        history=_known(problem.history[number]),
        groups=groups,
        ranks=dict(zip(chosen, choices.rank[row].tolist(), strict=True)),
        ratings=dict(zip(chosen, ratings, strict=bool(ratings))),
    )


def _known(value: np.float64) -> float | None:
    return None if math.isnan(value) else float(value)
