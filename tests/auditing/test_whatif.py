"""What-if answers against days that are changed by hand and solved from the start, and against brute force."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pdalloc as pa
from pdalloc import Answer, DropSession, ExtraSection, MoveSession, Problem, Seats, WhatIf, what_if
from pdalloc.auditing.questions import Question
from pdalloc.errors import InfeasibleError, OptionError
from pdalloc.objectives import Level, get_objective
from tests import oracle
from tests.auditing.test_certify import SUMS, draw_objective
from tests.strategies import problems

SEPARATE = st.one_of(problems(coupled=False), problems(coupled=False, rated=True))
TOGETHER = st.one_of(problems(minimums=True), problems(minimums=True, facilitator_limits=True, rated=True))


def possible(problem: Problem, questions: list[Question]) -> list[Question]:
    """The questions that would not break a rule."""

    def is_good(question: Question) -> bool:
        try:
            question(problem)
        except OptionError:
            return False
        return True

    return [question for question in questions if is_good(question)]


def single_seats(problem: Problem) -> list[Question]:
    return possible(problem, [Seats(session, by) for session in problem.sessions for by in (1, -1)])


def other_questions(problem: Problem) -> list[Question]:
    session, slots = problem.sessions[0], list(problem.slots)
    asked: list[Question] = [Seats(session, 2), ExtraSection(session), DropSession(session)]
    asked += [ExtraSection(session, slot, facilitators=[problem.participants[-1]]) for slot in slots[-1:]]
    asked += [MoveSession(session, slot) for slot in slots]
    return possible(problem, asked)


def by_level(problem: Problem, levels: tuple[Level, ...], value: tuple[int, ...], longest: int) -> dict[str, int]:
    """A value by the names of its levels, empty and unlisted places costing as on lists of a given length."""
    found = dict(zip([level.name for level in levels], value, strict=True))
    if "rank cost" in found:
        without = found["empty places"] + found.get("unlisted places", 0)
        found["rank cost"] += (longest - problem.longest_list) * without
    return found


def expected(problem: Problem, day: Problem, objective: str, solver: str) -> dict[str, int] | None:
    """The change by two cold solves, None if the changed day has no allocation."""
    longest = max(problem.longest_list, day.longest_list)
    try:
        before, after = (pa.solve(one, solver, objective=objective) for one in (problem, day))
    except InfeasibleError:
        return None
    assert before.objective is not None
    assert after.objective is not None
    old = by_level(problem, before.levels, before.objective, longest)
    new = by_level(day, after.levels, after.objective, longest)
    return {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}


def people(found: WhatIf, answer: Answer) -> tuple[int, int]:
    """Who is better and who is worse off, by the oracle's idea of a day."""
    before, after = found.allocation, found.after(answer)
    up = down = 0
    for who in range(len(found.problem.participants)):
        days = []
        for one in (before, after):
            problem, runs = one.problem, tuple(one.runs.tolist())
            schedule = oracle.schedule_of(one, who)
            empty, unlisted, cost = oracle.day_key(problem, who, schedule, runs)
            last = oracle.longest_list(problem)
            wanted = oracle.wanted(problem, who, runs)
            days.append((wanted, (empty, unlisted, cost - last * (empty + unlisted))))
        if days[0][0] == days[1][0]:
            up += days[1][1] < days[0][1]
            down += days[1][1] > days[0][1]
    return up, down


def check(found: WhatIf, answer: Answer, objective: str, solver: str) -> None:
    """Every figure of an answer is that of the changed day, solved from the start."""
    problem, day = found.problem, answer.question(found.problem)
    change = expected(problem, day, objective, solver)
    if change is None:
        assert answer.how == "infeasible"
        assert str(answer).endswith(" leaves no allocation that keeps all rules.")
        return
    assert answer.change is not None
    got = {level.name: part * level.scale for level, part in zip(answer.levels, answer.change, strict=True)}
    assert {name: part for name, part in got.items() if part} == {name: part for name, part in change.items() if part}
    after = found.after(answer)
    assert after.problem == day
    assert after.violations() == ()
    reached = expected_of(found, answer, objective)
    assert reached == {name: part for name, part in change.items() if part}
    assert answer.places == after.filled.sum() - found.allocation.filled.sum()
    assert (answer.up, answer.down) == people(found, answer)
    assert str(answer).startswith(answer.words)


def expected_of(found: WhatIf, answer: Answer, objective: str) -> dict[str, int]:
    """The change between the two allocations that an answer compares."""
    before, after = found.allocation, found.after(answer)
    longest = max(before.problem.longest_list, after.problem.longest_list)
    values = []
    for one in (before, after):
        chosen = get_objective(objective)
        values.append(by_level(one.problem, chosen.levels(one.problem), chosen.value(one), longest))
    names = {**values[0], **values[1]}
    return {name: values[1].get(name, 0) - values[0].get(name, 0) for name in names
            if values[1].get(name, 0) != values[0].get(name, 0)}  # fmt: skip


@given(problem=SEPARATE, data=st.data())
def test_single_seats_of_separate_slots_are_worth_what_a_cold_solve_says(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    found = what_if(problem, single_seats(problem), objective)
    for answer in found.answers:
        assert answer.how == "price"
        check(found, answer, objective, "flow")


@given(problem=problems(coupled=False, weights=True))
def test_weights_count(problem: Problem) -> None:
    found = what_if(problem, single_seats(problem))
    for answer in found.answers:
        day = answer.question(problem)
        old, new = (pa.solve(one, "flow").value for one in (problem, day))
        assert old is not None
        assert new is not None
        assert answer.change == tuple(after - before for before, after in zip(old, new, strict=True))


@settings(max_examples=40)
@given(problem=TOGETHER, data=st.data())
def test_single_seats_of_tied_slots_are_worth_what_a_cold_solve_says(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    asked = single_seats(problem)
    assume(asked)
    try:
        found = what_if(problem, asked, objective, "mip")
    except InfeasibleError:
        return
    for answer in found.answers:
        check(found, answer, objective, "mip")


@settings(max_examples=40)
@given(problem=st.one_of(SEPARATE, TOGETHER), data=st.data())
def test_all_other_questions_are_answered_as_a_cold_solve_does(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    asked = other_questions(problem)
    try:
        found = what_if(problem, asked, objective)
    except InfeasibleError:
        return
    for answer in found.answers:
        check(found, answer, objective, "mip")
