"""What-if answers against days that are changed and solved from the start, and against brute force."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pdalloc as pa
from pdalloc import (
    Answer,
    Apart,
    DropSession,
    ExtraSection,
    Forbidden,
    GroupQuota,
    Model,
    MoveSession,
    Prerequisite,
    Problem,
    Required,
    Seats,
    Together,
    WhatIf,
    what_if,
)
from pdalloc.auditing.questions import Question
from pdalloc.errors import InfeasibleError, OptionError, ProblemError
from pdalloc.objectives import get_objective, penalties_first
from pdalloc.problem.rules import Rule
from tests import oracle
from tests.auditing.test_certify import SUMS, draw_objective
from tests.depth import examples
from tests.strategies import problems

SCHEMA = json.loads((Path(pa.__file__).parent / "schemas" / "what-if-1.json").read_text(encoding="utf-8"))
SEPARATE = st.one_of(problems(coupled=False), problems(coupled=False, rated=True))
TOGETHER = st.one_of(
    problems(minimums=True),
    problems(minimums=True, facilitator_limits=True, rated=True),
    problems(minimums=True, rules=2, soft=True),
)


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


def by_level(allocation: pa.Allocation, objective: str, longest: int) -> dict[str, int]:
    """The value by the names of its levels, empty and unlisted places costing as on lists of a given length."""
    problem = allocation.problem
    chosen = penalties_first(get_objective(objective), problem)
    names = [level.name for level in chosen.levels(problem)]
    found = dict(zip(names, chosen.value(allocation), strict=True))
    if "rank cost" in found:
        without = int(allocation.empty.sum() + allocation.size[allocation.choice < 0].sum())
        found["rank cost"] += (longest - problem.longest_list) * without
    return found


def difference(before: pa.Allocation, after: pa.Allocation, objective: str) -> dict[str, int]:
    """What changes from one allocation to the other, by the names of the levels."""
    longest = max(before.problem.longest_list, after.problem.longest_list)
    old, new = (by_level(one, objective, longest) for one in (before, after))
    change = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
    return {name: part for name, part in change.items() if part}


def expected(problem: Problem, day: Problem, objective: str, solver: str) -> dict[str, int] | None:
    """The change by two cold solves, None if the changed day has no allocation."""
    try:
        before, after = (pa.solve(one, solver, objective=objective).allocation for one in (problem, day))
    except InfeasibleError:
        return None
    return difference(before, after, objective)


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
    assert {name: part for name, part in got.items() if part} == change
    after = found.after(answer)
    assert after.problem == day
    assert after.violations() == ()
    assert difference(found.allocation, after, objective) == change
    assert answer.places == after.filled.sum() - found.allocation.filled.sum()
    assert (answer.up, answer.down) == people(found, answer)
    assert str(answer).startswith(answer.words)


# ---- figures -----------------------------------------------------------------------------------------------------


@settings(max_examples=examples(35))
@given(problem=SEPARATE, data=st.data())
def test_single_seats_of_separate_slots_are_worth_what_a_cold_solve_says(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    found = what_if(problem, single_seats(problem), objective)
    for answer in found.answers:
        assert answer.how == "price"
        check(found, answer, objective, "flow")


@settings(max_examples=15)
@given(problem=problems(coupled=False, weights=True))
def test_weights_count(problem: Problem) -> None:
    found = what_if(problem, single_seats(problem))
    for answer in found.answers:
        old, new = (pa.solve(one, "flow").value for one in (problem, answer.question(problem)))
        assert old is not None
        assert new is not None
        assert answer.change == tuple(after - before for before, after in zip(old, new, strict=True))


@settings(max_examples=20)
@given(problem=TOGETHER, data=st.data())
def test_single_seats_of_tied_slots_are_worth_what_a_cold_solve_says(problem: Problem, data: st.DataObject) -> None:
    asked, objective = single_seats(problem), draw_objective(data, problem, SUMS)
    found = answered(problem, asked, objective, "mip")
    for answer in found.answers:
        check(found, answer, objective, "mip")


@settings(max_examples=15)
@given(problem=st.one_of(SEPARATE, TOGETHER), data=st.data())
def test_all_other_questions_are_answered_as_a_cold_solve_does(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, SUMS)
    found = answered(problem, other_questions(problem), objective, "auto")
    for answer in found.answers:
        check(found, answer, objective, "mip")


@settings(max_examples=15)
@given(
    problem=st.one_of(
        problems(coupled=False, most_participants=3, most_sessions=3),
        problems(minimums=True, most_participants=3, most_sessions=2),
    ),
    data=st.data(),
)
def test_brute_force_finds_the_same_change_and_nobody_who_need_not_move(problem: Problem, data: st.DataObject) -> None:
    objective = draw_objective(data, problem, (*SUMS, "leximin"))
    found = answered(problem, single_seats(problem) + other_questions(problem), objective, "auto")
    now = set(zip(found.allocation.participant.tolist(), found.allocation.session.tolist(), strict=True))
    for answer in found.answers:
        day = answer.question(problem)
        if day.longest_list != problem.longest_list or answer.how == "infeasible":
            continue
        best, kept = best_and_kept(day, objective, now)
        assert answer.change is not None
        reached = Counter(dict(zip([level.name for level in found.levels], found.value, strict=True)))
        for part, level in zip(answer.change, answer.levels, strict=True):
            reached[level.name] += int(part * level.scale)
        names = [level.name for level in get_objective(objective).levels(day)]
        told = {name: number for name, number in reached.items() if number}
        assert told == {name: number for name, number in zip(names, best, strict=True) if number}
        if answer.how == "re-solved":
            after = found.after(answer)
            listed = (after.choice >= 0).tolist()
            pairs = zip(after.participant.tolist(), after.session.tolist(), listed, strict=True)
            assert sum((who, session) in now for who, session, is_listed in pairs if is_listed) == kept


def answered(problem: Problem, questions: list[Question], objective: str, solver: str) -> WhatIf:
    try:
        return what_if(problem, questions, objective, solver)
    except InfeasibleError:
        assume(False)
        raise


def best_and_kept(problem: Problem, objective: str, now: set[tuple[int, int]]) -> tuple[tuple[int, ...], int]:
    """The best value of all allocations, and how many of some listed places an allocation of that value can have."""

    def kept(chosen: list[oracle.Schedule]) -> int:
        return sum(
            (who, session) in now and session in oracle.listed(problem, who)
            for who, schedule in enumerate(chosen)
            for session in schedule
        )

    found = [
        (oracle.value(problem, objective, chosen, runs), kept(chosen)) for chosen, runs in oracle.outcomes(problem)
    ]
    best = min((value for value, _ in found), key=lambda value: oracle.less_is_better(problem, objective, value))
    return best, max(number for value, number in found if value == best)


def crowd(title: str = "") -> Problem:
    """Six who want x, with two seats there, and y as their second choice; two more want y alone."""
    model = Model(ranking="per-slot")
    model.add_slot("am")
    model.add_slot("pm")
    model.add_session("x", capacity=2, slots=["am"], title=title, facilitators=["guest"])
    model.add_session("y", capacity=3, slots=["am"])
    model.add_session("z", capacity=9, slots=["pm"], minimum=0, facilitators=["guest"])
    for number in range(6):
        model.add_participant(f"p{number}", away=["pm"])
        model.add_ranking(f"p{number}", ["x", "y"])
    for number in (6, 7):
        model.add_participant(f"p{number}", away=["pm"])
        model.add_ranking(f"p{number}", ["y"])
    return model.build()


def test_an_extra_section_moves_up_and_places_whom_it_can() -> None:
    found = what_if(
        crowd("Mindfulness"), [ExtraSection("x"), Seats("x"), Seats("x", 4), Seats("y", -1), Seats("z", -1)]
    )
    # two in x, two who want y alone and one more in y, three without a place, which costs 2, or 3 with lists of 3
    assert found.value == (3, 7)
    assert list(map(str, found.answers)) == [
        "An extra section of 'x' Mindfulness moves 2 people up and fills 2 more places; empty places -2, rank cost -6.",
        "One more seat in 'x' Mindfulness moves 1 person up and fills 1 more place; empty places -1, rank cost -2.",
        "Adding 4 seats to 'x' Mindfulness moves 4 people up and fills 3 more places; empty places -3, rank cost -7.",
        "One fewer seat in 'y' moves 1 person down and empties 1 place; empty places +1, rank cost +1.",
        "One fewer seat in 'z' changes nothing in the optimum.",
    ]


def test_longer_lists_do_not_make_empty_places_dearer() -> None:
    problem = crowd()
    day = ExtraSection("x")(problem)
    assert (problem.longest_list, day.longest_list) == (2, 3)
    section, seats = what_if(problem, [ExtraSection("x"), Seats("x", 2)]).answers
    before, after = pa.solve(problem), pa.solve(day)
    assert before.objective is not None
    assert after.objective is not None
    assert section.change is not None
    assert list(section.change) == [-2, after.objective[1] - (before.objective[1] + before.objective[0])]
    assert seats.change is not None
    # an empty place costs 3 and not 2 on both days
    assert section.change[1] == seats.change[1] - 2


def test_by_default_every_session_gets_one_more_seat() -> None:
    found = what_if(crowd())
    assert [answer.question for answer in found.answers] == [Seats("x"), Seats("y"), Seats("z")]
    assert [answer.question.session for answer in found.by_worth()] == ["x", "y", "z"]
    assert found.headline() == "flow: rank-sum (3 empty places, 7 rank cost), optimal; 3 questions, all exact"
    assert found.to_frame().columns.tolist() == [
        "session", "what_if", "how", "places", "up", "down", "empty places, least", "empty places, most",
        "rank cost, least", "rank cost, most",
    ]  # fmt: skip
    assert "One more seat in 'x'" in str(found)


def test_a_change_that_leaves_no_allocation_is_an_answer() -> None:
    model = Model()
    for session, capacity in (("x", 2), ("y", 2)):
        model.add_session(session, capacity=capacity, minimum=1, must_run=True)
    model.add_participant("a")
    model.add_participant("b")
    model.add_ranking("a", ["x", "y"])
    model.add_ranking("b", ["y"])
    model.forbid("a", "y")
    problem = model.build()
    drop, section = what_if(problem, [DropSession("x"), ExtraSection("y")]).answers
    assert drop.is_exact
    assert str(section) == "An extra section of 'y' changes nothing in the optimum."
    model = Model()
    for slot in ("am", "pm"):
        model.add_slot(slot)
    model.add_session("x", capacity=2, minimum=1, must_run=True, slots=["am"])
    model.add_participant("a", away=["pm"])
    model.add_ranking("a", ["x"])
    answer = what_if(model.build(), [MoveSession("x", "pm")]).answers[0]
    assert answer.how == "infeasible"
    assert answer.change is None
    assert str(answer) == "Moving 'x' to 'pm' leaves no allocation that keeps all rules."


class Stop:
    """A flag that is set once the day as it is has been solved."""

    def __init__(self) -> None:
        self.is_late = False

    def __call__(self, progress: pa.Progress) -> None:
        self.is_late = progress.unit == "questions"

    def is_set(self) -> bool:
        return self.is_late


def test_what_is_not_settled_in_time_says_so() -> None:
    problem, stop = pa.generators.day(60, 12, 2, 3, repeats=3, minimum=4, seed=1), Stop()
    found = what_if(problem, [Seats("0"), DropSession("0"), ExtraSection("1")], progress=stop, stop=stop)
    for answer in found.answers:
        assert answer.how == "bound"
        assert not answer.is_exact
        assert (answer.change, answer.places, answer.up, answer.down) == (None,) * 4
        assert " is not settled in the time given: " in str(answer)
        with pytest.raises(OptionError, match="there is no optimum of the changed day: "):
            found.after(answer)
    assert found.headline().endswith("), optimal; 3 questions, 0 of them exact")


def test_an_interval_holds_the_change() -> None:
    problem, flag = pa.generators.day(60, 12, 2, 3, repeats=3, seed=1), Stop()
    exact = what_if(problem, [Seats("0", 2)]).answers[0]
    late = what_if(problem, [Seats("0", 2)], solver=pa.solver_class("mip")(), progress=flag, stop=flag).answers[0]
    assert exact.change is not None
    assert late.how == "bound"
    for low, high, level, change in zip(late.least, late.most, late.levels, exact.change, strict=True):
        if low is None or high is None:
            break
        assert low <= change * level.scale <= high


# ---- questions ---------------------------------------------------------------------------------------------------


def small() -> Problem:
    model = Model()
    for slot in ("am", "noon", "pm"):
        model.add_slot(slot)
    model.add_session("mindful", capacity=2, slots=["am"], facilitators=["ann"], tags=["calm"], room="1")
    model.add_session("art", capacity=3, minimum=2, slots=["pm"], facilitators=["ann"])
    model.add_session("choir", capacity=3, slots=["pm"], topic="song")
    model.add_conflict("mindful", "art")
    for person in ("ann", "bob", "cid"):
        model.add_participant(person)
    model.add_choice("bob", "mindful", 1, 5.0)
    model.add_choice("cid", "choir", 2, 1.0)
    model.add_priority("mindful", "cid", 1)
    model.forbid("cid", "mindful")
    model.fix("cid", "choir")
    return model.build()


def never(progress: pa.Progress) -> None:
    pytest.fail("work was done")


BAD: list[tuple[object, str]] = [
    (Seats("mindfull"), "there is no session 'mindfull'; did you mean 'mindful'?"),
    (Seats("zzz"), "there is no session 'zzz'; give an id of the sessions table"),
    (Seats("mindful", 0), "by is 0; give a whole number of seats, not 0"),
    (Seats("mindful", np.int64(0)), "by is 0; give a whole number of seats, not 0"),  # type: ignore[arg-type]
    (Seats("mindful", 1.5), "by is 1.5; give a whole number of seats, not 0"),  # type: ignore[arg-type]
    (Seats("mindful", -3), "session 'mindful' has 2 seats, so by cannot be -3; give -2 to 2,147,483,645"),
    (Seats("art", -2), "session 'art' has 3 seats and a minimum of 2, so by cannot be -2; give -1 at least, or lower"),
    (Seats("choir", -3), "session 'choir' has 3 seats and 1 fixed in it, so by cannot be -3; give -2 at least, or"),
    (DropSession("choir"), "session 'choir' cannot be dropped: participant 'cid' is fixed in it; release the pair"),
    (MoveSession("art", "p"), "there is no slot 'p'; did you mean 'pm'?"),
    (MoveSession("art", "zzz"), "there is no slot 'zzz'; there are 'am', 'noon', 'pm'"),
    (MoveSession("art", []), "slots is empty; name one of 'am', 'noon', 'pm'"),
    (MoveSession("art", "pm"), "session 'art' takes place in 'pm' already; name other slots"),
    (
        MoveSession("art", "am"),
        "Moving 'art' to 'am' would break a rule: facilitator 'ann' runs sessions 'mindful' and 'art', both in slot",
    ),
    (ExtraSection("choir", "noon", ["ann", "ann"]), ""),
    (
        ExtraSection("choir", facilitators="ann"),
        "An extra section of 'choir' would break a rule: facilitator 'ann' runs sessions 'art' and 'choir (2)', both",
    ),
    ("mindful", "question 'mindful' is none; give objects such as Seats('x') or ExtraSection('x')"),
    (Seats, "is none; give objects such as Seats"),
]


@pytest.mark.parametrize(("question", "message"), BAD)
def test_a_bad_question_is_refused_before_any_work(question: Question, message: str) -> None:
    if not message:
        what_if(small(), [question])
        return
    with pytest.raises(OptionError, match=re.escape(message)):
        what_if(small(), [question], progress=never)


def test_a_day_without_slots_knows_no_slot() -> None:
    problem = Problem.from_rankings({"t001": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match="the day has no slots, so there is no slot 'am'; leave it out"):
        what_if(problem, [ExtraSection("x", "am")])


def test_a_rule_that_optimises_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="solver 'lottery' optimises nothing, so there is no optimum to compare with"):
        what_if(small(), solver="lottery")


def test_an_extra_section_is_a_repeat() -> None:
    problem = small()
    day = ExtraSection("mindful", ["pm"], ["dan"])(problem)
    new = day.sessions.index("mindful (2)")
    assert new == len(problem.sessions)
    assert (day.capacity[new], day.minimum[new], day.must_run[new]) == (2, 0, False)
    assert [day.slots[slot] for slot in day.session_slots[new]] == ["pm"]
    assert day.topics[day.topic[new]] == day.topics[day.topic[0]] == "mindful"
    assert [day.facilitators[who] for who in day.session_facilitators[new]] == ["dan"]
    assert [day.tags[tag] for tag in day.session_tags[new]] == ["calm"]
    sessions, ranks = day.choices.of(1)
    assert (sessions.tolist(), ranks.tolist()) == ([0, new], [1, 1])
    assert day.choices.rating is not None
    assert day.choices.rating[:2].tolist() == [5.0, 5.0]
    assert day.conflicts.tolist() == [[0, 1], [1, new]]
    assert day.forbidden.tolist() == [[2, 0], [2, new]]
    assert day.priorities.levels(np.array([new], np.int32), np.array([2], np.int32)).tolist() == [1]
    assert day.room == ("1", "", "", "")
    again = ExtraSection("mindful")(day)
    assert again.sessions[-1] == "mindful (3)"
    assert again.topics == day.topics


def test_a_dropped_session_stays_in_the_tables_without_anything() -> None:
    problem = small()
    day = DropSession("mindful")(problem)
    assert day.sessions == problem.sessions
    assert (day.capacity[0], day.minimum[0], day.session_facilitators[0].tolist()) == (0, 0, [])
    assert day.available.sum() == problem.available.sum() + 1
    assert day.longest_list == problem.longest_list


def test_facilitators_without_a_limit_still_have_none() -> None:
    problem = small()
    assert problem.most_participants.tolist() == [5]
    assert Seats("art", 2)(problem).most_participants.tolist() == [7]
    assert ExtraSection("choir", "noon", "ann")(problem).most_sessions.tolist() == [3]


# ---- documents ---------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(problem=problems(coupled=False))
def test_answers_survive_the_round_trip(problem: Problem) -> None:
    found = what_if(problem, single_seats(problem) + other_questions(problem))
    text = found.to_json()
    jsonschema.validate(json.loads(text), SCHEMA)
    again = WhatIf.from_json(text, problem)
    assert again == found
    assert again.to_json() == text
    assert [entry["text"] for entry in json.loads(text)["answers"]] == list(map(str, found.answers))


def test_answers_to_another_day_are_refused() -> None:
    text = what_if(crowd()).to_json()
    with pytest.raises(ProblemError, match="the document belongs to problem "):
        WhatIf.from_json(text, small())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Forbidden(["x"], participants=["t1"]), [Forbidden(["x", "x (2)"], participants=["t1"])]),
        (Required(["x"], participants=["t1"]), [Required(["x", "x (2)"], participants=["t1"])]),
        (Prerequisite("y", needs=["x"]), [Prerequisite("y", needs=["x", "x (2)"])]),
        (Prerequisite("x", needs=["y"]), [Prerequisite("x", needs=["y"]), Prerequisite("x (2)", needs=["y"])]),
        (
            Apart(["t1", "t2"], session="x"),
            [Apart(["t1", "t2"], session="x"), Apart(["t1", "t2"], session="x (2)")],
        ),
        (
            GroupQuota("school", session="x", at_least=1, at_most=2),
            [
                GroupQuota("school", session="x", at_least=1, at_most=2),
                GroupQuota("school", session="x (2)", at_most=2),
            ],
        ),
        (GroupQuota("school", session="x", at_least=1), [GroupQuota("school", session="x", at_least=1)]),
        (Together(["t1", "t2"]), [Together(["t1", "t2"])]),
    ],
)
def test_rules_about_a_session_are_about_its_extra_section(rule: Rule, expected: list[Rule]) -> None:
    model = pa.Model()
    for session in ("x", "y"):
        model.add_session(session, capacity=2)
    for participant in ("t1", "t2"):
        model.add_participant(participant, groups={"school": "Hill"})
        model.add_ranking(participant, ["x", "y"])
    assert list(ExtraSection("x")(model.build().with_rules(rule)).rules) == expected


def test_soft_rules_are_a_level_of_every_answer() -> None:
    model = pa.Model()
    for session in ("x", "y"):
        model.add_session(session, capacity=2, slots=["am"])
    for participant in ("t1", "t2", "t3"):
        model.add_participant(participant)
        model.add_ranking(participant, ["x", "y"])
    model.add_rule(Together(["t1", "t2"], penalty=1))
    problem = model.build()
    dropped = what_if(problem, [DropSession("y")]).answers[0]
    # two in x and one in y become two in x and one without a place, which costs 2 instead of 1
    assert [(level.name, int(part)) for level, part in zip(dropped.levels, dropped.change or (), strict=True)] == [
        ("penalties", 0),
        ("empty places", 1),
        ("rank cost", 1),
    ]
    assert [answer.how for answer in what_if(problem).answers] == ["re-solved", "re-solved"]
