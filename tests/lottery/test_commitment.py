"""A commitment hides what everybody wants, binds all of it, and each part can be found in it alone."""

from __future__ import annotations

import json
import math
import pickle
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

import pdalloc as pa
from pdalloc import Model, Problem, Together
from pdalloc.errors import OptionError, ProblemError, UnsupportedError
from pdalloc.lottery import Commitment, Openings, commit, verify_opening
from pdalloc.lottery.documents import CommonDocument, OpeningDocument
from pdalloc.problem.json import decode
from tests.depth import examples
from tests.lottery.days import KEY, committed, day
from tests.strategies import problems

SCHEMAS = Path(pa.__file__).parent / "schemas"
WHOLE = problems(minimums=True, facilitator_limits=True, weights=True)


def put_together(openings: Openings) -> Problem:
    """The problem, from all parts."""
    common: dict[str, Any] = json.loads(openings.common)
    parts: list[dict[str, Any]] = [json.loads(text) for text in openings.documents]
    ids = [part["participant"]["participant"] for part in parts]
    for session in common["sessions"]:
        levels = {who: part["priorities"].get(session["session"]) for who, part in zip(ids, parts, strict=True)}
        classes = sorted({level for level in levels.values() if level is not None})
        session["priorities"] = [[who for who in ids if levels[who] == level] for level in classes]
    shared = ("ranking", "unlisted", "slots", "sessions", "facilitators", "conflicts")
    document = {
        "format": "pdalloc/problem",
        "version": 2,
        **{name: common[name] for name in shared},
        "participants": [part["participant"] for part in parts],
        **{
            kind: [
                {"participant": who, "session": session}
                for who, part in zip(ids, parts, strict=True)
                for session in part[kind]
            ]
            for kind in ("fixed", "forbidden")
        },
    }
    return Problem.from_json(json.dumps(document))


@given(problem=WHOLE)
def test_the_parts_together_are_the_whole_problem(problem: Problem) -> None:
    """So that nothing of a problem can change without a change of a part."""
    commitment, openings = commit(problem)
    assert put_together(openings) == problem
    assert commitment.participants == openings.participants == tuple(problem.participants)


@settings(max_examples=examples(25))
@given(one=WHOLE, other=WHOLE)
def test_commitments_under_one_key_are_equal_exactly_if_the_problems_are(one: Problem, other: Problem) -> None:
    digests = [commit(problem, key=KEY)[0].digest for problem in (one, other, Problem.from_json(one.to_json()))]
    assert (digests[0] == digests[1]) == (one.content_hash == other.content_hash)
    assert digests[0] == digests[2]


def changed_days() -> dict[str, tuple[Problem, set[str]]]:
    """Days that differ from the first in one thing, with whose part that is."""

    def build(**options: Any) -> Problem:
        model = Model(unlisted=options.get("unlisted", "forbidden"))
        model.add_slot("am")
        model.add_session("x", capacity=options.get("capacity", 1), slots=["am"], title=options.get("title", ""))
        model.add_session("y", capacity=2, slots=["am"])
        model.add_participant("t001", **options.get("participant", {}))
        model.add_participant("t002")
        model.add_ranking("t001", options.get("ranking", ["x", "y"]))
        model.add_ranking("t002", ["x"])
        for session, classes in options.get("priorities", {}).items():
            model.add_priorities(session, classes)
        for name in ("fix", "forbid"):
            if name in options:
                getattr(model, name)("t001", options[name])
        return model.build()

    own: dict[str, dict[str, Any]] = {
        "list": {"ranking": ["y", "x"]},
        "shorter list": {"ranking": ["x"]},
        "tie": {"ranking": [["x", "y"]]},
        "name": {"participant": {"name": "Kim"}},
        "away": {"participant": {"away": ["am"]}},
        "limit": {"participant": {"limit": 0}},
        "weight": {"participant": {"weight": 2.0}},
        "arrival": {"participant": {"arrival": 1.0}},
        "history": {"participant": {"history": 0.5}},
        "group": {"participant": {"groups": {"school": "Hill"}}},
        "fixed": {"fix": "x"},
        "forbidden": {"forbid": "x"},
        "priority": {"priorities": {"x": [["t001"]]}},
    }
    common: dict[str, dict[str, Any]] = {
        "capacity": {"capacity": 2},
        "title": {"title": "Reading"},
        "rule": {"unlisted": "last"},
    }
    return {
        "first": (build(), set()),
        **{name: (build(**options), {"t001"}) for name, options in own.items()},
        **{name: (build(**options), {"common"}) for name, options in common.items()},
        "both priorities": (build(priorities={"x": [["t002"], ["t001"]]}), {"t001", "t002"}),
    }


@pytest.mark.parametrize("name", changed_days())
def test_a_change_changes_the_part_of_whom_it_concerns_and_no_other(name: str) -> None:
    first, _ = commit(changed_days()["first"][0], key=KEY)
    problem, concerned = changed_days()[name]
    second, _ = commit(problem, key=KEY)
    digests = [
        {"common": commitment.common, **dict(zip(commitment.participants, commitment.digests, strict=True))}
        for commitment in (first, second)
    ]
    assert {part for part in digests[0] if digests[0][part] != digests[1][part]} == concerned
    assert (first.digest == second.digest) == (not concerned)


def test_an_opening_says_what_concerns_the_participant_in_words_of_the_tables() -> None:
    _, openings = commit(changed_days()["both priorities"][0], key=KEY)
    own = json.loads(openings.of("t001"))
    assert list(own) == ["format", "version", "salt", "participant", "fixed", "forbidden", "priorities"]
    assert own["participant"] == {"participant": "t001", "ranks": {"x": 1, "y": 2}}
    assert (own["fixed"], own["forbidden"], own["priorities"]) == ([], [], {"x": 2})


def test_the_terms_the_source_and_the_table_order_are_bound() -> None:
    turned = Problem.from_rankings({"t002": ["choir"], "t001": ["choir"]}, capacity={"choir": 1})
    straight = Problem.from_rankings({"t001": ["choir"], "t002": ["choir"]}, capacity={"choir": 1})
    digests = [
        commit(straight, key=KEY)[0].digest,
        commit(turned, key=KEY)[0].digest,
        commit(straight, key=KEY, terms="boston")[0].digest,
        commit(straight, key=KEY, source="boston")[0].digest,
    ]
    assert len(set(digests)) == 4


def test_equal_lists_have_different_digests_and_so_have_two_commitments_to_one_day() -> None:
    problem = Problem.from_rankings({"t001": ["choir"], "t002": ["choir"]}, capacity={"choir": 1})
    commitments = [commit(problem)[0] for _ in range(2)]
    salts = {json.loads(text)["salt"] for text in commit(problem)[1].documents}
    assert len({digest for commitment in commitments for digest in (commitment.common, *commitment.digests)}) == 6
    assert len(salts) == 2
    assert all(len(bytes.fromhex(salt)) == 32 for salt in salts)


def test_salts_are_those_of_the_specification() -> None:
    """HMAC (RFC 2104) spelled out: two hashes around the padded key."""

    def salt(purpose: str) -> str:
        padded = KEY.ljust(64, b"\0")
        inner = sha256(bytes(byte ^ 0x36 for byte in padded) + purpose.encode()).digest()
        return sha256(bytes(byte ^ 0x5C for byte in padded) + inner).hexdigest()

    _, openings = committed()
    assert json.loads(openings.common)["salt"] == salt("common")
    assert json.loads(openings.of("Renée"))["salt"] == salt("participant Renée")


def test_every_digest_is_that_of_a_files_bytes() -> None:
    commitment, openings = committed()
    assert commitment.digest == sha256(commitment.to_json().encode()).hexdigest()
    assert commitment.common == sha256(openings.common.encode()).hexdigest()
    for who, digest in zip(commitment.participants, commitment.digests, strict=True):
        assert digest == sha256(openings.of(who).encode()).hexdigest()
        assert f"the opening of {who!r} is the one in the commitment" in verify_opening(
            commitment.to_json(), openings.of(who)
        )


def test_nothing_of_what_anybody_wants_is_published() -> None:
    commitment, openings = committed()
    published = commitment.to_json()
    assert "choir" not in published
    assert "choir" in openings.of("t001")
    assert not [who for who in ("t002", "Renée") if who in openings.of("t001") + openings.common]
    assert repr(openings) == "<Openings of 3 participants: secret>"


@settings(max_examples=examples(25))
@given(problem=WHOLE)
def test_the_documents_are_those_of_their_schemas_and_survive_the_round_trip(problem: Problem) -> None:
    commitment, openings = commit(problem, terms='a "b"\n\x1f\x7f\u2028\U0001f3b2', source="\\/\t")
    again = Commitment.from_json(commitment.to_json())
    assert again == commitment
    assert Commitment.from_json(commitment.to_json().encode()) == commitment
    assert pickle.loads(pickle.dumps((commitment, openings))) == (commitment, openings)
    decode(openings.common, CommonDocument)
    for text in openings.documents:
        decode(text, OpeningDocument)
    for name, text in (
        ("commitment", commitment.to_json()),
        ("common", openings.common),
        ("opening", openings.documents[0]),
    ):
        schema = json.loads((SCHEMAS / f"lottery-{name}-1.json").read_text(encoding="utf-8"))
        jsonschema.validate(json.loads(text), schema)


def changed(**changes: object) -> str:
    return json.dumps(json.loads(committed()[0].to_json()) | changes, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON document: Input data was truncated"),
        ("[" * 100_000, "not a JSON document: "),
        ("[]", "the document has format 'list'; expected 'pdalloc/lottery-commitment'"),
        (changed(version=2), "pdalloc/lottery-commitment has version 2; this release reads 1 to 1, update pdalloc"),
        (changed(version=math.nan), "not a JSON document: JSON is malformed: invalid character"),
        (changed(terms=3), "Expected `str`, got `int` - at `$.terms`"),
        (changed(common="ab"), "Expected `str` matching regex '^[0-9a-f]{64}$' - at `$.common`"),
        (changed(participants=[]), "Expected `array` of length >= 1 - at `$.participants`"),
        (
            changed(participants=[{"participant": "t001", "digest": "0" * 64}] * 2),
            "participant 't001' is given twice; ids must differ",
        ),
        (changed(participants=[{"participant": " ", "digest": "0" * 64}]), "participant id ' ' is blank"),
        (changed().rstrip(), "the commitment is not written as it was published; use the file itself, unchanged"),
        (changed().replace("\n", "\r\n"), "the commitment is not written as it was published"),
        ("\ud800", "not a JSON document: 'utf-8' codec can't encode character"),
        (b'"\xff"', "not a JSON document: 'utf-8' codec can't decode byte 0xff"),
        (5, "not a JSON document: it is of type int; give its text"),
        (None, "not a JSON document: it is of type NoneType; give its text"),
        (committed()[0], "not a JSON document: it is of type Commitment; give its text"),
        (changed(common="0" * 64 + "\n"), f"the digest '{'0' * 64}\\n' is not 64 lower-case hexadecimal digits"),
    ],
    ids=range(18),
)
def test_what_is_no_commitment_is_refused_by_name(text: Any, message: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(message)):
        Commitment.from_json(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"key": b"abc"}, "the key is 3 bytes; give at least 32 bytes, such as secrets.token_bytes(32)"),
        ({"key": "a" * 32}, "the key is a str; give at least 32 bytes, such as secrets.token_bytes(32)"),
        ({"terms": 3}, "terms 3 is not a string; give a text"),
        ({"terms": "\ud800"}, "terms '\\ud800' contains a null character or half a character; give a text"),
        ({"source": None}, "source None is not a string; give a text"),
    ],
    ids=str,
)
def test_bad_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(message)}$"):
        commit(day(), **options)


def test_what_is_no_problem_and_who_does_not_take_part_is_refused() -> None:
    with pytest.raises(OptionError, match=r"^cannot commit to a dict; give a Problem$"):
        commit({})  # type: ignore[arg-type]
    with pytest.raises(ProblemError, match=r"^there is no participant 't009'$"):
        committed()[1].of("t009")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"participants": (), "digests": ()}, "the commitment has no participant; there is nobody to draw"),
        ({"participants": ("a", "a")}, "participant 'a' is given twice; ids must differ"),
        ({"participants": ("a", "b ")}, "participant id 'b ' begins or ends with a blank"),
        ({"participants": ("a", 2)}, "participant id 2 is not a string"),
        ({"digests": ()}, "the commitment has 0 digests for 2 participants; give one for each"),
        ({"common": "zz"}, "the digest 'zz' is not 64 lower-case hexadecimal digits; give a SHA-256"),
        ({"digests": ("0" * 64, "")}, "the digest '' is not 64 lower-case hexadecimal digits; give a SHA-256"),
        ({"digests": ("0" * 64, None)}, "the digest None is not 64 lower-case hexadecimal digits; give a SHA-256"),
        (
            {"common": "F" * 64},
            f"the digest '{'F' * 64}' is not 64 lower-case hexadecimal digits; give a SHA-256",
        ),
    ],
    ids=range(9),
)
def test_a_commitment_that_nobody_could_draw_from_cannot_be_made(fields: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"participants": ("a", "b"), "digests": ("0" * 64,) * 2, "common": "0" * 64}
    Commitment(terms="", source="", **right)
    with pytest.raises(ProblemError, match=f"^{re.escape(message)}$"):
        Commitment(terms="", source="", **right | fields)


def test_everybody_is_given_their_own_opening() -> None:
    _, openings = committed()
    assert [openings.of(who) for who in openings.participants] == list(openings.documents)
    assert [json.loads(openings.of(who))["participant"]["participant"] for who in openings.participants] == list(
        openings.participants
    )


def test_the_same_digests_in_another_order_are_another_commitment() -> None:
    commitment, _ = committed()
    assert replace(commitment, digests=commitment.digests[::-1]).digest != commitment.digest


@pytest.mark.parametrize("penalty", [None, 2])
def test_a_problem_with_rules_of_several_participants_is_refused(penalty: int | None) -> None:
    """No part would hold them: what everybody checks would not be what is solved."""
    problem = Problem.from_rankings({"a": ["x"], "b": ["x"]}, capacity={"x": 2})
    message = "a commitment has no part for rules of several participants or sessions (here: participants 'a' and 'b' "
    with pytest.raises(UnsupportedError, match=f"^{re.escape(message)}"):
        commit(problem.with_rules(Together(["a", "b"], penalty=penalty)), key=KEY)
