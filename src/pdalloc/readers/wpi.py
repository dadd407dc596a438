"""Students and project centres of Worcester Polytechnic Institute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from pdalloc.errors import Finding, ProblemError
from pdalloc.problem import Priorities, Problem
from pdalloc.problem.cells import parse_number, parse_whole
from pdalloc.readers.folders import existing_folder
from pdalloc.readers.matrix import Matrix, read_matrix
from pdalloc.readers.seats import seats

__all__ = ["wpi"]

UTILITIES = (0.0, 0.5, 1.0)


def wpi(folder: str | Path) -> Problem:
    """Read a year of the project centres of Worcester Polytechnic Institute, as published [1]_.

    Students called each centre very interesting, interesting or not interesting: utility 1 becomes rank 1 with rating
    1, utility 0.5 rank 2 with rating 0.5 (whether or not there is a centre at rank 1), utility 0 not listed. A
    director's score of a student becomes the centre's priority, the highest score first, equal ones tied. Students are
    "student-001", ..., centres "project-01", ..., numbered as in the files; everybody wants one place.

    Parameters
    ----------
    folder : str or Path
        With student_preference.csv and project_preference.csv, students in rows and centres in columns, and
        project_capacity.csv, with the columns ProjectID and Capacity.

    Raises
    ------
    ProblemError
        Naming file and line of everything that is wrong.

    References
    ----------
    .. [1] Wiratchotisatian, Atef Yekta and Trapp 2022, INFORMS Journal on Computing, doi 10.1287/ijoc.2022.1237.
    """
    path = existing_folder(folder, "student_preference.csv")
    wanted = _matrix(path / "student_preference.csv", _utility)
    scores = _matrix(path / "project_preference.csv", parse_number)
    if (wanted.participants, wanted.sessions) != (scores.participants, scores.sessions):
        message = "its students or projects are not those of student_preference.csv; give the two of one year"
        raise ProblemError([Finding(message, place="project_preference.csv")])
    who, what = np.nonzero(wanted.values > 0)
    utility = wanted.values[who, what]
    problem = Problem.from_arrays(
        who,
        what,
        np.where(utility == 1, 1, 2),
        seats(path / "project_capacity.csv", wanted.sessions, columns=("ProjectID", "Capacity"), read_id=_project),
        rating=utility,
        participants=len(wanted.participants),
    )
    student, project = np.nonzero(~np.isnan(scores.values))
    priorities = Priorities.from_columns(project, student, -scores.values[student, project], len(scores.sessions))
    return replace(problem, participants=wanted.participants, sessions=wanted.sessions, priorities=priorities)


def _matrix(path: Path, parse: Callable[[str], float]) -> Matrix:
    return read_matrix(path, parse, participant=_student, session=_project)


def _student(text: str) -> str:
    return f"student-{parse_whole(text):03d}"


def _project(text: str) -> str:
    return f"project-{parse_whole(text):02d}"


def _utility(text: str) -> float:
    utility = parse_number(text)
    if utility not in UTILITIES:
        raise ValueError(f"utility {text} is none of 1 (very interested), 0.5 (interested) and 0 (not); correct it")
    return utility
