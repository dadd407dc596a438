"""Where chance enters a study: one seed for each problem, seed and purpose, and for nothing else."""

from __future__ import annotations

import hashlib

__all__ = ["stream_seed"]


def stream_seed(problem: str, seed: int, purpose: str) -> int:
    """Return the seed of a stream, from 0 to 2^63 - 1.

    It depends on nothing else: not on the solver, so that all are compared on common random numbers (Glasserman and Yao
    1992), and not on workers, their order or the machine.

    Parameters
    ----------
    problem : str
        What tells the problem from others, such as its content hash.
    seed : int
        Of the study.
    purpose : str
        What the chance is for; each purpose has its own stream.

    Examples
    --------
    >>> stream_seed("day", 1, "solve") == stream_seed("day", 1, "metrics")
    False
    """
    digest = hashlib.sha256(f"{purpose}\n{seed}\n{problem}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
