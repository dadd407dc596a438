"""A commitment to a problem: nobody can read a ranking from it, and nobody can change one afterwards."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from pdalloc.errors import OptionError, ProblemError, UnsupportedError
from pdalloc.lottery.documents import CommitmentDocument, DigestEntry
from pdalloc.lottery.parts import common_text, opening_texts
from pdalloc.problem import Feature, Problem
from pdalloc.problem.json import decode, encode
from pdalloc.problem.labels import Labels, text_fault

__all__ = ["Commitment", "Openings", "commit"]

KEY_BYTES = 32
DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Commitment:
    """What is published before the draw. Nothing in it is secret but who takes part, if that is.

    Attributes
    ----------
    terms : str
        What was announced of the use of the order, such as the solver; "" if nothing.
    source : str
        Where the beacon will come from, as announced; "" if nothing was.
    common : str
        SHA-256 of the part that concerns everybody (sessions and rules), in hexadecimal digits.
    participants : tuple of str
        All ids, in the order from which the draw shuffles them.
    digests : tuple of str
        SHA-256 of each participant's opening.

    Raises
    ------
    ProblemError
        If there is no participant, an id occurs twice or cannot be one, or there is not one digest for each.
    """

    terms: str
    source: str
    common: str
    participants: tuple[str, ...]
    digests: tuple[str, ...]

    def __post_init__(self) -> None:
        Labels(self.participants, "participant")
        if not self.participants:
            raise ProblemError("the commitment has no participant; there is nobody to draw")
        if len(self.digests) != len(self.participants):
            raise ProblemError(
                f"the commitment has {len(self.digests)} digests for {len(self.participants)} participants; "
                "give one for each"
            )
        for digest in (self.common, *self.digests):
            if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
                raise ProblemError(f"the digest {digest!r} is not 64 lower-case hexadecimal digits; give a SHA-256")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document that `to_json` gives, in hexadecimal digits: what to announce most widely."""
        return sha256(self.to_json().encode()).hexdigest()

    def document(self) -> CommitmentDocument:
        """Return the commitment as a document."""
        return CommitmentDocument(
            terms=self.terms,
            source=self.source,
            common=self.common,
            participants=[
                DigestEntry(participant=who, digest=digest)
                for who, digest in zip(self.participants, self.digests, strict=True)
            ],
        )

    def to_json(self) -> str:
        """Return the commitment as a JSON document, "pdalloc/lottery-commitment" version 1."""
        return encode(self.document())

    @classmethod
    def from_json(cls, text: str | bytes) -> Commitment:
        """Read a JSON document written by `to_json`.

        Raises
        ------
        ProblemError
            If it is not such a document, byte by byte: its digest is that of its bytes.
        """
        commitment = cls.from_document(decode(text, CommitmentDocument))
        if commitment.to_json().encode() != (text.encode() if isinstance(text, str) else text):
            raise ProblemError("the commitment is not written as it was published; use the file itself, unchanged")
        return commitment

    @classmethod
    def from_document(cls, document: CommitmentDocument) -> Commitment:
        """Return the commitment that a document holds; ProblemError if an id occurs twice or cannot be one."""
        return cls(
            terms=document.terms,
            source=document.source,
            common=document.common,
            participants=tuple(entry.participant for entry in document.participants),
            digests=tuple(entry.digest for entry in document.participants),
        )


@dataclass(frozen=True, repr=False)
class Openings:
    """What stays secret: each participant's part with its salt. Each belongs to that participant, and is given to them.

    Attributes
    ----------
    common : str
        The JSON document of the part that concerns everybody, "pdalloc/lottery-common" version 1; for all to read.
    participants : tuple of str
    documents : tuple of str
        The JSON document of each participant's part, "pdalloc/lottery-opening" version 1.
    """

    common: str
    participants: tuple[str, ...]
    documents: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Openings of {len(self.participants):,} participants: secret>"

    def of(self, participant: str) -> str:
        """Return the opening of one participant; ProblemError if there is no such participant."""
        document = self._by_participant.get(participant)
        if document is None:
            raise ProblemError(f"there is no participant {participant!r}")
        return document

    @cached_property
    def _by_participant(self) -> dict[str, str]:
        return dict(zip(self.participants, self.documents, strict=True))


def commit(
    problem: Problem, *, terms: str = "", source: str = "", key: bytes | None = None
) -> tuple[Commitment, Openings]:
    """Commit to a problem before a lottery: one part for each participant, hidden by a salt of its own.

    A part holds everything in the problem that concerns the participant: id, name, choices, away, limit, weight,
    arrival, history, groups, fixed and forbidden sessions, and their class in every priority.

    Parameters
    ----------
    problem : Problem
    terms : str, default ""
        What the order will be used for, in free text, such as "serial-dictatorship, pdalloc 0.1.0". It is bound by the
        commitment, so that the rule cannot be chosen after the draw.
    source : str, default ""
        Where the beacon will come from, when, and how it is written down; in free text, bound likewise.
    key : bytes, optional
        At least 32 secret bytes from which all salts follow, so that whoever has the problem and the key can make the
        same commitment again; by default random ones that are then forgotten. Take a new one for every lottery.

    Returns
    -------
    Commitment
        To publish before the beacon is known.
    Openings
        To keep secret, and to give each participant their own from.

    Raises
    ------
    OptionError
        If a text cannot be encoded, or the key is shorter.
    UnsupportedError
        If the problem has rules of several participants or sessions: no part holds them.

    Notes
    -----
    Each salt is 256 bits: HMAC-SHA256 (RFC 2104) of "participant " and the id, or of "common", under the key.
    O(size of the problem); docs/lottery.md specifies every byte.

    Examples
    --------
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> commitment, openings = commit(problem, terms="serial-dictatorship")
    >>> commitment.participants, openings
    (('t001', 't002'), <Openings of 2 participants: secret>)
    """
    if not isinstance(problem, Problem):
        raise OptionError(f"cannot commit to a {type(problem).__name__}; give a Problem")
    for name, text in (("terms", terms), ("source", source)):
        if fault := text_fault(text):
            raise OptionError(f"{name} {text!r} {fault}; give a text")
    if Feature.RULES in problem.features:
        raise UnsupportedError(
            f"a commitment has no part for {Feature.RULES} of several participants or sessions (here: "
            f"{problem.features[Feature.RULES]}); leave them out, no solver with lots handles them"
        )
    if key is None:
        key = secrets.token_bytes(KEY_BYTES)
    elif not isinstance(key, bytes) or len(key) < KEY_BYTES:
        given = f"{len(key)} bytes" if isinstance(key, bytes) else f"a {type(key).__name__}"
        raise OptionError(f"the key is {given}; give at least {KEY_BYTES} bytes, such as secrets.token_bytes(32)")
    common = common_text(problem, _salt(key, "common"))
    participants = tuple(problem.participants)
    documents = tuple(opening_texts(problem, lambda participant: _salt(key, f"participant {participant}")))
    commitment = Commitment(terms, source, _digest(common), participants, tuple(map(_digest, documents)))
    return commitment, Openings(common, participants, documents)


def _salt(key: bytes, purpose: str) -> str:
    return hmac.digest(key, purpose.encode(), "sha256").hex()


def _digest(document: str) -> str:
    return sha256(document.encode()).hexdigest()
