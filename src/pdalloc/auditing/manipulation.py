"""What a search for profitable misreports found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pdalloc.metrics.estimate import Estimate
from pdalloc.metrics.table import table_text

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["Day", "Manipulation", "Manipulations"]


class Day(NamedTuple):
    """What a participant gets, judged by the true list; expected values where a result has exact chances.

    Attributes
    ----------
    schedule : tuple of str
        Session ids; empty where chances are judged.
    empty, unlisted : int or float
        Wanted places that stay empty, and places in sessions not on the true list.
    cost : int or float
        As `pdalloc.metrics.day_costs`.
    """

    schedule: tuple[str, ...]
    empty: int | float
    unlisted: int | float
    cost: int | float

    def __str__(self) -> str:
        counts = [("empty", self.empty), ("unlisted", self.unlisted)]
        parts = [f"{value:.10g} {name}" for name, value in counts if value] + [f"cost {self.cost:.10g}"]
        return f"{', '.join(self.schedule)} ({', '.join(parts)})" if self.schedule else ", ".join(parts)


@dataclass(frozen=True)
class Manipulation:
    """The best misreport found for a participant who gains by one.

    Attributes
    ----------
    participant : str
    ranking : tuple of str
        The session ids of the misreport, best rank first.
    before, after : Day
        With the true list, and with the misreport.
    """

    participant: str
    ranking: tuple[str, ...]
    before: Day
    after: Day


@dataclass(frozen=True)
class Manipulations:
    """Who gains by another list, as far as was found. A lower bound: only lists of one family were tried.

    Attributes
    ----------
    solver : str
    seed : int or None
        Of the solver and of the sample; None if there was no chance.
    people : int
        How many participants the figures are about: all, or those that were named.
    looked_at : tuple of str
        Whose misreports were tried, in table order.
    is_sample : bool
        Whether these were drawn at random from all participants.
    tried : int
        Misreports, each with its own solve.
    gains : tuple of Manipulation
        One for each participant who gains, in table order.
    """

    solver: str
    seed: int | None
    people: int
    looked_at: tuple[str, ...]
    is_sample: bool
    tried: int
    gains: tuple[Manipulation, ...]

    @property
    def gaining(self) -> Estimate:
        """How many participants gain by a list of the family; with a sample a Wilson 95% interval, else exact.

        By any list at all it is at least as many.
        """
        if self.is_sample:
            return Estimate.of_share(len(self.gains), len(self.looked_at), self.people)
        return Estimate.exact(len(self.gains))

    @property
    def share(self) -> Estimate:
        """`gaining` as a share, from 0 to 1."""
        gaining = self.gaining
        value, lower, upper = (part / self.people for part in (gaining.value, gaining.lower, gaining.upper))
        return Estimate(value, lower, upper, gaining.sampled)

    def __str__(self) -> str:
        parts = [self.headline(), *([table_text(self.table())] if self.gains else []), self.caution()]
        return "\n".join(parts)

    def headline(self) -> str:
        """Return one line: how many gain, and which share that is."""
        solver = self.solver if self.seed is None else f"{self.solver}, seed {self.seed}"
        counted = f"at least {len(self.gains):,} of {len(self.looked_at):,} participants gain by another list"
        share = self.share
        if share.is_exact:
            return f"{solver}: {counted} ({share.value:.1%})"
        interval = f"95% interval {share.lower:.1%} to {share.upper:.1%}"
        return f"{solver}: {counted} ({share.value:.1%}); of all {self.people:,}, by these lists alone: {interval}"

    def caution(self) -> str:
        """Return one line: that this is a lower bound."""
        return f"A lower bound: {self.tried:,} lists were tried, and others may gain more, or for more participants."

    def table(self) -> Table:
        """Return a rich table with a row for each participant who gains."""
        from rich.table import Table

        table = Table()
        for head in ("participant", "gains by the list", "with the true list", "with this one"):
            table.add_column(head)
        for one in self.gains:
            table.add_row(one.participant, ", ".join(one.ranking) or "(empty)", str(one.before), str(one.after))
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each participant who gains: the list, ids separated by ";", and both days."""
        import pandas as pd

        columns = ["participant", "ranking"]
        columns += [f"{figure}_{when}" for when in ("before", "after") for figure in Day._fields]
        rows = [
            (
                one.participant,
                ";".join(one.ranking),
                *(part for day in (one.before, one.after) for part in (";".join(day.schedule), *day[1:])),
            )
            for one in self.gains
        ]
        return pd.DataFrame(rows, columns=columns)
