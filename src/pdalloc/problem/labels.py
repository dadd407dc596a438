"""Ids of participants, sessions, slots and the like: an ordered set of strings that numbers its members from 0."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from pdalloc.errors import ProblemError

__all__ = ["Labels", "clean_text", "id_fault", "text_fault"]


def clean_text(text: str) -> str:
    """Return a text as tables keep it: in Unicode normal form C, without blanks at its ends."""
    return unicodedata.normalize("NFC", text).strip()


def text_fault(text: object) -> str | None:
    """Say what keeps a text from being written to a table and read back, or None."""
    if not isinstance(text, str):
        return "is not a string"
    if "\0" in text or any(unicodedata.category(character) == "Cs" for character in text):
        return "contains a null character or half a character"
    return None


def id_fault(text: object) -> str | None:
    """Say what keeps something from being an id, or None.

    An id must survive every table: a string, not blank, no blank at either end, no ";" (it separates ids in a cell), no
    control character, encodable, and in Unicode normal form C, so that what looks the same is the same.
    """
    if not isinstance(text, str):
        return "is not a string"
    if not text.strip():
        return "is blank"
    if text != text.strip():
        return "begins or ends with a blank"
    if ";" in text:
        return "contains ';', which separates ids inside a cell"
    if text.isascii() and text.isprintable():
        return None
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        return "contains a control character, a line break or half a character"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode normal form C"
    return None


class Labels(Sequence[str]):
    """An immutable ordered set of ids.

    Parameters
    ----------
    values : iterable of str
        The ids, all different, in table order.
    kind : str
        What they are called in errors, such as "session".

    Raises
    ------
    ProblemError
        If an id is not a string, occurs twice, or could not be written to a table (see `id_fault`).

    Examples
    --------
    >>> labels = Labels(["x", "y"], "session")
    >>> labels.index("y"), labels[0], "z" in labels
    (1, 'x', False)
    """

    __slots__ = ("_count", "_numbers", "_values")

    def __init__(self, values: Iterable[str] = (), kind: str = "label") -> None:
        given = tuple(values)
        faults = []
        for value in given:
            if fault := id_fault(value):
                faults.append(f"{kind} id {value!r} {fault}")
        if faults:
            raise ProblemError("; ".join(faults[:20]))
        numbers = {value: number for number, value in enumerate(given)}
        if len(numbers) < len(given):
            twice = next(value for number, value in enumerate(given) if numbers[value] != number)
            raise ProblemError(f"{kind} {twice!r} is given twice; ids must differ")
        self._count = len(given)
        # "0", "1", ... is kept as a count alone, so that it equals and hashes as `Labels.numbered` does
        self._values: tuple[str, ...] | None = None if _is_numbered(given) else given
        self._numbers: dict[str, int] | None = None if self._values is None else numbers

    @classmethod
    def numbered(cls, count: int) -> Labels:
        """Return the ids "0", "1", ..., without holding them in memory."""
        labels = cls()
        labels._count = count
        return labels

    @overload
    def __getitem__(self, number: int) -> str: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[str, ...]: ...

    def __getitem__(self, number: int | slice) -> str | tuple[str, ...]:
        if self._values is not None:
            return self._values[number]
        if isinstance(number, slice):
            return tuple(str(i) for i in range(self._count)[number])
        return str(range(self._count)[number])

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return map(str, range(self._count)) if self._values is None else iter(self._values)

    def get(self, label: object) -> int | None:
        """Return the number of `label`, or None if it is not one of these."""
        if not isinstance(label, str):
            return None
        if self._numbers is not None:
            return self._numbers.get(label)
        if label.isascii() and label.isdigit() and len(label) <= len(str(self._count)):
            number = int(label)
            return number if number < self._count and str(number) == label else None
        return None

    def __contains__(self, label: object) -> bool:
        return self.get(label) is not None

    def index(self, label: str, start: int = 0, stop: int | None = None) -> int:
        """Return the number of `label`; ValueError if it is not one of these."""
        number = self.get(label)
        if number is None or not start <= number < (self._count if stop is None else stop):
            raise ValueError(f"{label!r} is not one of these {self._count} labels")
        return number

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Labels):
            return NotImplemented
        return self._count == other._count and self._values == other._values

    def __hash__(self) -> int:
        return hash((self._count, self._values))

    def __repr__(self) -> str:
        shown = ", ".join(repr(label) for label in self[:5])
        return f"Labels([{shown}{', ...' if self._count > 5 else ''}]; {self._count})"

    def fingerprint(self) -> bytes:
        """Bytes that are equal exactly if the labels are; independent of the machine and the hash seed."""
        if self._values is None:
            return b"#%d" % self._count
        return b"=" + "\n".join(self._values).encode()


def _is_numbered(values: tuple[str, ...]) -> bool:
    return (not values or values[-1] == str(len(values) - 1)) and all(
        value == str(number) for number, value in enumerate(values)
    )
