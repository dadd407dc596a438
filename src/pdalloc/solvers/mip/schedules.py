"""Every schedule that one participant alone could have, for all participants at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import BoolArray, Int32Array, Int64Array, row_pointers
from pdalloc.errors import OptionError
from pdalloc.objectives import LevelCosts
from pdalloc.problem import Problem
from pdalloc.solvers.mip.pairs import Pairs

__all__ = ["MAX_SCHEDULES", "Items", "Schedules", "enumerate_schedules"]

Number = TypeVar("Number", np.int64, np.float64)

MAX_SCHEDULES = 2**24
MAX_SLOTS = 62
NOTHING = -1


class Items:
    """What schedules are made of: places in sessions, and running a session of one's own that may be cancelled.

    Attributes
    ----------
    participant, session : int32 arrays, shape (items,)
        The places first, as in `pairs`.
    is_place : bool array, shape (items,)
    size : int64 array, shape (items,)
        Wanted places that the item fills.
    slots : int64 array, shape (items,)
        Bit mask of its slots.
    """

    def __init__(self, problem: Problem, pairs: Pairs) -> None:
        if len(problem.slots) > MAX_SLOTS:
            raise OptionError(
                f"the day has {len(problem.slots)} slots; whole schedules are searched for up to {MAX_SLOTS}"
            )
        self.problem, self.pairs = problem, pairs
        own = problem.facilitated[problem.may_be_cancelled[problem.facilitated[:, 1]]]
        own = own[problem.session_slots.count[own[:, 1]] > 0]
        self.participant = np.concatenate([pairs.participant, own[:, 0]])
        self.session = np.concatenate([pairs.session, own[:, 1]])
        self.is_place = np.arange(len(self.session)) < len(pairs.session)
        self.size = np.where(self.is_place, problem.session_size[self.session], 0)
        self.freed = np.where(self.is_place, 0, problem.session_slots.count[self.session])
        self.slots = np.array(problem.session_slots.bits(), np.int64)[self.session]
        self.topic = np.where(self.is_place, problem.topic[self.session], -1)

    @cached_property
    def round(self) -> Int64Array:
        """When each item is decided on: in its first slot; items without a slot one after the other. Shape (items,)."""
        slots = len(self.problem.slots)
        slotless = np.flatnonzero(self.slots == 0)
        first = np.zeros(len(self.slots), np.int64)
        for slot in reversed(range(slots)):
            first[(self.slots >> slot) & 1 == 1] = slot
        start = np.searchsorted(self.participant[slotless], self.participant[slotless])
        first[slotless] = slots + np.arange(len(slotless)) - start
        return first


@dataclass(frozen=True, eq=False)
class Schedules:
    """Schedules of single participants, by owner.

    Attributes
    ----------
    items : Items
    owner : int32 array, shape (schedules,)
    item : int32 array, shape (schedules, rounds)
        What each consists of, -1 for nothing.
    wanted, empty : int64 arrays, shape (schedules,)
        Wanted places of the owner, and those that stay empty.
    """

    items: Items
    owner: Int32Array
    item: Int32Array
    wanted: Int64Array
    empty: Int64Array

    def __len__(self) -> int:
        return len(self.owner)

    def costs(self, level: LevelCosts) -> Int64Array:
        """Return the sum of a level's costs over each schedule: shape (schedules,)."""
        problem = self.items.problem
        empty = np.broadcast_to(level.empty, len(problem.participants))
        total = empty[self.owner] * self.empty + level.released * (self.wanted - problem.wanted[self.owner])
        total += self.sums(item_costs(self.items, level))
        return total

    def sums(self, value: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Return the sum of a value of each item over each schedule: shape (schedules,)."""
        padded = np.concatenate([value, np.zeros(1, value.dtype)])
        total = padded[self.item[:, 0]]
        for column in self.item.T[1:]:
            total += padded[column]
        return total


def item_costs(items: Items, level: LevelCosts) -> Int64Array:
    """Return what each item costs at a level, apart from the places that stay empty: shape (items,)."""
    problem, choice = items.problem, items.pairs.choice
    cost = np.zeros(len(items.session), np.int64)
    listed = np.broadcast_to(level.listed, len(problem.choices))
    unlisted = np.broadcast_to(level.unlisted, len(problem.participants))
    is_listed = choice >= 0
    cost[: len(choice)] = np.where(
        is_listed, listed[choice] if len(listed) else 0, unlisted[items.pairs.participant] * items.size[: len(choice)]
    )
    return cost


def enumerate_schedules(
    items: Items,
    *,
    most_empty: int | None = None,
    level: LevelCosts | None = None,
    most: int = 0,
    check: Callable[[], None] | None = None,
) -> Schedules:
    """Return every schedule that keeps all rules about one participant alone.

    Parameters
    ----------
    items : Items
    most_empty : int, optional
        Schedules with more empty places are left out.
    level : LevelCosts, optional
        Costs, none of them negative; schedules that cost more than `most` are left out.
    most : int
        Of `level`.
    check : callable, optional
        Called now and then; what it raises ends the search.

    Raises
    ------
    OptionError
        If there are more than `MAX_SCHEDULES`.
    """
    search = _Search(items, most_empty, level, most)
    for number in range(search.rounds):
        if check is not None:
            check()
        search.extend(number)
    return search.finish()


class _Search:
    """Partial schedules of all participants, extended round by round."""

    def __init__(self, items: Items, most_empty: int | None, level: LevelCosts | None, most: int) -> None:
        problem = items.problem
        people = len(problem.participants)
        self.items, self.problem = items, problem
        self.most_empty, self.most = most_empty, most
        self.bounded = level is not None
        # one entry more, the last, for nothing
        self.cost_of = np.zeros(len(items.session) + 1, np.int64)
        if level is not None:
            self.cost_of[:-1] = item_costs(items, level)
        self.slots_of, self.topic_of = np.append(items.slots, 0), np.append(items.topic, -1)
        self.size_of = np.append(items.size, 0)
        self.place_of = np.where(np.append(items.is_place, False), np.append(items.session, NOTHING), NOTHING)
        self.cost_of_empty = np.zeros(people, np.int64) if level is None else np.broadcast_to(level.empty, people)
        self.slots = len(problem.slots)
        self.rounds = max(int(items.round.max(initial=0)) + 1, self.slots, 1)
        self.free = problem.available_if(~problem.may_be_cancelled) if self.slots else np.zeros((people, 0), np.bool_)
        self.open_slots = self.free.sum(axis=1) if self.slots else problem.limit
        slotless = np.zeros(people, np.bool_)
        slotless[items.participant[items.slots == 0]] = True
        # their empty places can be counted slot by slot
        self.counted = (problem.limit >= self.open_slots) & ~slotless & (self.slots > 0)
        self.conflicting = np.zeros((0, 0), np.bool_)
        if len(problem.conflicts):
            self.conflicting = np.zeros((len(problem.sessions),) * 2, np.bool_)
            self.conflicting[problem.conflicts[:, 0], problem.conflicts[:, 1]] = True
            self.conflicting |= self.conflicting.T
        bits = np.left_shift(1, np.arange(self.slots, dtype=np.int64))
        self.owner = np.arange(people, dtype=np.int32)
        self.item = np.zeros((people, 0), np.int32)
        self.taken: Int64Array = (~self.free @ bits).astype(np.int64) if self.slots else np.zeros(people, np.int64)
        self.cost = np.zeros(people, np.int64)
        self.empty = np.zeros(people, np.int64)
        self.filled = np.zeros(people, np.int64)

    def extend(self, number: int) -> None:
        """Extend every partial schedule by each item of a round, or by nothing."""
        items = self.items
        people = len(self.problem.participants)
        here = np.flatnonzero(items.round == number)
        owner = np.concatenate([items.participant[here], np.arange(people)])
        order = np.argsort(owner, kind="stable")
        option = np.concatenate([here, np.full(people, NOTHING)])[order].astype(np.int32)
        start = row_pointers(owner[order], people)
        count = np.diff(start)[self.owner]
        if (total := int(count.sum())) > 4 * MAX_SCHEDULES:
            raise _too_many(total)
        at = np.repeat(np.arange(len(self.owner)), count)
        item = option[start[self.owner][at] + np.arange(total) - np.repeat(np.cumsum(count) - count, count)]
        kept = self._fits(at, item)
        self._keep(at[kept], item[kept], number)

    def _fits(self, at: Int64Array, item: Int32Array) -> BoolArray:
        """Return whether an item goes with a partial schedule."""
        fits: BoolArray = self.slots_of[item] & self.taken[at] == 0
        fits &= self.filled[at] + self.size_of[item] <= self.problem.limit[self.owner[at]]
        if self.bounded:
            fits &= self.cost[at] + self.cost_of[item] <= self.most
        added = np.flatnonzero(fits & (item != NOTHING))
        fits[added] = self._goes_with_all(at[added], item[added])
        return fits

    def _goes_with_all(self, at: Int64Array, item: Int32Array) -> BoolArray:
        """Return whether no topic and no conflict keeps an item from what a partial schedule has."""
        fits = np.ones(len(item), np.bool_)
        topic, place = self.topic_of[item], self.place_of[item]
        for before in self.item.T:
            other = before[at]
            fits &= (topic < 0) | (topic != self.topic_of[other])
            if len(self.conflicting):
                place_before = self.place_of[other]
                both = (place != NOTHING) & (place_before != NOTHING)
                fits &= ~(both & self.conflicting[place, place_before])
        return fits

    def _keep(self, at: Int64Array, item: Int32Array, number: int) -> None:
        owner = self.owner[at]
        taken = self.taken[at] | self.slots_of[item]
        cost = self.cost[at] + self.cost_of[item]
        filled = self.filled[at] + self.size_of[item]
        empty = self.empty[at]
        if number < self.slots:
            left = self.counted[owner] & (taken >> number & 1 == 0)
            empty = empty + left
            cost = cost + left * self.cost_of_empty[owner]
        kept = np.ones(len(owner), np.bool_)
        if self.bounded:
            kept &= cost <= self.most
        if self.most_empty is not None:
            kept &= empty <= self.most_empty
        self.owner, self.taken, self.filled = owner[kept], taken[kept], filled[kept]
        self.cost, self.empty = cost[kept], empty[kept]
        self.item = np.concatenate([self.item[at[kept]], item[kept][:, None]], axis=1)
        if len(self.owner) > MAX_SCHEDULES:
            raise _too_many(len(self.owner))

    def finish(self) -> Schedules:
        """Return the schedules with no more places than their owners want."""
        items = self.items
        unfinished = Schedules(items, self.owner, self.item, self.empty, self.empty)
        wanted = np.minimum(self.problem.limit[self.owner], self.open_slots[self.owner] - unfinished.sums(items.freed))
        empty = wanted - unfinished.sums(items.size)
        kept = empty >= 0
        if self.bounded:
            cost = self.cost + np.where(self.counted[self.owner], 0, empty * self.cost_of_empty[self.owner])
            kept &= cost <= self.most
        if self.most_empty is not None:
            kept &= empty <= self.most_empty
        fixed = self.items.pairs.is_fixed
        if fixed.any():
            number = np.bincount(items.pairs.participant[fixed], minlength=len(self.problem.participants))
            has = unfinished.sums(
                np.concatenate([fixed, np.zeros(len(items.session) - len(fixed), np.bool_)]).astype(np.int64)
            )
            kept &= has == number[self.owner]
        return Schedules(items, self.owner[kept], self.item[kept], wanted[kept], empty[kept])


def _too_many(count: int) -> OptionError:
    return OptionError(
        f"participants have more than {MAX_SCHEDULES:,} schedules to choose from ({count:,} at least); shorten the "
        "lists, forbid unlisted places if they are allowed, or use an objective that is a sum over places, such as "
        "'generous'"
    )
