"""Quotas: at most so many places of some participants in some sessions together, as a hierarchy with the capacities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, freeze
from pdalloc.errors import OptionError
from pdalloc.hints import did_you_mean
from pdalloc.problem import Problem
from pdalloc.solvers.markets import Market

__all__ = ["Hierarchy", "Quota", "check_quotas", "hierarchy"]

NONE = -1


@dataclass(frozen=True)
class Quota:
    """At most `most` places of these participants in these sessions together.

    Attributes
    ----------
    most : int
        From 0; fixed pairs count.
    sessions : tuple of str
        Session ids, all in one slot.
    group : (str, str) or None
        Column and value: only participants with that value count.
    participants : tuple of str or None
        Participant ids: only these count. Without either, everybody does.

    Raises
    ------
    OptionError
        If one of them is of another kind, or both a group and participants are given.
    """

    most: int
    sessions: tuple[str, ...]
    group: tuple[str, str] | None = None
    participants: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.most, bool) or not isinstance(self.most, int | np.integer) or self.most < 0:
            raise OptionError(f"quota: most is {self.most!r}; give a whole number from 0")
        object.__setattr__(self, "most", int(self.most))
        object.__setattr__(self, "sessions", _texts("sessions", self.sessions))
        if self.group is not None:
            object.__setattr__(self, "group", _texts("group", self.group))
            if len(self.group) != 2:
                raise OptionError(f"quota: group is {self.group!r}; give a column and a value")
        if self.participants is not None:
            object.__setattr__(self, "participants", _texts("participants", self.participants))
            if self.group is not None:
                raise OptionError("quota: both a group and participants are given; give one of them")

    def __str__(self) -> str:
        who = "" if self.group is None else f" of {self.group[0]} {self.group[1]!r}"
        if self.participants is not None:
            who = f" of {_shortened(self.participants)}"
        return f"at most {self.most}{who} in {_shortened(self.sessions)}"


def _texts(name: str, values: Any) -> tuple[str, ...]:
    if isinstance(values, str) or not isinstance(values, list | tuple) or not values:
        raise OptionError(f"quota: {name} is {values!r}; give a tuple of texts, at least one")
    if wrong := [value for value in values if not isinstance(value, str)]:
        raise OptionError(f"quota: {name} has {wrong[0]!r}, which is not a text")
    return tuple(values)


def _shortened(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(map(repr, ids[:3])) + more


class Hierarchy(NamedTuple):
    """The quotas of one market, capacities among them: any two have no pair in common, or one lies within the other.

    Numbered so that those within quota q are ``first_within[q]:q``.

    Attributes
    ----------
    most : int64 array, shape (quotas,)
        What fixed pairs leave of each.
    parent : int64 array, shape (quotas,)
        The smallest quota around each, -1 for none.
    first_within : int64 array, shape (quotas,)
    seller : int32 array, shape (quotas,)
        The only seller that a quota counts, -1 if it counts several.
    kind : int32 array, shape (buyers,)
        Buyers of one kind are in the same quotas.
    innermost : int32 array, shape (kinds, sellers)
        The smallest quota that counts a buyer of this kind at this seller; another one for each seller.
    """

    most: Int64Array
    parent: Int64Array
    first_within: Int64Array
    seller: Int32Array
    kind: Int32Array
    innermost: Int32Array


class _Set(NamedTuple):
    """What a quota or a capacity counts."""

    name: str
    most: int
    people: BoolArray | None  # shape (participants,); None for everybody
    sellers: frozenset[int]

    @property
    def size(self) -> tuple[int, int]:
        """Larger for a set around another one; equal only for equal sets where one is within the other."""
        return len(self.sellers), 2**62 if self.people is None else int(self.people.sum())

    def is_within(self, other: _Set) -> bool:
        if not self.sellers <= other.sellers:
            return False
        if other.people is None or self.people is None:
            return other.people is None
        return not (self.people & ~other.people).any()

    def meets(self, other: _Set) -> bool:
        if self.sellers.isdisjoint(other.sellers):
            return False
        return self.people is None or other.people is None or bool((self.people & other.people).any())


def check_quotas(problem: Problem, quotas: tuple[Quota, ...]) -> None:
    """Refuse quotas that name what the problem does not have, or sessions of several slots.

    Raises
    ------
    OptionError
    """
    for number, quota in enumerate(quotas):
        name = f"quota {number + 1} ({quota})"
        for kind, labels, ids in (
            ("session", problem.sessions, quota.sessions),
            ("participant", problem.participants, quota.participants or ()),
        ):
            if unknown := [label for label in ids if labels.get(label) is None]:
                remedy = did_you_mean(unknown[0], labels) or f"give ids of the {kind}s table"
                raise OptionError(f"{name}: unknown {kind} {unknown[0]!r}; {remedy}")
        if quota.group is not None:
            column, value = quota.group
            group = next((group for group in problem.groups if group.name == column), None)
            if group is None:
                there_are = ", ".join(group.name for group in problem.groups) or "none"
                raise OptionError(f"{name}: there is no group {column!r}; the groups are: {there_are}")
            if value not in group.values:
                raise OptionError(f"{name}: nobody has {column} {value!r}; its values are: {_shortened(group.values)}")
        if len(problem.slots):
            slots = {int(problem.session_slots[problem.sessions.index(label)][0]) for label in quota.sessions}
            if len(slots) > 1:
                named = ", ".join(repr(problem.slots[slot]) for slot in sorted(slots))
                raise OptionError(
                    f"{name}: its sessions are in several slots ({named}), and each slot is allocated by itself; "
                    "give one quota for each slot"
                )


def hierarchy(problem: Problem, market: Market, quotas: tuple[Quota, ...]) -> Hierarchy:
    """Return the capacities and quotas of a market as a hierarchy.

    Raises
    ------
    OptionError
        If two cross: they have pairs in common, and neither lies within the other; or more are fixed than may be.
    """
    sellers = len(market.seller)
    sets = [given for number, quota in enumerate(quotas) if (given := _set(problem, market, number, quota)) is not None]
    if not sets:
        alone = np.arange(sellers)
        return Hierarchy(
            market.capacity, np.full(sellers, NONE), alone, alone.astype(np.int32),
            np.zeros(len(market.participant), np.int32), alone.astype(np.int32)[None, :],
        )  # fmt: skip
    capacities = [
        _Set(f"the capacity of {problem.sessions[number]!r}", int(seats), None, frozenset([seller]))
        for seller, (number, seats) in enumerate(zip(market.seller.tolist(), market.capacity.tolist(), strict=True))
    ]
    _refuse_crossing(sets, capacities)
    # the sort keeps the order of equal sets: then the first lies within the second
    every = sorted([*sets, *capacities], key=lambda one: one.size)
    around = _parents(every)
    number, first_within = _numbers(around)
    parent = np.full(len(every), NONE)
    most, seller = np.zeros(len(every), np.int64), np.full(len(every), NONE, np.int32)
    for at, one in enumerate(every):
        most[number[at]] = one.most
        parent[number[at]] = NONE if around[at] == NONE else number[around[at]]
        seller[number[at]] = min(one.sellers) if len(one.sellers) == 1 else NONE
    masks = [one.people[market.participant] for one in every if one.people is not None]
    kind = np.zeros(len(market.participant), np.int64)
    for mask in masks:
        kind = np.unique(2 * kind + mask, return_inverse=True)[1]
    kinds = int(kind.max(initial=0)) + 1
    innermost, everybody = np.zeros((kinds, sellers), np.int32), np.ones(kinds, np.bool_)
    # from the largest on, so that the smallest stays
    for at in range(len(every) - 1, -1, -1):
        inside = everybody
        if every[at].people is not None:
            inside = np.zeros(kinds, np.bool_)
            inside[kind[masks.pop()]] = True
        if len(every[at].sellers) == 1:
            innermost[inside, min(every[at].sellers)] = number[at]
    return Hierarchy(most, parent, first_within, seller, kind.astype(np.int32), innermost)


def _set(problem: Problem, market: Market, number: int, quota: Quota) -> _Set | None:
    """Return what a quota counts in a market, None if its sessions are not there."""
    sessions = np.array(sorted({problem.sessions.index(label) for label in quota.sessions}))
    sellers = np.flatnonzero(np.isin(market.seller, sessions))
    if not len(sellers):
        return None
    people = np.zeros(len(problem.participants), np.bool_)
    if quota.group is not None:
        group = next(group for group in problem.groups if group.name == quota.group[0])
        people[group.value == group.values.index(quota.group[1])] = True
    elif quota.participants is not None:
        people[[problem.participants.index(label) for label in quota.participants]] = True
    else:
        people[:] = True
    name = f"quota {number + 1} ({quota})"
    fixed = int((people[problem.fixed[:, 0]] & np.isin(problem.fixed[:, 1], sessions)).sum())
    if fixed > quota.most:
        raise OptionError(f"{name}: {fixed} are fixed there; allow as many, or fix fewer")
    return _Set(
        name,
        min(quota.most - fixed, len(problem.participants) * len(quota.sessions)),
        None if people.all() else people,
        frozenset(sellers.tolist()),
    )


def _refuse_crossing(sets: list[_Set], capacities: list[_Set]) -> None:
    for at, one in enumerate(sets):
        others = sets[:at] + ([capacities[min(one.sellers)]] if one.people is not None else [])
        for other in others:
            if one.meets(other) and not one.is_within(other) and not other.is_within(one):
                raise OptionError(
                    f"{other.name} and {one.name} cross: they count some places together, and neither counts all of "
                    "the other's; a quota for part of the participants must be for one session, and of two quotas "
                    "that meet one must hold the other"
                )


def _parents(every: list[_Set]) -> list[int]:
    """Return the next set around each, in the order of sizes, where those of one seller come first."""
    alone: dict[int, list[int]] = {}
    for at, one in enumerate(every):
        alone.setdefault(min(one.sellers) if len(one.sellers) == 1 else NONE, []).append(at)
    parents = []
    for at, one in enumerate(every):
        same = alone[min(one.sellers)] if len(one.sellers) == 1 else []
        around = (other for other in [*same, *alone.get(NONE, [])] if other > at and one.is_within(every[other]))
        parents.append(next(around, NONE))
    return parents


def _numbers(parent: list[int]) -> tuple[list[int], Int64Array]:
    """Return a number for each set so that all within it come just before it, and the first of those by number."""
    within: dict[int, list[int]] = {}
    for at, around in enumerate(parent):
        within.setdefault(around, []).append(at)
    number, first_within = [0] * len(parent), np.zeros(len(parent), np.int64)
    begun: dict[int, int] = {}
    count, stack = 0, within.get(NONE, [])[::-1]
    while stack:
        at = stack[-1]
        if at not in begun:
            begun[at] = count
            stack += within.get(at, [])[::-1]
            if stack[-1] != at:
                continue
        stack.pop()
        number[at] = count
        first_within[count] = begun[at]
        count += 1
    return number, freeze(first_within)
