"""The online course has the cohorts, teams and lists that it claims."""

from __future__ import annotations

import numpy as np
import pytest

from pdalloc import Feature, Together, generators, solve


@pytest.mark.parametrize("seed", range(3))
def test_teams_of_one_school_stay_together(seed: int) -> None:
    course = generators.course(seed)
    assert (len(course.participants), len(course.sessions), len(course.slots)) == (96, 10, 0)
    assert (course.capacity.tolist(), course.minimum.tolist()) == ([14] * 10, [8] * 10)
    assert np.diff(course.choices.indptr).tolist() == [4] * 96
    assert set(course.features) == {Feature.MINIMUMS, Feature.RULES}
    school = course.group("school").value
    teams = [rule.participants for rule in course.rules if isinstance(rule, Together)]
    assert [len(team) for team in teams] == [4, 3, 3, 3, *[2] * 12]
    for team in teams:
        assert len({school[course.participants.index(teacher)] for teacher in team}) == 1
    allocation = solve(course).allocation
    assert all(len({allocation.schedule_of(teacher) for teacher in team}) == 1 for team in teams)
    sizes = [len(allocation.roster(cohort)) for cohort in course.sessions]
    assert all(size == 0 or 8 <= size <= 14 for size in sizes)


def test_colleagues_choose_alike_but_not_the_same() -> None:
    same_first = []
    for seed in range(40):
        course = generators.course(seed, alone=0, list_length=1)
        first = dict(zip(course.participants, course.choices.session.tolist(), strict=True))
        for rule in course.rules:
            assert isinstance(rule, Together)
            same_first.append(first[rule.participants[0]] == first[rule.participants[1]])
    strangers = 0.2  # about the chance of two who have nothing in common
    assert strangers + 0.2 < np.mean(same_first) < 0.95


def test_the_size_of_a_course_is_an_option() -> None:
    course = generators.course(1, alone=200, capacity=30, minimum=20, list_length=10)
    assert len(course.participants) == 237
    assert (course.capacity.tolist(), course.minimum.tolist()) == ([30] * 10, [20] * 10)
    assert course.longest_list == 10
