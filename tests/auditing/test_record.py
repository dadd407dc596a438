"""A participant's own record: all that is theirs, nothing of others, the same bytes each time."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import icalendar
import jsonschema
import pytest
from hypothesis import given, settings

import pdalloc as pa
from pdalloc import Allocation, Model, Problem, export_record, solve
from pdalloc.auditing.record_json import RecordDocument
from pdalloc.errors import OptionError, OutputError
from pdalloc.problem import Labels
from pdalloc.problem.json import decode
from pdalloc.problem.rules import Rule
from tests.auditing.allocations import allocations, crowded_days
from tests.depth import examples

SCHEMA = json.loads((Path(pa.__file__).parent / "schemas" / "record-2.json").read_text(encoding="utf-8"))
MORNING = datetime(2026, 5, 4, 9), datetime(2026, 5, 4, 10, 30)


def day() -> Problem:
    model = Model()
    model.add_session("s01", capacity=1, slots=["am"], title="Reading, writing; counting", room="12")
    model.add_session("s02", capacity=1, slots=["am"])
    model.add_session("s03", capacity=1, slots=["pm"], facilitators=["t001"])
    model.add_participant("t001", name="Robin", arrival=2.0, groups={"school": "Hill"})
    model.add_participant("t002", name="Kim", away=["pm"], arrival=1.0)
    model.add_ranking("t001", ["s01", "s02"])
    model.add_ranking("t002", ["s01"])
    return model.build()


def events(text: str | None) -> list[icalendar.Component]:
    assert text is not None
    return [part for part in icalendar.Calendar.from_ical(text).walk() if part.name != "VCALENDAR"]


def _with_participants(rule: Rule, known: dict[str, str]) -> Rule:
    named = getattr(rule, "participants", ())
    return replace(rule, participants=[known[label] for label in named]) if named else rule  # type: ignore[call-arg]


@settings(max_examples=examples(50))
@given(allocation=allocations() | crowded_days())
def test_nobody_else_is_in_a_record(allocation: Allocation) -> None:
    problem = allocation.problem
    people = [f"person-{number}-id" for number in range(len(problem.participants))]
    known = dict(zip(problem.participants, people, strict=True))
    told_apart = replace(
        problem,
        participants=Labels(people),
        facilitators=Labels([known.get(label, f"{label}-leads") for label in problem.facilitators]),
        name=tuple(f"Name of {number}" for number in range(len(people))),
        rules=tuple(_with_participants(rule, known) for rule in problem.rules),
    )
    again = Allocation(told_apart, allocation.participant, allocation.session, allocation.runs)
    for number, person in enumerate(people):
        record = export_record(again, person, times=dict.fromkeys(problem.slots[:1], MORNING))
        jsonschema.validate(json.loads(record.json), SCHEMA)
        decode(record.json, RecordDocument)
        everything = record.json + (record.ics or "")
        assert person in everything
        others = {*people, *told_apart.name, *told_apart.facilitators} - {person, f"Name of {number}"}
        assert not [other for other in others if other in everything]
        assert len(events(record.ics)) if record.ics else not allocation.filled[number]


def test_the_record_holds_what_was_given_and_what_came_of_it() -> None:
    result = solve(day(), "first-come")
    document = json.loads(export_record(result, "t001").json)
    explanation = pa.explain(result, "t001")
    assert (document["solver"], document["status"]) == ("first-come", "rule")
    assert document["problem_hash"] == result.allocation.problem.content_hash
    assert (document["participant"], document["name"]) == ("t001", "Robin")
    given = document["given"]
    assert [(choice["session"], choice["slots"], choice["rank"]) for choice in given.pop("choices")] == [
        ("s01", ["am"], 1),
        ("s02", ["am"], 2),
    ]
    assert given == {
        "away": [],
        "limit": 2,
        "weight": 1.0,
        "arrival": 2.0,
        "history": None,
        "groups": {"school": "Hill"},
        "fixed": [],
        "forbidden": [],
    }
    assert document["schedule"] == [{"session": "s02", "title": "", "slots": ["am"], "rank": 2}]
    assert (document["facilitates"], document["wanted"], document["empty"]) == (["s03"], 1, 0)
    assert (document["turn"], document["turns"]) == (2, 2)
    assert [reason["kind"] for reason in document["reasons"]] == ["full"]
    assert document["text"] == str(explanation)
    alone = json.loads(export_record(result.allocation, "t002").json)
    assert (alone["solver"], alone["status"], alone["turn"], alone["given"]["away"]) == (None, None, None, ["pm"])


def test_the_calendar_has_what_they_attend_and_what_they_facilitate() -> None:
    afternoon = tuple(moment.replace(tzinfo=timezone(timedelta(hours=-4))) for moment in MORNING)
    result = solve(day(), "first-come")
    text = export_record(result, "t001", times={"am": MORNING, "pm": (afternoon[0], afternoon[1])}).ics
    attends, facilitates = events(text)
    assert (attends.name, facilitates.name) == ("VEVENT", "VEVENT")
    assert (str(attends["summary"]), str(attends["description"])) == ("s02", "You attend s02, am.")
    assert str(facilitates["description"]) == "You facilitate s03, pm."
    assert (attends.decoded("dtstart"), attends.decoded("dtend")) == MORNING
    assert facilitates.decoded("dtstart") == datetime(2026, 5, 4, 13, tzinfo=UTC)
    (other,) = events(export_record(result, "t002", times={"am": MORNING}).ics)
    assert (str(other["summary"]), str(other["location"])) == ("Reading, writing; counting", "12")


def test_a_slot_without_times_makes_a_to_do_without_a_date() -> None:
    first, second = events(export_record(solve(day(), "first-come"), "t001", times={"pm": MORNING}).ics)
    assert (first.name, second.name) == ("VTODO", "VEVENT")
    assert "dtstart" not in first
    assert "due" not in first


def test_identifiers_differ_and_bytes_are_the_same_each_time() -> None:
    model = Model()
    model.add_session("long", capacity=2, slots=["am", "pm"])
    for person in ("t001", "t002"):
        model.add_participant(person)
        model.add_ranking(person, ["long"])
    result = solve(model.build(), "lottery", seed=2)
    records = [export_record(result, person) for person in ("t001", "t002")]
    assert len({str(event["uid"]) for record in records for event in events(record.ics)}) == 4
    assert records[0] == export_record(solve(model.build(), "lottery", seed=2), "t001")
    assert (records[0].ics or "").replace("\r\n", "").count("\n") == 0
    assert max(map(len, (records[0].ics or "").encode().split(b"\r\n"))) <= 75


def test_somebody_without_a_session_has_no_calendar(tmp_path: Path) -> None:
    problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    record = export_record(Allocation.from_schedules(problem, {"t001": ["x"]}), "t002")
    assert record.ics is None
    record.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_a_record_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    record = export_record(solve(day(), "first-come"), "t001")
    record.write(tmp_path / "new")
    assert (tmp_path / "new" / "record.json").read_bytes() == record.json.encode()
    assert (tmp_path / "new" / "record.ics").read_bytes() == (record.ics or "").encode()
    (tmp_path / "half" / "record.ics").mkdir(parents=True)
    with pytest.raises(OutputError):
        record.write(tmp_path / "half")
    assert [path.name for path in (tmp_path / "half").iterdir()] == ["record.ics"]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ({"noon": MORNING}, r"^times: there is no slot 'noon'; the slots are 'am', 'pm'$"),
        (
            {"am": MORNING[::-1]},
            r"^times: slot 'am' ends at 2026-05-04 09:00:00, not after its start at 2026-05-04 10:30:00$",
        ),
        (
            {"am": (MORNING[0], MORNING[1].replace(tzinfo=UTC))},
            r"^times: of slot 'am' only one of start and end has a time zone; give both one, or neither$",
        ),
    ],
)
def test_times_that_cannot_be_are_refused(times: dict[str, tuple[datetime, datetime]], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        export_record(solve(day(), "first-come"), "t001", times=times)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(OptionError, match=r"^calendars need icalendar; install pdalloc\[calendar\]$"):
        export_record(solve(day(), "first-come"), "t001")


def test_what_is_no_allocation_and_what_are_no_times_is_refused() -> None:
    result = solve(day(), "first-come")
    with pytest.raises(OptionError, match="cannot explain a Problem; give allocations or results"):
        export_record(day(), "t001")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="times is a list; give the start and the end of each slot by its name"):
        export_record(result, "t001", times=[])  # type: ignore[arg-type]
    for wrong in (MORNING[0], (1, 2), MORNING[:1], ("09:00", "10:30")):
        with pytest.raises(OptionError, match=r"times: slot 'am' has .*; give its start and end, both as datetime"):
            export_record(result, "t001", times={"am": wrong})  # type: ignore[dict-item]
