"""A bootstrap draws people with all that is theirs, keeps those whom something names, and scales the seats."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from pdalloc import (
    GroupQuota,
    Model,
    Problem,
    Required,
    TagQuota,
    Together,
    generators,
    read_tables,
    readers,
    solve,
    write_tables,
)
from pdalloc.errors import OptionError
from pdalloc.generators import resample
from tests.depth import examples
from tests.strategies import problems

WPI = Path(__file__).parents[2] / "benchmarks" / "instances" / "wpi-2017-2018"


def original(label: str) -> str:
    return label.split("~")[0]


def belongings(problem: Problem, who: int) -> dict[str, Any]:
    """All that is a participant's own, by names, read off one participant at a time."""
    session, rank = problem.choices.of(who)
    row = slice(*problem.choices.indptr[who : who + 2])
    return {
        "choices": list(zip(session.tolist(), rank.tolist(), strict=True)),
        "ratings": [] if problem.choices.rating is None else problem.choices.rating[row].tolist(),
        "away": problem.away[who].tolist(),
        "numbers": repr([problem.limit[who], problem.weight[who], problem.arrival[who], problem.history[who]]),
        "groups": {g.name: g.values[g.value[who]] for g in problem.groups if g.value[who] >= 0},
        "fixed": problem.fixed[problem.fixed[:, 0] == who, 1].tolist(),
        "forbidden": problem.forbidden[problem.forbidden[:, 0] == who, 1].tolist(),
        "facilitated": problem.facilitated[problem.facilitated[:, 0] == who, 1].tolist(),
        "name": problem.name[who] if problem.name else "",
    }


def orders(problem: Problem) -> list[list[tuple[str, int]]]:
    """Every session's (original participant, level) pairs."""
    priorities = problem.priorities
    rows = [slice(*priorities.indptr[row : row + 2]) for row in range(len(problem.sessions))]
    return [
        [(original(problem.participants[who]), level) for who, level in zip(*pairs, strict=True)]
        for pairs in ((priorities.participant[row].tolist(), priorities.level[row].tolist()) for row in rows)
    ]


def assert_everybody_is_somebody(problem: Problem, drawn: Problem) -> None:
    """Hold every copy against its original, and what is not the participants' against what it was."""
    numbers = [problem.participants.index(original(label)) for label in drawn.participants]
    assert numbers == sorted(numbers)
    for who, number in enumerate(numbers):
        assert belongings(drawn, who) == belongings(problem, number)
    for before, after in zip(orders(problem), orders(drawn), strict=True):
        level = dict(before)
        listed = Counter(original(label) for label in drawn.participants if original(label) in level)
        assert Counter(person for person, _ in after) == listed
        # levels are counted anew, but say the same about any two
        by_level = sorted({(level[person], new) for person, new in after})
        assert len({old for old, _ in by_level}) == len({new for _, new in by_level}) == len(by_level)
        assert [new for _, new in by_level] == sorted(new for _, new in by_level)
    for name in ("sessions", "slots", "topics", "facilitators", "tags"):
        assert getattr(drawn, name) == getattr(problem, name)
    assert drawn.session_slots.bits() == problem.session_slots.bits()
    assert (drawn.topic == problem.topic).all()


@pytest.fixture(scope="module")
def wpi() -> Problem:
    return readers.wpi(WPI)


@pytest.fixture(scope="module")
def lexington() -> Problem:
    return generators.lexington(1, repeats=3, minimum=8)


# ---- who is drawn ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("participants", [None, 300])
def test_participants_of_wpi_come_with_all_that_is_theirs(wpi: Problem, participants: int | None) -> None:
    drawn = resample(wpi, participants, seed=1)
    assert len(drawn.participants) == (participants or len(wpi.participants))
    assert_everybody_is_somebody(wpi, drawn)
    assert solve(drawn).allocation.violations() == ()


def test_facilitators_of_lexington_are_kept_once_and_the_others_drawn(lexington: Problem) -> None:
    drawn = resample(lexington, seed=1)
    assert_everybody_is_somebody(lexington, drawn)
    times = Counter(map(original, drawn.participants))
    facilitators = set(lexington.facilitators)
    assert {times[label] for label in facilitators} == {1}
    assert len(drawn.facilitated) == 208
    others = [times[label] for label in lexington.participants if label not in facilitators]
    assert sum(others) == len(others) == 792
    assert others.count(0) / 792 == pytest.approx(np.exp(-1), abs=0.06)
    assert (drawn.capacity == lexington.capacity).all()
    assert (drawn.minimum == lexington.minimum).all()


def test_everybody_is_equally_likely_to_be_drawn() -> None:
    market = generators.random_market(3, 2, 1, seed=1)
    rng = np.random.default_rng(1)
    drawn = Counter(tuple(map(original, resample(market, 2, seed=rng).participants)) for _ in range(450))
    pairs = [("0", "0"), ("0", "1"), ("0", "2"), ("1", "1"), ("1", "2"), ("2", "2")]
    assert stats.chisquare([drawn[pair] for pair in pairs], [50, 100, 100, 50, 100, 50]).pvalue > 0.001


@settings(max_examples=examples(50))
@given(problems(minimums=True, facilitator_limits=True, weights=True, rules=1), st.integers(1, 9), st.booleans())
def test_any_problem_can_be_resampled(problem: Problem, participants: int, keep_capacities: bool) -> None:
    try:
        drawn = resample(problem, participants, keep_capacities=keep_capacities, seed=1)
    except OptionError:  # too few for those who are kept
        assume(False)
        raise
    assert_everybody_is_somebody(problem, drawn)
    assert len(drawn.participants) == participants
    assert Problem.from_json(drawn.to_json()) == drawn
    if participants == len(problem.participants) or keep_capacities:
        assert (drawn.capacity.tolist(), drawn.minimum.tolist()) == (
            problem.capacity.tolist(),
            problem.minimum.tolist(),
        )
        assert drawn.most_participants.tolist() == problem.most_participants.tolist()


def test_the_seed_decides_who_is_drawn(wpi: Problem) -> None:
    seeds = (1, 1, 2, np.random.default_rng(1), np.random.default_rng(1))
    hashes = [resample(wpi, seed=seed).content_hash for seed in seeds]
    assert hashes[0] == hashes[1] != hashes[2] != hashes[3] == hashes[4]


def test_what_is_drawn_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    for problem in (generators.course(1), generators.cohort(1), generators.personal_plan(1)):
        drawn = resample(problem, len(problem.participants) + 30, seed=1)
        write_tables(drawn, tmp_path / drawn.content_hash)
        assert read_tables(tmp_path / drawn.content_hash) == drawn


def test_a_copy_never_has_the_id_of_somebody_else() -> None:
    model = Model()
    model.add_session("x", capacity=2, facilitators=["a~3"])
    for participant in ("a", "a~2"):
        model.add_participant(participant)
    drawn = resample(model.build(), 40, seed=1)
    assert {label.split("~~")[0] for label in drawn.participants} == {"a", "a~2"}
    assert drawn.facilitated.tolist() == []


# ---- rules and fixed pairs -------------------------------------------------------------------------------------------


def small(**more: Any) -> Problem:
    """Eight participants of two schools, who all want the same two sessions; s1 of 3 and s2 of 6 seats."""
    model = Model()
    model.add_session("s1", capacity=3, minimum=2, tags=["core"], facilitators=["guest"])
    model.add_session("s2", capacity=6, minimum=0, tags=["core"], facilitators=["guest"])
    model.add_facilitator("guest", most_participants=more.get("most_participants"))
    for number in range(8):
        model.add_participant(f"p{number}", groups={"school": "Hill" if number < 7 else "Lake"})
        model.add_ranking(f"p{number}", ["s1", "s2"])
    for participant, session in more.get("fixed", ()):
        model.fix(participant, session)
    for rule in more.get("rules", ()):
        model.add_rule(rule)
    return model.build()


def test_whom_a_rule_or_a_fixed_pair_names_is_kept_once() -> None:
    rules = [Together(["p1", "p3"]), Required(["s1", "s2"], participants=["p5"]), TagQuota(tag="core", at_most=1)]
    problem = small(fixed=[("p7", "s2")], rules=rules)
    for seed in range(10):
        drawn = resample(problem, 12, seed=seed)
        times = Counter(map(original, drawn.participants))
        assert [times[kept] for kept in ("p1", "p3", "p5", "p7")] == [1, 1, 1, 1]
        assert drawn.rules == problem.rules
        assert [drawn.participants[who] for who, _ in drawn.fixed.tolist()] == ["p7"]
        assert solve(drawn).allocation.violations() == ()


def test_a_rule_about_a_school_of_which_nobody_is_left_goes() -> None:
    lake = GroupQuota("school", value="Lake", tag="core", at_least=1)
    each = GroupQuota("school", tag="core", at_least=1)
    problem = small(rules=[lake, each])
    seen = set()
    for seed in range(10):
        drawn = resample(problem, seed=seed)
        has_lake = "p7" in drawn.participants
        assert drawn.group("school").values == (("Hill", "Lake") if has_lake else ("Hill",))
        assert drawn.rules == ((lake, each) if has_lake else (each,))
        seen.add(has_lake)
    assert seen == {True, False}
    nobody = replace(problem.groups[0], value=np.where(problem.groups[0].value == 1, 1, -1).astype(np.int32))
    drawn = resample(replace(problem, groups=(nobody,)), 1, seed=1)
    assert (drawn.groups, drawn.rules) == ((), ())


# ---- seats -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("participants", "seats", "minimums", "people"),
    [
        (8, [3, 6], [2, 0], 5),
        (16, [6, 12], [4, 0], 10),
        (12, [5, 9], [3, 0], 8),  # 4.5 and 9 seats, 13.5 in all; 7.5 people
        (6, [2, 5], [1, 0], 4),  # 2.25 and 4.5 seats, 6.75 in all; 1.5 as a minimum; 3.75 people
        (1, [1, 1], [1, 0], 1),  # 0.375 and 0.75 seats, 1.125 in all
    ],
)
def test_seats_are_scaled_by_largest_remainders(
    participants: int, seats: list[int], minimums: list[int], people: int
) -> None:
    drawn = resample(small(most_participants=5), participants, seed=1)
    assert (drawn.capacity.tolist(), drawn.minimum.tolist()) == (seats, minimums)
    assert drawn.most_participants.tolist() == [people]
    # no limit stays none
    assert resample(small(), participants, seed=1).most_participants.tolist() == [sum(seats)]
    kept = resample(small(most_participants=5), participants, keep_capacities=True, seed=1)
    assert (kept.capacity.tolist(), kept.minimum.tolist(), kept.most_participants.tolist()) == ([3, 6], [2, 0], [5])


@settings(max_examples=examples(50))
@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(1, 80))
def test_the_total_of_the_seats_is_rounded_once(capacity: list[int], participants: int) -> None:
    market = generators.random_market(20, len(capacity), 1, seed=1)
    drawn = resample(replace(market, capacity=np.array(capacity)), participants, seed=1).capacity
    exact = np.array(capacity) * participants / 20
    assert ((drawn == 0) == (np.array(capacity) == 0)).all()
    assert (abs(drawn - exact) < 1).all()
    if (exact >= 1).all():
        assert drawn.sum() == int(exact.sum() + 0.5 + 1e-9)


def test_a_session_has_seats_for_those_fixed_in_it() -> None:
    drawn = resample(small(fixed=[("p0", "s1"), ("p1", "s1"), ("p2", "s1")]), 4, seed=1)
    assert drawn.capacity.tolist() == [3, 3]


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixed", "options", "message"),
    [
        (3, {"participants": 0}, "resample: participants is 0; give a whole number from 1 to 100000000"),
        (
            3,
            {"participants": 2},
            "resample: participants is 2, but 3 of 8 are kept, whom facilitators, fixed pairs or rules name; "
            "give 3 or more",
        ),
        (
            8,
            {"participants": 9},
            "resample: participants is 9, but 8 of 8 are kept, whom facilitators, fixed pairs or rules name; give 8",
        ),
        (3, {"seed": -1}, "resample: seed is -1; give a whole number from 0 or a numpy.random.Generator"),
    ],
)
def test_what_cannot_be_drawn_is_refused(fixed: int, options: dict[str, Any], message: str) -> None:
    problem = small(rules=[Together([f"p{number}" for number in range(fixed)])])
    with pytest.raises(OptionError, match=f"^{re.escape(message)}$"):
        resample(problem, **{"seed": 1} | options)


def test_where_all_are_kept_the_problem_is_the_same() -> None:
    problem = generators.rollout_wave(1, 1)
    assert resample(problem, seed=1) == problem
