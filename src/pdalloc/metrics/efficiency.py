"""Whether participants could trade places inside a slot, so that nobody loses and somebody gains."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, Int32Array, Int64Array, among_pairs
from pdalloc.errors import UnsupportedError
from pdalloc.kernels.wishes import mark_moves
from pdalloc.metrics.attendable import attendable_choices, clashes, rows_between
from pdalloc.metrics.better_places import places_of
from pdalloc.metrics.stability import free_seats
from pdalloc.metrics.trades import improving_trade
from pdalloc.problem import Problem
from pdalloc.problem.rules import rule_rows

__all__ = ["Move", "SlotEfficiency", "slot_efficiency"]

STAYS = -1
BLOCK = 2**20


class Move(NamedTuple):
    """One participant's part in a trade.

    Attributes
    ----------
    participant : str
    source : str or None
        The session that they leave; None if their place is empty.
    target : str
        The session that they get.
    """

    participant: str
    source: str | None
    target: str


@dataclass(frozen=True)
class SlotEfficiency:
    """Whether the places of one slot are Pareto efficient.

    Attributes
    ----------
    slots : tuple of str
        The slot; several where it is about the sessions that span just these; empty on a day without slots.
    trade : tuple of Move
        One improving trade, each move into the seat that the next one leaves, the last into a free seat or the one that
        the first leaves; empty if none is known.
    is_open : bool
        Whether trades are known only that break a hard rule of several participants or sessions, so that one may exist.
    """

    slots: tuple[str, ...]
    trade: tuple[Move, ...]
    is_open: bool = False

    @property
    def is_efficient(self) -> bool | None:
        """Whether there is no improving trade; None if that is not known."""
        return None if self.is_open else not self.trade


def slot_efficiency(allocation: Allocation) -> tuple[SlotEfficiency, ...]:
    """Find for each slot whether its places are Pareto efficient, and an improving trade where they are not.

    In a trade everybody moves from one session, or from an empty place, to another session of the same slot that they
    chose and could attend. Nobody is worse off: the new rank is no larger, and any chosen session is better than an
    unlisted or an empty place. Somebody is better off. Either the moves form a cycle, or the last one goes to a free
    seat: where lists are strict, there is no other way to improve a slot (Abraham, Cechlarova, Manlove and Mehlhorn
    2004); where they have ties, some of the moves may be to a place that is just as good. A trade keeps every rule:
    fixed places stay, a session at its minimum is not left without another coming, topics and conflicts with the rest
    of the schedule count.

    Where no trade improves a slot, none does that also keeps the rules of several participants or sessions
    (`Problem.rules`). Where one does, but it breaks a hard rule of these, it is looked for another one among the pairs
    that no such rule is about; without it the answer is open. Soft rules are not looked at.

    Slots that are each efficient do not make an efficient day. Two participants may be at ranks (1, 5) and (5, 1) of
    two slots where (2, 1) and (1, 2) were possible: each would lose in one slot to gain more in the other.

    Parameters
    ----------
    allocation : Allocation
        Without violations.

    Returns
    -------
    tuple of SlotEfficiency
        One for each slot, in order, then one for every set of slots that some session spans. On a day without slots
        there is one for the day. Sessions without a slot on a day with slots are in none. More efficient slots are
        better.

    Raises
    ------
    UnsupportedError
        If somebody wants several places on a day without slots: then no slot holds one place of each.

    Notes
    -----
    A pass over the choices for each slot, and a search of the graph whose nodes are its sessions, with a byte for every
    two of them. Long sessions, topics and conflicts take a step for every choice and session on the schedule. A chain
    of moves into a session whose facilitators may take no more participants is not looked for.

    Examples
    --------
    >>> from pdalloc.problem import Problem
    >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["y", "x"]}, capacity={"x": 1, "y": 1})
    >>> (day,) = slot_efficiency(Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]}))
    >>> day.trade
    (Move(participant='t001', source='y', target='x'), Move(participant='t002', source='x', target='y'))
    """
    problem = allocation.problem
    if not len(problem.slots) and (problem.limit > 1).any():
        who = int(np.argmax(problem.limit > 1))
        raise UnsupportedError(
            f"participant {problem.participants[who]!r} wants {problem.limit[who]} places on a day without slots; "
            "trades slot by slot are about one place each"
        )
    could = attendable_choices(allocation)
    found = []
    for slots, sessions in _sessions_by_slots(problem).items():
        market = _Market.of(allocation, slots, sessions, could)
        found.append(_judged(allocation, market, tuple(problem.slots[slot] for slot in slots)))
    return tuple(found)


def _judged(allocation: Allocation, market: _Market, slots: tuple[str, ...]) -> SlotEfficiency:
    """Return what is known of a slot."""
    trade = market.trade(allocation)
    if trade and allocation.problem.hard_rules and _after(allocation, trade).violations():
        trade = market.without_rules(allocation).trade(allocation)
        return SlotEfficiency(slots, trade, is_open=not trade)
    return SlotEfficiency(slots, trade)


def _after(allocation: Allocation, trade: tuple[Move, ...]) -> Allocation:
    """Return the allocation after a trade."""
    problem = allocation.problem
    who = [problem.participants.index(move.participant) for move in trade]
    left = [(p, problem.sessions.index(move.source)) for p, move in zip(who, trade, strict=True) if move.source]
    stays = ~among_pairs(
        allocation.participant, allocation.session, np.array(left).reshape(-1, 2), len(problem.sessions)
    )
    return Allocation.from_pairs(
        problem,
        np.concatenate([allocation.participant[stays], who]),
        np.concatenate([allocation.session[stays], [problem.sessions.index(move.target) for move in trade]]),
        allocation.runs,
    )


def _sessions_by_slots(problem: Problem) -> dict[tuple[int, ...], Int64Array]:
    """Return the sessions of each slot, then of each set of slots that some span; on a day without slots all."""
    if not len(problem.slots):
        return {(): np.arange(len(problem.sessions))}
    groups: dict[tuple[int, ...], Int64Array] = {(slot,): np.zeros(0, np.int64) for slot in range(len(problem.slots))}
    spans, span = np.unique(problem.session_slots.mask(), axis=0, return_inverse=True)
    for number, inside in enumerate(spans):
        slots = tuple(np.flatnonzero(inside).tolist())
        if slots:
            groups[slots] = np.flatnonzero(span.ravel() == number)
    return dict(sorted(groups.items(), key=lambda group: (len(group[0]), group[0])))


class _Market(NamedTuple):
    """Who is where in a slot, and who could move.

    Attributes
    ----------
    sessions : int64 array, shape (sessions of the slot,)
        Their numbers; what follows calls them nodes, from 0, and one more node is the empty places.
    node, bound : int32 arrays, shape (participants,)
        Node of each participant, -1 for those who stay as they are, and the rank of their place.
    could : bool array, shape (choices,)
        Whether the participant could have the session beside the rest of their schedule.
    """

    sessions: Int64Array
    node: Int32Array
    bound: Int32Array
    could: BoolArray

    @classmethod
    def of(cls, allocation: Allocation, slots: tuple[int, ...], sessions: Int64Array, could: BoolArray) -> _Market:
        """Take a slot out of an allocation; `could` is what participants could attend."""
        problem = allocation.problem
        seat = _seats(problem.sessions, sessions)
        inside = seat[allocation.session] >= 0
        here = slice(None) if inside.all() else np.flatnonzero(inside)
        participant, session = allocation.participant[here], allocation.session[here]
        may_come = allocation.empty >= max(1, len(slots))
        may_come[participant] = False
        node = np.where(may_come, len(sessions), STAYS).astype(np.int32)
        node[participant] = seat[session]
        if len(problem.fixed):
            node[participant[among_pairs(participant, session, problem.fixed, len(problem.sessions))]] = STAYS
        bound = np.full(len(node), np.iinfo(np.int32).max, np.int32)
        bound[participant] = allocation.rank[here]
        if len(problem.topics) or len(problem.conflicts) or (problem.session_size > 1).any():
            could = could & _fits_the_rest(allocation, seat)
        return cls(sessions, node, bound, could)

    def without_rules(self, allocation: Allocation) -> _Market:
        """Return the market of the pairs that no hard rule of several participants or sessions is about."""
        problem = allocation.problem
        rows = rule_rows(problem)
        is_hard = np.array([rule.penalty is None for rule in problem.rules])[rows.rule[rows.row]]
        ruled = np.stack([rows.participant, rows.session], axis=1)[is_hard]
        free = ~among_pairs(problem.choices.participant, problem.choices.session, ruled, len(problem.sessions))
        stays = among_pairs(allocation.participant, allocation.session, ruled, len(problem.sessions))
        stays &= _seats(problem.sessions, self.sessions)[allocation.session] >= 0
        node = self.node.copy()
        node[allocation.participant[stays]] = STAYS
        return self._replace(could=self.could & free, node=node)

    def trade(self, allocation: Allocation) -> tuple[Move, ...]:
        """Return an improving trade; nothing if there is none."""
        problem, empty = allocation.problem, len(self.sessions)
        choices, seat = problem.choices, _seats(problem.sessions, self.sessions)
        moves = mark_moves.run(
            len(choices),
            choices.indptr,
            choices.session,
            choices.rank,
            self.could,
            self.node,
            self.bound,
            seat,
            empty + 1,
        )
        may_lose_one = np.append((allocation.attendance > problem.minimum)[self.sessions], True)
        has_room = np.append((free_seats(allocation) > 0)[self.sessions], False)
        steps = improving_trade(moves, may_lose_one, has_room)
        return tuple(
            Move(
                problem.participants[self._mover(allocation, source, target)],
                problem.sessions[int(self.sessions[source])] if source < empty else None,
                problem.sessions[int(self.sessions[target])],
            )
            for source, target in steps
        )

    def _mover(self, allocation: Allocation, source: int, target: int) -> int:
        """Return a participant who would move from a node to another one, who gains by it if anybody does."""
        choices = allocation.problem.choices
        there = np.flatnonzero(self.node == source)
        whose, entry = rows_between(choices.indptr[there], choices.indptr[there + 1])
        wanted = self.could[entry] & (choices.session[entry] == self.sessions[target])
        gained = np.where(wanted, self.bound[there[whose]].astype(np.int64) - choices.rank[entry], -1)
        return int(there[whose[np.argmax(gained)]])


def _seats(every: Sized, sessions: Int64Array) -> Int32Array:
    """Return the node of each session of the day, -1 for those of other slots."""
    seat = np.full(len(every), -1, np.int32)
    seat[sessions] = np.arange(len(sessions), dtype=np.int32)
    return seat


def _fits_the_rest(allocation: Allocation, seat: Int32Array) -> BoolArray:
    """Return whether each choice in a slot can be had together with what the participant has in other ones."""
    choices = allocation.problem.choices
    fits = np.ones(len(choices), np.bool_)
    inside = np.flatnonzero(seat[choices.session] >= 0)
    for first in range(0, len(inside), BLOCK):
        block = inside[first : first + BLOCK]
        whose, pair = places_of(allocation, choices.participant[block])
        rest = seat[allocation.session[pair]] < 0
        whose, pair = whose[rest], pair[rest]
        clash = clashes(allocation, choices.session[block[whose]].astype(np.int64), pair)
        fits[block[whose[clash]]] = False
    return fits
