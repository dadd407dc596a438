"""The survey of UMass Amherst: against a reading by pandas, and small surveys written here."""

from __future__ import annotations

import re
import sys
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from pdalloc import Problem, readers
from pdalloc.errors import OptionError, ProblemError

FOLDER = Path(__file__).parents[2] / "benchmarks" / "instances" / "umass-2024"
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri"]


@pytest.fixture(scope="module")
def problem() -> Problem:
    return readers.umass(FOLDER)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    # pandas calls the second "7 _1" what the mapping calls it: "7 _1.1"
    return pd.read_csv(FOLDER / "survey_data.csv").set_index("ResponseId")


@pytest.fixture(scope="module")
def minutes() -> dict[str, set[int]]:
    """The minutes of the week in which each section meets."""
    courses = pd.read_excel(FOLDER / "anonymized_courses.xlsx", dtype=str)
    meets = {}
    for _, row in courses.iterrows():
        start, end = (pd.Timestamp(text) for text in row["Mtg Time"].split(" - "))
        first, last = (time.hour * 60 + time.minute for time in (start, end))
        days = [DAYS.index(day) * 1440 for day in row["zc.days"].split()]
        meets[f"{row['Catalog']}-{row['Section']}"] = {day + minute for day in days for minute in range(first, last)}
    return meets


@pytest.fixture(scope="module")
def question() -> dict[str, str]:
    """The survey's column of each section."""
    mapping = pd.read_csv(FOLDER / "survey_column_mapping.csv", sep="|", index_col=0)["description"].dropna()
    found = {column: re.search(r"DEPT (\d+)-?(\d\d)?", text) for column, text in mapping.items()}
    return {f"{course[1]}-{course[2] or '01'}": str(column) for column, course in found.items() if course}


def test_703_respondents_rated_something_above_1(problem: Problem, survey: pd.DataFrame) -> None:
    rated = survey[[column for column in survey.columns if column.startswith(("7_", "7 _"))]]
    interested = rated.index[(rated > 1).any(axis=1)]
    assert len(interested) == 703
    assert list(problem.participants) == interested.tolist()
    assert problem.limit.tolist() == survey.loc[interested, "3"].tolist()
    group = problem.group("status")
    names = ["Freshman", "Sophomore", "Junior", "Senior", "MS", "PhD"]
    said = [names[int(status) - 1] for status in survey.loc[interested, "1"]]
    assert [group.values[number] for number in group.value.tolist()] == said


def test_sections_that_meet_in_one_minute_conflict(problem: Problem, minutes: dict[str, set[int]]) -> None:
    assert list(problem.sessions) == list(minutes)
    overlapping = {
        (one, other)
        for one, other in combinations(range(len(problem.sessions)), 2)
        if minutes[problem.sessions[one]] & minutes[problem.sessions[other]]
    }
    same_course = {pair for pair in overlapping if problem.topic[pair[0]] == problem.topic[pair[1]]}
    assert same_course
    assert set(map(tuple, problem.conflicts.tolist())) == overlapping - same_course
    courses = [problem.topics[topic] for topic in problem.topic.tolist()]
    assert courses == [session.partition("-")[0] for session in problem.sessions]


def test_choices_are_the_ratings_above_1_at_available_times(
    problem: Problem, survey: pd.DataFrame, minutes: dict[str, set[int]], question: dict[str, str]
) -> None:
    hours = [(0, 9), *((hour, hour + 1) for hour in range(9, 18)), (18, 24)]
    stretch = {
        (number, str(day)): set(range(day * 1440 - 1440 + first * 60, day * 1440 - 1440 + last * 60))
        for number, (first, last) in enumerate(hours, 1)
        for day in range(1, 6)
    }
    available = {
        respondent: set().union(
            *(
                stretch[number, day]
                for number in range(1, 12)
                for day in str(row[f"5#1_{number}"]).split(",")
                if day != "nan"
            )
        )
        for respondent, row in survey.loc[list(problem.participants)].astype({}).iterrows()
    }
    whole = {
        (respondent, section, float(rating))
        for section in minutes
        for respondent, rating in survey.loc[list(problem.participants), question[section]].items()
        if rating > 1
    }
    assert listed(readers.umass(FOLDER, keep_unavailable=True)) == whole
    assert listed(problem) == {choice for choice in whole if minutes[choice[1]] <= available[choice[0]]}


def listed(problem: Problem) -> set[tuple[object, str, float]]:
    choices = problem.choices
    assert choices.rating is not None
    return {
        (problem.participants[who], problem.sessions[what], rating)
        for who, what, rating in zip(
            choices.participant.tolist(), choices.session.tolist(), choices.rating.tolist(), strict=True
        )
    }


SECTIONS = (
    "Catalog,Section,Enrl Capacity,zc.days,Mtg Time\n"
    "101,01,25,Mon Wed,08:30 AM - 09:45 AM\n"
    "101,02,3,Tue,12:00 PM - 01:00 PM\n"
    "102,01,90,Wed Fri,09:30 AM - 10:30 AM\n"
    "103,01,1,Wed,10:30 AM - 11:00 AM\n"
)
MAPPING = "question|description\n1|Status\n" + "".join(
    f"{column}|<strong>Course:&nbsp;</strong>DEPT {section} &nbsp;<strong>Schedule:&nbsp;</strong>any\n"
    for column, section in [
        ("7 _1", "101-01"),
        ("7_1", "101-02"),
        ("7 _1.1", "102"),
        ("7_2", "103-01,02"),
        ("7_3", "104"),
    ]
)
TIMES = ",".join(f"5#1_{number}" for number in range(1, 12))
SURVEY = f"ResponseId,1,3,{TIMES},7 _1,7_1,7 _1,7_2,7_3\n"
ALWAYS = ",".join(['"1,2,3,4,5"'] * 11)
OPEN = f"open,4,2,{ALWAYS},8,1,5,,7\n"


def written(folder: Path, sections: str = SECTIONS, mapping: str = MAPPING, survey: str = SURVEY) -> Path:
    (folder / "anonymized_courses.csv").write_text(sections, encoding="utf-8")
    (folder / "survey_column_mapping.csv").write_text(mapping, encoding="utf-8")
    (folder / "survey_data.csv").write_text(survey, encoding="utf-8")
    return folder


def test_a_small_survey_is_read_by_hand(tmp_path: Path) -> None:
    # "early" is free before 10 on Mondays and Wednesdays, so not for 102, which ends at 10:30 and meets on Fridays
    early = '"1,3","1,3"' + "," * 9
    survey = f"{SURVEY}{OPEN}early,6,1,{early},2,3,8,8,\nnothing,1,1,{ALWAYS},1,1,,1,1\n"
    problem = readers.umass(written(tmp_path, survey=survey))
    assert list(problem.participants) == ["open", "early"]
    assert list(problem.sessions) == ["101-01", "101-02", "102-01", "103-01"]
    assert problem.capacity.tolist() == [25, 3, 90, 1]
    assert problem.limit.tolist() == [2, 1]
    assert problem.group("status").values == ("Senior", "PhD")
    # Wednesdays, 9:30 to 9:45; 103 begins as 102 ends
    assert problem.conflicts.tolist() == [[0, 2]]
    assert listed(problem) == {("open", "101-01", 8), ("open", "102-01", 5), ("early", "101-01", 2)}
    kept = listed(readers.umass(tmp_path, keep_unavailable=True)) - listed(problem)
    assert kept == {("early", "101-02", 3), ("early", "102-01", 8), ("early", "103-01", 8)}


@pytest.mark.parametrize(
    ("scale", "capacity"), [(0.5, [13, 2, 45, 1]), (0.1, [3, 1, 9, 1]), (0.58, [15, 2, 52, 1]), (1, [25, 3, 90, 1])]
)
def test_scaled_capacities_are_rounded_half_up_and_leave_a_seat(
    tmp_path: Path, scale: float, capacity: list[int]
) -> None:
    assert readers.umass(written(tmp_path, survey=SURVEY + OPEN), capacity_scale=scale).capacity.tolist() == capacity


@pytest.mark.parametrize("scale", [0, -1, 1.5, float("nan"), "half", True])
def test_other_scales_are_refused(scale: float) -> None:
    with pytest.raises(OptionError, match=r"^umass: capacity_scale is .*; give a number above 0, at most 1$"):
        readers.umass(FOLDER, capacity_scale=scale)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"sections": SECTIONS.replace("08:30 AM", "8:30")},
            "anonymized_courses.csv, line 2: 'Mon Wed 8:30 - 09:45 AM' is no meeting time; write one such as "
            "'Tue Thu' and '01:00 PM - 02:15 PM'",
        ),
        (
            {"sections": SECTIONS.replace("09:45 AM", "08:30 AM")},
            "anonymized_courses.csv, line 2: 'Mon Wed 08:30 AM - 08:30 AM' is no meeting time; write one such as",
        ),
        (
            {"sections": SECTIONS.replace("101,02", "101,01")},
            "anonymized_courses.csv, line 3: section '101-01' is listed twice (anonymized_courses.csv, line 2); keep",
        ),
        (
            {"sections": SECTIONS.replace("zc.days", "Days")},
            "anonymized_courses.csv: there is no column 'zc.days'; give the course list as published",
        ),
        (
            {"mapping": MAPPING.replace("DEPT 102", "DEPT 202")},
            "survey_column_mapping.csv: no question asks for section '102-01'; give the three files of one survey",
        ),
        (
            {"survey": f"{SURVEY}{OPEN}other,4,2,{ALWAYS},9,1,5,,7\n"},
            "survey_data.csv, line 3: question 7 _1: '9' is not a whole number from 1 to 8; correct it",
        ),
        (
            {"survey": f"{SURVEY}{OPEN}other,4,,{ALWAYS},8,1,5,,7\n"},
            "survey_data.csv, line 3: question 3: '' is not a whole number from 0 to 100; correct it",
        ),
        (
            {"survey": f'{SURVEY}{OPEN}other,4,2,"1,6"{"," * 10},2,,,,\n'},
            "survey_data.csv, line 3: question 5#1_1: day '6' is not in 1 to 5; correct the answer",
        ),
        (
            {"survey": (SURVEY + OPEN).replace("7_2", "7_9")},
            "survey_data.csv: there is no column '7_2'; give the three files of one survey",
        ),
        ({"survey": ""}, "survey_data.csv: there is no column '7 _1'; give the three files of one survey"),
        (
            {"survey": f"{SURVEY}open,4,2,{ALWAYS},8,1,5\n"},
            "survey_data.csv, line 2: the row has 17 cells but there are 19 columns; add or remove the others",
        ),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        readers.umass(written(tmp_path, **change))
    assert str(caught.value).startswith(message)


def test_without_openpyxl_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(
        ProblemError, match=r"^anonymized_courses.xlsx: reading .xlsx needs openpyxl; install pdalloc\[ex"
    ):
        readers.umass(FOLDER)


def test_a_course_list_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"^anonymized_courses.xlsx: cannot be read: No such file or directory$"):
        readers.umass(tmp_path)
