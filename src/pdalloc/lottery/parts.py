"""A problem cut into parts: one for each participant, and one that concerns everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec

from pdalloc.lottery.documents import CommonDocument, OpeningDocument
from pdalloc.problem import Problem
from pdalloc.problem.json import PairEntry, ProblemDocument, encode, problem_document

__all__ = ["common_text", "opening_texts"]


def common_text(problem: Problem, salt: str) -> str:
    """Return the part that concerns everybody, as the text of a document."""
    whole = problem_document(problem)
    return encode(
        CommonDocument(
            salt=salt,
            ranking=whole.ranking,
            unlisted=whole.unlisted,
            slots=whole.slots,
            sessions=[msgspec.structs.replace(session, priorities=[]) for session in whole.sessions],
            facilitators=whole.facilitators,
            conflicts=whole.conflicts,
        )
    )


def opening_texts(problem: Problem, salt_of: Callable[[str], str]) -> Iterator[str]:
    """Yield the part of each participant, in table order, as the text of a document.

    With `common_text` these hold all that the document of a problem without rules holds, each thing once.
    """
    whole = problem_document(problem)
    fixed, forbidden = _sessions_by_participant(whole.fixed), _sessions_by_participant(whole.forbidden)
    priorities = _priorities_by_participant(whole)
    for entry in whole.participants:
        who = entry.participant
        yield encode(
            OpeningDocument(
                salt=salt_of(who),
                participant=entry,
                fixed=fixed[who],
                forbidden=forbidden[who],
                priorities=priorities[who],
            )
        )


def _sessions_by_participant(pairs: list[PairEntry]) -> defaultdict[str, list[str]]:
    sessions = defaultdict(list)
    for pair in pairs:
        sessions[pair.participant].append(pair.session)
    return sessions


def _priorities_by_participant(whole: ProblemDocument) -> defaultdict[str, dict[str, int]]:
    priorities: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for session in whole.sessions:
        for level, listed in enumerate(session.priorities, 1):
            for participant in listed:
                priorities[participant][session.session] = level
    return priorities
