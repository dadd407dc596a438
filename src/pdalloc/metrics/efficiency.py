"""Whether participants could trade places inside a slot, so that nobody loses and somebody gains."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import BoolArray, FloatArray, Int64Array, IntegerArray, among_pairs
from pdalloc.errors import UnsupportedError
from pdalloc.metrics.attendable import clashes
from pdalloc.metrics.better_places import choices_up_to_worst, places_of
from pdalloc.metrics.stability import free_seats

__all__ = ["Move", "SlotEfficiency", "slot_efficiency"]

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
        the first leaves; empty if there is none.
    """

    slots: tuple[str, ...]
    trade: tuple[Move, ...]

    @property
    def is_efficient(self) -> bool:
        """Whether there is no improving trade."""
        return not self.trade


class _Moves(NamedTuple):
    """Moves that some participants would not mind; int64 arrays of one shape, `gains` bool.

    A source is a session, or the number of sessions for an empty place.
    """

    participant: Int64Array
    source: Int64Array
    target: Int64Array
    gains: BoolArray


class _Edges(NamedTuple):
    """The same by sessions: whether anybody would move, and whether anybody who would gains."""

    source: Int64Array
    target: Int64Array
    gains: BoolArray


def slot_efficiency(allocation: Allocation) -> tuple[SlotEfficiency, ...]:
    """Find for each slot whether its places are Pareto efficient, and an improving trade where they are not.

    In a trade everybody moves from one session, or from an empty place, to another session of the same slot that they
    chose and could attend. Nobody is worse off: the new rank is no larger, and any chosen session is better than an
    unlisted or an empty place. Somebody is better off. Either the moves form a cycle, or the last one goes to a free
    seat (Abdulkadiroglu and Sonmez 2003, section II.B, trading cycles; Abraham, Cechlarova, Manlove and Mehlhorn 2004,
    who show that there are no other ways to improve). A trade keeps every rule: fixed places stay, a session at its
    minimum is not left without another coming, topics and conflicts with the rest of the schedule count.

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
    A pass over the choices, some steps for every choice up to the worst place of its participant, and a search of the
    graph whose nodes are the sessions. A chain of moves into a session whose facilitators may take no more participants
    is not looked for.

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
    groups: dict[tuple[int, ...], list[int]] = {(slot,): [] for slot in range(len(problem.slots))} or {(): []}
    for session in range(len(problem.sessions)):
        slots = tuple(problem.session_slots[session].tolist())
        if slots or not len(problem.slots):
            groups.setdefault(slots, []).append(session)
    found = []
    for slots in sorted(groups, key=lambda slots: (len(slots), slots)):
        here = np.zeros(len(problem.sessions), np.bool_)
        here[groups[slots]] = True
        trade = _improving_trade(allocation, _moves(allocation, here, slots))
        found.append(SlotEfficiency(tuple(problem.slots[slot] for slot in slots), trade))
    return tuple(found)


def _moves(allocation: Allocation, here: BoolArray, slots: tuple[int, ...]) -> _Moves:
    """Return the moves between sessions of one slot, or from an empty place into one, that cost the mover nothing."""
    candidate = choices_up_to_worst(allocation, here & allocation.runs, ties=True)
    blocks = [candidate[first : first + BLOCK] for first in range(0, len(candidate), BLOCK)]
    parts = [_moves_of(allocation, here, slots, block) for block in blocks or [candidate]]
    return _Moves(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _moves_of(allocation: Allocation, here: BoolArray, slots: tuple[int, ...], candidate: Int64Array) -> _Moves:
    """Return those of `_moves` that use some choices."""
    problem = allocation.problem
    choices, nothing = problem.choices, len(problem.sessions)
    who, target = choices.participant[candidate], choices.session[candidate].astype(np.int64)
    source = np.full(len(candidate), nothing)
    rank = np.full(len(candidate), problem.unlisted_rank + 1)
    whose, pair = places_of(allocation, who)
    held = allocation.session[pair]
    left = here[held]
    source[whose[left]], rank[whose[left]] = held[left], allocation.rank[pair[left]]

    # what is not left must go together with the new session, and what is fixed is not left
    in_way = np.where(left, held == target[whose], clashes(allocation, target[whose], pair))
    if len(problem.fixed):
        stays = among_pairs(allocation.participant[pair], held, problem.fixed, len(problem.sessions))
        in_way |= left & stays
    possible = np.ones(len(candidate), np.bool_)
    possible[whose[in_way]] = False
    possible &= (source < nothing) | (allocation.empty[who] >= max(1, len(slots)))
    kept = np.flatnonzero(possible & (choices.rank[candidate] <= rank))
    gains = choices.rank[candidate[kept]] < rank[kept]
    return _Moves(who[kept].astype(np.int64), source[kept], target[kept], gains)


def _improving_trade(allocation: Allocation, moves: _Moves) -> tuple[Move, ...]:
    """Return moves that together improve, in order; none if there are no such moves."""
    problem = allocation.problem
    if not moves.gains.any():
        return ()
    edges = _edges(moves, len(problem.sessions))
    steps = _cycle(edges, len(problem.sessions)) or _chain(allocation, edges)
    trade = []
    for source, target in steps:
        between = np.flatnonzero((moves.source == source) & (moves.target == target))
        who = int(moves.participant[between[np.argmax(moves.gains[between])]])
        label = problem.sessions[source] if source < len(problem.sessions) else None
        trade.append(Move(problem.participants[who], label, problem.sessions[target]))
    return tuple(trade)


def _edges(moves: _Moves, nothing: int) -> _Edges:
    """Merge the moves from one session to another one."""
    key = (moves.source * (nothing + 1) + moves.target) * 2 + moves.gains
    key = np.unique(key)
    last = np.append(key[1:] // 2 != key[:-1] // 2, True)
    key = key[last]
    source, target = np.divmod(key // 2, nothing + 1)
    return _Edges(source, target, key % 2 == 1)


def _graph(source: Int64Array, target: Int64Array, nodes: int) -> Any:
    """Return a graph as scipy has it, with an edge of length 1 for each (source, target)."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(source)), (source, target)), shape=(nodes, nodes))


def _cycle(edges: _Edges, nothing: int) -> list[tuple[int, int]]:
    """Return the edges of a cycle in which somebody gains; none if there is none."""
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    graph = _graph(edges.source, edges.target, nothing + 1)
    _, part = connected_components(graph, connection="strong")
    inside = np.flatnonzero(edges.gains & (part[edges.source] == part[edges.target]))
    if not inside.size:
        return []
    source, target = int(edges.source[inside[0]]), int(edges.target[inside[0]])
    _, before = breadth_first_order(graph, target)
    return [*pairwise(_walk(before, source)), (source, target)]


def _chain(allocation: Allocation, edges: _Edges) -> list[tuple[int, int]]:
    """Return the edges of a shortest chain into a free seat in which somebody gains; none if there is none.

    Where no cycle gains, the parts before and after a move that gains have no session in common.
    """
    from scipy.sparse.csgraph import breadth_first_order

    nothing = len(allocation.problem.sessions)
    outside = nothing + 1
    may_lose_one = allocation.runs & (allocation.attendance > allocation.problem.minimum)
    starts = np.append(np.flatnonzero(may_lose_one), nothing)
    ends = np.flatnonzero(free_seats(allocation) > 0)

    def search(source: Int64Array, target: Int64Array, first: Int64Array) -> tuple[FloatArray, IntegerArray]:
        source = np.concatenate([source, np.full(len(first), outside)])
        graph = _graph(source, np.concatenate([target, first]), outside + 1)
        order, before = breadth_first_order(graph, outside)
        distance = np.full(outside + 1, np.inf)
        distance[outside] = 0
        for node in order[1:].tolist():
            distance[node] = distance[before[node]] + 1
        return distance, before

    from_start, before = search(edges.source, edges.target, starts)
    to_end, after = search(edges.target, edges.source, ends)
    length = np.where(edges.gains, from_start[edges.source] + to_end[edges.target], np.inf)
    best = int(np.argmin(length))
    if not np.isfinite(length[best]):
        return []
    path = [*_walk(before, int(edges.source[best]))[1:], *_walk(after, int(edges.target[best]))[:0:-1]]
    return list(pairwise(path))


def _walk(before: IntegerArray, node: int) -> list[int]:
    """Return the nodes of a search tree from its root to a node."""
    path = [node]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]
