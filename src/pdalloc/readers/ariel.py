"""Course allocation at Ariel University."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TypedDict

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem import Problem
from pdalloc.problem.sheets import utf8_text
from pdalloc.readers.fairpyx import course_problem

__all__ = ["ariel"]


class _Input(TypedDict):
    valuations: dict[str, dict[str, float]]
    agent_capacities: dict[str, int]
    item_capacities: dict[str, int]
    agent_conflicts: dict[str, list[str]]
    item_conflicts: dict[str, list[str]]


def ariel(file: str | Path) -> Problem:
    """Read the JSON file of course allocation at Ariel University that fairpyx publishes (5783 is 2022-23) [1]_.

    Students gave courses points, up to 1,000 in all, which become ratings; a course without points is not listed. A
    student's capacity is their limit. Courses that a student is barred from (`agent_conflicts`) are forbidden to them,
    whatever points they gave; courses in conflict (`item_conflicts`) become conflicts.

    Parameters
    ----------
    file : str or Path
        A JSON object with `valuations` (student to course to points), `agent_capacities`, `item_capacities`,
        `agent_conflicts` and `item_conflicts`.

    Raises
    ------
    ProblemError
        Naming the file and what is wrong.

    References
    ----------
    .. [1] fairpyx, experiments/data/ariel_5783_input.json, https://github.com/ariel-research/fairpyx
    """
    path = Path(file)
    data = _decoded(path)
    for kind, name, where, known in _unknown(data):
        message = f"{kind} {name!r} is in {where} but not in {known}; add it or correct its name"
        raise ProblemError([Finding(message, place=path.name)])
    valuations, limits, seats = data["valuations"], data["agent_capacities"], data["item_capacities"]
    return course_problem(
        valuations,
        seats,
        limits.__getitem__,
        seats.__getitem__,
        lambda student, course: valuations[student].get(course, 0),
        lambda student: data["agent_conflicts"].get(student, ()),
        lambda course: data["item_conflicts"].get(course, ()),
        place=path.name,
    )


def _decoded(path: Path) -> _Input:
    import msgspec

    try:
        return msgspec.json.decode(utf8_text(path), type=_Input)
    except msgspec.DecodeError as error:
        message = f"not such an input ({error}); give a file as fairpyx publishes it"
        raise ProblemError([Finding(message, place=path.name)]) from None


def _unknown(data: _Input) -> Iterator[tuple[str, str, str, str]]:
    """Yield students and courses that one part names and another does not know: kind, name and the two parts."""
    valuations, barred, exclude = data["valuations"], data["agent_conflicts"], data["item_conflicts"]
    for kind, where, named, known, names in (
        ("student", "valuations", valuations, "agent_capacities", data["agent_capacities"]),
        ("student", "agent_capacities", data["agent_capacities"], "valuations", valuations),
        ("student", "agent_conflicts", barred, "valuations", valuations),
        ("course", "valuations", chain(*valuations.values()), "item_capacities", data["item_capacities"]),
        ("course", "agent_conflicts", chain(*barred.values()), "item_capacities", data["item_capacities"]),
        ("course", "item_conflicts", chain(exclude, *exclude.values()), "item_capacities", data["item_capacities"]),
    ):
        yield from ((kind, name, where, known) for name in named if name not in names)
