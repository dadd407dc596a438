"""The content hash: the same for equal problems on every machine, different for different ones."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from pdalloc.problem.labels import Labels
from pdalloc.problem.rules import Rule

__all__ = ["fingerprint"]

WIDTHS = ("|i1", "<i2", "<i4", "<i4", "<i8", "<i8", "<i8", "<i8")
"""The narrowest signed type for numbers of 0 to 7 bits, of 8 to 15, and so on."""


def fingerprint(problem: Any) -> str:
    """Return the SHA-256 of all fields of a dataclass of arrays, labels and texts, as hexadecimal text."""
    digest = hashlib.sha256(b"pdalloc problem 2")
    _hash_fields(digest, problem)
    return digest.hexdigest()


def _hash_fields(digest: hashlib._Hash, part: Any) -> None:
    """Feed every field of a dataclass to the digest: its name, its type and its bytes, each with its length."""
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name == "rules" and not value:
            # a problem without rules keeps the hash that it had before there were any
            continue
        digest.update(f"|{field.name}:".encode())
        # rows are short and often all of one length; where they start follows
        _hash_value(digest, np.diff(value) if field.name == "indptr" else value)


def _hash_value(digest: hashlib._Hash, value: object) -> None:
    if isinstance(value, np.ndarray):
        _hash_array(digest, value)
    elif isinstance(value, Labels):
        digest.update(b"%d:" % len(value.fingerprint()) + value.fingerprint())
    elif isinstance(value, tuple):
        digest.update(b"%d(" % len(value))
        for item in value:
            _hash_value(digest, item)
    elif isinstance(value, str):
        encoded = value.encode()
        digest.update(b"%d:" % len(encoded) + encoded)
    elif value is None or isinstance(value, int):
        digest.update(repr(value).encode())
    else:
        if isinstance(value, Rule):
            digest.update(value.name.encode())
        _hash_fields(digest, value)


def _hash_array(digest: hashlib._Hash, array: npt.NDArray[Any]) -> None:
    """Feed an array of numbers to the digest: its shape, and its entries in few bytes, since each takes its time."""
    digest.update(str(array.shape).encode())
    if not array.size:
        return
    low, high = array.min(), array.max()
    if low == high or (low != low and np.isnan(array).all()):
        digest.update(b"=")
        array = array.ravel()[:1]
    if array.dtype.kind == "f":
        # nan is one value here, whatever its bits, and so is zero
        array = np.where(np.isnan(array), np.nan, array + 0.0).astype("<f8", copy=False)
    else:
        array = array.astype(WIDTHS[max(int(high), ~int(low)).bit_length() // 8], order="C")
    digest.update(array.dtype.str.encode())
    digest.update(array.data)
