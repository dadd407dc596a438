"""Which slot and rank each column of a wide table of choices stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pdalloc.problem.cells import parse_whole, shown
from pdalloc.problem.choices import MAX_RANK
from pdalloc.problem.sheets import Sheet
from pdalloc.problem.table_names import TableNames
from pdalloc.problem.table_rows import Report

__all__ = ["rank_in_header", "wide_ranks"]

MANY = 5
"""So many different cells that name no session are a column of something else, not slips of the pen."""


def wide_ranks(sheet: Sheet, names: TableNames, tell: Report) -> dict[str, tuple[str, int]]:
    """Return slot ("" for none) and rank of each choice column; a column without a clear rank is reported.

    The rank is the number in the column's name; where no name has one, the position among the columns of its slot.
    """
    columns = [column for column in sheet.columns if column.casefold() != "participant"]
    if not columns and sheet.rows:
        tell("there is no column of choices; add one for each rank", sheet.name, "")
    texts = {column: {row.cells[column] for row in sheet.rows if column in row.cells} for column in columns}
    slots = names.slots
    found: dict[str, tuple[str, int | None]] = {}
    for column in columns:
        try:
            _refuse_other_columns(column, texts[column], names)
            found[column] = rank_in_header(column, slots)
        except ValueError as error:
            tell(str(error), sheet.name, column)
    numbered = any(rank for _, rank in found.values())
    seen: Counter[str] = Counter()
    ranks: dict[str, tuple[str, int]] = {}
    for column, (slot, rank) in found.items():
        seen[slot] += 1
        if rank or not numbered:
            ranks[column] = (slot, rank or seen[slot])
        elif texts[column]:
            message = "the name has no rank, unlike those of other columns; add it or remove the column"
            tell(message, sheet.name, column)
    return ranks


def _refuse_other_columns(column: str, texts: set[str], names: TableNames) -> None:
    """Raise ValueError for a column that stands for a session, or in which no cell names one."""
    if not column.isdigit() and names.is_session(column):
        raise ValueError("the column is a session; write a column for each rank, sessions in cells")
    if len(texts) >= MANY and names.slots_of and not any(map(names.is_session, texts)):
        raise ValueError(f"no cell names a session, {shown(min(texts))} for example; remove the column")


def rank_in_header(header: str, slots: Iterable[str]) -> tuple[str, int | None]:
    """Return the slot that a column's name holds ("" for none) and the rank (None where there is no other number).

    "Slot 2: choice 1" means rank 1 in "Slot 2" where a slot has that id. A lone number is a rank: "2" is not slot "2".

    Raises
    ------
    ValueError
        If what is left beside the slot holds several numbers, if several slots could be meant, or if the rank is out of
        its range.
    """
    text, ids = header.casefold(), {slot.casefold(): slot for slot in slots}
    numbers = re.findall(r"\d+", text)
    names = sorted((name for name in ids if not name.isdigit() or len(numbers) > 1), key=len, reverse=True)
    readings = {
        (ids[match[0]], tuple(re.findall(r"\d+", f"{text[: match.start()]} {text[match.end() :]}")))
        for match in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", text)
        if match[0]
    } or {("", tuple(numbers))}
    if len(readings) > 1:
        raise ValueError(
            f"several slots could be meant by {shown(header)}; name one, by an id that is not just a number"
        )
    ((slot, ranks),) = readings
    if len(ranks) > 1:
        raise ValueError(f"there are the numbers {', '.join(ranks)}; keep only the rank, and the id of the slot")
    rank = parse_whole(ranks[0]) if ranks else None
    if rank is not None and not 1 <= rank <= MAX_RANK:
        raise ValueError(f"rank {rank} is not in 1 to {MAX_RANK:,}; rank 1 is best")
    return slot, rank
