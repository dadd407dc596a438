"""The two years of project centres: known answers, and a second reading of the files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pdalloc import metrics, readers, solve
from pdalloc.errors import ProblemError

INSTANCES = Path(__file__).parents[2] / "benchmarks" / "instances"
YEARS = ["wpi-2017-2018", "wpi-2019-2020"]


@pytest.mark.parametrize(
    ("year", "participants", "seats", "profile", "utility"),
    [(YEARS[0], 928, 928, [885, 43], 906.5), (YEARS[1], 1_126, 1_208, [1_049, 77], 1_087.5)],
)
def test_everybody_has_a_place_of_known_utility(
    year: str, participants: int, seats: int, profile: list[int], utility: float
) -> None:
    # two other solvers give these numbers for the data of Wiratchotisatian, Atef Yekta and Trapp 2022
    problem = readers.wpi(INSTANCES / year)
    assert (len(problem.participants), problem.capacity.sum()) == (participants, seats)
    assert metrics.profile(solve(problem).allocation)[:3].tolist() == [*profile, 0]
    best = solve(problem, objective="welfare").allocation
    assert metrics.utilities(best).sum() == utility
    assert sum(profile) == participants


@pytest.mark.parametrize("year", YEARS)
def test_every_cell_becomes_what_it_says(year: str) -> None:
    problem = readers.wpi(INSTANCES / year)
    wanted, scores = (
        np.loadtxt(INSTANCES / year / f"{who}_preference.csv", delimiter=",", skiprows=1)[:, 1:]
        for who in ("student", "project")
    )
    rank, rating = np.zeros(wanted.shape), np.zeros(wanted.shape)
    choices = problem.choices
    rank[choices.participant, choices.session] = choices.rank
    rating[choices.participant, choices.session] = choices.rating
    assert (rating == wanted).all()
    assert (rank == np.select([wanted == 1, wanted == 0.5], [1, 2])).all()
    assert (problem.participants[0], problem.sessions[-1]) == ("student-001", f"project-{wanted.shape[1]}")
    for project in range(wanted.shape[1]):
        row = slice(*problem.priorities.indptr[project : project + 2])
        ordered = scores[problem.priorities.participant[row], project]
        level = problem.priorities.level[row]
        assert len(ordered) == len(scores)
        assert (np.sign(np.diff(level)) == -np.sign(np.diff(ordered))).all()


def copied(target: Path) -> Path:
    """Two students and two projects, in the form of the published files."""
    (target / "student_preference.csv").write_text("StudentID \\ ProjectID,1,2\n1.0,1.0,0.5\n2.0,0.0,1.0\n")
    (target / "project_preference.csv").write_text("StudentID \\ ProjectID,1,2\n1.0,0.6,0.5\n2.0,0.7,0.5\n")
    (target / "project_capacity.csv").write_text("ProjectID,Capacity\n1,3\n2,4\n")
    return target


def test_a_small_year_is_read_by_hand(tmp_path: Path) -> None:
    problem = readers.wpi(copied(tmp_path))
    assert list(problem.participants) == ["student-001", "student-002"]
    assert list(problem.sessions) == ["project-01", "project-02"]
    assert problem.capacity.tolist() == [3, 4]
    assert problem.choices.rank.tolist() == [1, 2, 1]
    # the first project scores the second student higher, the other scores both alike
    assert problem.priorities.participant.tolist() == [1, 0, 0, 1]
    assert problem.priorities.level.tolist() == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "student_preference.csv",
            "S,1,2\n1.0,1.0,0.7\n2.0,0.0,1.0\n",
            "student_preference.csv, line 2: cell 3: utility 0.7 is none of 1 (very interested), 0.5 (interested) and "
            "0 (not); correct it",
        ),
        (
            "project_preference.csv",
            "S,1,2\n1.0,1.0,0.7\n",
            "project_preference.csv: its students or projects are not those of student_preference.csv; give the two of "
            "one year",
        ),
        (
            "project_capacity.csv",
            "ProjectID,Capacity\n1,3\n",
            "project_capacity.csv: no capacity for session 'project-02'",
        ),
        (
            "project_capacity.csv",
            "Project,Capacity\n1,3\n",
            "project_capacity.csv: the columns are Project, Capacity; it",
        ),
        (
            "project_capacity.csv",
            "ProjectID,Capacity\none,3\n",
            "project_capacity.csv, line 2: 'one' is not a whole number",
        ),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, file: str, text: str, message: str) -> None:
    (copied(tmp_path) / file).write_text(text)
    with pytest.raises(ProblemError) as caught:
        readers.wpi(tmp_path)
    assert str(caught.value).startswith(message)


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ProblemError, match=r"nowhere: no such folder; name the folder that holds student_preference.csv"
    ):
        readers.wpi(tmp_path / "nowhere")
    with pytest.raises(ProblemError, match=r"^student_preference.csv: cannot be read: No such file or directory$"):
        readers.wpi(tmp_path)
    with pytest.raises(
        ProblemError, match=r"test_wpi.py: a file, not a folder; name the folder that holds survey_data"
    ):
        readers.umass(__file__)
