"""The builder: everything that is wrong is reported by `build`, together, by name."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pdalloc import Model
from pdalloc.errors import FINDINGS_SHOWN, Finding, ProblemError


def day() -> Model:
    model = Model()
    model.add_session("x", capacity=2, slots=["morning"])
    model.add_session("y", capacity=2, slots=["morning"])
    model.add_session("z", capacity=2, slots=["pm"], facilitators=["teacher"])
    model.add_participant("p")
    model.add_participant("q")
    return model


BAD: list[tuple[Callable[[Model], None], str]] = [
    (lambda m: m.add_session("x", capacity=1), "session 'x' is given twice; ids must differ"),
    (lambda m: m.add_participant("p"), "participant 'p' is given twice; ids must differ"),
    (lambda m: m.add_session("", capacity=1), "session id '' is blank; change it"),
    (lambda m: m.add_session(" v", capacity=1), "session id ' v' begins or ends with a blank; change it"),
    (lambda m: m.add_session("a;b", capacity=1), "session id 'a;b' contains ';', which separates ids inside a cell"),
    (lambda m: m.add_session("a\nb", capacity=1), "session id 'a\\nb' contains a control character"),
    (lambda m: m.add_session("\ud800", capacity=1), "contains a control character, a line break or half a character"),
    (lambda m: m.add_session("e\u0301", capacity=1), "is not in Unicode normal form C"),
    (lambda m: m.add_participant(7), "participant id 7 is not a string; change it"),  # type: ignore[arg-type]
    (lambda m: m.add_session("v", capacity=1.5), "session 'v': capacity 1.5 is not a whole number"),  # type: ignore[arg-type]
    (lambda m: m.add_session("v", capacity="2"), "session 'v': capacity '2' is not a whole number"),  # type: ignore[arg-type]
    (
        lambda m: m.add_session("v", capacity=10**30),
        "session 'v': capacity 1000000000000000000000000000000 is too large",
    ),
    (lambda m: m.add_session("v", capacity=-1), "session 'v': capacity -1 is not in 0 to 2,147,483,647"),
    (
        lambda m: m.add_session("v", capacity=2, minimum=3),
        "session 'v': minimum 3 is above capacity 2; lower the minimum",
    ),
    (lambda m: m.add_session("v", capacity=2, minimum=-3), "session 'v': minimum -3 is not in 0 to"),
    (lambda m: m.add_session("v", capacity=2, slots=["a;b"]), "session 'v': slots 'a;b' contains ';'"),
    (lambda m: m.add_session("v", capacity=2, tags=[""]), "session 'v': tags '' is blank; change it"),
    (lambda m: m.add_session("v", capacity=2, must_run="no"), "session 'v': must_run 'no' is neither True nor False"),  # type: ignore[arg-type]
    (lambda m: m.add_facilitator("guest"), "facilitator 'guest' runs no session; name a facilitator of a session"),
    (lambda m: m.add_facilitator("techer"), "facilitator 'techer' runs no session; did you mean 'teacher'?"),
    (
        lambda m: m.add_facilitator("teacher", most_sessions=-1),
        "facilitator 'teacher': most_sessions -1 is not in 0 to 2,147,483,647; give a whole number, or leave it out",
    ),
    (
        lambda m: m.add_facilitator("teacher", most_participants=2**31),
        "facilitator 'teacher': most_participants 2147483648 is not in 0 to 2,147,483,647; give a whole number",
    ),
    (
        lambda m: m.add_facilitator("teacher", most_sessions=1.5),  # type: ignore[arg-type]
        "facilitator 'teacher': most_sessions 1.5 is not a whole number",
    ),
    (lambda m: m.add_participant("r", limit=-1), "participant 'r': limit -1 is not in 0 to"),
    (lambda m: m.add_participant("r", weight=0), "participant 'r': weight 0.0 is not a positive number"),
    (lambda m: m.add_participant("r", weight=float("nan")), "participant 'r': weight nan is not a positive number"),
    (lambda m: m.add_participant("r", weight="x"), "participant 'r': weight 'x' is not a number"),  # type: ignore[arg-type]
    (lambda m: m.add_participant("r", arrival=float("inf")), "participant 'r': arrival inf is not finite"),
    (
        lambda m: m.add_participant("r", history=float("-inf")),
        "participant 'r': history -inf is not in 0 (had nothing) to 1",
    ),
    (lambda m: m.add_participant("r", away=["mroning"]), "unknown slot 'mroning'; did you mean 'morning'?"),
    (lambda m: m.add_participant("r", groups={"Limit": "3"}), "group 'Limit' needs another name"),
    (
        lambda m: m.add_participant("r", name="a\0b"),
        "participant 'r': name 'a\\x00b' contains a null character or half",
    ),
    (lambda m: m.add_session("v", capacity=1, room="\ud800"), "session 'v': room '\\ud800' contains a null character"),
    (lambda m: m.add_participant("r", groups={"school": 3}), "participant 'r': school 3 is not a string; change it"),  # type: ignore[dict-item]
    (lambda m: m.add_choice("r", "x", 1), "unknown participant 'r'; add the participant or correct the id"),
    (lambda m: m.add_choice("p", "w", 1), "unknown session 'w'; add the session or correct the id"),
    (lambda m: m.add_choice("p", "x"), "participant 'p', session 'x': neither rank nor rating; give one"),
    (lambda m: m.add_choice("p", "x", 0), "participant 'p', session 'x': rank 0 is not in 1 to"),
    (lambda m: m.add_choice("p", "x", 1, float("nan")), "participant 'p', session 'x': rating nan is not finite"),
    (lambda m: m.add_ranking("p", ["x", "x"]), "participant 'p', session 'x': the session is chosen twice; keep one"),
    (lambda m: m.add_ranking("p", "xy"), "participant 'p': ranking 'xy' is not a list; write [...]"),
    (lambda m: m.add_ranking("p", None), "participant 'p': ranking None is not a list; write [...]"),  # type: ignore[arg-type]
    (lambda m: m.add_priorities("x", ["p", "p"]), "session 'x' lists participant 'p' twice; keep one of the two"),
    (lambda m: m.add_priority("x", "p", float("nan")), "session 'x', participant 'p': priority nan is not finite"),
    (lambda m: m.add_conflict("x", "x"), "session 'x' conflicts with itself; name two sessions"),
    (lambda m: m.add_conflict("x", "w"), "unknown session 'w'"),
    (lambda m: m.add_slot("pm"), "unknown slot 'morning'; add the slot or correct the id"),
]


@pytest.mark.parametrize(("add", "message"), BAD)
def test_what_is_wrong_is_named(add: Callable[[Model], None], message: str) -> None:
    model = day()
    add(model)
    with pytest.raises(ProblemError, match=re.escape(message)):
        model.build()


def test_a_facilitator_is_added_once() -> None:
    model = day()
    model.add_facilitator("teacher", place="here")
    model.add_facilitator("teacher")
    with pytest.raises(ProblemError, match=re.escape("facilitator 'teacher' is given twice (here); ids must differ")):
        model.build()


def test_ranks_and_ratings_are_given_alike_by_all() -> None:
    model = day()
    model.add_choice("p", "x", 1)
    model.add_choice("q", "x", rating=1)
    with pytest.raises(ProblemError, match="participant 'q', session 'x': no rank, unlike the first choice; all alike"):
        model.build()


def test_a_facilitator_runs_one_session_a_slot() -> None:
    model = day()
    model.add_session("v", capacity=1, slots=["am"], facilitators=["p"])
    model.add_session("w", capacity=1, slots=["am", "pm"], facilitators=["p"])
    with pytest.raises(ProblemError, match="facilitator 'p' runs sessions 'v' and 'w', both in slot 'am'; move one"):
        model.build()


def test_a_facilitator_is_there() -> None:
    model = day()
    model.add_session("v", capacity=1, slots=["pm"], facilitators=["r"])
    model.add_participant("r", away=["pm"])
    with pytest.raises(ProblemError, match="participant 'r' is away in slot 'pm' but facilitates session 'v' then"):
        model.build()


def course(*, minimum: int = 0, must_run: bool = False) -> Model:
    """Three sessions of one facilitator."""
    model = Model()
    for session in ("x", "y", "z"):
        model.add_session(
            session, capacity=3, minimum=minimum, must_run=must_run, slots=[f"at {session}"], facilitators=["teacher"]
        )
    for participant in ("p", "q"):
        model.add_participant(participant)
    return model


def test_a_facilitator_can_run_what_cannot_be_cancelled() -> None:
    model = course(must_run=True)
    model.add_facilitator("teacher", most_sessions=2, place="facilitators.csv, line 2")
    message = (
        "facilitators.csv, line 2, column 'most_sessions': facilitator 'teacher': 3 of their sessions cannot be "
        "cancelled, above most_sessions 2; raise it, or release must_run or fixed pairs"
    )
    with pytest.raises(ProblemError, match=re.escape(message)):
        model.build()


def test_a_facilitator_can_have_the_participants_of_what_cannot_be_cancelled() -> None:
    message = (
        "facilitator 'teacher': their sessions that cannot be cancelled have at least {} participants, by minimums and "
        "fixed pairs, above most_participants {}; raise it, or release must_run or fixed pairs"
    )
    model = course(minimum=1, must_run=True)
    model.add_facilitator("teacher", most_participants=2)
    with pytest.raises(ProblemError, match=re.escape(message.format(3, 2))):
        model.build()
    model = course(minimum=1)
    model.add_facilitator("teacher", most_sessions=2, most_participants=1)
    assert model.build().may_be_cancelled.all()
    model.fix("p", "x")
    model.fix("q", "x")
    with pytest.raises(ProblemError, match=re.escape(message.format(2, 1))):
        model.build()


def test_what_is_wrong_with_a_session_is_not_reported_of_its_facilitator_too() -> None:
    model = course()
    model.add_session("w", capacity=1, minimum=5, must_run=True, facilitators=["teacher"])
    with pytest.raises(ProblemError) as caught:
        model.build()
    assert str(caught.value) == ("session 'w': minimum 5 is above capacity 1; lower the minimum or raise the capacity")


FIXED: list[tuple[Callable[[Model], None], str]] = [
    (
        lambda m: m.forbid("p", "x"),
        "participant 'p' is fixed in session 'x' but is forbidden to take it; release the pair",
    ),
    (lambda m: m.fix("p", "y"), "participant 'p' is fixed in sessions 'x' and 'y', which share a slot; release one"),
    (lambda m: m.fix("p", "w"), "participant 'p' is fixed in sessions 'x' and 'w', both of topic 't'; release one"),
    (
        lambda m: m.fix("p", "v"),
        "participant 'p' is fixed in sessions 'x' and 'v', which conflict; release one of them",
    ),
    (lambda m: m.fix("p", "u"), "participant 'p' is fixed in 3 places but wants 2"),
    (
        lambda m: m.fix("q", "x"),
        "session 'x': 2 participants are fixed in it, above its capacity of 1; add seats or release",
    ),
    (lambda m: m.fix("away", "z"), "participant 'away' is fixed in session 'z' but is away then; release the pair"),
    (lambda m: m.fix("none", "z"), "participant 'none' is fixed in 1 places but wants 0 (their limit"),
]


@pytest.mark.parametrize(("add", "message"), FIXED)
def test_impossible_fixed_pairs_are_named(add: Callable[[Model], None], message: str) -> None:
    model = Model()
    model.add_session("x", capacity=1, slots=["am"], topic="t")
    model.add_session("y", capacity=1, slots=["am"])
    model.add_session("z", capacity=1, slots=["pm"])
    model.add_session("w", capacity=1, slots=["pm"], topic="t")
    model.add_session("v", capacity=1, slots=["pm"])
    model.add_session("u", capacity=1, slots=["pm", "evening"])
    model.add_conflict("v", "x")
    model.add_participant("p", limit=2)
    model.add_participant("q")
    model.add_participant("away", away=["pm"])
    model.add_participant("none", limit=0)
    model.fix("p", "x")
    assert model.build().fixed.tolist() == [[0, 0]]
    add(model)
    with pytest.raises(ProblemError, match=re.escape(message)):
        model.build()


def test_all_problems_are_reported_together_and_the_first_20_shown() -> None:
    model = day()
    for number in range(30):
        model.add_choice("p", f"unknown {number}", 1, place=f"row {number}")
    with pytest.raises(ProblemError, match=r"30 problems in the input:\n  row 0, column 'session': unknown") as caught:
        model.build()
    assert len(caught.value.findings) == 30
    lines = str(caught.value).splitlines()
    assert len(lines) == FINDINGS_SHOWN + 2
    assert lines[-1] == "  ... and 10 more"


def test_findings_from_elsewhere_are_reported_too() -> None:
    model = day()
    model.report(Finding("is missing", place="rooms.csv", column="room"))
    with pytest.raises(ProblemError, match=re.escape("rooms.csv, column 'room': is missing")):
        model.build()


def test_building_twice_gives_equal_problems_and_later_additions_count() -> None:
    model = day()
    first = model.build()
    assert model.build() == first
    model.add_choice("p", "x", 1)
    assert len(model.build().choices) == 1
    assert len(first.choices) == 0


def test_groups_are_free_text() -> None:
    model = day()
    model.add_participant("r", groups={"school": "Hill; annex\nor E\u0301cole"})
    problem = model.build()
    assert problem.groups[0].values == ("Hill; annex\nor \xc9cole",)
    assert type(problem).from_json(problem.to_json()) == problem
