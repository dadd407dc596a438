"""The verifier of lotteries: shares nothing, accepts the true transcript, and rejects every change of a byte."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdalloc.errors import OptionError
from pdalloc.lottery import RejectedError, commit, draw, verifier, verify, verify_opening
from tests.lottery.days import KEY, committed, day, drawn

PROGRAM = Path(verifier.__file__)
TRUE = drawn().to_json().encode()
NOT_PLAIN = "is blank, has a blank at an end or a null character, or is not in Unicode normal form C"


def rejected(text: bytes) -> bool:
    try:
        verify(text)
    except RejectedError:
        return True
    return False


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def one_byte_changes(text: bytes) -> Iterator[bytes]:
    """Every deletion of a byte, every doubling, insertions between all, and substitutions of each."""
    others = b' \n\t\r",:{}[]\\/0123456789abcdefABCDEFu-+.\x00\x7f\x80\xc3\xff'
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]
        for other in {*others, text[at] ^ 1, text[at] ^ 32, (text[at] + 1) % 256} - {text[at]}:
            yield text[:at] + bytes([other]) + text[at + 1 :]
    for at in range(len(text) + 1):
        for other in others:
            changed = text[:at] + bytes([other]) + text[at:]
            # doubling either of two equal neighbours gives one text, which is still another than the true one
            assert changed != text
            yield changed


def test_the_true_transcript_is_accepted() -> None:
    commitment, openings = committed()
    words = (
        f"the order of 3 participants follows from commitment {commitment.digest} "
        "(terms 'serial-dictatorship', source 'ten dice') and beacon '3 5 1 6 6 2 4 4 1 3'"
    )
    reminder = "; compare the digest with the one that was published before the beacon was known"
    own = "; the opening of 'Renée' is the one in the commitment"
    assert verify(TRUE) == verify(TRUE.decode()) == words + reminder
    assert verify(TRUE, published=commitment.digest) == words
    assert verify(TRUE, opening=openings.of("Renée"), published=commitment.digest) == words + own


def test_every_change_of_a_byte_is_rejected() -> None:
    accepted = [changed for changed in one_byte_changes(TRUE) if not rejected(changed)]
    assert accepted == []


def test_every_change_of_a_byte_of_an_opening_is_rejected() -> None:
    commitment, openings = committed()
    text, own = commitment.to_json(), openings.of("t002").encode()
    verify_opening(text, own)
    for changed in one_byte_changes(own):
        with pytest.raises(RejectedError):
            verify_opening(text, changed)


def test_as_a_program_it_accepts_the_true_and_rejects_changes(tmp_path: Path) -> None:
    file = tmp_path / "transcript.json"
    file.write_bytes(TRUE)
    accepted = run(file)
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert accepted.stdout == f"verified: {verify(TRUE)}\n"
    at = TRUE.index(b"3 5 1")
    for changed, reason in (
        (TRUE[:at] + b"4" + TRUE[at + 1 :], "commitment, beacon and seed do not belong together: one was changed"),
        (TRUE[:-1], "the transcript is not written in the one form that is valid"),
        (TRUE + b" ", "the transcript is not written in the one form that is valid"),
        (TRUE[1:], "the document is not a JSON document: Extra data: line 2 column 10 (char 10)"),
        (b"\xff" + TRUE[1:], "the document is not a JSON document: 'utf-8' codec can't decode byte 0xff"),
    ):
        file.write_bytes(changed)
        finished = run(file)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith(f"rejected: {reason}")
        assert "Traceback" not in finished.stderr


def test_as_a_program_it_checks_openings_and_the_published_digest(tmp_path: Path) -> None:
    commitment, openings = committed()
    for name, text in (
        ("commitment", commitment.to_json()), ("transcript", drawn().to_json()), ("opening", openings.of("Renée")),
    ):  # fmt: skip
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8", newline="")
    opening = tmp_path / "opening.json"
    for document in (tmp_path / "commitment.json", tmp_path / "transcript.json"):
        finished = run(document, opening, "--published", commitment.digest)
        assert finished.returncode == 0, finished.stderr
        assert "the opening of 'Renée' is the one in the commitment" in finished.stdout
        assert "compare" not in finished.stdout
        assert run(document, opening, "--published", "0" * 64).returncode == 1
        copied = run(document, opening, "--published", f" {commitment.digest.upper()}\n")
        assert (copied.returncode, copied.stdout) == (0, finished.stdout)


def test_as_a_program_it_ends_in_2_where_it_was_called_wrongly(tmp_path: Path) -> None:
    """Nothing is wrong with a document, so none is called rejected."""
    commitment, none = tmp_path / "commitment.json", tmp_path / "none.json"
    commitment.write_text(committed()[0].to_json(), encoding="utf-8", newline="")
    for arguments, reason in (
        ([none], f"{none}: cannot be read: No such file or directory"),
        ([commitment, none], f"{none}: cannot be read: No such file or directory"),
        ([commitment], "this is a commitment: give an opening too, to find it there, or the transcript after the draw"),
        (
            [commitment, commitment, "--published", "0" * 63],
            f"the published digest '{'0' * 63}' is not 64 hexadecimal digits; give it as announced",
        ),
    ):
        finished = run(*arguments)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert finished.stderr.endswith(f"verifier.py: error: {reason}\n")
        assert "rejected" not in finished.stderr
    assert run().returncode == 2


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= sys.stdlib_module_names
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"__import__", "eval", "exec", "compile"}


def written(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def changed(**changes: object) -> str:
    return written(json.loads(TRUE) | changes)


def with_commitment(**changes: object) -> str:
    document = json.loads(TRUE)
    return written(document | {"commitment": document["commitment"] | changes})


ENTRY = {"participant": "t001", "digest": "0" * 64}


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        ("", "the transcript is not a JSON document: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "the transcript is not a JSON object"),
        ("[" * 200_000, "the transcript is not a JSON document: "),
        ('{"version": ' + "9" * 5000 + "}", "the transcript is not a JSON document: Exceeds the limit"),
        ("\ud800", "the transcript is not a JSON document: 'utf-8' codec can't encode"),
        ('{"a": 1, "a": 1}', "the transcript is not a JSON document: a field is there twice"),
        (changed(version=2), "pdalloc/lottery-transcript has version 2; this verifier reads version 1"),
        (changed(version=True), "pdalloc/lottery-transcript has version True; this verifier reads version 1"),
        (changed(version=1.0), "pdalloc/lottery-transcript has version 1.0; this verifier reads version 1"),
        (changed(version=float("nan")), "pdalloc/lottery-transcript has version nan; this verifier reads version 1"),
        (changed(format="pdalloc/result"), "the document has format 'pdalloc/result', not 'pdalloc/lottery-transcript"),
        (changed(more=1), "pdalloc/lottery-transcript has other fields, or in another order"),
        (changed(beacon=3), "beacon is a int, not a str"),
        (changed(beacon=""), f"the beacon '' {NOT_PLAIN}"),
        (changed(beacon="\n"), f"the beacon '\\n' {NOT_PLAIN}"),
        (changed(beacon="1\0"), f"the beacon '1\\x00' {NOT_PLAIN}"),
        (changed(beacon=" 123 "), f"the beacon ' 123 ' {NOT_PLAIN}"),
        (changed(beacon="e\u0301"), f"the beacon 'e\u0301' {NOT_PLAIN}"),
        (changed(beacon="\ud800").encode("utf-8", "surrogatepass"), "the transcript is not a JSON document: 'utf-8'"),
        (changed(order={}), "order is a dict, not a list"),
        (changed(order=[1, 2, 3]), "the order holds what is no id"),
        (changed(order=["t001", "t002"]), "the order is not the one that the seed gives"),
        (changed(order=["t001", "t001", "t002"]), "the order is not the one that the seed gives"),
        (changed(order=["t001", "t002", "t009"]), "the order is not the one that the seed gives"),
        (changed(seed="0" * 64), "commitment, beacon and seed do not belong together: one was changed"),
        (changed(seed=drawn().seed.upper()), "commitment, beacon and seed do not belong together: one was changed"),
        (changed(commitment=[]), "commitment is a list, not a dict"),
        (with_commitment(version=2), "pdalloc/lottery-commitment has version 2; this verifier reads version 1"),
        (with_commitment(terms="boston"), "commitment, beacon and seed do not belong together: one was changed"),
        (with_commitment(source="nine dice"), "commitment, beacon and seed do not belong together: one was changed"),
        (with_commitment(common="0"), "the digest of the common part is not 64 hexadecimal digits"),
        (with_commitment(participants=[]), "there is no participant"),
        (with_commitment(participants=[3]), "a participant has other fields"),
        (with_commitment(participants=[ENTRY | {"name": "Kim"}]), "a participant has other fields"),
        (with_commitment(participants=[ENTRY, ENTRY]), "participant 't001' is there twice"),
        (with_commitment(participants=[ENTRY | {"participant": 1}]), "a participant has no id"),
        (with_commitment(participants=[ENTRY | {"participant": ""}]), f"the id '' {NOT_PLAIN}"),
        (with_commitment(participants=[ENTRY | {"participant": " "}]), f"the id ' ' {NOT_PLAIN}"),
        (with_commitment(participants=[ENTRY | {"participant": " a"}]), f"the id ' a' {NOT_PLAIN}"),
        (with_commitment(participants=[ENTRY | {"participant": "e\u0301"}]), f"the id 'e\u0301' {NOT_PLAIN}"),
        (with_commitment(participants=[ENTRY | {"digest": "0" * 63 + "G"}]), "the digest of 't001' is not 64 hexadec"),
        (json.dumps(json.loads(TRUE)), "the transcript is not written in the one form that is valid"),
        (TRUE.decode().replace("é", "\\u00e9"), "the transcript is not written in the one form that is valid"),
        (TRUE.decode().replace("\n", "\r\n"), "the transcript is not written in the one form that is valid"),
        ("\ufeff" + TRUE.decode(), "the transcript is not a JSON document: "),
        (TRUE.decode().encode("utf-16"), "the transcript is not a JSON document: "),
        (changed(format="x" * 10**6), "the document has format '" + "x" * 79 + ", not 'pdalloc/lottery-transcript'"),
        (None, "a NoneType is no transcript; give the text of its JSON document"),
        (drawn(), "a Transcript is no transcript; give the text of its JSON document"),
    ],
    ids=range(49),
)
def test_what_is_wrong_is_said(transcript: Any, reason: str) -> None:
    with pytest.raises(RejectedError, match=f"^{re.escape(reason)}"):
        verify(transcript)


@given(beacon=st.text(st.sampled_from("ae\u0301\u00e9 \n\0\x1c\u2003\u2028\u200b") | st.characters(codec="utf-8")))
def test_it_takes_exactly_the_beacons_that_the_library_draws_from(beacon: str) -> None:
    try:
        transcript = draw(committed()[0], beacon)
    except OptionError:
        with pytest.raises(RejectedError, match=f"^the beacon .* {NOT_PLAIN}$"):
            verify(changed(beacon=beacon))
    else:
        verify(transcript.to_json())


@pytest.mark.parametrize("field", ["format", "version", "commitment", "beacon", "order", "participants", "participant"])
def test_whatever_depth_is_rejected(field: str) -> None:
    """Between what can be read and what is too deep there is no gap, whatever the interpreter's limit."""
    for depth in range(50, 1_100, 7):
        deep = "[" * depth + "]" * depth
        text = re.sub(f'"{field}": ("[^"]*"|1|\\{{|\\[)', f'"{field}": {deep}, "rest": \\1', TRUE.decode(), count=1)
        assert deep in text
        with pytest.raises(RejectedError):
            verify(text)
        opening = f'{{"format": "pdalloc/lottery-opening", "version": 1, "salt": "{"0" * 64}", "{field}": {deep}}}'
        with pytest.raises(RejectedError):
            verify(TRUE, opening=opening)


def test_another_commitment_than_the_published_is_rejected() -> None:
    """All is drawn properly, but from other lists: only the publication shows it."""
    other = committed()[0].digest
    digest = commit(day(t002=["robotics"]), terms="serial-dictatorship", source="ten dice", key=KEY)[0].digest
    with pytest.raises(RejectedError, match=f"^the commitment has digest {other}, but {digest} was published$"):
        verify(TRUE, published=digest)


@pytest.mark.parametrize("given", ["", " ", "0" * 63, "0" * 65, "g" * 64, "\uff10" * 64, 5, b"0" * 64], ids=ascii)
def test_what_cannot_be_a_published_digest_is_refused(given: Any) -> None:
    message = f"^the published digest {re.escape(repr(given)[:80])} is not 64 hexadecimal digits; give it as announced$"
    commitment, openings = committed()
    with pytest.raises(ValueError, match=message):
        verify(TRUE, published=given)
    with pytest.raises(ValueError, match=message):
        verify_opening(commitment.to_json(), openings.common, published=given)


def test_a_published_digest_may_have_been_copied_in_capitals_and_with_blanks() -> None:
    digest = committed()[0].digest
    for copied in (digest.upper(), f" {digest}\n", f"\t{digest.upper()} "):
        assert verify(TRUE, published=copied) == verify(TRUE, published=digest)


def test_an_opening_of_another_list_salt_or_person_is_rejected() -> None:
    commitment, openings = committed()
    own = json.loads(openings.of("t001"))
    cases = {
        written(own | {"participant": own["participant"] | {"ranks": {"choir": 2}}}): "opening of 't001' is not the",
        written(own | {"salt": "0" * 64}): "the opening of 't001' is not the one in the commitment",
        written(own | {"salt": ""}): "the opening has no salt of 64 hexadecimal digits",
        written(own | {"salt": None}): "the opening has no salt of 64 hexadecimal digits",
        written(own | {"participant": {"participant": "t009"}}): "the commitment has no participant 't009'",
        written(own | {"participant": ["t001"]}): "the commitment has no participant None",
        written(own | {"participant": {"participant": ["t001"]}}): "the commitment has no participant list",
        written(own | {"version": 2}): "the opening has version 2, not 1",
        written(own | {"format": "pdalloc/record"}): "the opening has format 'pdalloc/record'",
        openings.of("t001").rstrip(): "the opening of 't001' is not the one in the commitment",
        openings.of("t001").replace("{", '{"salt": "",', 1): "the opening is not a JSON document: a field is there twi",
        openings.common.replace('"capacity": 1', '"capacity": 2'): "the common part is not the one in the commitment",
    }
    for opening, reason in cases.items():
        with pytest.raises(RejectedError, match=re.escape(reason)):
            verify_opening(commitment.to_json(), opening)
        with pytest.raises(RejectedError, match=re.escape(reason)):
            verify(TRUE, opening=opening)
    with pytest.raises(RejectedError, match="the commitment is not written in the one form that is valid"):
        verify_opening(commitment.to_json() + "\n", openings.of("t001"))
    with pytest.raises(RejectedError, match=r"^the document has format 'pdalloc/lottery-transcript'"):
        verify_opening(TRUE, openings.of("t001"))
