"""Repairs: as few changes as brute force finds, the best among those, and reasons that are true."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import combinations
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pdalloc import (
    Allocation,
    Changes,
    Forbidden,
    MoveReason,
    Prerequisite,
    Problem,
    RankSum,
    Repair,
    Required,
    Result,
    Status,
    TagQuota,
    repair,
    solve,
)
from pdalloc.auditing.leaving import find_leaving
from pdalloc.auditing.repair import ALL_FIXED
from pdalloc.errors import InfeasibleError, OptionError, ProblemError
from tests import oracle
from tests.depth import examples
from tests.strategies import allocations, problems

DAYS = st.one_of(
    problems(minimums=True, most_participants=3),
    problems(minimums=True, facilitator_limits=True, most_participants=3),
    problems(coupled=False),
    problems(minimums=True, most_participants=3, rules=2, soft=True),
)


@st.composite
def repairs(draw: st.DrawFn) -> tuple[Allocation, Problem]:
    """An allocation of one day and another day of the same names, or the same day with fewer seats."""
    problem = draw(DAYS)
    published = draw(allocations(problem))
    changed = draw(DAYS)
    if draw(st.booleans()):
        document = json.loads(problem.to_json())
        for entry in document["sessions"]:
            entry["capacity"] = max(0, entry["capacity"] - draw(st.sampled_from([0, 0, 1])))
            entry["minimum"] = min(entry.get("minimum", 0), entry["capacity"])
        try:
            changed = Problem.from_json(json.dumps(document))
        except ProblemError:
            assume(False)
    assume(any(True for _ in oracle.outcomes(changed)))
    return published, changed


def changed_by(published: Allocation, problem: Problem, chosen: list[oracle.Schedule]) -> list[str]:
    """Who held a session, is still there, and holds other sessions."""
    return [
        label
        for label, schedule in zip(problem.participants, chosen, strict=True)
        if label in published.problem.participants
        and (before := published.schedule_of(label))
        and set(before) != {problem.sessions[session] for session in schedule}
    ]


def penalties(problem: Problem, chosen: list[oracle.Schedule]) -> tuple[int, ...]:
    """What soft rules cost, where there are any."""
    return oracle.value(problem, "penalties", chosen) if any(rule.penalty for rule in problem.rules) else ()


def keeps_own_rules(problem: Problem, who: int, schedule: oracle.Schedule) -> bool:
    """Whether a schedule keeps the hard rules that ask something of each participant alone."""
    for rule in problem.rules:
        if rule.penalty is not None:
            continue
        if isinstance(rule, Prerequisite):
            held = {problem.sessions[session] for session in schedule}
            if rule.session in held and not held & set(rule.needs):
                return False
        elif isinstance(rule, TagQuota | Required | Forbidden) and who in oracle.meant(problem, rule):
            total = len(set(schedule) & oracle.where(problem, rule))
            least, most = (rule.at_least, rule.at_most) if isinstance(rule, TagQuota) else (0, None)
            least, most = (1, None) if isinstance(rule, Required) else (least, most)
            if oracle.outside(total, least, 0 if isinstance(rule, Forbidden) else most):
                return False
    return True


@settings(max_examples=examples(30))
@given(drawn=repairs(), solver=st.sampled_from(["auto", "mip"]))
def test_fewest_schedules_change_and_the_day_is_best_among_those(
    drawn: tuple[Allocation, Problem], solver: str
) -> None:
    published, problem = drawn
    best = min(
        (
            len(changed_by(published, problem, chosen)),
            *penalties(problem, chosen),
            *oracle.value(problem, "rank-sum", chosen, runs),
        )
        for chosen, runs in oracle.outcomes(problem)
    )
    found = repair(published, problem, solver=solver)
    assert found.result.status is Status.OPTIMAL
    assert found.result.objective == best
    assert found.changed == found.fewest == best[0]
    moved = [move for move in found.moves if move.counts]
    schedules = [tuple(map(problem.sessions.index, found.allocation.schedule_of(who))) for who in problem.participants]
    assert [move.participant for move in moved] == changed_by(published, problem, schedules)
    check_reasons(published, found)


@settings(max_examples=20)
@given(drawn=repairs(), objective=st.sampled_from(["generous", "leximin"]))
def test_places_come_first_where_that_is_asked_for(drawn: tuple[Allocation, Problem], objective: str) -> None:
    published, problem = drawn
    keys = [
        (value[0], len(changed_by(published, problem, chosen)), *penalties(problem, chosen), *value[1:])
        for chosen, runs in oracle.outcomes(problem)
        for value in [oracle.less_is_better(problem, objective, oracle.value(problem, objective, chosen, runs))]
    ]
    found = repair(published, problem, objective=objective, places_first=True)
    entries = zip(found.result.levels, found.result.objective or (), strict=True)
    value = [-part if level.maximise else part for level, part in entries]
    assert tuple(value) == min(keys)
    assert found.changed == found.fewest == min(keys)[1]


def check_reasons(published: Allocation, found: Repair) -> None:
    """Each reason, by the definitions alone."""
    now, problem = found.allocation, found.allocation.problem
    runs = tuple(now.runs.tolist())
    held = {
        label: published.schedule_of(label) if label in published.problem.participants else ()
        for label in problem.participants
    }
    for move in found.moves:
        who = problem.participants.index(move.participant)
        numbers = [problem.sessions.get(session) for session in move.before]
        before = tuple(sorted(number for number in numbers if number is not None))
        left = [s for s in before if problem.sessions[s] not in move.after]
        could_stay = None not in numbers and oracle.may_have(problem, who, before, runs)
        could_stay = could_stay and keeps_own_rules(problem, who, before)
        assert move.before == held[move.participant]
        assert set(move.after) != set(move.before)
        assert could_stay is (move.reason in (MoveReason.SEATS, MoveReason.ROOM, MoveReason.OTHERS)) or not move.before
        if move.reason is MoveReason.NEW:
            assert not move.before
        elif move.reason is MoveReason.LOST:
            assert None in numbers
        elif move.reason is MoveReason.CANCELLED:
            assert not all(runs[s] for s in before)
        elif move.reason is MoveReason.SEATS:
            fixed = {(problem.participants[p], problem.sessions[s]) for p, s in problem.fixed.tolist()}
            asked = {s: problem.sessions[s] for s in left}
            claims = {s: sum(what in held[who] or (who, what) in fixed for who in held) for s, what in asked.items()}
            assert any(problem.capacity[s] < claims[s] for s in left)
        elif move.reason is MoveReason.ROOM:
            assert any(
                now.attendance[s] == problem.capacity[s]
                and any(problem.sessions[s] not in held[label] for label in now.roster(problem.sessions[s]))
                for s in left
            )


# ---- what happens to a day -----------------------------------------------------------------------------------------


def day(**changes: Any) -> dict[str, Any]:
    """Two slots; a and c fill up, b and d have room."""
    sessions: dict[str, dict[str, Any]] = {
        session: {"session": session, "capacity": capacity, "slots": [slot], "facilitators": [f"f{session}"]}
        for session, capacity, slot in (("a", 2, "am"), ("b", 2, "am"), ("c", 2, "pm"), ("d", 2, "pm"))
    }
    lists = {"t1": "abcd", "t2": "abcd", "t3": "badc", "t4": "badc"}
    ranks = {"a": 1, "c": 1, "b": 2, "d": 2}
    people: dict[str, dict[str, Any]] = {
        label: {"participant": label, "ranks": ranks if listed[0] == "a" else {s: 3 - ranks[s] for s in listed}}
        for label, listed in lists.items()
    }
    for label, change in changes.items():
        table = sessions if label in sessions else people
        if change is None:
            del table[label]
        else:
            table[label] = table.get(label, {}) | change
    lost = {"a", "b", "c", "d"} - set(sessions)
    for entry in people.values():
        entry["ranks"] = {session: rank for session, rank in entry["ranks"].items() if session not in lost}
    return {
        "format": "pdalloc/problem", "version": 2, "ranking": "per-slot", "unlisted": "forbidden",
        "slots": ["am", "pm"], "sessions": list(sessions.values()), "participants": list(people.values()),
    }  # fmt: skip


def problem_of(**changes: Any) -> Problem:
    return Problem.from_json(json.dumps(day(**changes)))


@pytest.fixture
def published() -> Result:
    result = solve(problem_of())
    assert [result.allocation.schedule_of(f"t{n}") for n in (1, 2, 3, 4)] == [("a", "c")] * 2 + [("b", "d")] * 2
    return result


def moves(found: Repair) -> list[tuple[str, tuple[str, ...], str]]:
    return [(move.participant, move.after, move.text) for move in found.moves]


NOT_A = {"ranks": {"b": 1, "d": 1, "c": 2}}
BOTH = ("t1", "t2")


@pytest.mark.parametrize(
    ("changes", "moved", "why"),
    [
        ({"t1": None}, (), ""),
        ({"t5": {"participant": "t5", "ranks": {"a": 1, "b": 2}}}, (), ""),
        ({"t1": {"ranks": {"a": 2, "b": 1, "c": 1}}}, (), ""),
        ({"t1": {"ranks": {"b": 1, "c": 1}}}, ("t1",), "session 'a' is not on their list any more"),
        ({"t1": {"away": ["am"]}}, ("t1",), "is away at the time of session 'a'"),
        ({"a": None}, BOTH, "session 'a' is no more"),
        ({"a": {"capacity": 3}}, (), ""),
        (
            {"a": {"capacity": 1}, "b": {"capacity": 3}, "t1": {"ranks": {"a": 1, "c": 1}}},
            ("t2",),
            "session 'a' has 1 seats for 2 who held one and could stay",
        ),
        ({"a": {"capacity": 0}}, BOTH, "session 'a' has 0 seats for 2 who held one and could stay"),
        ({"a": {"slots": ["pm"]}}, BOTH, "session 'c' and another one of theirs are at the same time now"),
        ({"a": {"facilitators": ["t1"]}}, ("t1",), "facilitates session 'a' now"),
        ({"b": {"facilitators": ["t1"]}}, ("t1",), "facilitates another session at the time of session 'a' now"),
        ({"a": {"capacity": 3, "minimum": 3}, "t3": NOT_A, "t4": NOT_A}, BOTH, "session 'a' does not run"),
        (
            {"a": {"capacity": 3, "minimum": 3}, "t4": NOT_A},
            ("t3",),
            "could have stayed by themselves; moves for the sake of the whole day",
        ),
        ({"t1": {"limit": 1}}, ("t1",), "wants fewer places than they held"),
        (
            {"a": {"topic": "x"}, "c": {"topic": "x"}},
            BOTH,
            "session 'c' and another one of theirs are of one topic now",
        ),
    ],
)
def test_who_moves_is_told_why(published: Result, changes: dict[str, Any], moved: tuple[str, ...], why: str) -> None:
    found = repair(published, problem_of(**changes))
    assert found.result.status is Status.OPTIMAL
    assert [(move.participant, move.text) for move in found.moves] == [(who, why) for who in moved]
    assert found.changed == found.fewest == len(moved)
    assert found.left == (("t1",) if changes == {"t1": None} else ())


def test_a_newcomer_gets_a_seat_that_is_free(published: Result) -> None:
    changed = problem_of(t1=None, t5={"participant": "t5", "ranks": {"a": 1, "b": 2, "c": 1}})
    found = repair(published, changed)
    assert moves(found) == [("t5", ("a", "c"), "is new")]
    assert (found.new, found.left, found.changed) == (("t5",), ("t1",), 0)
    assert found.result.provenance.solver == "flow"
    assert found.headline() == (
        "0 of 3 published schedules change, proved to be the fewest; 1 got a first schedule, 1 left"
    )


def test_who_asks_for_another_schedule_may_have_it(published: Result) -> None:
    changed = problem_of(t1={"ranks": {"a": 2, "b": 1, "c": 1}}, b={"capacity": 3})
    assert not repair(published, changed).moves
    found = repair(published, changed, free=["t1"])
    assert moves(found) == [("t1", ("b", "c"), "was free to move")]
    assert (found.changed, found.moves[0].counts) == (0, False)


def test_somebody_makes_room_only_if_places_come_first(published: Result) -> None:
    stays = {"ranks": {"a": 1, "c": 1}}
    changed = problem_of(b={"capacity": 3}, t1=stays, t5={"participant": "t5", "ranks": {"a": 1}, "limit": 1})
    assert not repair(published, changed).moves
    found = repair(published, changed, places_first=True)
    assert [(m[0], m[1]) for m in moves(found)] == [("t2", ("b", "c")), ("t5", ("a",))]
    assert found.moves[0].text == "session 'a' is full with 1 in it who did not hold it"
    assert (found.changed, found.fewest, found.result.objective) == (1, 1, (0, 1, 1))


def test_kept_pairs_stay_whoever_else_has_to_move(published: Result) -> None:
    changed = problem_of(a={"capacity": 1}, b={"capacity": 3})
    for kept, moved in (("t1", "t2"), ("t2", "t1")):
        found = repair(published, changed, keep=[(kept, "a")])
        assert [move.participant for move in found.moves] == [moved]
        assert found.allocation.schedule_of(kept) == ("a", "c")
        assert found.moves[0].text == "session 'a' has 1 seats for 2 who held one and could stay, or are fixed in it"


@settings(max_examples=12)
@given(drawn=repairs(), data=st.data())
def test_any_pair_is_kept_or_it_is_said_why_not(drawn: tuple[Allocation, Problem], data: st.DataObject) -> None:
    published, changed = drawn
    assume(len(published))
    pair = data.draw(st.integers(0, len(published) - 1))
    who = published.problem.participants[int(published.participant[pair])]
    what = published.problem.sessions[int(published.session[pair])]

    def has_it(chosen: list[oracle.Schedule]) -> bool:
        return changed.sessions.index(what) in chosen[changed.participants.index(who)]

    try:
        found = repair(published, changed, keep=[(who, what)])
    except ProblemError:
        with pytest.raises(ProblemError, match=r"^keep: "):
            repair(published, changed, keep=[(who, what)])
    except InfeasibleError:
        assert not any(has_it(chosen) for chosen, _ in oracle.outcomes(changed))
    else:
        assert what in found.allocation.schedule_of(who)


def test_published_ids_are_enough(published: Result) -> None:
    schedules = {f"t{n}": published.allocation.schedule_of(f"t{n}") for n in (1, 2, 3, 4)}
    changed = problem_of(a={"capacity": 1})
    assert repair(schedules, changed).to_json() == repair(published, changed).to_json()


def test_a_repair_is_told_as_text_table_and_document(published: Result) -> None:
    found = repair(published, problem_of(t1=None, a=None))
    assert str(found).splitlines()[:2] == [
        "1 of 3 published schedules change, proved to be the fewest; 1 left",
        "flow: optimal, changes,rank-sum (1 changed schedules, 1 empty places, 2 rank cost)",
    ]
    columns = ["participant", "before", "after", "counts", "reason", "why"]
    row = ["t2", "a;c", "c", True, "lost", "session 'a' is no more"]
    frame = found.to_frame()
    assert (list(frame.columns), frame.to_numpy().tolist()) == (columns, [row])
    document = json.loads(found.to_json())
    schema = (files("pdalloc") / "schemas" / "repair-1.json").read_text(encoding="utf-8")
    jsonschema.validate(document, json.loads(schema))
    assert (document["format"], document["changed"], document["fewest"], document["left"]) == (
        "pdalloc/repair", 1, 1, ["t1"],
    )  # fmt: skip
    assert [move["participant"] for move in document["moves"]] == ["t2"]
    again = Result.from_json(found.result.to_json(), found.allocation.problem)
    assert again.objective == found.result.objective == (1, 1, 2)


def test_a_stopped_repair_claims_no_more_than_was_proved(published: Result) -> None:
    problem = problem_of(a={"capacity": 1})
    found = repair(published, problem)
    open_bound = (0, *found.result.objective[1:]) if found.result.objective else ()
    stopped = Repair(
        Result(
            found.allocation, Status.FEASIBLE, found.result.provenance, found.result.objective_name,
            found.result.levels, found.result.objective, open_bound,
        ),
        found.changes, found.moves,
    )  # fmt: skip
    assert stopped.headline() == "1 of 4 published schedules change, at least 0 have to"


@pytest.mark.parametrize(
    ("changes", "options", "error", "message"),
    [
        ({}, {"keep": [("t1", "b")]}, OptionError, "keep: participant 't1' held no session 'b'; give pairs that were"),
        (
            {"a": None},
            {"keep": [("t1", "a")]},
            ProblemError,
            "keep: participant 't1' cannot keep session 'a': session 'a' is no more; leave it out",
        ),
        (
            {"t1": None},
            {"keep": [("t1", "a")]},
            ProblemError,
            "keep: participant 't1' cannot keep session 'a': participant 't1' is no more; leave it out",
        ),
        (
            {"a": {"capacity": 1}},
            {"keep": [("t1", "a"), ("t2", "a")]},
            ProblemError,
            "keep: the pairs cannot all be kept: session 'a': 2 participants are fixed in it, above its capacity of 1",
        ),
        (
            {"t1": {"away": ["am"]}},
            {"keep": [("t1", "a")]},
            ProblemError,
            "keep: the pairs cannot all be kept: participant 't1' is fixed in session 'a' but is away then",
        ),
        ({}, {"free": ["t9"]}, OptionError, "free: there is no 't9' in the changed problem; give ids that it has"),
        ({}, {"objective": [Changes({}), RankSum()]}, OptionError, "objective: repair counts changes by itself; give"),
        ({}, {"solver": "flow"}, OptionError, "solver 'flow' does not optimise 'changes'"),
        ({}, {"time_limit": 0}, OptionError, "time_limit is 0; give seconds above 0"),
    ],
)
def test_bad_options_are_refused(
    published: Result, changes: dict[str, Any], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        repair(published, problem_of(**changes), **options)


def test_what_is_no_allocation_or_no_problem_is_refused(published: Result) -> None:
    nothing: Any = 3
    with pytest.raises(OptionError, match="changes are counted from published schedules, not from a int; give an All"):
        repair(nothing, problem_of())
    with pytest.raises(OptionError, match="problem is a int; give the changed Problem"):
        repair(published, nothing)


@pytest.mark.parametrize("cuts", [0, 1, 3])
def test_fixing_who_is_not_concerned_gives_the_same_as_the_whole_program(cuts: int) -> None:
    rng = np.random.default_rng(cuts)
    for _ in range(3):
        lists = {f"t{n}": [f"s{s}" for s in rng.permutation(8)[:6].tolist()] for n in range(30)}
        capacity = {f"s{s}": 8 for s in range(8)}
        slots = {f"s{s}": "am" if s < 4 else "pm" for s in range(8)}
        before = solve(Problem.from_rankings(lists, capacity, slots=slots)).allocation
        for label in list(lists)[:3]:
            lists[label] = lists[label][2:]
        seats = capacity | {f"s{s}": int(before.attendance[s]) - 2 for s in rng.permutation(8)[:cuts].tolist()}
        changed = Problem.from_rankings(lists, seats, slots=slots)
        one, other = repair(before, changed), repair(before, changed, solver="mip")
        assert one.result.objective == other.result.objective
        assert cuts or one.result.provenance.solver == "flow"
        assert ALL_FIXED in one.result.notes


@settings(max_examples=examples(100))
@given(data=st.data())
def test_the_fewest_who_leave_are_those_of_brute_force(data: st.DataObject) -> None:
    held = data.draw(st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=7))
    capacity = data.draw(st.lists(st.integers(0, 3), min_size=4, max_size=4))
    seats = {f"s{session}": count for session, count in enumerate(capacity)}
    problem = Problem.from_rankings({f"t{n}": ["s0"] for n in range(len(held))}, seats)
    pairs = np.array([(who, s) for who, theirs in enumerate(held) for s in theirs], np.int64).reshape(-1, 2)
    found = find_leaving(problem, pairs)
    fits = [
        len(leave)
        for size in range(len(held) + 1)
        for leave in combinations(range(len(held)), size)
        if all(sum(s in theirs for who, theirs in enumerate(held) if who not in leave) <= capacity[s] for s in range(4))
    ]
    assert found is not None
    assert found.fewest == min(fits)
    too_small = {s for s in range(4) if sum(s in theirs for theirs in held) > capacity[s]}
    assert set(found.people.tolist()) == {who for who, theirs in enumerate(held) if theirs & too_small}


@pytest.mark.parametrize("keep", [[("t1",)], "t1:x", 5, ["t1"]])
def test_what_is_no_pair_to_keep_is_refused(keep: Any) -> None:
    problem = Problem.from_rankings({"t1": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match=r"keep holds .*; give pairs of a participant id and a session id"):
        repair(Allocation.from_schedules(problem, {"t1": ["x"]}), problem, keep=keep)


def test_who_is_barred_by_a_rule_now_is_told_so() -> None:
    problem = Problem.from_rankings({"t1": ["x", "y"], "t2": ["x", "y"]}, capacity={"x": 2, "y": 2})
    ruled = problem.with_rules(Forbidden(["x"], participants=["t1"]), Required(["y"], participants=["t2"]))
    found = repair({"t1": ["x"], "t2": ["x"]}, ruled)
    assert [(move.reason, move.text) for move in found.moves] == [
        (MoveReason.RULE, "session 'x' is forbidden to them now"),
        (MoveReason.RULE, "a rule requires them in session 'y', or in another one that it names"),
    ]
