"""What participants are told, kind by kind, in the exact words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pdalloc import Allocation, Model, explain
from pdalloc.errors import OptionError


def small(**given: Any) -> Model:
    """A day of three sessions, of which the first is as given, or has one seat."""
    model = Model()
    session: dict[str, Any] = {"capacity": 1, "slots": ["am"]} | given
    model.add_session("x", **session)
    model.add_session("y", capacity=2, slots=["am"])
    model.add_session("z", capacity=2, slots=["pm"])
    return model


def told(model: Model, schedules: dict[str, list[str]], cancelled: Sequence[str] = (), **participant: Any) -> str:
    """What t001, who ranked x, y and z in this order, is told about x."""
    if "t001" not in schedules:
        schedules = {"t001": [], **schedules}
    for person in schedules:
        model.add_participant(person, **participant if person == "t001" else {})
        model.add_ranking(person, ["x", "y", "z"])
    allocation = Allocation.from_schedules(model.build(), schedules, cancelled)
    return explain(allocation, "t001").reasons[0].text


def test_a_cancelled_session_says_who_had_chosen_it_and_what_it_needs() -> None:
    model = small(capacity=9, minimum=8)
    model.add_participant("t003", away=["am"])
    model.add_ranking("t003", ["x"])
    assert told(model, {"t001": ["y"], "t002": []}, cancelled=["x"]) == (
        "cancelled. 3 participants had chosen it, of whom 2 were free to come; it needs 8 to run."
    )


def test_a_session_cancelled_for_its_facilitator_says_so() -> None:
    model = small(facilitators=["guest"])
    model.add_session("more", capacity=1, slots=["pm"], facilitators=["guest"])
    model.add_facilitator("guest", most_sessions=1)
    assert told(model, {}, cancelled=["x"]) == (
        "cancelled. 1 participant had chosen it, of whom 1 were free to come; somebody who facilitates it "
        "offers 2 sessions and can run 1."
    )


def test_what_no_seat_could_change_is_said_plainly() -> None:
    assert told(small(capacity=0), {}) == "it has no seats."
    model = small()
    model.forbid("t001", "x")
    assert told(model, {}) == "a rule of the day bars you from it."
    assert told(small(facilitators=["t001"]), {}) == "you facilitate it yourself."
    assert told(small(), {}, away=["am"]) == "you are away in slot 'am'."
    model = small()
    model.add_session("own", capacity=2, slots=["am"], facilitators=["t001"])
    assert told(model, {}) == "you facilitate 'own' in slot 'am'."


def test_the_rest_of_the_day_may_stand_in_the_way() -> None:
    model = small()
    model.fix("t001", "y")
    assert told(model, {"t001": ["y"]}) == "you have a fixed place in 'y' then."
    model = Model()
    model.add_session("x", capacity=1, slots=["am"], topic="reading")
    model.add_session("y", capacity=1, slots=["am"])
    model.add_session("z", capacity=1, slots=["pm"], topic="reading")
    assert told(model, {"t001": ["z"]}) == "you have 'z' of the same topic, your choice 3."
    model = small()
    model.add_conflict("x", "z")
    assert told(model, {"t001": ["z"]}) == "it cannot be combined with 'z', which you have, your choice 3."
    model = small()
    model.add_session("long", capacity=1, slots=["am", "pm"])
    model.add_participant("t001")
    model.add_ranking("t001", ["y", "long"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["y"]})
    assert explain(allocation, "t001").reasons[0].text == "it overlaps 'y', which you like better, your choice 1."


def test_a_limit_that_is_reached_is_told_with_its_numbers() -> None:
    model = small()
    model.add_participant("t001", limit=1)
    model.add_ranking("t001", ["z", "x"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["z"]})
    assert explain(allocation, "t001").reasons[0].text == (
        "your limit is reached. It fills 1 place, and you have 1 of at most 1; nothing that you ranked lower and could "
        "leave makes room for it."
    )


def test_a_full_session_counts_who_got_in_and_names_them_only_if_asked() -> None:
    model = small(capacity=3)
    for person, ranking in (("t002", ["x"]), ("t003", ["x"]), ("t004", ["y", "x"]), ("t001", ["x", "y"])):
        model.add_participant(person)
        model.add_ranking(person, ranking)
    model.add_priority("x", "t002", 1)
    model.add_priority("x", "t001", 2)
    schedules = {"t001": ["y"], "t002": ["x"], "t003": ["x"], "t004": ["x"]}
    allocation = Allocation.from_schedules(model.build(), schedules)
    priority = " Your priority there is 2; the last priority that got in is 3 (1 comes first)."
    assert str(explain(allocation, "t001")) == (
        "You have 1 of the 2 places you want:\n"
        "  'y' (am), your choice 2.\n"
        "You ranked 1 session higher than what you got:\n"
        "  'x' (am), your choice 1: full. All 3 seats are taken: by 2 who ranked it 1 and 1 who ranked it 2."
        f"{priority}\n"
        "    The cheapest trade: one other would have moved: 1 from rank 2 to rank 1; with your own move, total rank "
        "cost -2.\n"
        "Rank cost: a place at rank r costs r - 1, one that is empty or not chosen 2; less is better."
    )
    named = str(explain(allocation, "t001", names=True))
    assert f"ranked it 2. Who got in: t002, t003, t004.{priority}" in named
    assert "one other would have moved: t004 from 'x' (rank 2) to 'y' (rank 1); with" in named


def test_other_questions_of_seats_have_their_own_words() -> None:
    model = small(capacity=2, facilitators=["guest"])
    model.add_facilitator("guest", most_participants=1)
    assert told(model, {"t001": ["y"], "t002": ["x"]}) == (
        "somebody who facilitates it has 1 participant over all their sessions, and takes at most 1."
    )
    model = Model()
    model.add_session("x", capacity=1, slots=["am"])
    model.add_session("y", capacity=1, slots=["am", "pm"])
    model.add_session("z", capacity=1, slots=["pm"])
    assert told(model, {"t001": ["y"]}) == (
        "it would take the place of 'y', your choice 2, and leave you 1 of the 2 places you have."
    )
    model = Model()
    model.add_session("x", capacity=1, slots=["am"])
    model.add_session("y", capacity=1, minimum=1, slots=["am"])
    model.add_session("z", capacity=1, slots=["am"])
    assert told(model, {"t001": ["y"]}) == (
        "a seat is free, but you could only leave 'y', your choice 2, if it kept its minimum of 1; it has 1 "
        "participant."
    )
    assert told(small(), {"t001": ["y"]}) == "a seat is free and nothing prevents it: 0 of 1 seat are taken."


def test_somebody_without_wishes_is_told_so() -> None:
    model = small()
    model.add_participant("t001", limit=0)
    model.add_participant("t002")
    model.add_participant("t003", limit=1)
    allocation = Allocation.from_schedules(model.build(), {})
    assert str(explain(allocation, "t001")) == (
        "You want no place that this day could give you.\nYou ranked no session higher than what you got."
    )
    assert str(explain(allocation, "t002")).startswith("You have none of the 2 places you want.\n")
    assert str(explain(allocation, "t003")).startswith("You have no place.\n")


def test_how_many_of_the_wanted_places_somebody_has_comes_first() -> None:
    model = small()
    for person in ("t001", "t002"):
        model.add_participant(person)
        model.add_ranking(person, ["y", "z"])
    model.add_participant("t003", limit=1)
    model.add_ranking("t003", ["y"])
    schedules = {"t001": ["y", "z"], "t002": ["z"], "t003": ["y"]}
    allocation = Allocation.from_schedules(model.build(), schedules)
    assert [str(explain(allocation, person)).splitlines()[0] for person in schedules] == [
        "You have all 2 places you want:",
        "You have 1 of the 2 places you want:",
        "You have your place:",
    ]


def test_fractions_of_weights_are_kept_exactly() -> None:
    model = small()
    for person, weight in (("t001", 1.0), ("t002", 0.25)):
        model.add_participant(person, weight=weight)
        model.add_ranking(person, ["x", "y"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["y"], "t002": ["x"]})
    trade = explain(allocation, "t001").reasons[0].trade
    assert trade is not None
    assert (trade.cost, trade.scale) == (-75, 100)
    assert "total rank cost -0.75." in str(explain(allocation, "t001"))
    assert "each times the participant's weight" in str(explain(allocation, "t001"))


def test_whoever_was_served_badly_before_reads_what_they_count() -> None:
    model = small()
    for person, history in (("t001", 0.4), ("t002", 0.1)):
        model.add_participant(person, history=history)
        model.add_ranking(person, ["x", "y"])
    allocation = Allocation.from_schedules(model.build(), {"t001": ["y"], "t002": ["x"]})
    text = str(explain(allocation, "t001"))
    # it costs 1 x 10 that t002 takes y, and saves 1 x 2.5
    assert "total rank cost +7.5" in text
    assert "more the worse they were served before (you: 2.5); less is better" in text


def test_weights_too_large_to_add_are_refused() -> None:
    model = small()
    for person in ("t001", "t002"):
        model.add_participant(person, weight=2.0**53)
        model.add_choice(person, "x", 10**6)
    model.add_choice("t001", "y", 10**6)
    allocation = Allocation.from_schedules(model.build(), {"t002": ["x"]})
    with pytest.raises(OptionError, match=r"^a trade could cost [0-9]+, beyond 59 bits; use smaller weights or ranks$"):
        explain(allocation, "t001")
