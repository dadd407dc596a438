"""Probabilistic serial: everybody eats of the best sessions that are left, all at the same speed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int32Array, Int64Array, freeze, frozen_copy, pair_keys, row_pointers
from pdalloc.context import Context
from pdalloc.errors import OptionError
from pdalloc.kernels.eating import Meal, finish_times, listed_portions, unlisted_portions
from pdalloc.problem import Feature, Problem
from pdalloc.random_assignment import RandomAssignment
from pdalloc.result import Result
from pdalloc.solvers.base import SLOT_BY_SLOT, priority_notes
from pdalloc.solvers.decomposition import Chances
from pdalloc.solvers.exact_eating import Class, eat_exactly
from pdalloc.solvers.markets import Market, markets
from pdalloc.solvers.quotas import Hierarchy, Quota, check_quotas, hierarchy

__all__ = ["ProbabilisticSerial"]

MOST_EXACT = 1_000_000
"""Listed and unlisted entries of one slot up to which there are fractions."""


@dataclass(frozen=True)
class ProbabilisticSerial:
    """Probabilistic serial, or simultaneous eating, in each slot by itself (Bogomolnaia and Moulin 2001, section 3).

    Everybody eats of their best session that has seats left, all at the same speed, for one unit of time; what they ate
    of a session is their chance of a seat there. Ties: Katta and Sethuraman 2006. Quotas: Budish, Che, Kojima and
    Milgrom 2013, section III. The chances are ordinally efficient and nobody envies anybody's; ranking truthfully can
    hurt you (docs/solvers/probabilistic-serial.md). O(choices + sessions^2) a slot without ties.

    Parameters
    ----------
    exact : bool
        Whether to give the probabilities as fractions too, in `RandomAssignment.exact`.
    quotas : sequence of Quota
        Further bounds; with the capacities they must form a hierarchy. A mapping of the fields of a `Quota` will do.
    """

    exact: bool = False
    quotas: tuple[Quota, ...] = ()

    name: ClassVar[str] = "probabilistic-serial"
    features: ClassVar[frozenset[Feature]] = SLOT_BY_SLOT
    objectives: ClassVar[frozenset[str]] = frozenset()
    uses_chance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.exact, bool):
            raise OptionError(f"exact is {self.exact!r}; give True or False")
        if not isinstance(self.quotas, list | tuple):
            raise OptionError(f"quotas is {self.quotas!r}; give a tuple of Quota")
        object.__setattr__(self, "quotas", tuple(map(_quota, self.quotas)))

    def solve(self, problem: Problem, context: Context) -> Result:
        """See `Solver.solve`."""
        check_quotas(problem, self.quotas)
        total, whole = max(len(problem.slots), 1), units_of_time(len(problem.participants))
        meals = []
        for done, market in enumerate(markets(problem, unlisted=problem.unlisted == "last")):
            context.check()
            context.report(done, total, "slots")
            within = hierarchy(problem, market, self.quotas)
            ties = _ties(problem, market)
            if self.exact or ties.any():
                meals.append(_eaten_exactly(market, within, ties, whole, context))
            else:
                meals.append(_eaten(market, within, whole))
        context.report(total, total, "slots")
        chances = _chances(problem, meals, whole, exact=self.exact)
        context.check()
        assignment = RandomAssignment(
            problem, chances.participant, chances.session, _floats(chances), None, chances.draw, chances.exact,
            chances.lottery,
        )  # fmt: skip
        return Result.from_rule(
            chances.draw(context.rng),
            self,
            context,
            notes=priority_notes(problem, self.name),
            random_assignment=assignment,
        )


def units_of_time(eaters: int) -> int:
    """Return a power of two so small that twice everybody's time stays below 2^63, and up to 2^52, exact in a float."""
    return int(2 ** min(52, 61 - eaters.bit_length()))


def _quota(given: Any) -> Quota:
    if isinstance(given, Quota):
        return given
    if isinstance(given, Mapping):
        try:
            return Quota(**given)
        except TypeError as error:
            raise OptionError(f"quota {dict(given)!r} is not one: {error}") from None
    raise OptionError(f"quotas has {given!r}; give a Quota(most, sessions)")


class _Eaten(NamedTuple):
    """What was eaten in one slot; a row for each pair."""

    participant: Int32Array
    session: Int32Array
    quota: Int32Array
    share: Int64Array
    exact: list[Fraction]  # empty for strict lists where nobody asked
    parent: Int64Array


def _ties(problem: Problem, market: Market) -> BoolArray:
    """Return which choices of a market tie with the one before them."""
    rank = problem.choices.rank if market.choice is None else problem.choices.rank[market.choice]
    tied = np.zeros(len(rank), np.bool_)
    np.logical_and(rank[1:] == rank[:-1], market.buyer[1:] == market.buyer[:-1], out=tied[1:])
    return tied


# ---- strict lists ------------------------------------------------------------------------------------------------


def _eaten(market: Market, within: Hierarchy, whole: int) -> _Eaten:
    buyer, quota, share = eat(meal_of(market, within, whole))
    return _Eaten(market.participant[buyer], market.seller[within.seller[quota]], quota, share, [], within.parent)


def eat(meal: Meal) -> tuple[Int32Array, Int32Array, Int64Array]:
    """Return eater, quota and share of everything that is eaten."""
    work, eaters = len(meal.quota) + len(meal.most), np.arange(len(meal.barred_start) - 1, dtype=np.int32)
    finish = finish_times.run(work, *meal)
    quota, share, first = listed_portions.run(work, finish, *meal)
    eater = np.repeat(eaters, np.diff(first))
    if not len(meal.kind):
        return eater, quota, share
    more, portion, first = unlisted_portions.run(work, share, first, finish, *meal)
    eater = np.concatenate([eater, np.repeat(eaters, np.diff(first))])
    return eater, np.concatenate([quota, more]), np.concatenate([share, portion])


def meal_of(market: Market, within: Hierarchy, whole: int) -> Meal:
    """Return what the kernels of eating take."""
    buyers, sellers = len(market.participant), len(market.seller)
    kind, barred = np.zeros(0, np.int32), np.zeros((0, 2), np.int32)
    one_kind = len(within.innermost) == 1
    quota = within.innermost[0 if one_kind else within.kind[market.buyer], market.at]
    indptr = row_pointers(market.buyer, buyers)
    if market.allows_unlisted:
        indptr = np.concatenate([indptr, indptr[-1] + sellers * np.arange(1, len(within.innermost) + 1)])
        quota = np.concatenate([quota, within.innermost.ravel()])
        kind, barred = within.kind, market.barred[np.argsort(market.barred[:, 0], kind="stable")]
    barred_start = np.searchsorted(barred[:, 0], np.arange(buyers + 1))
    return Meal(
        indptr, quota.astype(np.uint32), kind, barred_start,
        within.innermost[within.kind[barred[:, 0]], barred[:, 1]].astype(np.int32),
        np.minimum(within.most, buyers), within.parent, within.first_within, whole,
    )  # fmt: skip


# ---- fractions ---------------------------------------------------------------------------------------------------


def _eaten_exactly(market: Market, within: Hierarchy, ties: BoolArray, whole: int, context: Context) -> _Eaten:
    buyers, sellers = len(market.participant), len(market.seller)
    entries = buyers * sellers if market.allows_unlisted else len(market.buyer)
    if entries > MOST_EXACT:
        raise OptionError(
            f"probabilistic-serial works in fractions with ties on lists or exact=True, for up to {MOST_EXACT:,} "
            f"entries of lists in one slot, and here are {entries:,}; leave out exact, break the ties, or use 'lottery'"
        )
    lists: list[list[Class]] = [[] for _ in range(buyers)]
    listed: list[set[int]] = [set() for _ in range(buyers)]
    quotas = within.innermost[within.kind[market.buyer], market.at].tolist()
    for buyer, quota, is_tied in zip(market.buyer.tolist(), quotas, ties.tolist(), strict=True):
        listed[buyer].add(quota)
        if is_tied:
            lists[buyer][-1] = (*lists[buyer][-1], quota)
        else:
            lists[buyer].append((quota,))
    if market.allows_unlisted:
        for buyer, seller in market.barred.tolist():
            listed[buyer].add(int(within.innermost[within.kind[buyer], seller]))
        for buyer, kind in enumerate(within.kind.tolist()):
            lists[buyer] += [(quota,) for quota in within.innermost[kind].tolist() if quota not in listed[buyer]]
    portions = eat_exactly(lists, within.most.tolist(), within.parent.tolist(), context.check)
    rows = [(buyer, quota, amount) for buyer, eaten in enumerate(portions) for quota, amount in eaten.items()]
    buyer = np.array([row[0] for row in rows], np.int32)
    quota = np.array([row[1] for row in rows], np.int32)
    amounts = [row[2] for row in rows]
    # rounded down, no sum is more than it may be
    share = np.array([amount.numerator * whole // amount.denominator for amount in amounts], np.int64)
    return _Eaten(market.participant[buyer], market.seller[within.seller[quota]], quota, share, amounts, within.parent)


# ---- all slots ---------------------------------------------------------------------------------------------------


def _chances(problem: Problem, meals: list[_Eaten], whole: int, *, exact: bool) -> Chances:
    """Return the chances of all slots and the fixed pairs, sorted."""
    people, fixed = len(problem.participants), problem.fixed
    before = np.cumsum([0, *(len(meal.parent) for meal in meals)])
    parent = [np.where(meal.parent < 0, -1, meal.parent + first) for meal, first in zip(meals, before, strict=False)]
    row = [meal.participant + slot * np.int64(people) for slot, meal in enumerate(meals)]
    participant = np.concatenate([fixed[:, 0], *(meal.participant for meal in meals)])
    session = np.concatenate([fixed[:, 1], *(meal.session for meal in meals)])
    share = np.concatenate([np.full(len(fixed), whole), *(meal.share for meal in meals)])
    quota = [meal.quota + first for meal, first in zip(meals, before, strict=False)]
    order = np.argsort(pair_keys(participant, session, len(problem.sessions)), kind="stable")
    if not exact:
        # what is less than the smallest unit
        order = order[share[order] > 0]
    amounts = [Fraction(1)] * len(fixed) + [amount for meal in meals for amount in meal.exact]
    return Chances(
        problem,
        frozen_copy(participant[order], np.int32),
        frozen_copy(session[order], np.int32),
        freeze(share[order]),
        whole,
        # fixed pairs are sure, and so belong to no row or quota that is open
        frozen_copy(np.concatenate([np.zeros(len(fixed)), *row])[order], np.int64),
        frozen_copy(np.concatenate([np.zeros(len(fixed)), *quota])[order], np.int32),
        frozen_copy(np.concatenate([np.zeros(0), *parent]), np.int64),
        tuple(amounts[pair] for pair in order.tolist()) if exact else None,
    )


def _floats(chances: Chances) -> FloatArray:
    if chances.exact is not None:
        return freeze(np.array([float(chance) for chance in chances.exact]))
    return freeze(chances.share / chances.whole)
