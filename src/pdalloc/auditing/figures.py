"""The figures of an audit, a line each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from pdalloc import metrics
from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, Int64Array, count_values
from pdalloc.errors import OptionError
from pdalloc.metrics.groups import GroupGap
from pdalloc.metrics.summary import profile_rows

__all__ = ["FIGURES", "Better", "Figure", "Measured", "figures_for"]

Better = Literal["higher", "lower", "neither"]
Value = int | float


class Measured:
    """An allocation with what several figures need, each computed once.

    Parameters
    ----------
    allocation : Allocation
    seed : int
        For what is resampled or counted on a sample.
    baseline : str
        Name of an allocation that it is compared with; "" for none.
    against : Allocation, optional
        That allocation.
    """

    def __init__(
        self, allocation: Allocation, seed: int = 0, baseline: str = "", against: Allocation | None = None
    ) -> None:
        self.allocation = allocation
        self.seed = seed
        self.baseline = baseline
        self.against = against

    @cached_property
    def utility(self) -> FloatArray:
        """See `metrics.utilities`."""
        return metrics.utilities(self.allocation)

    @cached_property
    def nash(self) -> metrics.NashWelfare:
        """See `metrics.nash_welfare`."""
        return metrics.nash_welfare(self.utility)

    @cached_property
    def share(self) -> FloatArray:
        """See `metrics.share_of_own_maximum`."""
        return metrics.share_of_own_maximum(self.allocation, self.utility)

    @cached_property
    def known_share(self) -> FloatArray:
        """The shares of those who could have had something of value."""
        known = ~np.isnan(self.share)
        return self.share if known.all() else self.share[known]

    @cached_property
    def shares(self) -> tuple[FloatArray, Int64Array]:
        """The different known shares, and how many participants have each."""
        return count_values(self.known_share)

    @cached_property
    def envy(self) -> metrics.Envy:
        """See `metrics.envy`."""
        return metrics.envy(self.allocation, self.seed)

    @cached_property
    def blocking(self) -> metrics.BlockingPairs:
        """See `metrics.blocking_pairs`."""
        return metrics.blocking_pairs(self.allocation)

    @cached_property
    def slots(self) -> tuple[metrics.SlotEfficiency, ...]:
        """See `metrics.slot_efficiency`."""
        return metrics.slot_efficiency(self.allocation)

    def remarks(self, of: str) -> Iterator[str]:
        """Yield what a reader of the figures has to know; `of` says of which allocation."""
        left_out = len(self.share) - len(self.known_share)
        if left_out:
            yield f"participants left out of shares{of}, who could have had nothing of value: {left_out:,}"
        known = vars(self).get("slots", ())
        if unsettled := sum(slot.is_open for slot in known):
            yield (
                f"{EFFICIENT_SLOTS}{of} cannot be given: in {unsettled} of {len(known)}, every improvement that was "
                "found breaks a rule"
            )
        envy = vars(self).get("envy")  # it is not there where ratings are too large for it
        if envy is not None and len(envy.participant) < envy.people:
            estimates = {
                ENVIOUS: envy.participants,
                ENVY: envy.pairs,
                NOT_EF1: envy.ef1_violations,
                NOT_EF11: envy.ef11_violations,
            }
            yield (
                f"envy{of} was looked for in {len(envy.participant):,} of {envy.people:,} participants, drawn at "
                "random; its largest and mean are theirs, and 95% intervals of the others are: "
                + "; ".join(f"{name} {found.lower:,.0f} to {found.upper:,.0f}" for name, found in estimates.items())
            )

    @cached_property
    def group_gaps(self) -> list[GroupGap]:
        """The shares by each group column."""
        return [
            metrics.group_gap(self.share, group, self.seed, small=SMALL) for group in self.allocation.problem.groups
        ]


@dataclass(frozen=True)
class Figure:
    """One line of an audit.

    Attributes
    ----------
    name : str
    form : str
        Format specification of its values.
    better : {"higher", "lower", "neither"}
    function : callable
        Takes a `Measured` and returns the value, or values by name where the line stands for several.
    also : str
        What has to be asked for to have it, where it takes a solve or resampling; "" for what is always there.
    """

    name: str
    form: str
    better: Better
    function: Callable[[Measured], Value | Mapping[str, Value]]
    also: str = ""

    def rows(self, day: Measured) -> Mapping[str, Value]:
        """Return the values by the names of their rows."""
        value = self.function(day)
        return value if isinstance(value, Mapping) else {self.name: value}


def _mean(quantity: FloatArray) -> float:
    return float(quantity.mean()) if quantity.size else float("nan")


def _justified_envy(day: Measured) -> dict[str, Value]:
    if not len(day.allocation.problem.priorities):
        return {}
    found = day.blocking
    return {
        "pairs with justified envy": found.justified_envy_pairs,
        "participants with justified envy": found.justified_envy_participants,
    }


def _efficient_slots(day: Measured) -> dict[str, Value]:
    slots = day.slots
    is_open = any(slot.is_open for slot in slots)
    return {f"{EFFICIENT_SLOTS}, of {len(slots)}": float("nan") if is_open else sum(not slot.trade for slot in slots)}


def _popularity(day: Measured) -> dict[str, Value]:
    if day.against is None:
        return {}
    margin = metrics.popularity_margin(day.allocation, day.against)
    return {f"popularity margin over {day.baseline}": margin}


def _history(day: Measured) -> dict[str, Value]:
    history = day.allocation.problem.history
    if np.isnan(history).all():
        return {}
    return {HISTORY: metrics.history_correlation(day.share, history)}


def _efficient_day(day: Measured) -> Value:
    """Return 1 where no reallocation of whole days makes somebody better off and nobody worse off, 0 where one does."""
    from pdalloc.auditing.certificate import Claim
    from pdalloc.auditing.efficiency import certify_efficiency

    known = {Claim.EFFICIENT: 1, Claim.INEFFICIENT: 0}
    return known.get(certify_efficiency(day.allocation).claim, float("nan"))


def _group_means(day: Measured) -> dict[str, Value]:
    rows: dict[str, Value] = {}
    for group, gap in zip(day.allocation.problem.groups, day.group_gaps, strict=True):
        # whose share is known depends on which sessions run, but the name of a row must not
        size = np.bincount(group.value[group.value >= 0], minlength=len(group.values))
        for value, mean, count in zip(gap.values, gap.mean, size, strict=True):
            mark = ", a small group" if count < SMALL else ""
            rows[f"mean share, {gap.name} = {value} ({count}{mark})"] = float(mean)
    return rows


def _group_gaps(day: Measured) -> dict[str, Value]:
    return {_gap_name(gap): gap.gap for gap in day.group_gaps}


def _group_gap_context(day: Measured) -> dict[str, Value]:
    rows: dict[str, Value] = {}
    for gap in day.group_gaps:
        rows[f"{_gap_name(gap)}: lower end of 95%"] = gap.gap_lower
        rows[f"{_gap_name(gap)}: upper end of 95%"] = gap.gap_upper
        rows[f"{_gap_name(gap)}: if groups were alike"] = gap.gap_by_chance
    return rows


def _gap_name(gap: GroupGap) -> str:
    return f"largest minus smallest mean share by {gap.name}"


SMALL = 5
ENVIOUS, ENVY = "participants who envy somebody", "pairs with envy"
NOT_EF1, NOT_EF11 = "pairs that are not EF1", "pairs that are not EF[1,1]"
EFFICIENT_SLOTS = "Pareto efficient slots"
EFFICIENT_DAY = "whole day is Pareto efficient (1 yes, 0 no)"
HISTORY = "rank correlation of shares with history"

FIGURES: tuple[Figure, ...] = (
    Figure("places filled", ",", "higher", lambda day: metrics.filled_places(day.allocation)),
    Figure("empty wanted places", ",", "lower", lambda day: metrics.empty_places(day.allocation)),
    Figure("places at each rank", ",", "neither", lambda day: profile_rows(day.allocation)),
    Figure("mean rank", ".2f", "lower", lambda day: metrics.mean_rank(day.allocation)),
    Figure("median rank", ".1f", "lower", lambda day: metrics.median_rank(day.allocation)),
    Figure("lists with their first choice", ".1%", "higher", lambda day: metrics.share_in_top(day.allocation, 1)),
    Figure("lists with one of the first three", ".1%", "higher", lambda day: metrics.share_in_top(day.allocation, 3)),
    Figure("total rank cost", ",", "lower", lambda day: metrics.rank_cost(day.allocation)),
    Figure("seats filled", ".1%", "higher", lambda day: metrics.seats_filled(day.allocation)),
    Figure("sessions that nobody attends", ",", "lower", lambda day: metrics.unattended_sessions(day.allocation)),
    Figure("cancelled sessions", ",", "lower", lambda day: metrics.cancelled_sessions(day.allocation)),
    Figure("sum of utilities", ",.2f", "higher", lambda day: metrics.utilitarian_welfare(day.utility)),
    Figure("smallest utility", ",.2f", "higher", lambda day: metrics.egalitarian_welfare(day.utility)),
    Figure("participants with a positive utility", ",", "higher", lambda day: day.nash.positive),
    Figure("geometric mean of positive utilities", ",.3f", "higher", lambda day: day.nash.geometric_mean),
    Figure("mean share of own maximum", ".1%", "higher", lambda day: _mean(day.known_share)),
    Figure("smallest share of own maximum", ".1%", "higher", lambda day: metrics.egalitarian_welfare(day.known_share)),
    Figure("Gini of shares", ".3f", "lower", lambda day: metrics.gini(*day.shares)),
    Figure("Jain of shares", ".3f", "higher", lambda day: metrics.jain(*day.shares)),
    Figure("Theil of shares", ".3f", "lower", lambda day: metrics.theil(*day.shares)),
    Figure("Atkinson (1/2) of shares", ".3f", "lower", lambda day: metrics.atkinson(day.shares[0], 0.5, day.shares[1])),
    Figure("Hoover of shares", ".3f", "lower", lambda day: metrics.hoover(*day.shares)),
    Figure("variance of shares", ".3f", "lower", lambda day: metrics.variance(*day.shares)),
    Figure(HISTORY, ".3f", "neither", _history),
    Figure(ENVIOUS, ",.0f", "lower", lambda day: day.envy.participants.value),
    Figure(ENVY, ",.0f", "lower", lambda day: day.envy.pairs.value),
    Figure("largest envy", ",.2f", "lower", lambda day: day.envy.largest),
    Figure("mean of everybody's largest envy", ",.3f", "lower", lambda day: day.envy.mean),
    Figure(NOT_EF1, ",.0f", "lower", lambda day: day.envy.ef1_violations.value),
    Figure(NOT_EF11, ",.0f", "lower", lambda day: day.envy.ef11_violations.value),
    Figure("justified envy", ",", "lower", _justified_envy),
    Figure("participants with a wasted seat", ",", "lower", lambda day: day.blocking.wasted_participants),
    Figure("pairs with a wasted seat", ",", "lower", lambda day: day.blocking.wasted_pairs),
    Figure("wasted seats", ",", "lower", lambda day: day.blocking.wasted_seats),
    Figure(EFFICIENT_SLOTS, ",", "higher", _efficient_slots),
    Figure("popularity margin", ",", "higher", _popularity),
    Figure(EFFICIENT_DAY, ".0f", "higher", _efficient_day, also="efficiency"),
    Figure("mean share by group", ".1%", "neither", _group_means, also="groups"),
    Figure("gaps between groups", ".1%", "lower", _group_gaps, also="groups"),
    Figure("gaps between groups, how sure", ".1%", "neither", _group_gap_context, also="groups"),
)


def figures_for(also: Collection[str]) -> list[Figure]:
    """Return the figures that are always there, and those of the requests.

    Raises
    ------
    OptionError
        If there is no such request.
    """
    if not isinstance(also, Collection):
        raise OptionError(f"also is {also!r}; give a list of what is asked for")
    requests = {also} if isinstance(also, str) else set(also)
    known = {figure.also for figure in FIGURES} - {""}
    for request in sorted(requests - known):
        raise OptionError(f"also has {request!r}; what can be asked for is {', '.join(map(repr, sorted(known)))}")
    return [figure for figure in FIGURES if figure.also in {"", *requests}]
