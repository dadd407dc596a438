"""The draw: from a commitment and a public random value to an order of all participants."""

from __future__ import annotations

from dataclasses import dataclass

from pdalloc.errors import OptionError, ProblemError
from pdalloc.lottery.commitment import Commitment
from pdalloc.lottery.documents import TranscriptDocument
from pdalloc.lottery.shuffle import seed_of, shuffled
from pdalloc.problem.json import decode, encode
from pdalloc.problem.labels import clean_text, text_fault

__all__ = ["Transcript", "draw"]


@dataclass(frozen=True)
class Transcript:
    """What is published after the draw: all that it takes to draw again.

    Attributes
    ----------
    commitment : Commitment
    beacon : str
    seed : str
        SHA-256 over commitment and beacon, in hexadecimal digits; the order follows from it.
    order : tuple of str
        Ids of all participants, first first.
    """

    commitment: Commitment
    beacon: str
    seed: str
    order: tuple[str, ...]

    def to_json(self) -> str:
        """Return the transcript as a JSON document, "pdalloc/lottery-transcript" version 1; what `verify` checks."""
        return encode(
            TranscriptDocument(
                commitment=self.commitment.document(), beacon=self.beacon, seed=self.seed, order=list(self.order)
            )
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Transcript:
        """Read a JSON document written by `to_json`, and draw again.

        Raises
        ------
        ProblemError
            If it is not such a document, or not, byte by byte, the one that its commitment and beacon give.
        """
        document = decode(text, TranscriptDocument)
        try:
            transcript = draw(Commitment.from_document(document.commitment), document.beacon)
        except OptionError as error:
            raise ProblemError(str(error)) from None
        if transcript.to_json().encode() != (text.encode() if isinstance(text, str) else text):
            raise ProblemError(
                "the transcript is not the one that its commitment and beacon give; `pdalloc lottery verify` says why"
            )
        return transcript


def draw(commitment: Commitment, beacon: str) -> Transcript:
    """Order all participants at random, as anyone can do again.

    Parameters
    ----------
    commitment : Commitment
        Published before the beacon was known.
    beacon : str
        A public random value that nobody could know or choose then; see docs/lottery.md for what will do. Every
        character counts, so a blank at an end or letters not in Unicode normal form C, which nobody sees, are refused.

    Raises
    ------
    OptionError
        If it is no commitment, or the beacon is empty or refused.

    Notes
    -----
    SHA-256 in counter mode, rejection sampling, and the shuffle of Durstenfeld 1964 (Algorithm 235, Communications of
    the ACM 7); docs/lottery.md specifies every byte. O(participants).

    Examples
    --------
    >>> from pdalloc import Problem
    >>> from pdalloc.lottery import commit
    >>> problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"], "t003": ["x"]}, capacity={"x": 1})
    >>> commitment, openings = commit(problem, key=bytes(32))
    >>> draw(commitment, "3 1 4 1 5 6 2 6 5 3 5").order
    ('t001', 't003', 't002')
    """
    if not isinstance(commitment, Commitment):
        raise OptionError(
            f"cannot draw from a {type(commitment).__name__}; give a Commitment, the first of what commit returns"
        )
    if fault := _beacon_fault(beacon):
        raise OptionError(f"the beacon {beacon!r} {fault}; give the public random value as it was announced")
    seed = seed_of(commitment.digest, beacon)
    return Transcript(commitment, beacon, seed.hex(), shuffled(commitment.participants, seed))


def _beacon_fault(beacon: object) -> str | None:
    if not isinstance(beacon, str) or (fault := text_fault(beacon)):
        return fault if isinstance(beacon, str) else "is not a string"
    if not beacon.strip():
        return "is blank"
    if beacon != clean_text(beacon):
        return "has a blank at an end, or is not in Unicode normal form C"
    return None
