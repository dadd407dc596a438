"""The content hash: the same for equal problems on every machine, different for different ones."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any

import numpy as np

from pdalloc.problem.labels import Labels

__all__ = ["fingerprint"]


def fingerprint(problem: Any) -> str:
    """Return the SHA-256 of all fields of a dataclass of arrays, labels and texts, as hexadecimal text."""
    digest = hashlib.sha256(b"pdalloc problem 1")
    _hash_fields(digest, problem)
    return digest.hexdigest()


def _hash_fields(digest: hashlib._Hash, part: Any) -> None:
    """Feed every field of a dataclass to the digest: its name, its type and its bytes, each with its length."""
    for field in fields(part):
        digest.update(f"|{field.name}:".encode())
        _hash_value(digest, getattr(part, field.name))


def _hash_value(digest: hashlib._Hash, value: object) -> None:
    if isinstance(value, np.ndarray):
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{little.dtype.str}{little.shape}".encode())
        # nan is one value here, whatever its bits, and so is zero
        digest.update(
            np.where(np.isnan(little), np.nan, little + 0.0).data if little.dtype.kind == "f" else little.data
        )
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
        _hash_fields(digest, value)
