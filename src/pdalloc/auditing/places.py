"""An allocation slot by slot: what everybody holds, and what they could have instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int32Array, Int64Array, among_pairs
from pdalloc.metrics.attendable import clashes, rows_between
from pdalloc.metrics.stability import free_seats
from pdalloc.objectives import LevelCosts
from pdalloc.problem import Problem

__all__ = ["NEVER", "PlaceCosts", "Places", "places_by_slot", "places_in_tied_slots"]

NEVER = 2**61
"""Cost of what cannot be."""


@dataclass(frozen=True, eq=False)
class Places:
    """The places of one slot, or of a day without slots, that no fixed pair fills.

    People and sessions count from 0 among those concerned; the session after the last is the outside, where empty
    places are.

    Attributes
    ----------
    participant : int32 array, shape (people,)
        Participant number of everybody who wants a place here.
    session : int32 array, shape (sessions,)
        Session number of each.
    is_full, may_be_left : bool arrays, shape (sessions + 1,)
        Whether nobody more can come, and whether one fewer is enough; False and True for the outside.
    holder, held : int32 arrays, shape (places,)
        Who holds a place in which session: an entry for each of a participant's sessions, and one for all that they
        leave empty.
    held_choice : int64 array, shape (places,)
        Number among the problem's choices, -1 for an unlisted or empty place.
    chooser, option : int32 arrays, shape (options,)
        Who could be in which session, by person: their choices, also those that they hold.
    option_choice : int64 array, shape (options,), or None
        Number among the problem's choices; None if they are all of these.
    held_option : int64 array, or None
        Options that are held; None if nobody wants more than one place: then there is nobody who could take for another
        place what they hold already.
    closed : int64 array, shape (pairs, 2)
        (person, session) pairs that cannot be unlisted places; without the options.
    allows_unlisted : bool
    """

    participant: Int32Array
    session: Int32Array
    is_full: BoolArray
    may_be_left: BoolArray
    holder: Int32Array
    held: Int32Array
    held_choice: Int64Array
    chooser: Int32Array
    option: Int32Array
    option_choice: Int64Array | None
    held_option: Int64Array | None
    closed: Int64Array
    allows_unlisted: bool

    @property
    def outside(self) -> int:
        """Number of the outside."""
        return len(self.session)

    def costs(self, level: LevelCosts) -> PlaceCosts:
        """Return what places cost at a level."""
        empty, unlisted = (
            np.full(len(self.participant), part) if isinstance(part, int) else part[self.participant]
            for part in (level.empty, level.unlisted)
        )
        held = np.where(self.held == self.outside, empty[self.holder], unlisted[self.holder])
        listed = np.flatnonzero(self.held_choice >= 0)
        if isinstance(level.listed, int):
            held[listed] = level.listed
            return PlaceCosts(held, level.listed, empty, unlisted)
        held[listed] = level.listed[self.held_choice[listed]]
        option = level.listed if self.option_choice is None else level.listed[self.option_choice]
        return PlaceCosts(held, option, empty, unlisted)


class PlaceCosts(NamedTuple):
    """What places cost: held ones, options (a number if all cost the same), empty and unlisted ones of each person."""

    held: Int64Array
    option: Int64Array | int
    empty: Int64Array
    unlisted: Int64Array

    def joined(self, factor: int, then: PlaceCosts) -> PlaceCosts:
        """Return these costs times a factor, and those of a later level added."""
        return PlaceCosts(
            factor * self.held + then.held,
            factor * self.option + then.option,
            factor * self.empty + then.empty,
            factor * self.unlisted + then.unlisted,
        )


def places_by_slot(allocation: Allocation, *, unlisted: bool) -> Iterator[Places]:
    """Yield the places of each slot, or those of a day without slots.

    Parameters
    ----------
    allocation : Allocation
        Of a problem in which nothing ties slots together.
    unlisted : bool
        Whether unlisted places are allowed.
    """
    problem = allocation.problem
    if not len(problem.slots):
        yield _places(allocation, np.ones(len(problem.sessions), np.bool_), problem.limit, unlisted)
        return
    in_slot = problem.session_slots.mask()
    for slot in range(len(problem.slots)):
        wanted = (problem.available[:, slot] & (problem.limit > 0)).astype(np.int64)
        yield _places(allocation, in_slot[:, slot], wanted, unlisted)


def _places(allocation: Allocation, here: BoolArray, wanted: Int64Array, unlisted: bool) -> Places:
    problem = allocation.problem
    fixed = problem.fixed[here[problem.fixed[:, 1]]]
    wanted = wanted - np.bincount(fixed[:, 0], minlength=len(wanted))
    participant, session = (np.flatnonzero(part).astype(np.int32) for part in (wanted > 0, here))
    person = _numbering(participant, len(wanted))
    number = _numbering(session, len(here))
    pair = np.flatnonzero(here[allocation.session] & (person[allocation.participant] >= 0))
    if len(fixed):
        free = ~among_pairs(allocation.participant[pair], allocation.session[pair], fixed, len(here))
        pair = pair[free]
    holder = person[allocation.participant[pair]]
    empty = np.flatnonzero(np.bincount(holder, minlength=len(participant)) < wanted[participant])
    barred = np.concatenate([problem.forbidden, problem.facilitated, fixed])
    kept = _open_choices(problem, here, person >= 0, barred)
    choices = problem.choices
    chooser, option = choices.participant, choices.session
    held_choice = allocation.choice[pair]
    held_option = held_choice[held_choice >= 0] if (wanted > 1).any() else None
    if kept is not None:
        chooser, option = person[chooser[kept]], number[option[kept]]
        held_option = None if held_option is None else np.searchsorted(kept, held_option)
    closed = np.stack([person[barred[:, 0]], number[barred[:, 1]]], axis=1).astype(np.int64)
    held = number[allocation.session[pair]]
    not_listed = held_choice < 0
    closed = np.concatenate([closed, np.stack([holder[not_listed], held[not_listed]], axis=1)])
    return Places(
        participant=participant,
        session=session,
        is_full=np.append((allocation.attendance >= problem.capacity)[session], False),
        may_be_left=np.ones(len(session) + 1, np.bool_),
        holder=np.concatenate([holder, empty]).astype(np.int32),
        held=np.concatenate([held, np.full(len(empty), len(session))]).astype(np.int32),
        held_choice=np.concatenate([held_choice, np.full(len(empty), -1)]),
        chooser=chooser,
        option=option,
        option_choice=kept,
        held_option=held_option,
        closed=closed[(closed >= 0).all(axis=1)],
        allows_unlisted=unlisted,
    )


def places_in_tied_slots(allocation: Allocation) -> Iterator[Places]:
    """Yield the places of each slot on a day whose slots are tied together: those that can change by themselves.

    Everybody keeps the rest of their day, and what does not go with it is no option; the same sessions run, nobody
    leaves one that is at its minimum, and places over several slots or fixed ones stay. Unlisted places are no options.
    """
    problem = allocation.problem
    in_slot, fixed = problem.session_slots.mask(), problem.fixed
    tied = np.zeros(len(allocation), np.bool_)
    if len(fixed):
        tied = among_pairs(allocation.participant, allocation.session, fixed, len(problem.sessions))
    tied |= problem.session_slots.count[allocation.session] > 1
    short = allocation.attendance <= problem.minimum
    closed = (free_seats(allocation) <= 0) | ((problem.minimum > 0) & short)
    available = problem.available_if(allocation.runs)
    for slot in range(len(problem.slots)):
        here = in_slot[:, slot] & (problem.session_slots.count == 1) & allocation.runs
        occupied = np.zeros(len(problem.participants), np.bool_)
        occupied[allocation.participant[in_slot[allocation.session, slot]]] = True
        stays = np.zeros_like(occupied)
        stays[allocation.participant[tied & in_slot[allocation.session, slot]]] = True
        wanted = (available[:, slot] & ~stays & (occupied | (allocation.empty > 0))).astype(np.int64)
        places = _places(allocation, here, wanted, unlisted=False)
        yield _with_the_rest_of_the_day(allocation, places, closed, short, slot)


def _with_the_rest_of_the_day(
    allocation: Allocation, places: Places, closed: BoolArray, short: BoolArray, slot: int
) -> Places:
    """Return the places with the options that go with what each person has in other slots."""
    problem = allocation.problem
    elsewhere = np.flatnonzero(~problem.session_slots.mask()[allocation.session, slot])
    start, end = (
        np.searchsorted(allocation.participant[elsewhere], places.participant, side) for side in ("left", "right")
    )
    whose, at = rows_between(start[places.chooser], end[places.chooser])
    clash = clashes(allocation, places.session[places.option[whose]].astype(np.int64), elsewhere[at])
    goes = np.ones(len(places.option), np.bool_)
    goes[whose[clash]] = False
    choice = np.arange(len(places.option)) if places.option_choice is None else places.option_choice
    return replace(
        places,
        is_full=np.append(closed[places.session], False),
        may_be_left=np.append(~short[places.session] | (problem.minimum[places.session] == 0), True),
        chooser=places.chooser[goes],
        option=places.option[goes],
        option_choice=choice[goes],
    )


def _open_choices(problem: Problem, here: BoolArray, wants: BoolArray, barred: Int32Array) -> Int64Array | None:
    """Return the choices that can be had in a slot, None if all of them can."""
    choices = problem.choices
    if not len(barred) and wants.all() and here.all():
        return None
    choice = np.flatnonzero(here[choices.session] & wants[choices.participant])
    return choice[~among_pairs(choices.participant[choice], choices.session[choice], barred, len(here))]


def _numbering(chosen: Int32Array, total: int) -> Int32Array:
    """Return the position of each number among the chosen ones, -1 where it is none."""
    position = np.full(total, -1, np.int32)
    position[chosen] = np.arange(len(chosen), dtype=np.int32)
    return position
