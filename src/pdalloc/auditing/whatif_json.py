"""The JSON document of what-if answers."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from pdalloc.allocation import Allocation
from pdalloc.allocation_json import cancelled, require_problem, schedules
from pdalloc.auditing.answers import Answer, How, WhatIf
from pdalloc.auditing.questions import DropSession, ExtraSection, MoveSession, Question, Seats
from pdalloc.objectives import Level
from pdalloc.problem import Problem
from pdalloc.problem.json import Document, decode, encode, require_text

__all__ = ["WhatIfDocument", "what_if_from_json", "what_if_to_json"]

Count = Annotated[int, msgspec.Meta(ge=0)]
Scale = Annotated[int, msgspec.Meta(ge=1)]


class SeatsEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="seats"):
    """More seats in a session, or fewer."""

    session: str
    by: int


class SectionEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="extra-section"):
    """A repeat of a session; null slots are those of the session."""

    session: str
    slots: list[str] | None
    facilitators: list[str]


class DropEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="drop"):
    """A session that is taken off."""

    session: str


class MoveEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="move"):
    """A session that takes place in other slots."""

    session: str
    slots: list[str]


class LevelEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One level of the objective: value and bound of the day as it is, in units of 1 / scale."""

    name: str
    maximise: bool
    scale: Scale
    value: int
    bound: int


class ChangeEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Between what the change of a level's value lies, in units of 1 / scale; null where nothing is known."""

    name: str
    maximise: bool
    scale: Scale
    least: int | None
    most: int | None


QuestionEntry: TypeAlias = SeatsEntry | SectionEntry | DropEntry | MoveEntry


class AnswerEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The answer to a question; counts are null where it is not exact."""

    question: QuestionEntry
    words: str
    how: How
    changes: list[ChangeEntry]
    left: list[tuple[str, str]]
    """(participant, session) pairs that are given up."""
    taken: list[tuple[str, str]]
    """Pairs that are taken instead."""
    cancelled: list[str]
    places: int | None
    up: Count | None
    down: Count | None
    text: str


class WhatIfDocument(Document, kw_only=True):
    """An optimum, and what changes of the day would do to it."""

    format: Literal["pdalloc/what-if"] = "pdalloc/what-if"
    version: Literal[1] = 1
    problem_hash: str
    objective: str
    solver: str
    levels: list[LevelEntry]
    schedules: dict[str, list[str]]
    cancelled: list[str]
    answers: list[AnswerEntry]


ENTRIES: dict[type[Question], type[QuestionEntry]] = {
    Seats: SeatsEntry,
    ExtraSection: SectionEntry,
    DropSession: DropEntry,
    MoveSession: MoveEntry,
}


def what_if_to_json(found: WhatIf) -> str:
    """See `WhatIf.to_json`."""
    levels = [
        LevelEntry(**level._asdict(), value=value, bound=bound)
        for level, value, bound in zip(found.levels, found.value, found.bound, strict=True)
    ]
    return encode(
        WhatIfDocument(
            problem_hash=found.problem.content_hash,
            objective=found.objective_name,
            solver=found.solver,
            levels=levels,
            schedules=schedules(found.allocation),
            cancelled=cancelled(found.allocation),
            answers=list(map(_entry, found.answers)),
        )
    )


def what_if_from_json(text: str | bytes, problem: Problem) -> WhatIf:
    """See `WhatIf.from_json`."""
    document = decode(text, WhatIfDocument)
    require_problem(document.problem_hash, problem)
    return WhatIf(
        Allocation.from_schedules(problem, document.schedules, document.cancelled),
        document.objective,
        document.solver,
        tuple(_level(entry) for entry in document.levels),
        tuple(entry.value for entry in document.levels),
        tuple(entry.bound for entry in document.levels),
        tuple(map(_answer, document.answers)),
    )


def _entry(answer: Answer) -> AnswerEntry:
    entry = msgspec.convert(answer.question, ENTRIES[type(answer.question)], from_attributes=True)
    changes = [
        ChangeEntry(**level._asdict(), least=least, most=most)
        for level, least, most in zip(answer.levels, answer.least, answer.most, strict=True)
    ]
    return AnswerEntry(
        question=entry,
        words=answer.words,
        how=answer.how,
        changes=changes,
        left=list(answer.left),
        taken=list(answer.taken),
        cancelled=list(answer.cancelled),
        places=answer.places,
        up=answer.up,
        down=answer.down,
        text=str(answer),
    )


def _answer(entry: AnswerEntry) -> Answer:
    answer = Answer(
        _question(entry.question),
        entry.words,
        entry.how,
        tuple(_level(change) for change in entry.changes),
        tuple(change.least for change in entry.changes),
        tuple(change.most for change in entry.changes),
        tuple(entry.left),
        tuple(entry.taken),
        tuple(entry.cancelled),
        entry.places,
        entry.up,
        entry.down,
    )
    require_text("pdalloc/what-if", answer, entry.text)
    return answer


def _question(entry: QuestionEntry) -> Question:
    made = next(question for question, of in ENTRIES.items() if isinstance(entry, of))
    return made(**msgspec.structs.asdict(entry))


def _level(entry: LevelEntry | ChangeEntry) -> Level:
    return Level(entry.name, entry.maximise, entry.scale)
