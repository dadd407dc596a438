"""What a repair did: the new allocation, and who moves and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pdalloc.allocation import Allocation
from pdalloc.metrics.table import table_text
from pdalloc.objectives import Changes
from pdalloc.objectives.changes import CHANGED_SCHEDULES
from pdalloc.result import Result

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["Move", "MoveReason", "Repair"]


class MoveReason(StrEnum):
    """Why a schedule is another one than before; each is true whatever solver made the allocation.

    `NEW`: they held no session before. `FREE`: they were named as free to move. `LOST`: a session of theirs is no more.
    `CANCELLED`: it does not run. `RULE`: the old schedule breaks a rule by itself. `SEATS`: a session that they left
    has fewer seats than people who held one, or are fixed in it, and have no reason before this one. `ROOM`: a session
    that they left is full, and others in it did not hold it. `OTHERS`: the old schedule could have stayed by itself.
    """

    NEW = "new"
    FREE = "free"
    LOST = "lost"
    CANCELLED = "cancelled"
    RULE = "rule"
    SEATS = "seats"
    ROOM = "room"
    OTHERS = "others"


@dataclass(frozen=True)
class Move:
    """A participant whose schedule is another one than was published.

    Attributes
    ----------
    participant : str
    before, after : tuple of str
        Session ids.
    reason : MoveReason
    text : str
        The reason in words.
    """

    participant: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    reason: MoveReason
    text: str

    @property
    def counts(self) -> bool:
        """Whether it is one of the changes that are fewest."""
        return self.reason not in (MoveReason.NEW, MoveReason.FREE)


@dataclass(frozen=True)
class Repair:
    """A published allocation, mended.

    Attributes
    ----------
    result : Result
        Its objective begins with changed schedules, after empty places where those come first. With kept pairs it
        belongs to the changed problem in which they are fixed.
    changes : Changes
        What was published, and who was free to move.
    moves : tuple of Move
        Everybody whose schedule differs, in table order, also those who do not count as changed.
    kept : tuple of (str, str)
        Participant and session ids that had to stay.
    """

    result: Result
    changes: Changes
    moves: tuple[Move, ...]
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def allocation(self) -> Allocation:
        """The new allocation."""
        return self.result.allocation

    @property
    def changed(self) -> int:
        """How many published schedules change; those of `free` participants are not counted."""
        return sum(move.counts for move in self.moves)

    @property
    def fewest(self) -> int:
        """A number of changes that no allocation can be below, among those with as many places where these come first.

        Equal to `changed` where that is proved to be the fewest.
        """
        if self.result.bound is None:
            return 0
        number = self.result.levels.index(CHANGED_SCHEDULES)
        # a bound at a level says nothing where one before it is not reached
        before = zip(self.result.objective or (), self.result.bound[:number], strict=False)
        return self.result.bound[number] if all(value == bound for value, bound in before) else 0

    @cached_property
    def left(self) -> tuple[str, ...]:
        """Who held a session and is no more."""
        people = self.allocation.problem.participants
        return tuple(who for who, held in self.changes.schedules if held and who not in people)

    @property
    def new(self) -> tuple[str, ...]:
        """Who held no session and has one now."""
        return tuple(move.participant for move in self.moves if move.reason is MoveReason.NEW)

    def __str__(self) -> str:
        parts = [self.headline(), self.result.headline(), *([table_text(self.table())] if self.moves else [])]
        return "\n".join(parts)

    def headline(self) -> str:
        """Return one line: how many schedules change, whether that is proved, who is new and who left."""
        people = self.allocation.problem.participants
        stayed = sum(
            bool(held) and who in people and who not in self.changes.free for who, held in self.changes.schedules
        )
        text = f"{self.changed:,} of {stayed:,} published schedules change, "
        text += "proved to be the fewest" if self.changed == self.fewest else f"at least {self.fewest:,} have to"
        if self.new:
            text += f"; {len(self.new):,} got a first schedule"
        if self.left:
            text += f"{',' if self.new else ';'} {len(self.left):,} left"
        return text

    def table(self) -> Table:
        """Return a rich table with a row for each move."""
        from rich.table import Table

        table = Table()
        for head in ("participant", "before", "after", "why"):
            table.add_column(head)
        for move in self.moves:
            table.add_row(move.participant, _sessions(move.before), _sessions(move.after), move.text)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each move: session ids separated by ";", the reason, and the reason in words."""
        import pandas as pd

        columns = ["participant", "before", "after", "counts", "reason", "why"]
        return pd.DataFrame([move_row(move) for move in self.moves], columns=columns)

    def to_json(self) -> str:
        """Return the repair as a JSON document, "pdalloc/repair" version 1."""
        from pdalloc.auditing.repair_json import repair_to_json

        return repair_to_json(self)


def move_row(move: Move) -> tuple[str, str, str, bool, str, str]:
    """Return what a table of moves says of one."""
    return move.participant, ";".join(move.before), ";".join(move.after), move.counts, move.reason.value, move.text


def _sessions(schedule: tuple[str, ...]) -> str:
    return ", ".join(schedule) or "nothing"
