"""A lottery that anyone can check: commit to the input, draw by a public random value, verify the transcript."""

from pdalloc.lottery.commitment import Commitment, Openings, commit
from pdalloc.lottery.transcript import Transcript, draw
from pdalloc.lottery.verifier import RejectedError, verify, verify_opening

__all__ = ["Commitment", "Openings", "RejectedError", "Transcript", "commit", "draw", "verify", "verify_opening"]
