"""The course preference survey of the University of Massachusetts Amherst."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from pdalloc.errors import Finding, OptionError, ProblemError
from pdalloc.problem import Model, Problem
from pdalloc.problem.cells import parse_whole, shown
from pdalloc.problem.sheets import Row, Sheet, csv_lines, sheet_from_csv, sheets_from_workbook
from pdalloc.readers.folders import existing_folder

__all__ = ["umass"]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
DAY_NUMBERS = ("1", "2", "3", "4", "5")
HOURS = (0, *range(9, 19), 24)
"""Question 5 asks for the days of each of 11 times of day: before 9, 9 to 10, ..., 17 to 18, after 18."""

STATUS = ("Freshman", "Sophomore", "Junior", "Senior", "MS", "PhD")
COURSE = re.compile(r"Course:&nbsp;</strong>\S+ (\d+)(?:-(\d+))?")
MAX_COURSES = 100
SECTION_COLUMNS = ("Catalog", "Section", "Enrl Capacity", "zc.days", "Mtg Time")


class Section(NamedTuple):
    """A section of a course.

    Attributes
    ----------
    course : str
    capacity : int
    meets : frozenset of (int, int, int)
        Day from 0 (Monday), first minute and minute of the end.
    place : str
        Where it was read.
    """

    course: str
    capacity: int
    meets: frozenset[tuple[int, int, int]]
    place: str

    def overlaps(self, other: Section) -> bool:
        """Whether both meet at some moment."""
        return any(
            day == its_day and start < its_end and its_start < end
            for day, start, end in self.meets
            for its_day, its_start, its_end in other.meets
        )

    def times_of_day(self) -> frozenset[tuple[int, int]]:
        """Return the day and the time of day, counting from 0, of every hour of question 5 that it touches."""
        return frozenset(
            (day, number)
            for day, start, end in self.meets
            for number, (first, last) in enumerate(pairwise(HOURS))
            if start < 60 * last and 60 * first < end
        )


def umass(folder: str | Path, *, capacity_scale: float = 1.0, keep_unavailable: bool = False) -> Problem:
    """Read the course preference survey of UMass Amherst, autumn 2024 [1]_.

    Participants are the respondents who rated a course above 1 ("not interested"); question 1 becomes the group
    "status". Sessions are the sections that have a capacity, such as "301-09"; rated offers without one (by
    arrangement, online, recitations) are left out. Ratings 2 to 7, and 8 for a course needed for the major, become
    ratings, and ranks follow from them. The limit is the number of courses that the respondent wants to keep
    (question 3). Sections of one course are a topic: nobody takes two.

    Sections that meet at the same time become **conflicts**, not slots: classes begin and end at different times and
    meet on one to three days, so that common slots would make a course fill several places of a limit that counts
    courses. Meeting times are those of the course list; the survey showed others for a few sections.

    Parameters
    ----------
    folder : str or Path
        With survey_data.csv, survey_column_mapping.csv and the course list, anonymized_courses.xlsx (which needs
        openpyxl, ``pip install pdalloc[excel]``) or anonymized_courses.csv.
    capacity_scale : float
        Multiplies every capacity, above 0 to 1; the result is rounded half up, and at least 1. The capacities serve the
        whole student body, of whom the respondents are a part. Whatever is computed from a scaled problem is about
        seats that never were: **say the scale wherever you show it**.
    keep_unavailable : bool
        Whether choices stay that touch a time at which the respondent wants no classes (question 5). By default they
        are left out, although many respondents rated such courses highly.

    Raises
    ------
    OptionError
        If a parameter is out of its range.
    ProblemError
        Naming file and line of everything that is wrong, or that openpyxl is missing.

    References
    ----------
    .. [1] Bissias, Cousins, Navarrete Diaz and Zick 2025, "Deploying fair and efficient course allocation mechanisms",
       arXiv 2502.10592; https://github.com/Fair-and-Explainable-Decision-Making/course-allocation-data
    """
    number = isinstance(capacity_scale, int | float) and not isinstance(capacity_scale, bool)
    if not (number and 0 < capacity_scale <= 1):
        raise OptionError(f"umass: capacity_scale is {capacity_scale!r}; give a number above 0, at most 1")
    # 0.29 means 29/100: half up is about the number that was written
    scale, path = Fraction(str(capacity_scale)), existing_folder(folder, "survey_data.csv")
    sections = _sections(_course_list(path))
    questions = _questions(path / "survey_column_mapping.csv", sections)
    model = Model()
    for label, section in sections.items():
        capacity = max(1, math.floor(section.capacity * scale + Fraction(1, 2)))
        model.add_session(label, capacity=capacity, topic=section.course, place=section.place)
    for (first, one), (second, other) in combinations(sections.items(), 2):
        if one.course != other.course and one.overlaps(other):
            model.add_conflict(first, second)
    times = {label: section.times_of_day() for label, section in sections.items()}
    for answers in _answers(path / "survey_data.csv", questions):
        _add_respondent(model, answers, questions, {} if keep_unavailable else times)
    return model.build()


# ---- courses -----------------------------------------------------------------------------------------------------


def _course_list(folder: Path) -> Sheet:
    """Return the course list as a sheet that has all columns."""
    table, workbook = folder / "anonymized_courses.csv", folder / "anonymized_courses.xlsx"
    sheet = sheet_from_csv(table) if table.exists() else next(iter(sheets_from_workbook(workbook).values()))
    for column in SECTION_COLUMNS:
        if not sheet.findings and column not in sheet.columns:
            sheet.report(f"there is no column {column!r}; give the course list as published")
    if sheet.findings:
        raise ProblemError(sheet.findings)
    return sheet


def _sections(sheet: Sheet) -> dict[str, Section]:
    """Return the sections by id."""
    sections: dict[str, Section] = {}
    for row in sheet.rows:
        course, number, capacity, days, time = (row.cells.get(column, "") for column in SECTION_COLUMNS)
        label = f"{course}-{number}"
        try:
            if label in sections:
                raise ValueError(f"section {label!r} is listed twice ({sections[label].place}); keep one of the two")
            sections[label] = Section(course, parse_whole(capacity), _meets(days, time), row.place)
        except ValueError as error:
            raise ProblemError([Finding(str(error), place=row.place)]) from None
    return sections


def _meets(days: str, time: str) -> frozenset[tuple[int, int, int]]:
    try:
        start, end = (datetime.strptime(part, "%I:%M %p") for part in time.split(" - "))
        if start >= end:
            raise ValueError
        first, last = (moment.hour * 60 + moment.minute for moment in (start, end))
        return frozenset((DAYS.index(day), first, last) for day in days.split())
    except ValueError:
        raise ValueError(
            f"{shown(f'{days} {time}')} is no meeting time; write one such as 'Tue Thu' and '01:00 PM - 02:15 PM'"
        ) from None


def _questions(path: Path, sections: Mapping[str, Section]) -> dict[str, str]:
    """Return the section that each question about one asks for; those about something without seats are left out."""
    asked = {}
    for _, cells in csv_lines(path, delimiter="|"):
        if len(cells) == 2 and (found := COURSE.search(cells[1])):
            # where two sections are offered as one, the first has the seats
            section = f"{found[1]}-{found[2] or '01'}"
            if section in sections:
                asked[cells[0]] = section
    if missing := sections.keys() - asked.values():
        message = f"no question asks for section {min(missing)!r}; give the three files of one survey"
        raise ProblemError([Finding(message, place=path.name)])
    return asked


# ---- answers -----------------------------------------------------------------------------------------------------


def _answers(path: Path, questions: Mapping[str, str]) -> Iterator[Row]:
    """Yield each response, its cells by the names that the mapping has for the columns; questions need their own."""
    lines = [(place, cells) for place, cells in csv_lines(path) if cells]
    columns = list(_distinct(lines[0][1])) if lines else []
    if missing := [question for question in questions if question not in columns]:
        message = f"there is no column {missing[0]!r}; give the three files of one survey"
        raise ProblemError([Finding(message, place=path.name)])
    for place, cells in lines[1:]:
        if len(cells) != len(columns):
            message = f"the row has {len(cells)} cells but there are {len(columns)} columns; add or remove the others"
            raise ProblemError([Finding(message, place=place)])
        yield Row(place, {name: cell for name, cell in zip(columns, cells, strict=True) if cell})


def _distinct(names: Sequence[str]) -> Iterator[str]:
    """Yield the names, the second of "7 _1" as "7 _1.1"."""
    count: Counter[str] = Counter()
    for name in names:
        yield f"{name}.{count[name]}" if count[name] else name
        count[name] += 1


def _add_respondent(
    model: Model, row: Row, questions: Mapping[str, str], times: Mapping[str, frozenset[tuple[int, int]]]
) -> None:
    """Add a respondent who is interested in something, and their choices."""
    try:
        ratings = {column: _whole(row, column, 1, 8) for column in row.cells if re.match(r"7 ?_", column)}
        if max(ratings.values(), default=1) < 2:
            return
        groups = {"status": STATUS[_whole(row, "1", 1, len(STATUS)) - 1]} if "1" in row.cells else {}
        limit, available = _whole(row, "3", 0, MAX_COURSES), set(_available(row))
    except ValueError as error:
        model.report(Finding(str(error), place=row.place))
        return
    person = row.cells.get("ResponseId", "")
    model.add_participant(person, limit=limit, groups=groups, place=row.place)
    for column, section in questions.items():
        if ratings.get(column, 1) > 1 and times.get(section, frozenset()) <= available:
            model.add_choice(person, section, rating=ratings[column], place=row.place)


def _available(row: Row) -> Iterator[tuple[int, int]]:
    """Yield the days and times of day that were left selected in question 5, as `Section.times_of_day` has them."""
    for number in range(len(HOURS) - 1):
        for day in filter(None, row.cells.get(f"5#1_{number + 1}", "").split(",")):
            if day not in DAY_NUMBERS:
                raise ValueError(f"question 5#1_{number + 1}: day {shown(day)} is not in 1 to 5; correct the answer")
            yield DAY_NUMBERS.index(day), number


def _whole(row: Row, question: str, low: int, high: int) -> int:
    """Return the answer to a question."""
    text = row.cells.get(question, "")
    if not text.isdecimal() or not low <= int(text[:9]) <= high:
        raise ValueError(f"question {question}: {shown(text)} is not a whole number from {low} to {high}; correct it")
    return int(text)
