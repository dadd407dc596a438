"""Check the transcript of a lottery: Python's standard library alone, and nothing shared with what made it.

Run it by itself, anywhere::

    python -I -S verifier.py transcript.json                       after the draw
    python -I -S verifier.py transcript.json opening.json          and that your own data took part
    python -I -S verifier.py commitment.json opening.json          before the draw

``--published DIGEST`` also compares the digest of the commitment with the one that was published before the random
value was known, and that comparison is what makes it a proof: docs/lottery.md says of what, and specifies every byte.

The exit status is 0 if it is verified, 1 if a document is rejected, and 2 if it was called wrongly: a file cannot be
read, DIGEST is not a digest, or a commitment comes without an opening.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

__all__ = ["RejectedError", "check", "verify", "verify_opening"]

TRANSCRIPT = "pdalloc/lottery-transcript"
COMMITMENT = "pdalloc/lottery-commitment"
OPENING = "pdalloc/lottery-opening"
COMMON = "pdalloc/lottery-common"
NOT_PLAIN = "is blank, has a blank at an end or a null character, or is not in Unicode normal form C"


class RejectedError(Exception):
    """The document is not what it claims to be; says why."""


def verify(transcript: str | bytes, *, opening: str | bytes | None = None, published: str | None = None) -> str:
    """Return what a transcript shows, in words.

    Parameters
    ----------
    transcript : str or bytes
        The JSON document. Exactly one sequence of bytes is right for a commitment and a beacon.
    opening : str or bytes, optional
        A participant's opening, or the part that concerns everybody, to be found in the commitment.
    published : str, optional
        The digest of the commitment as it was published before the draw: 64 hexadecimal digits, small or capital, with
        or without blanks around them.

    Raises
    ------
    RejectedError
        If anything is not as it must be.
    ValueError
        If what was published is no digest.
    """
    published = _published(published)
    document, text = _read(transcript, "transcript")
    _require_fields(document, TRANSCRIPT, {"commitment": dict, "beacon": str, "seed": str, "order": list})
    participants = _require_commitment(document["commitment"])
    _require(all(isinstance(entry, str) for entry in document["order"]), "the order holds what is no id")
    _require(_canonical(document) == text, "the transcript is not written in the one form that is valid")
    _require(_is_plain(document["beacon"]), f"the beacon {_shown(document['beacon'])} {NOT_PLAIN}")
    digest = _digest(_canonical(document["commitment"]))
    _require_published(digest, published)
    beacon = document["beacon"].encode()
    seed = hashlib.sha256(b"pdalloc lottery seed 1\n" + bytes.fromhex(digest) + beacon).digest()
    _require(document["seed"] == seed.hex(), "commitment, beacon and seed do not belong together: one was changed")
    order = _shuffle(participants, seed)
    _require(document["order"] == order, "the order is not the one that the seed gives")
    found = "" if opening is None else "; " + _find(document["commitment"], opening)
    return (
        f"the order of {len(order)} participants follows from commitment {digest} "
        f"({_announced(document['commitment'])}) and beacon {document['beacon']!r}{found}{_reminder(published)}"
    )


def verify_opening(commitment: str | bytes, opening: str | bytes, *, published: str | None = None) -> str:
    """Return in words that an opening is in a commitment; parameters and errors as those of `verify`."""
    published = _published(published)
    document, text = _read(commitment, "commitment")
    _require_commitment(document)
    _require(_canonical(document) == text, "the commitment is not written in the one form that is valid")
    digest = _digest(text)
    _require_published(digest, published)
    return f"{_find(document, opening)} {digest} ({_announced(document)}){_reminder(published)}"


def check(document: bytes, opening: bytes | None = None, published: str | None = None) -> str:
    """Verify a transcript; or, if the document is a commitment, an opening against it: ValueError if there is none."""
    if _read(document, "document")[0].get("format") == COMMITMENT:
        if opening is None:
            raise ValueError(
                "this is a commitment: give an opening too, to find it there, or the transcript after the draw"
            )
        return verify_opening(document, opening, published=published)
    return verify(document, opening=opening, published=published)


# ---- the draw ------------------------------------------------------------------------------------------------------


def _shuffle(participants: list[str], seed: bytes) -> list[str]:
    """Return the participants in the order that the seed gives: the last place is drawn first, then the one before."""
    order, stream, block = list(participants), b"", 0
    for last in range(len(order) - 1, 0, -1):
        choices = last + 1
        while True:
            if not stream:
                stream = hashlib.sha256(b"pdalloc lottery block 1\n" + seed + block.to_bytes(8, "big")).digest()
                block += 1
            number, stream = int.from_bytes(stream[:4], "big"), stream[4:]
            # 2^32 is no multiple of most numbers: without this, small remainders would come up more often
            if number < 2**32 // choices * choices:
                break
        other = number % choices
        order[last], order[other] = order[other], order[last]
    return order


# ---- the documents -------------------------------------------------------------------------------------------------


def _find(commitment: dict[str, Any], opening: str | bytes) -> str:
    """Say whose opening is in the commitment; reject it if it is not."""
    document, text = _read(opening, "opening")
    _require(document.get("format") in (OPENING, COMMON), f"the opening has format {_shown(document.get('format'))}")
    _require(document.get("version") == 1, f"the opening has version {_shown(document.get('version'))}, not 1")
    _require(_is_digest(document.get("salt")), "the opening has no salt of 64 hexadecimal digits")
    if document["format"] == COMMON:
        _require(_digest(text) == commitment["common"], "the common part is not the one in the commitment")
        return "the common part is the one in the commitment"
    entry = document.get("participant")
    who = entry.get("participant") if isinstance(entry, dict) else None
    digests = {entry["participant"]: entry["digest"] for entry in commitment["participants"]}
    _require(isinstance(who, str) and who in digests, f"the commitment has no participant {_shown(who)}")
    _require(_digest(text) == digests[who], f"the opening of {who!r} is not the one in the commitment")
    return f"the opening of {who!r} is the one in the commitment"


def _read(given: str | bytes, what: str) -> tuple[dict[str, Any], str]:
    """Return a JSON object with its text."""
    _require(
        isinstance(given, str | bytes), f"a {type(given).__name__} is no {what}; give the text of its JSON document"
    )
    try:
        text = given if isinstance(given, str) else given.decode("utf-8")
        text.encode("utf-8")
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise RejectedError(f"the {what} is not a JSON document: {error}") from None
    _require(isinstance(document, dict), f"the {what} is not a JSON object")
    return document, text


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a field is there twice")
    return dict(pairs)


def _require_commitment(document: dict[str, Any]) -> list[str]:
    """Return the ids of the participants; reject what is no commitment."""
    _require_fields(document, COMMITMENT, {"terms": str, "source": str, "common": str, "participants": list})
    _require(_is_digest(document["common"]), "the digest of the common part is not 64 hexadecimal digits")
    ids: dict[str, None] = {}
    for entry in document["participants"]:
        _require(isinstance(entry, dict) and list(entry) == ["participant", "digest"], "a participant has other fields")
        _require(isinstance(entry["participant"], str), "a participant has no id")
        _require(_is_plain(entry["participant"]), f"the id {_shown(entry['participant'])} {NOT_PLAIN}")
        _require(_is_digest(entry["digest"]), f"the digest of {entry['participant']!r} is not 64 hexadecimal digits")
        _require(entry["participant"] not in ids, f"participant {entry['participant']!r} is there twice")
        ids[entry["participant"]] = None
    _require(len(ids) > 0, "there is no participant")
    return list(ids)


def _require_fields(document: dict[str, Any], name: str, fields: dict[str, type]) -> None:
    """Reject a document of another format or version, or with other fields or in another order."""
    found, version = document.get("format"), document.get("version")
    _require(found == name, f"the document has format {_shown(found)}, not {name!r}")
    is_first = type(version) is int and version == 1
    _require(is_first, f"{name} has version {_shown(version)}; this verifier reads version 1")
    _require(list(document) == ["format", "version", *fields], f"{name} has other fields, or in another order")
    for field, kind in fields.items():
        _require(type(document[field]) is kind, f"{field} is a {type(document[field]).__name__}, not a {kind.__name__}")


def _is_plain(text: str) -> bool:
    """Whether a beacon or an id holds nothing that nobody sees."""
    return text != "" and "\0" not in text and text == unicodedata.normalize("NFC", text).strip()


def _published(given: str | None) -> str | None:
    """Return a published digest as it is computed, without what copying it may have changed."""
    if given is None:
        return None
    digest = str(given).strip().lower()
    if not _is_digest(digest):
        raise ValueError(f"the published digest {_shown(given)} is not 64 hexadecimal digits; give it as announced")
    return digest


def _require_published(digest: str, published: str | None) -> None:
    _require(published in (None, digest), f"the commitment has digest {digest}, but {published} was published")


def _reminder(published: str | None) -> str:
    return "" if published else "; compare the digest with the one that was published before the beacon was known"


def _announced(commitment: dict[str, Any]) -> str:
    return f"terms {commitment['terms']!r}, source {commitment['source']!r}"


def _shown(value: object) -> str:
    """Return a short text for anything that JSON can hold, however long or deep it is."""
    return type(value).__name__ if isinstance(value, list | dict) else repr(value)[:80]


def _canonical(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise RejectedError(otherwise)


def main(arguments: list[str]) -> int:
    """Run as a command; returns or exits with the status that the head of this file says."""
    parser = argparse.ArgumentParser(prog="verifier.py", description="Check the transcript of a lottery.")
    parser.add_argument("document", type=Path, help="transcript.json; or commitment.json, with an opening")
    parser.add_argument("opening", type=Path, nargs="?", help="a participant's opening")
    parser.add_argument("--published", help="digest of the commitment as it was published before the draw")
    given = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # not every console has the letters of every name
            stream.reconfigure(errors="backslashreplace")
    try:
        opening = None if given.opening is None else given.opening.read_bytes()
        sys.stdout.write(f"verified: {check(given.document.read_bytes(), opening, given.published)}\n")
    except OSError as error:
        parser.error(f"{error.filename}: cannot be read: {error.strerror}")
    except ValueError as error:
        parser.error(str(error))
    except RejectedError as error:
        sys.stderr.write(f"rejected: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
