"""Drawing: the same for everybody, and refused where nobody could repeat it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pdalloc as pa
from pdalloc import Problem
from pdalloc.errors import OptionError, ProblemError
from pdalloc.lottery import Transcript, commit, draw, verify
from pdalloc.problem.labels import clean_text
from tests.depth import examples
from tests.lottery.days import KEY, committed, day, drawn
from tests.lottery.reimplementation import draw_order, seed_for
from tests.strategies import problems

SCHEMA = Path(pa.__file__).parent / "schemas" / "lottery-transcript-1.json"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
BEACONS = TEXTS.map(clean_text).filter(bool)


def test_the_order_follows_from_the_bytes_of_the_commitment_and_the_beacon() -> None:
    commitment, _ = committed()
    transcript = draw(commitment, "3 5 1 6 6 2 4 4 1 3")
    assert transcript == drawn()
    assert transcript.seed == seed_for(commitment.digest, transcript.beacon)
    order, _ = draw_order(list(commitment.participants), transcript.seed)
    assert transcript.order == tuple(order)


@settings(max_examples=examples(50))
@given(problem=problems(), terms=TEXTS, source=TEXTS, beacon=BEACONS)
def test_every_transcript_is_verified_and_survives_the_round_trip(
    problem: Problem, terms: str, source: str, beacon: str
) -> None:
    """Also where texts hold whatever a text can: both sides write JSON alike."""
    commitment, openings = commit(problem, terms=terms, source=source)
    transcript = draw(commitment, beacon)
    text = transcript.to_json()
    assert Transcript.from_json(text) == Transcript.from_json(text.encode()) == transcript
    assert sorted(transcript.order) == sorted(problem.participants)
    jsonschema.validate(json.loads(text), json.loads(SCHEMA.read_text(encoding="utf-8")))
    for opening in (openings.common, *openings.documents):
        verify(text.encode(), opening=opening, published=commitment.digest)


def test_another_beacon_another_key_or_another_list_gives_another_draw() -> None:
    seeds = {
        draw(commit(problem, key=key)[0], beacon).seed
        for problem in (day(), day(t002=["robotics"]))
        for key in (KEY, KEY[::-1])
        for beacon in ("1", "2")
    }
    assert len(seeds) == 8


@pytest.mark.parametrize(
    ("beacon", "message"),
    [
        ("", "the beacon '' is blank; give the public random value as it was announced"),
        (" \n", "the beacon ' \\n' is blank; give"),
        ("3 5 1 ", "the beacon '3 5 1 ' has a blank at an end, or is not in Unicode normal form C; give"),
        ("Wu\u0308rfel", "has a blank at an end, or is not in Unicode normal form C; give"),
        ("\ud800", "the beacon '\\ud800' contains a null character or half a character; give"),
        ("a\0", "the beacon 'a\\x00' contains a null character or half a character; give"),
        (351, "the beacon 351 is not a string; give the public random value as it was announced"),
        (b"351", "the beacon b'351' is not a string; give"),
        (None, "the beacon None is not a string; give"),
    ],
    ids=repr,
)
def test_a_beacon_that_nobody_could_repeat_is_refused(beacon: Any, message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        draw(committed()[0], beacon)


@pytest.mark.parametrize("given", [committed(), day(), committed()[0].to_json()], ids=["both", "problem", "text"])
def test_what_is_no_commitment_is_refused(given: Any) -> None:
    kind = type(given).__name__
    with pytest.raises(
        OptionError, match=f"^cannot draw from a {kind}; give a Commitment, the first of what commit returns$"
    ):
        draw(given, "351")


def changed(**changes: object) -> str:
    return json.dumps(json.loads(drawn().to_json()) | changes, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON document: Input data was truncated"),
        (committed()[0].to_json(), "the document has format 'pdalloc/lottery-commitment'; expected"),
        (changed(version=2), "pdalloc/lottery-transcript has version 2; this release reads 1 to 1, update pdalloc"),
        (changed(beacon=""), "Expected `str` of length >= 1 - at `$.beacon`"),
        (changed(beacon=" "), "the beacon ' ' is blank; give the public random value as it was announced"),
        (changed(beacon="4"), "the transcript is not the one that its commitment and beacon give"),
        (changed(order=[*drawn().order[1:], drawn().order[0]]), "`pdalloc lottery verify` says why"),
        (changed() + "\n", "the transcript is not the one that its commitment and beacon give"),
        ("\ud800", "not a JSON document: 'utf-8' codec can't encode character"),
        (5, "not a JSON document: it is of type int; give its text"),
    ],
    ids=range(10),
)
def test_what_is_no_transcript_is_refused_by_name(text: Any, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        Transcript.from_json(text)


def test_a_day_of_one_is_drawn_too() -> None:
    alone = Problem.from_rankings({"t001": ["x"]}, capacity={"x": 1})
    assert draw(commit(alone)[0], "351").order == ("t001",)
